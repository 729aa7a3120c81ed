#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/memory/config.h"
#include "sim/memory/memory.h"
#include "sim/stats/registry.h"

namespace nzsim {

/// The counters of a machine's memory, `dram.channel_N.`: those of `ChannelCounters`, under the
/// names that reports have. A machine registers them in its constructor and fills them per layer in
/// both modes.
class DramStatistics {
 public:
  /// Registers the counters of all channels, and the average read latency of each.
  DramStatistics(StatisticsRegistry& registry, const MemoryConfig& memory);

  [[nodiscard]] std::uint32_t channels() const { return channels_; }

  /// Sets the counters of `channel` to what it has counted between two points in time.
  void fill(CounterValues& values, std::uint32_t channel, const ChannelCounters& from,
            const ChannelCounters& to) const;

  /// What all channels have counted, added up: what energy events are made of.
  [[nodiscard]] ChannelCounters sum(const CounterValues& values) const;

 private:
  std::uint32_t channels_ = 0;
  /// The first counter of channel 0; the counters of a channel lie behind each other.
  std::size_t first_ = 0;
};

}  // namespace nzsim
