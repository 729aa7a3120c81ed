#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/eie/config.h"
#include "models/eie/program.h"
#include "models/eie/timing_kernel.h"
#include "sim/stats/timeline.h"

namespace nzsim::eie {

/// Fast mode's timeline of one layer: the slots of all entries, from the same recurrence as
/// `TimingKernel`, which knows an item's first slot and their number but not which of them are
/// stalls. The `line_change_penalty_cycles` of a line lie in front of the first entry that needs
/// it. Scalar and apart from the kernel, as it runs where a timeline is asked for alone.
class BusyTimeline {
 public:
  /// `config` must outlive the object. No PE holds a line of its sparse-matrix SRAM.
  explicit BusyTimeline(const Config& config);

  /// Records one pass over `items`, which are broadcast in cycles `broadcasts` of the pass. Its
  /// cycle 0 is cycle `begin` of the layer.
  void record(const MatrixImage& image, const Pass& pass, std::span<const Item> items,
              std::span<const std::uint32_t> broadcasts, std::uint64_t begin);

  /// Behind the last pass: what was recorded, for a layer of `cycles`.
  [[nodiscard]] Timeline finish(std::uint64_t cycles) &&;

 private:
  [[nodiscard]] std::uint64_t record_column(std::uint32_t pe, std::uint32_t address,
                                            std::uint32_t end, std::uint64_t slot);

  const Config& config_;
  Timeline timeline_;
  // Per PE: the layer's cycle of its first free slot, and the line that it holds (all ones: none).
  std::vector<std::uint64_t> free_slot_;
  std::vector<std::uint32_t> line_;
};

}  // namespace nzsim::eie
