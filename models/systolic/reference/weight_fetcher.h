#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/reference/datapath.h"
#include "models/systolic/reference/sequencer.h"
#include "models/systolic/reference/weight_fifo.h"
#include "sim/kernel/clocked_module.h"
#include "sim/memory/memory_port.h"

namespace nzsim::systolic {

/// Is told when the fetcher is about to request a section's first tile. Not hardware.
class FetchObserver {
 public:
  virtual ~FetchObserver() = default;
  /// Called during the cycle of the request. `section_before`: the last one that has tiles.
  virtual void before_first_tile(std::uint32_t section_before) = 0;
};

/// Fetches weight tiles, `tpu.weight_fetcher`. It runs ahead of all other units: each cycle it
/// requests the next tile, if the FIFO has a place and the port is free, and takes the answers that
/// are there. A tile whose answer is taken in a cycle is in the FIFO from the next cycle on.
class WeightFetcher final : public ClockedModule {
 public:
  /// All arguments must outlive the module.
  WeightFetcher(const sc_core::sc_module_name& name, ClockDomain& domain, const Config& config,
                const Sequencer& sequencer, WeightFifo& fifo, Datapath& datapath,
                FetchObserver& observer);

  void compute() override;
  void commit() override;
  [[nodiscard]] std::string waits_for() const override;

  [[nodiscard]] MemoryPort& port() { return port_; }

 private:
  const Config& config_;
  const Sequencer& sequencer_;
  WeightFifo& fifo_;
  Datapath& datapath_;
  FetchObserver& observer_;
  MemoryPort port_;
  /// Tiles that were requested, and those that were answered in this cycle.
  std::uint64_t sent_ = 0;
  std::vector<std::uint64_t> arriving_;
};

}  // namespace nzsim::systolic
