#include "sim/kernel/watchdog.h"

#include <gtest/gtest.h>

namespace nzsim {
namespace {

TEST(Watchdog, ExpiresOneCycleBeyondItsLimitNotAtIt) {
  Watchdog watchdog(10);
  watchdog.note_progress(5);
  EXPECT_FALSE(watchdog.is_expired(15));
  EXPECT_TRUE(watchdog.is_expired(16));
}

TEST(Watchdog, StartsAnewWithEveryProgress) {
  Watchdog watchdog(10);
  watchdog.note_progress(16);
  EXPECT_FALSE(watchdog.is_expired(26));
  EXPECT_TRUE(watchdog.is_expired(27));
  EXPECT_EQ(watchdog.last_progress(), 16U);
}

}  // namespace
}  // namespace nzsim
