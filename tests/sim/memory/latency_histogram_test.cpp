#include "sim/memory/latency_histogram.h"

#include <algorithm>
#include <cstdint>

#include <gtest/gtest.h>

namespace nzsim {
namespace {

TEST(LatencyHistogram, IsAllZeroWhereNothingWasRecorded) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.minimum(), 0U);
  EXPECT_EQ(histogram.maximum(), 0U);
  EXPECT_EQ(histogram.mean(), 0.0);
  EXPECT_EQ(histogram.percentile(50), 0U);
}

TEST(LatencyHistogram, TakesPercentilesByNearestRank) {
  LatencyHistogram histogram;
  for (std::uint64_t value = 100; value >= 1; --value) histogram.record(value);
  EXPECT_EQ(histogram.percentile(1), 1U);
  EXPECT_EQ(histogram.percentile(50), 50U);
  EXPECT_EQ(histogram.percentile(95), 95U);
  EXPECT_EQ(histogram.percentile(99), 99U);
  EXPECT_EQ(histogram.percentile(100), 100U);
  histogram.record(1000);
  // Ranks of 101 samples: 0.5 x 101 = 50.5, hence the 51st; 0.99 x 101 = 99.99, the 100th.
  EXPECT_EQ(histogram.percentile(50), 51U);
  EXPECT_EQ(histogram.percentile(99), 100U);
  EXPECT_EQ(histogram.percentile(100), 1000U);
}

TEST(LatencyHistogram, KeepsExtremesAndMeanExact) {
  LatencyHistogram histogram;
  for (const std::uint64_t value : {7U, 1'000'001U, 12U}) histogram.record(value);
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_EQ(histogram.minimum(), 7U);
  EXPECT_EQ(histogram.maximum(), 1'000'001U);
  EXPECT_EQ(histogram.mean(), 1'000'020.0 / 3.0);
}

TEST(LatencyHistogram, IsExactBelow4096AndAtEachFirstValueOfWiderBuckets) {
  // One larger sample keeps the maximum out of the way.
  const auto percentile_of = [](std::uint64_t value) {
    LatencyHistogram histogram;
    histogram.record(value);
    histogram.record(UINT64_MAX);
    return histogram.percentile(50);
  };
  EXPECT_EQ(percentile_of(0), 0U);
  EXPECT_EQ(percentile_of(4094), 4094U);
  EXPECT_EQ(percentile_of(4095), 4095U);
  // Buckets are 2 wide from 4096 on, 4 wide from 8192 on.
  EXPECT_EQ(percentile_of(4096), 4097U);
  EXPECT_EQ(percentile_of(4097), 4097U);
  EXPECT_EQ(percentile_of(4098), 4099U);
  EXPECT_EQ(percentile_of(8191), 8191U);
  EXPECT_EQ(percentile_of(8192), 8195U);
  EXPECT_EQ(percentile_of(UINT64_MAX), UINT64_MAX);
}

TEST(LatencyHistogram, IsNeverOffByMoreThanOnePercent) {
  std::uint64_t largest_error_per_mille = 0;
  for (std::uint64_t value = 1; value < std::uint64_t{1} << 60; value += value / 3 + 1) {
    LatencyHistogram one;
    one.record(value);
    one.record(UINT64_MAX);
    const std::uint64_t error = one.percentile(50) - value;
    largest_error_per_mille = std::max(largest_error_per_mille, error / (value / 1000 + 1));
  }
  EXPECT_LT(largest_error_per_mille, 10U);
}

TEST(LatencyHistogram, DoesNotExceedTheMaximum) {
  LatencyHistogram histogram;
  histogram.record(1'000'000);
  EXPECT_EQ(histogram.percentile(99), 1'000'000U);
}

}  // namespace
}  // namespace nzsim
