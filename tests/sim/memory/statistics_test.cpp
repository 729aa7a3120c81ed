#include "sim/memory/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/shipped_memory.h"

namespace nzsim {
namespace {

/// The value of a counter by its name.
std::uint64_t value_of(const StatisticsRegistry& registry, const CounterValues& values,
                       const std::string& name) {
  for (std::size_t index = 0; index < values.size(); ++index) {
    if (registry.counters()[index].name == name) return values[index];
  }
  ADD_FAILURE() << "no counter " << name;
  return 0;
}

TEST(DramStatistics, CountFromOnePointInTimeToAnotherPerChannel) {
  StatisticsRegistry registry;
  registry.add("x.before", Unit::count, "Another counter.");
  const DramStatistics statistics(registry,
                                  test::shipped_memory("ddr4-2400", {{"/channels", "2"}}));
  ASSERT_EQ(statistics.channels(), 2U);
  ChannelCounters from;
  ChannelCounters to;
  from.reads = 3;
  to.reads = 10;
  to.refreshing_clocks = 5;
  CounterValues values = registry.zeros();
  statistics.fill(values, 1, from, to);
  EXPECT_EQ(value_of(registry, values, "x.before"), 0U);
  EXPECT_EQ(value_of(registry, values, "dram.channel_0.reads"), 0U);
  EXPECT_EQ(value_of(registry, values, "dram.channel_1.reads"), 7U);
  EXPECT_EQ(value_of(registry, values, "dram.channel_1.refreshing_cycles"), 5U);
}

TEST(DramStatistics, AddUpChannels) {
  StatisticsRegistry registry;
  const DramStatistics statistics(registry,
                                  test::shipped_memory("ddr4-2400", {{"/channels", "2"}}));
  ChannelCounters counted;
  counted.activates = 2;
  counted.bytes = 64;
  CounterValues values = registry.zeros();
  statistics.fill(values, 0, {}, counted);
  counted.activates = 5;
  statistics.fill(values, 1, {}, counted);
  ChannelCounters sum;
  sum.activates = 7;
  sum.bytes = 128;
  EXPECT_EQ(statistics.sum(values), sum);
}

TEST(DramStatistics, AverageTheReadLatencyInNanoseconds) {
  StatisticsRegistry registry;
  const DramStatistics statistics(registry, test::shipped_memory("ddr3-1600"));
  ASSERT_EQ(registry.formulas().size(), 1U);
  const StatisticsRegistry::Ratio& latency = registry.formulas().front();
  EXPECT_EQ(latency.name, "dram.channel_0.average_read_latency_ns");
  ChannelCounters counted;
  counted.reads = 3;
  counted.forwarded_reads = 1;
  counted.read_latency_clocks = 100;
  CounterValues values = registry.zeros();
  EXPECT_EQ(latency.formula(values), 0.0);
  statistics.fill(values, 0, {}, counted);
  // 100 clocks of 1.25 ns over 4 bursts.
  EXPECT_DOUBLE_EQ(latency.formula(values), 31.25);
}

TEST(DramStatistics, TakeNanosecondsForTheClocksOfAnIdealMemory) {
  StatisticsRegistry registry;
  const DramStatistics statistics(registry, test::shipped_memory("ideal"));
  ChannelCounters counted;
  counted.reads = 2;
  counted.read_latency_clocks = 100;
  CounterValues values = registry.zeros();
  statistics.fill(values, 0, {}, counted);
  EXPECT_DOUBLE_EQ(registry.formulas().front().formula(values), 50.0);
}

}  // namespace
}  // namespace nzsim
