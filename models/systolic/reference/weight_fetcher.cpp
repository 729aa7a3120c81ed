#include "models/systolic/reference/weight_fetcher.h"

#include <fmt/format.h>

#include "sim/kernel/clock_domain.h"

namespace nzsim::systolic {

WeightFetcher::WeightFetcher(const sc_core::sc_module_name& name, ClockDomain& domain,
                             const Config& config, const Sequencer& sequencer, WeightFifo& fifo,
                             Datapath& datapath, FetchObserver& observer)
    : ClockedModule(name, domain),
      config_(config),
      sequencer_(sequencer),
      fifo_(fifo),
      datapath_(datapath),
      observer_(observer),
      port_("port", config.weight_fifo_tiles) {
  arriving_.reserve(config.weight_fifo_tiles);
}

void WeightFetcher::compute() {
  while (const std::optional<MemoryEvent> answer = port_.take_completion()) {
    arriving_.push_back(answer->id);
    domain().note_progress();
  }
  const std::vector<TileRead>& tiles = sequencer_.tiles();
  if (sent_ == tiles.size() || !fifo_.has_place(sent_) || !port_.can_send()) return;
  const TileRead& tile = tiles[sent_];
  if (sent_ > 0 && tiles[sent_ - 1].section != tile.section) {
    observer_.before_first_tile(tiles[sent_ - 1].section);
  }
  port_.send({sent_, Access::read, tile.address, config_.tile_bytes()});
  ++sent_;
  domain().note_progress();
}

void WeightFetcher::commit() {
  for (const std::uint64_t number : arriving_) {
    datapath_.write_tile(number, sequencer_.tiles()[number].address);
    fifo_.arrive(number);
  }
  arriving_.clear();
}

std::string WeightFetcher::waits_for() const {
  if (sent_ == sequencer_.tiles().size() && port_.outstanding() == 0) return {};
  return fmt::format("{} of {} tiles requested, {} at the memory, tile {} is next to leave", sent_,
                     sequencer_.tiles().size(), port_.outstanding(), fifo_.front());
}

}  // namespace nzsim::systolic
