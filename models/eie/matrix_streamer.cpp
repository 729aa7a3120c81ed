#include "models/eie/matrix_streamer.h"

#include <fmt/format.h>

#include "sim/kernel/clock_domain.h"

namespace nzsim::eie {

MatrixStreamer::MatrixStreamer(const sc_core::sc_module_name& name, ClockDomain& domain)
    : ClockedModule(name, domain), port_("port", kHalves) {}

void MatrixStreamer::request(const MatrixSegment& segment) { requests_.push_back(segment); }

void MatrixStreamer::compute() {
  while (const std::optional<MemoryEvent> answer = port_.take_completion()) {
    is_arriving_[answer->id % kHalves] = true;
    domain().note_progress();
  }
  if (requests_.empty() || !port_.can_send()) return;
  const MatrixSegment& segment = requests_.front();
  port_.send({sent_++, Access::read, segment.address, segment.bytes});
  requests_.pop_front();
}

void MatrixStreamer::commit() {
  for (std::size_t half = 0; half < kHalves; ++half) {
    has_arrived_[half] = has_arrived_[half] || is_arriving_[half];
    is_arriving_[half] = false;
  }
}

std::string MatrixStreamer::waits_for() const {
  if (requests_.empty() && port_.outstanding() == 0) return {};
  return fmt::format("{} segments requested, {} at the memory, segment {} is next to be used",
                     requests_.size(), port_.outstanding(), used_);
}

}  // namespace nzsim::eie
