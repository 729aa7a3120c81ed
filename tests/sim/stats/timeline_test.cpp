#include "sim/stats/timeline.h"

#include <cstdint>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::uint64_t> counts_of(const Timeline& timeline, std::size_t part = 0) {
  const auto counts = timeline.of(part);
  return {counts.begin(), counts.end()};
}

TEST(Timeline, CountsSingleCyclesAsLongAsAllFit) {
  Timeline timeline(2);
  timeline.add(0, 1);
  timeline.add(1, 127);
  timeline.end(128);
  EXPECT_EQ(timeline.window_cycles(), 1U);
  EXPECT_THAT(timeline.of(0), SizeIs(128));
  EXPECT_EQ(timeline.of(0)[0], 0U);
  EXPECT_EQ(timeline.of(0)[1], 1U);
  EXPECT_EQ(timeline.of(0)[2], 0U);
  EXPECT_EQ(timeline.of(1)[127], 1U);
}

TEST(Timeline, DoublesTheWindowsAtTheCycleBehindTheLast) {
  Timeline timeline(1);
  timeline.add(0, 0);
  timeline.add(0, 1);
  timeline.add(0, 3);
  // Cycle 128 is in window 64 of two cycles each: merged are (0, 1), (2, 3) and so on.
  timeline.add(0, 128);
  EXPECT_EQ(timeline.window_cycles(), 2U);
  timeline.end(129);
  std::vector<std::uint64_t> expected(65, 0);
  expected[0] = 2;
  expected[1] = 1;
  expected[64] = 1;
  EXPECT_EQ(counts_of(timeline), expected);
}

TEST(Timeline, DoublesTheWindowsAtAnEndWithoutCounts) {
  Timeline fits(1);
  fits.end(256);
  EXPECT_EQ(fits.window_cycles(), 2U);
  EXPECT_THAT(fits.of(0), SizeIs(128));
  Timeline exceeds(1);
  exceeds.end(257);
  // Ceil(257 / 4) = 65 windows, the last of one cycle.
  EXPECT_EQ(exceeds.window_cycles(), 4U);
  EXPECT_THAT(exceeds.of(0), SizeIs(65));
}

TEST(Timeline, PutsACycleAtTheEdgeOfAWindowIntoOneOfTwo) {
  // 512 cycles: windows of 4. Cycles 7 and 8 are the last of window 1 and the first of window 2.
  Timeline last(1);
  last.add(0, 7);
  last.end(512);
  Timeline first(1);
  first.add(0, 8);
  first.end(512);
  EXPECT_EQ(last.window_cycles(), 4U);
  EXPECT_EQ(last.of(0)[1], 1U);
  EXPECT_EQ(last.of(0)[2], 0U);
  EXPECT_EQ(first.of(0)[1], 0U);
  EXPECT_EQ(first.of(0)[2], 1U);
}

TEST(Timeline, SplitsACountOverTheWindowsThatItTouches) {
  Timeline timeline(1);
  // Windows of 4: cycles 3 to 12 are one of window 0, windows 1 and 2, and one of window 3.
  timeline.add(0, 511);
  timeline.add(0, 3, 10);
  timeline.add(0, 20, 0);
  timeline.end(512);
  const std::vector<std::uint64_t> counts = counts_of(timeline);
  EXPECT_THAT(std::vector(counts.begin(), counts.begin() + 6), ElementsAre(1, 4, 4, 1, 0, 0));
  EXPECT_EQ(counts[127], 1U);
}

TEST(Timeline, DoesNotDependOnTheOrderOfRecordingOrOnItsPieces) {
  // Cycles c with c mod 7 in [0, 3), to 70,000: windows of 1,024.
  Timeline forward(1);
  for (std::uint64_t cycle = 0; cycle < 70'000; cycle += 7) forward.add(0, cycle, 3);
  forward.end(70'003);
  Timeline backward(1);
  for (std::uint64_t cycle = 70'000; cycle >= 7; cycle -= 7) {
    backward.add(0, cycle - 5);
    backward.add(0, cycle - 7);
    backward.add(0, cycle - 6);
  }
  backward.end(70'003);
  EXPECT_EQ(forward.window_cycles(), 1024U);
  EXPECT_EQ(counts_of(forward), counts_of(backward));
  const std::vector<std::uint64_t> counts = counts_of(forward);
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 30'000U);
}

TEST(Timeline, HoldsTheLargestTimes) {
  Timeline timeline(1);
  timeline.add(0, 0);
  timeline.end(UINT64_MAX);
  // 2^64 - 1 cycles are 128 windows of 2^57.
  EXPECT_EQ(timeline.window_cycles(), std::uint64_t{1} << 57);
  EXPECT_THAT(timeline.of(0), SizeIs(128));
}

TEST(Timeline, OfNoTimeHasNoWindows) {
  Timeline timeline(3);
  timeline.end(0);
  EXPECT_THAT(timeline.of(2), IsEmpty());
}

TEST(Timeline, RefusesCountsBehindTheEnd) {
  Timeline timeline(1);
  timeline.add(0, 9);
  EXPECT_THROW(timeline.end(9), SimulationError);
  EXPECT_NO_THROW(timeline.end(10));
}

}  // namespace
}  // namespace nzsim
