#include "sim/base/cycle_times.h"

#include <gtest/gtest.h>

namespace nzsim {
namespace {

TEST(CycleTimes, BeginCyclesAtWholeFemtosecondsWithoutAddingUpErrors) {
  // 700 MHz: 1 / 0.7 = 1.428571... ns.
  const CycleTimes times(700e6);
  EXPECT_EQ(times.femtoseconds(0), 0);
  EXPECT_EQ(times.femtoseconds(1), 1'428'571);
  EXPECT_EQ(times.femtoseconds(7), 10'000'000);
  EXPECT_EQ(times.femtoseconds(700'000'000), 1'000'000'000'000'000);
}

TEST(CycleTimes, FindTheFirstCycleAtOrAfterATime) {
  const CycleTimes times(700e6);
  EXPECT_EQ(times.first_cycle_at(0), 0U);
  EXPECT_EQ(times.first_cycle_at(1), 1U);
  EXPECT_EQ(times.first_cycle_at(1'428'571), 1U);
  EXPECT_EQ(times.first_cycle_at(1'428'572), 2U);
  // 18 hours: exact in 128 bits.
  EXPECT_EQ(times.first_cycle_at(times.femtoseconds(6'000'000'001)), 6'000'000'001U);
  EXPECT_EQ(times.first_cycle_at(times.femtoseconds(6'000'000'001) + 1), 6'000'000'002U);
}

}  // namespace
}  // namespace nzsim
