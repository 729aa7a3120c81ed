#include "tools/nzsim/baseline/statistics.h"

#include <vector>

#include <gtest/gtest.h>

namespace nzsim::baseline {
namespace {

TEST(BaselineStatistics, InterpolatesQuantilesBetweenValues) {
  const Spread spread = spread_of({4.0, 1.0, 3.0, 2.0});
  EXPECT_EQ(spread.minimum, 1.0);
  // A quarter of the way from place 0 to place 3 is 0.75: 1 + 0.75 x (2 - 1).
  EXPECT_EQ(spread.lower_quartile, 1.75);
  EXPECT_EQ(spread.median, 2.5);
  EXPECT_EQ(spread.upper_quartile, 3.25);
  EXPECT_EQ(spread.maximum, 4.0);
}

TEST(BaselineStatistics, HasNoSpreadOfOneValue) {
  const Spread spread = spread_of({5.0});
  EXPECT_EQ(spread.minimum, 5.0);
  EXPECT_EQ(spread.lower_quartile, 5.0);
  EXPECT_EQ(spread.maximum, 5.0);
}

TEST(BaselineStatistics, TakesTheMedianStretchAndBothClocks) {
  const std::vector<Sample> samples{{1.0, 2.0, 1.0}, {3.0, 4.0, 1.1}, {2.0, 3.0, 9.0}};
  const Timing timing = timing_of(samples);
  EXPECT_EQ(timing.repetitions, 3U);
  EXPECT_EQ(timing.wall.median, 2.0);
  EXPECT_EQ(timing.cpu.median, 3.0);
  EXPECT_EQ(timing.stretch, 1.1);
}

TEST(BaselineStatistics, CallsTimingNoisyAboveTheLargestStretchAlone) {
  Timing timing;
  timing.stretch = kLargestStretch;
  EXPECT_FALSE(timing.is_noisy());
  timing.stretch = kLargestStretch + 1e-9;
  EXPECT_TRUE(timing.is_noisy());
  EXPECT_EQ(stretch_of(3.0, 2.0), 1.5);
  EXPECT_EQ(stretch_of(3.0, 0.0), 1.0);
}

TEST(BaselineStatistics, CallsTimingNoisyWhereTheMedianIsFarAboveTheMinimum) {
  // 1.1 is within a fifth of 1; 1.3 is not.
  EXPECT_FALSE(timing_of(std::vector<Sample>{{1.0}, {1.1}, {9.0}}).is_noisy());
  EXPECT_TRUE(timing_of(std::vector<Sample>{{1.0}, {1.3}, {1.3}}).is_noisy());
}

TEST(BaselineStatistics, CallsAMachineLoadedAboveHalfATaskPerCore) {
  EXPECT_FALSE(is_loaded(1.0, 2));
  EXPECT_TRUE(is_loaded(1.01, 2));
}

}  // namespace
}  // namespace nzsim::baseline
