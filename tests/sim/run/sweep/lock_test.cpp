#include "sim/run/sweep/lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::sweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(DirectoryLock, SaysWhoHasIt) {
  const test::TemporaryDirectory directory;
  EXPECT_FALSE(lock_holder(directory.path()).has_value());
  const DirectoryLock lock(directory.path(), LockKind::exclusive, 12);
  const auto holder = lock_holder(directory.path());
  ASSERT_TRUE(holder.has_value());
  EXPECT_EQ(holder->process, ::getpid());
  EXPECT_EQ(holder->host, host_name());
  EXPECT_EQ(holder->finished, 12U);
}

TEST(DirectoryLock, RefusesASecondRunAndShardsBesideARun) {
  const test::TemporaryDirectory directory;
  const DirectoryLock lock(directory.path(), LockKind::exclusive, 0);
  for (const LockKind kind : {LockKind::exclusive, LockKind::shared}) {
    EXPECT_THAT(test::message_of([&] { const DirectoryLock second(directory.path(), kind, 0); }),
                AllOf(HasSubstr("/lock: expected no other run of this sweep, got process " +
                                std::to_string(::getpid()) + " on " + host_name())));
  }
}

TEST(DirectoryLock, LetsShardsRunTogetherButNoWholeRunBesideThem) {
  const test::TemporaryDirectory directory;
  const DirectoryLock first(directory.path(), LockKind::shared, 0);
  const DirectoryLock second(directory.path(), LockKind::shared, 0);
  EXPECT_TRUE(lock_holder(directory.path()).has_value());
  EXPECT_THAT(
      test::message_of([&] { const DirectoryLock run(directory.path(), LockKind::exclusive, 0); }),
      HasSubstr("expected no other run"));
}

TEST(DirectoryLock, IsFreeAgainAfterwards) {
  const test::TemporaryDirectory directory;
  { const DirectoryLock lock(directory.path(), LockKind::exclusive, 0); }
  EXPECT_FALSE(lock_holder(directory.path()).has_value());
  EXPECT_NO_THROW(const DirectoryLock lock(directory.path(), LockKind::exclusive, 0));
}

}  // namespace
}  // namespace nzsim::sweep
