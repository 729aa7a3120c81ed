#include "sim/memory/memory.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "sim/memory/address_mapping.h"
#include "tests/support/shipped_memory.h"

namespace nzsim {
namespace {

/// Reads `count` times `bytes` bytes from the addresses that `address_of` gives, with up to
/// `outstanding` transfers unanswered. Returns bytes per second, first request to last answer.
double bandwidth(const MemoryConfig& config, std::uint64_t count, std::uint64_t bytes,
                 std::uint64_t outstanding,
                 const std::function<std::uint64_t(std::uint64_t)>& address_of) {
  const std::unique_ptr<Memory> memory = make_memory(config);
  std::vector<MemoryEvent> events;
  Femtoseconds now = 0;
  Femtoseconds last = 0;
  std::uint64_t sent = 0;
  while (sent < count || memory->unanswered() > 0) {
    while (sent < count && memory->unanswered() < outstanding) {
      memory->submit({sent, Access::read, address_of(sent), bytes}, now);
      ++sent;
    }
    events.clear();
    now = std::max(now, memory->next_time() + 1);
    memory->advance(now, events);
    for (const MemoryEvent& event : events) {
      if (event.kind == MemoryEvent::Kind::completed) last = std::max(last, event.time);
    }
    // A transfer that waits for an answer is sent when the answer is there.
    if (memory->unanswered() < outstanding && outstanding == 1) now = std::max(now, last);
  }
  return static_cast<double>(count * bytes) / (static_cast<double>(last) * 1e-15);
}

// Jouppi et al., ISCA 2017: the weight memory is two DDR3-2133 channels, 34 GB/s (Section 2), from
// which Fig. 1 has 30 GiB/s = 32.2 GB/s at the weight FIFO; a tile is 64 KiB.
TEST(PublishedMemory, TwoDdr3ChannelsDeliverWeightTilesAtTheTpusRate) {
  const MemoryConfig config = test::shipped_memory("ddr3-2133", {{"/channels", "2"}});
  constexpr std::uint64_t kTile = 65536;
  const auto next_tile = [](std::uint64_t tile) { return tile * kTile; };
  EXPECT_NEAR(config.peak_bytes_per_second() / 1e9, 34.1, 0.05);

  // One tile after the other: each pays the latency of its first burst.
  const double one_by_one = bandwidth(config, 400, kTile, 1, next_tile);
  EXPECT_NEAR(kTile / one_by_one * 1e6, 2.0, 0.05);  // microseconds
  EXPECT_NEAR(one_by_one / (30.0 * (1 << 30)), 1.0, 0.02);

  // Four tiles ahead, as the FIFO has: all but refresh (3.3 %) and the rows' changes.
  const double ahead = bandwidth(config, 400, kTile, 4, next_tile);
  EXPECT_GT(ahead, one_by_one);
  EXPECT_LT(ahead / config.peak_bytes_per_second(), 1.0 - 278.0 / 8316.0);
  EXPECT_GT(ahead / config.peak_bytes_per_second(), 0.96);
}

/// Share of the peak of one channel that 64-byte reads reach, without refresh.
double share_of_peak(const std::string& mapping, std::uint64_t count,
                     const std::function<std::uint64_t(std::uint64_t)>& address_of) {
  const MemoryConfig config =
      test::shipped_memory("ddr4-2400", {{"/controller/refresh", "none"}, {"/mapping", mapping}});
  return bandwidth(config, count, 64, 48, address_of) / config.peak_bytes_per_second();
}

TEST(PublishedMemory, ASequentialStreamReachesThePeakWhereBankGroupsTakeTurns) {
  const auto next = [](std::uint64_t i) { return i * 64; };
  EXPECT_GT(share_of_peak("bank_group_interleaved", 100'000, next), 0.995);
  EXPECT_GT(share_of_peak("burst_interleaved", 100'000, next), 0.98);
}

TEST(PublishedMemory, BurstsOfOneBankGroupReachTccdSOverTccdLOfThePeak) {
  // 128 bursts of one row, over and over: every tCCD_L = 6 clocks a burst of 4.
  const auto same_row = [](std::uint64_t i) { return i % 128 * 64; };
  EXPECT_NEAR(share_of_peak("row_major", 100'000, same_row), 4.0 / 6.0, 0.002);
}

TEST(PublishedMemory, RandomReadsReachTheBoundOfTheFourActivateWindow) {
  std::mt19937_64 random(1);
  const auto anywhere = [&](std::uint64_t) { return random() % (std::uint64_t{1} << 26) * 64; };
  // Four bursts of 4 clocks in each tFAW = 26 clocks are 61.5 %, less what 32 entries over 16 banks
  // leave idle.
  const double bound = 4.0 * 4.0 / 26.0;
  const double share = share_of_peak("bank_group_interleaved", 100'000, anywhere);
  EXPECT_LT(share, bound);
  EXPECT_GT(share, 0.97 * bound);
}

TEST(PublishedMemory, ChannelsShareATransferAndAddTheirBandwidth) {
  const auto next = [](std::uint64_t i) { return i * 4096; };
  const double one = bandwidth(test::shipped_memory("hbm2-2000"), 4000, 4096, 16, next);
  const double eight =
      bandwidth(test::shipped_memory("hbm2-2000", {{"/channels", "8"}}), 32'000, 4096, 128, next);
  EXPECT_NEAR(eight / one, 8.0, 0.1);
}

}  // namespace
}  // namespace nzsim
