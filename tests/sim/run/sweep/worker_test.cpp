#include "sim/run/sweep/worker.h"

#include <new>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/run/sweep/workers_board.h"
#include "tests/support/fake_sweep.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::sweep {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

class PointRunnerTest : public testing::Test {
 protected:
  [[nodiscard]] PointRunner runner(InputsOf inputs) const {
    return {plan, std::move(inputs), {.programs = directory.path() / "programs"}};
  }

  test::TemporaryDirectory directory;
  Plan plan = test::fake_plan(4);
};

TEST_F(PointRunnerTest, ReturnsTheNumbersOfAPoint) {
  const PointResult result = runner(test::fake_inputs()).run(plan.points[2], 3);
  EXPECT_EQ(result.status, Status::done);
  EXPECT_EQ(result.key, plan.points[2].key);
  EXPECT_EQ(result.index, 2U);
  EXPECT_EQ(result.attempt, 3U);
  // 5 cycles at 1 MHz.
  EXPECT_THAT(result.numbers, Contains(Pair("cycles", 5.0)));
  EXPECT_THAT(result.numbers, Contains(Pair("seconds", 5e-6)));
  EXPECT_NE(result.host, "");
}

TEST_F(PointRunnerTest, SaysWhyAPointFails) {
  PointRunner failing = runner(test::fake_inputs(
      [](std::uint64_t) { throw SimulationError("queue: cycle 3: lost an entry"); }));
  const PointResult result = failing.run(plan.points[0], 1);
  EXPECT_EQ(result.status, Status::failed);
  EXPECT_EQ(result.message, "queue: cycle 3: lost an entry");
  EXPECT_TRUE(result.numbers.empty());
}

TEST_F(PointRunnerTest, KeepsTheNumbersWhereValuesDiffer) {
  PointRunner differing = runner(test::fake_inputs({}, {.difference = "output 3"}));
  const PointResult result = differing.run(plan.points[0], 1);
  EXPECT_EQ(result.status, Status::values_differ);
  EXPECT_EQ(result.message, "layer layer: output 3");
  EXPECT_THAT(result.numbers, Contains(Pair("cycles", 5.0)));
}

TEST_F(PointRunnerTest, LeavesTheEndOfMemoryToItsCaller) {
  PointRunner greedy = runner(test::fake_inputs([](std::uint64_t) { throw std::bad_alloc(); }));
  EXPECT_THROW((void)greedy.run(plan.points[0], 1), std::bad_alloc);
}

TEST_F(PointRunnerTest, StoresAProgramThatSeveralPointsShare) {
  PointRunner sharing = runner(test::fake_inputs());
  (void)sharing.run(plan.points[0], 1);
  EXPECT_FALSE(std::filesystem::is_empty(directory.path() / "programs"));
}

TEST_F(PointRunnerTest, IsUsedUpByReferenceMode) {
  PointRunner fast = runner(test::fake_inputs());
  (void)fast.run(plan.points[0], 1);
  EXPECT_FALSE(fast.is_used_up());
  PointRunner reference = runner(test::fake_inputs({}, {.needs_reference = "shared ports"}));
  (void)reference.run(plan.points[0], 1);
  EXPECT_TRUE(reference.is_used_up());
}

TEST_F(PointRunnerTest, WritesReportsWhereAsked) {
  PointRunner reporting(plan, test::fake_inputs(),
                        {.reports = directory.path() / "reports", .programs = directory.path()});
  (void)reporting.run(plan.points[1], 1);
  EXPECT_THAT(read_file(directory.path() / "reports" / (plan.points[1].key + ".json")),
              HasSubstr("\"machine\": \"fake\""));
}

TEST(Tasks, HoldNoTwoPrograms) {
  const std::vector<std::uint64_t> programs = {0, 0, 0, 1, 2, 2};
  // 6 items for one worker: 6 / 16 is below 1, so that each is a task.
  EXPECT_EQ(tasks_of(programs, 1).size(), 6U);
  std::vector<std::uint64_t> many(320, 0);
  many.resize(330, 1);
  // 330 / (16 x 2) = 10 items: 32 tasks of the first program, one of the second.
  const std::vector<Task> tasks = tasks_of(many, 2);
  ASSERT_EQ(tasks.size(), 33U);
  EXPECT_EQ(tasks[31].end, 320U);
  EXPECT_EQ(tasks[32].begin, 320U);
  EXPECT_EQ(tasks[32].end, 330U);
}

TEST(Tasks, AreShort) {
  // 100,000 / 16 is far above the longest task of 64 items: 100,000 / 64 = 1562.5.
  EXPECT_EQ(tasks_of(std::vector<std::uint64_t>(100'000, 0), 1).size(), 1563U);
}

}  // namespace
}  // namespace nzsim::sweep
