#include "sim/memory/statistics.h"

#include <array>
#include <string>
#include <variant>

#include <fmt/format.h>

namespace nzsim {
namespace {

/// One counter of a channel, as it is registered and as it is counted.
struct Field {
  const char* name;
  Unit unit;
  const char* description;
  std::uint64_t ChannelCounters::*counter;
};

constexpr std::array kFields{
    Field{"reads", Unit::count, "Bursts read on the data bus.", &ChannelCounters::reads},
    Field{"writes", Unit::count, "Bursts written on the data bus.", &ChannelCounters::writes},
    Field{"row_hits", Unit::count, "Bursts that found their row open.", &ChannelCounters::row_hits},
    Field{"row_misses", Unit::count, "Bursts that found their bank closed.",
          &ChannelCounters::row_misses},
    Field{"row_conflicts", Unit::count, "Bursts that found another row open.",
          &ChannelCounters::row_conflicts},
    Field{"activates", Unit::count, "Rows opened.", &ChannelCounters::activates},
    Field{"precharges", Unit::count, "Banks closed.", &ChannelCounters::precharges},
    Field{"refreshes", Unit::count, "Refreshes of a whole rank.", &ChannelCounters::refreshes},
    Field{"busy_cycles", Unit::cycles,
          "Command clocks in which a data bus moves data, over all pseudo-channels.",
          &ChannelCounters::busy_clocks},
    Field{"bytes", Unit::bytes, "Bytes moved on the data bus, whole bursts.",
          &ChannelCounters::bytes},
    Field{"bank_refreshes", Unit::count, "Refreshes of a single bank.",
          &ChannelCounters::bank_refreshes},
    Field{"forwarded_reads", Unit::count,
          "Bursts read that were answered from the write queue, without the data bus.",
          &ChannelCounters::forwarded_reads},
    Field{"active_cycles", Unit::cycles,
          "Command clocks with some bank of a rank open or refreshed alone, over all ranks.",
          &ChannelCounters::active_clocks},
    Field{"precharged_cycles", Unit::cycles,
          "Command clocks with all banks of a rank closed, over all ranks.",
          &ChannelCounters::precharged_clocks},
    Field{"refreshing_cycles", Unit::cycles,
          "Command clocks in which a whole rank is refreshed, over all ranks.",
          &ChannelCounters::refreshing_clocks},
    Field{"read_latency_cycles", Unit::cycles,
          "Command clocks from a read burst's place at the port to its answer, over all bursts.",
          &ChannelCounters::read_latency_clocks},
};

constexpr std::size_t index_of(std::uint64_t ChannelCounters::*counter) {
  std::size_t index = 0;
  while (kFields[index].counter != counter) ++index;
  return index;
}

/// Nanoseconds of what `ChannelCounters` calls a clock.
double clock_nanoseconds(const MemoryConfig& memory) {
  const auto* dram = std::get_if<DramConfig>(&memory.memory);
  return dram == nullptr ? 1.0 : static_cast<double>(dram->clock_femtoseconds) * 1e-6;
}

std::uint32_t channels_of(const MemoryConfig& memory) {
  const auto* dram = std::get_if<DramConfig>(&memory.memory);
  return dram == nullptr ? 1 : dram->channels;
}

}  // namespace

DramStatistics::DramStatistics(StatisticsRegistry& registry, const MemoryConfig& memory)
    : channels_(channels_of(memory)), first_(registry.counters().size()) {
  for (std::uint32_t channel = 0; channel < channels_; ++channel) {
    for (const Field& field : kFields) {
      registry.add(fmt::format("dram.channel_{}.{}", channel, field.name), field.unit,
                   field.description);
    }
    const std::size_t first = first_ + channel * kFields.size();
    registry.add_formula(
        fmt::format("dram.channel_{}.average_read_latency_ns", channel), Unit::nanoseconds,
        "Time from a read burst's place at the port to its answer, on average over all bursts.",
        [first, nanoseconds = clock_nanoseconds(memory)](const CounterValues& values) {
          const std::uint64_t reads = values[first + index_of(&ChannelCounters::reads)] +
                                      values[first + index_of(&ChannelCounters::forwarded_reads)];
          const std::uint64_t clocks =
              values[first + index_of(&ChannelCounters::read_latency_clocks)];
          return reads == 0
                     ? 0.0
                     : static_cast<double>(clocks) * nanoseconds / static_cast<double>(reads);
        });
  }
}

void DramStatistics::fill(CounterValues& values, std::uint32_t channel, const ChannelCounters& from,
                          const ChannelCounters& to) const {
  std::size_t index = first_ + channel * kFields.size();
  for (const Field& field : kFields) values[index++] = to.*field.counter - from.*field.counter;
}

ChannelCounters DramStatistics::sum(const CounterValues& values) const {
  ChannelCounters sum;
  std::size_t index = first_;
  for (std::uint32_t channel = 0; channel < channels_; ++channel) {
    for (const Field& field : kFields) sum.*field.counter += values[index++];
  }
  return sum;
}

}  // namespace nzsim
