#include "tools/nzsim/sweep/page_pareto.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_sweep.h"

namespace nzsim::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const std::vector<Goal> kBothLeast = {Goal::minimize, Goal::minimize};

/// The front of points of one group.
std::vector<std::size_t> front(const std::vector<std::vector<double>>& values,
                               const std::vector<Goal>& goals) {
  return pareto_front(values, goals, std::vector<std::size_t>(values.front().size(), 0));
}

TEST(ParetoFront, HasThePointsThatNoOtherOneBeats) {
  // (1, 9), (3, 3) and (9, 1) are each the best in some weighing; (3, 4) is beaten by (3, 3) in the
  // second number alone, (10, 10) by all.
  EXPECT_THAT(front({{10, 3, 1, 3, 9}, {10, 4, 9, 3, 1}}, kBothLeast), ElementsAre(2, 3, 4));
}

TEST(ParetoFront, KeepsAllOfEqualPoints) {
  EXPECT_THAT(front({{1, 1, 2}, {5, 5, 5}}, kBothLeast), ElementsAre(0, 1));
}

TEST(ParetoFront, TakesTheMostWhereThatIsTheGoal) {
  // (seconds, speed): (1, 5) is the fastest and the least; (2, 9) has more speed; (2, 5) neither.
  EXPECT_THAT(front({{1, 2, 2}, {5, 9, 5}}, {Goal::minimize, Goal::maximize}), ElementsAre(0, 1));
  EXPECT_THAT(front({{1, 2, 2}, {5, 9, 5}}, {Goal::maximize, Goal::maximize}), ElementsAre(1));
}

TEST(ParetoFront, OfOneObjectiveIsTheBest) {
  EXPECT_THAT(front({{4, 2, 3, 2}}, {Goal::minimize}), ElementsAre(1, 3));
}

TEST(ParetoFront, LeavesOutWhatLacksANumber) {
  EXPECT_THAT(front({{0, 2, 3}, {kNone, 2, 3}}, kBothLeast), ElementsAre(1));
}

TEST(ParetoFront, ComparesWithinAGroup) {
  EXPECT_THAT(pareto_front({{1, 2, 7, 8}}, {Goal::minimize}, {0, 0, 1, 1}), ElementsAre(0, 2));
}

TEST(ParetoFront, IsEmptyWithoutObjectives) {
  EXPECT_THAT(pareto_front({}, {}, {0, 0}), IsEmpty());
}

/// Whether a point beats another in three numbers, the less the better.
bool beats(const std::vector<std::vector<double>>& values, std::size_t one, std::size_t other) {
  bool is_as_good = true;
  bool is_better = false;
  for (const std::vector<double>& column : values) {
    is_as_good = is_as_good && column[one] <= column[other];
    is_better = is_better || column[one] < column[other];
  }
  return is_as_good && is_better;
}

/// Places that no other place beats, by comparing all pairs.
std::vector<std::size_t> unbeaten(const std::vector<std::vector<double>>& values) {
  std::vector<std::size_t> places;
  for (std::size_t point = 0; point < values.front().size(); ++point) {
    bool is_beaten = false;
    for (std::size_t other = 0; other < values.front().size(); ++other) {
      is_beaten = is_beaten || beats(values, other, point);
    }
    if (!is_beaten) places.push_back(point);
  }
  return places;
}

TEST(ParetoFront, IsWhatComparingAllPairsGives) {
  // Small numbers, so that many are equal; a linear congruence (Numerical Recipes) draws them.
  std::vector<std::vector<double>> values(3, std::vector<double>(400));
  std::uint32_t state = 1;
  for (std::vector<double>& column : values) {
    for (double& value : column) {
      state = state * 1664525U + 1013904223U;
      value = static_cast<double>(state >> 28U);
    }
  }
  EXPECT_EQ(front(values, {Goal::minimize, Goal::minimize, Goal::minimize}), unbeaten(values));
}

/// Two points with two numbers, the second of which failed.
struct TwoPoints {
  TwoPoints() {
    plan = test::fake_plan(2);
    PageColumn status{"status"};
    status.words = {"done", "values_differ"};
    status.places = {0, 1};
    PageColumn seconds{"seconds", PageColumn::Role::number, true, {2.0, 1.0}};
    PageColumn energy{"energy_joules", PageColumn::Role::number, true, {2.0, 1.0}};
    points.columns = {status, seconds, energy};
    points.indices = {0, 1};
  }
  Plan plan;
  PagePoints points;
};

TEST(FrontOf, NeverHasAPointThatFailed) {
  const TwoPoints two;
  EXPECT_THAT(front_of(two.plan, two.points, {{"seconds", Goal::minimize}}), ElementsAre(0));
}

TEST(ObjectivesOf, AreTimeAndEnergyWhereTheFileNamesNone) {
  const TwoPoints two;
  const PageObjectives found = objectives_of(two.plan.config, two.points);
  ASSERT_THAT(found.objectives, SizeIs(2));
  EXPECT_EQ(found.objectives[0].column, "seconds");
  EXPECT_EQ(found.objectives[1].column, "energy_joules");
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("names no objectives")));
}

TEST(ObjectivesOf, TellOfAColumnThatNoPointHas) {
  TwoPoints two;
  two.plan.config.objectives = {{"seconds", Goal::maximize}, {"second", Goal::minimize}};
  const PageObjectives found = objectives_of(two.plan.config, two.points);
  ASSERT_THAT(found.objectives, SizeIs(1));
  EXPECT_EQ(found.objectives[0].goal, Goal::maximize);
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("No point has a number \"second\"")));
}

}  // namespace
}  // namespace nzsim::sweep
