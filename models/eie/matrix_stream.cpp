#include "models/eie/matrix_stream.h"

#include <algorithm>

namespace nzsim::eie {

MatrixStream::MatrixStream(const Config& config, const Statistics& statistics)
    : statistics_(statistics),
      times_(config.clock_hz),
      memory_(make_memory(*config.memory)),
      front_end_(*memory_),
      counted_(memory_->channels()) {}

void MatrixStream::start_layer(const LayerProgram& layer,
                               const std::vector<std::vector<Pass>>& passes) {
  order_ = SegmentOrder(layer, passes);
  request_segment();
  request_segment();
}

void MatrixStream::request_segment() {
  const std::optional<MatrixSegment> segment = order_.next();
  if (!segment) return;
  const std::uint64_t cycle = std::max(cycle_, times_.first_cycle_at(port_free_at_));
  front_end_.send({sent_++, Access::read, segment->address, segment->bytes},
                  times_.femtoseconds(cycle));
  // Later requests are sent behind the answer that is waited for next, so that the front end's own
  // `free_at`, which waiting moves, stays out of it.
  port_free_at_ = front_end_.free_at();
}

std::uint64_t MatrixStream::wait_for_segment() {
  const Femtoseconds answer = front_end_.run_until_answered(used_);
  const std::uint64_t taken = times_.first_cycle_at(answer + 1);
  const std::uint64_t start = std::max(cycle_, taken + 1);
  const std::uint64_t waited = start - cycle_;
  cycle_ = start;
  return waited;
}

void MatrixStream::release_segment() {
  ++used_;
  request_segment();
}

void MatrixStream::end_layer(CounterValues& counters) {
  const Femtoseconds end = times_.femtoseconds(cycle_);
  // Everything is answered; the memory goes on to the end of the layer.
  (void)front_end_.take_answer(end);
  for (std::uint32_t channel = 0; channel < counted_.size(); ++channel) {
    const ChannelCounters now = memory_->counters(channel, end);
    statistics_.streaming->dram.fill(counters, channel, counted_[channel], now);
    counted_[channel] = now;
  }
}

}  // namespace nzsim::eie
