#include "sim/memory/request_source.h"

#include <gtest/gtest.h>

namespace nzsim {
namespace {

MemoryConfig ideal_memory(Femtoseconds latency, double bytes_per_second, std::uint64_t capacity) {
  return {"ideal", "test", IdealMemoryConfig{latency, bytes_per_second, capacity, {}, ""}};
}

TEST(RequestRules, TakeBurstClockAndCapacityFromADram) {
  DramConfig dram;
  dram.channels = 2;
  dram.clock_femtoseconds = 833'000;
  dram.organization = {.bank_groups = 4,
                       .banks_per_group = 4,
                       .rows = 8,
                       .row_bytes = 1024,
                       .data_bus_bits = 64,
                       .burst_length = 8};
  const RequestRules rules = request_rules({"dram", "test", dram});
  EXPECT_EQ(rules.capacity_bytes, 2U * 16 * 8 * 1024);
  EXPECT_EQ(rules.default_bytes, 64U);
  EXPECT_EQ(rules.clock, 833'000);
  EXPECT_EQ(rules.tick, 833'000);
  EXPECT_EQ(rules.outstanding, std::nullopt);
  EXPECT_LT(rules.latest_clock * rules.clock, kNoTime / 2);
}

TEST(RequestRules, CountNanosecondsOfAnIdealMemory) {
  const RequestRules rules = request_rules(ideal_memory(50'000'000, 25.6e9, 4096));
  EXPECT_EQ(rules.clock, 1'000'000);
  EXPECT_EQ(rules.tick, 1'000);
  // 50 ns x 25.6 bytes per ns / 64 bytes = 20 bursts, and 16 more.
  EXPECT_EQ(rules.outstanding, 36U);
}

TEST(RequestRules, KeepARequestWithinASmallMemory) {
  EXPECT_EQ(request_rules(ideal_memory(0, 1e9, 8)).default_bytes, 8U);
}

TEST(RequestRules, BoundTheRequestsOfAMemoryOfAnyLatency) {
  // 1 s x 1e18 bytes per s: 2^20 bursts at most, and 16 more.
  const RequestRules rules = request_rules(ideal_memory(1'000'000'000'000'000, 1e18, 4096));
  EXPECT_EQ(rules.outstanding, (1U << 20) + 16);
}

}  // namespace
}  // namespace nzsim
