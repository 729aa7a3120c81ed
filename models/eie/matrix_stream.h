#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/eie/config.h"
#include "models/eie/program.h"
#include "models/eie/segment_order.h"
#include "models/eie/statistics.h"
#include "sim/base/cycle_times.h"
#include "sim/memory/memory.h"
#include "sim/memory/memory_front_end.h"

namespace nzsim::eie {

/// Fast mode's side of the memory: machine time over a whole run, and when the segments of streamed
/// layers arrive. What `MatrixStreamer` does cycle by cycle, by absolute times:
///
/// a segment that is requested in cycle c is sent in the first cycle from c on that begins when the
/// port is free; if the memory answers at t, it is taken in the first cycle that begins behind t,
/// and a pass may use it from the cycle after.
class MatrixStream {
 public:
  /// `config`, which has a memory, and `statistics` must outlive the object.
  MatrixStream(const Config& config, const Statistics& statistics);

  /// The machine's current cycle, over all layers: passes with their tails, transfers and waits.
  [[nodiscard]] std::uint64_t cycle() const { return cycle_; }
  /// The machine has worked for `cycles`.
  void advance(std::uint64_t cycles) { cycle_ += cycles; }

  /// Requests the first two segments of a streamed layer. `passes` are those of each of its images.
  void start_layer(const LayerProgram& layer, const std::vector<std::vector<Pass>>& passes);
  /// Lets machine time go on to the cycle in which the next segment can be used; returns for how
  /// many cycles.
  std::uint64_t wait_for_segment();
  /// The oldest segment has been used: its half of the SRAMs takes the next one, which is
  /// requested.
  void release_segment();
  /// Sets the memory's counters to what it has counted since the layer before ended.
  void end_layer(CounterValues& counters);

 private:
  void request_segment();

  const Statistics& statistics_;
  CycleTimes times_;
  std::unique_ptr<Memory> memory_;
  MemoryFrontEnd front_end_;
  std::uint64_t cycle_ = 0;
  SegmentOrder order_;
  /// Numbers of the segments sent, and used, since the start.
  std::uint64_t sent_ = 0;
  std::uint64_t used_ = 0;
  /// From when on the port takes the next request.
  Femtoseconds port_free_at_ = 0;
  /// What each channel had counted at the end of the layer before.
  std::vector<ChannelCounters> counted_;
};

}  // namespace nzsim::eie
