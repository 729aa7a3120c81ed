#include "models/eie/leading_nonzero_detector.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace nzsim::eie {
namespace {

void hold(LeadingNonzeroDetector& detector, const std::vector<std::int16_t>& row) {
  std::copy(row.begin(), row.end(), detector.next_row().begin());
  detector.load_row();
}

TEST(LeadingNonzeroDetector, FindsNothingBeforeARowIsHeld) {
  const LeadingNonzeroDetector detector(4);
  EXPECT_FALSE(detector.find());
}

TEST(LeadingNonzeroDetector, FindsLanesInOrderOneAtATime) {
  LeadingNonzeroDetector detector(4);
  hold(detector, {0, 5, 0, -3});
  ASSERT_EQ(detector.find(), 1U);
  EXPECT_EQ(detector.value(1), 5);
  EXPECT_FALSE(detector.is_last(1));
  // Until it is taken it is found again.
  ASSERT_EQ(detector.find(), 1U);
  detector.take(1);
  ASSERT_EQ(detector.find(), 3U);
  EXPECT_TRUE(detector.is_last(3));
  detector.take(3);
  EXPECT_FALSE(detector.find());
}

TEST(LeadingNonzeroDetector, TreatsNegativeValuesAsZeroAfterAReLU) {
  LeadingNonzeroDetector detector(3);
  detector.set_relu(true);
  hold(detector, {-1, 0, 2});
  EXPECT_EQ(detector.find(), 2U);
}

TEST(LeadingNonzeroDetector, StartsANewRowAtLaneZero) {
  LeadingNonzeroDetector detector(2);
  hold(detector, {1, 1});
  detector.take(0);
  hold(detector, {2, 0});
  EXPECT_EQ(detector.find(), 0U);
}

}  // namespace
}  // namespace nzsim::eie
