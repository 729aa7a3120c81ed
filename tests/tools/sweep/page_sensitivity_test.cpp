#include "tools/nzsim/sweep/page_sensitivity.h"

#include <cmath>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "sim/run/sweep/plan.h"
#include "tests/sim/run/sweep/sweep_files.h"
#include "tests/tools/sweep/page_results.h"

namespace nzsim::sweep {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsNan;
using ::testing::SizeIs;

const std::vector<Objective> kSeconds = {{"seconds", Goal::minimize}};
constexpr std::optional<std::size_t> kNone = std::nullopt;

std::vector<WorkloadSensitivity> sensitivity(const test::SweepResults& results,
                                             const OwnPlaces& own) {
  return sensitivity_of(results.plan, read_points(results.plan, results.directory.path()), kSeconds,
                        own);
}

TEST(Sensitivity, FollowsEachAxisAroundTheBaseMachinesOwnValues) {
  test::SweepResults results;
  // Depth 1, 2, 4 with ddr3: 4, 2, 1 s; with hbm2: 3, 1, 0.5 s. The base is depth 2 with ddr3.
  const std::vector<double> seconds = {4, 3, 2, 1, 1, 0.5};
  for (std::size_t index = 0; index < 6; ++index) results.done(index, seconds[index], 1.0);
  const auto found = sensitivity(results, {{1, 0}, {1, 0}});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].workload, 0U);
  EXPECT_EQ(found[0].base, 2U);
  EXPECT_EQ(found[0].origin, "the base machine's own values");
  ASSERT_THAT(found[0].axes, SizeIs(2));
  EXPECT_THAT(found[0].axes[0].points, ElementsAre(0, 2, 4));
  // 4 / 2 - 1, 0, 1 / 2 - 1.
  EXPECT_THAT(found[0].axes[0].changes, ElementsAre(ElementsAre(1.0, 0.0, -0.5)));
  EXPECT_THAT(found[0].axes[1].points, ElementsAre(2, 3));
  EXPECT_THAT(found[0].axes[1].changes, ElementsAre(ElementsAre(0.0, -0.5)));
}

TEST(Sensitivity, StartsFromTheMiddleOfAnAxisWithoutTheBasesValue) {
  test::SweepResults results;
  for (std::size_t index = 0; index < 6; ++index) results.done(index, 1.0, 1.0);
  const auto found = sensitivity(results, {{kNone, 1}, {kNone, kNone}});
  ASSERT_THAT(found, SizeIs(1));
  // The middle of 1, 2, 4 and hbm2.
  EXPECT_EQ(found[0].base, 3U);
  EXPECT_EQ(found[0].origin,
            "the base machine's own values, and the middle of /depth, which lacks its own");
}

TEST(Sensitivity, StartsFromTheMiddleWhereTheBaseHasNoResult) {
  test::SweepResults results;
  // The middle of two values is the first.
  results.done(2, 2.0, 1.0);
  results.done(0, 3.0, 1.0);
  results.failed(5, "the base's own");
  const auto found = sensitivity(results, {{2, 1}, {2, 1}});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].base, 2U);
  EXPECT_EQ(found[0].origin, "the middle of each axis");
  EXPECT_THAT(found[0].axes[0].points, ElementsAre(0, 2, kNone));
  EXPECT_THAT(found[0].axes[0].changes,
              ElementsAre(ElementsAre(DoubleEq(0.5), DoubleEq(0.0), IsNan())));
}

TEST(Sensitivity, LeavesOutWorkloadsWithoutABase) {
  test::SweepResults results;
  results.done(0, 1.0, 1.0);
  results.done(8, 1.0, 1.0);
  const auto found = sensitivity(results, {{kNone, kNone}, {kNone, kNone}});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].workload, 1U);
  EXPECT_EQ(found[0].base, 8U);
}

TEST(Sensitivity, HasNoChangeOfWhatIsZeroAtTheBase) {
  test::SweepResults results;
  results.done(0, 1.0, 1.0);
  results.done(2, 0.0, 1.0);
  const auto found = sensitivity(results, {{kNone, kNone}, {kNone, kNone}});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].axes[0].changes, ElementsAre(ElementsAre(IsNan(), IsNan(), IsNan())));
}

class OwnPlacesOf : public SweepFiles {
 protected:
  [[nodiscard]] OwnPlaces own() const { return own_places(load(), directories()); }
};

TEST_F(OwnPlacesOf, AreThoseOfMachineNetworkAndNamedFiles) {
  sweep["workloads"] = {"small", "large"};
  sweep["axes"] = {{"/clock_mhz", {350, 700}},
                   {"/energy", {"other", "table"}},
                   {"/bytes_per_cycle", {1, 2}},
                   {"workload:/batch", {2, 1, 4}},
                   {"workload:/layers/0/outputs", {16}}};
  // 700 MHz and the energy table "table" are the base's; 8 bytes per cycle no axis has; batch 1 is
  // the default; only the large network has 16 outputs.
  EXPECT_THAT(own(),
              ElementsAre(ElementsAre(1, 1, kNone, 1, kNone), ElementsAre(1, 1, kNone, 1, 0)));
}

TEST_F(OwnPlacesOf, FollowWhatTheSweepSetsForAllPoints) {
  sweep["set"] = {"/clock_mhz=350"};
  sweep["axes"] = {{"/clock_mhz", {350, 700}}};
  EXPECT_THAT(own(), ElementsAre(ElementsAre(0), ElementsAre(0)));
}

TEST_F(OwnPlacesOf, AreNoneWhereTheBaseIsNotThere) {
  sweep["base"] = "gone";
  sweep["axes"] = {{"/clock_mhz", {350, 700}}};
  EXPECT_THAT(own(), ElementsAre(ElementsAre(kNone), ElementsAre(kNone)));
}

}  // namespace
}  // namespace nzsim::sweep
