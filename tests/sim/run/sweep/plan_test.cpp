#include "sim/run/sweep/plan.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/run/sweep/plan_inputs.h"
#include "tests/sim/run/sweep/sweep_files.h"

namespace nzsim::sweep {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

class SweepPlan : public SweepFiles {
 protected:
  /// `WORKLOAD: VALUE VALUE` of each point.
  static std::vector<std::string> points(const Plan& plan) {
    std::vector<std::string> lines;
    for (const Point& point : plan.points) {
      lines.push_back(fmt::format("{}: {}", plan.config.workloads[point.workload].network,
                                  fmt::join(point.values, " ")));
    }
    return lines;
  }

  static std::vector<std::string> keys(const Plan& plan) {
    std::vector<std::string> all;
    for (const Point& point : plan.points) all.push_back(point.key);
    return all;
  }

  static std::vector<std::uint64_t> programs(const Plan& plan) {
    std::vector<std::uint64_t> all;
    for (const Point& point : plan.points) all.push_back(point.program);
    return all;
  }

  /// The key of the only point.
  [[nodiscard]] std::string key() const { return plan().points[0].key; }
};

TEST_F(SweepPlan, OrdersWorkloadsSlowestAndTheLastAxisFastest) {
  sweep["axes"] = {{"/clock_mhz", {100, 200}}, {"/bytes_per_cycle", {8, 4}}};
  const Plan result = plan();
  EXPECT_THAT(points(result),
              ElementsAre("small: 100 8", "small: 100 4", "small: 200 8", "small: 200 4",
                          "large: 100 8", "large: 100 4", "large: 200 8", "large: 200 4"));
  for (std::size_t index = 0; index < result.points.size(); ++index) {
    EXPECT_EQ(result.points[index].index, index);
  }
  EXPECT_EQ(result.excluded, 0U);
}

TEST_F(SweepPlan, HasAPointPerWorkloadWithoutAxes) {
  EXPECT_THAT(points(plan()), ElementsAre("small: ", "large: "));
  sweep["mode"] = "zip";
  EXPECT_THAT(plan().points, SizeIs(2));
}

TEST_F(SweepPlan, ZipsValuesByTheirPlace) {
  sweep["mode"] = "zip";
  sweep["workloads"] = {"small"};
  sweep["axes"] = {{"/clock_mhz", {100, 200, 300}},
                   {"/bytes_per_cycle", {{"from", 1}, {"to", 4}, {"factor", 2}}}};
  EXPECT_THAT(points(plan()), ElementsAre("small: 100 1", "small: 200 2", "small: 300 4"));
}

TEST_F(SweepPlan, DrawsTheSamePointsFromTheSameSeed) {
  sweep["mode"] = "random";
  sweep["random"] = {{"points", 6}, {"seed", 5}};
  sweep["workloads"] = {"small"};
  sweep["axes"] = {{"/clock_mhz", {{"from", 1}, {"to", 1000}, {"step", 1}}},
                   {"/bytes_per_cycle", {1, 2, 4, 8}}};
  // Drawn by Boost's mt19937_64 with seed 5: golden values, as no machine may draw others.
  EXPECT_THAT(points(plan()), ElementsAre("small: 674 1", "small: 226 4", "small: 91 1",
                                          "small: 130 4", "small: 794 1", "small: 52 4"));
  const std::vector<std::string> first = points(plan());
  EXPECT_EQ(points(plan()), first);
  sweep["random"]["seed"] = 6;
  EXPECT_NE(points(plan()), first);
}

TEST_F(SweepPlan, DrawsEachCombinationOnceForAllWorkloads) {
  sweep["mode"] = "random";
  sweep["random"] = {{"points", 200}};
  sweep["axes"] = {{"/bytes_per_cycle", {1, 2, 4, 8}}};
  // 200 draws of four values leave each of the four, once, for two networks.
  std::vector<std::string> drawn = points(plan());
  std::sort(drawn.begin(), drawn.end());
  EXPECT_THAT(drawn, ElementsAre("large: 1", "large: 2", "large: 4", "large: 8", "small: 1",
                                 "small: 2", "small: 4", "small: 8"));
}

TEST_F(SweepPlan, ChangesMachineAndNetworkOfItsPoints) {
  sweep["set"] = {"/bytes_per_cycle=16"};
  sweep["workloads"] = {Json{{"network", "small"}, {"batch", 3}}};
  sweep["axes"] = {{"/clock_mhz", {100}}, {"workload:/layers/0/outputs", {4, 32}}};
  const Plan result = plan();
  ASSERT_THAT(result.points, SizeIs(2));
  const PointInputs inputs = inputs_of(result.config, result.points[1], directories());
  EXPECT_DOUBLE_EQ(inputs.machine.accelerator->clock_hz(), 100e6);
  EXPECT_DOUBLE_EQ(inputs.machine.accelerator->ceilings().bytes_per_second, 16 * 100e6);
  EXPECT_EQ(inputs.network.layers.at(0).output.channels, 32U);
  EXPECT_EQ(inputs.network.layers.at(0).batch, 3U);
}

TEST_F(SweepPlan, ReplacesTheBatchOfAllLayers) {
  sweep["workloads"] = {"small"};
  sweep["axes"] = {{"workload:/batch", {2, 5}}};
  const Plan result = plan();
  const PointInputs inputs = inputs_of(result.config, result.points[1], directories());
  EXPECT_EQ(inputs.network.layers.at(0).batch, 5U);
}

TEST_F(SweepPlan, VariesTheEnergyTableAndItsNumbers) {
  write("configs/energy/other.json",
        R"({"name": "other", "node_nm": 28, "source": "a test", "entries": [
        {"component": "multiply_accumulator", "action": "multiply_accumulate", "picojoules": 2,
         "provenance": "assumption", "source": "a test"}]})");
  sweep["workloads"] = {"small"};
  sweep["axes"] = {{"/energy", {"table", "other"}}, {"/energy/entries/0/picojoules", {3, 4}}};
  const Plan result = plan();
  ASSERT_THAT(result.points, SizeIs(4));
  const Machine machine = inputs_of(result.config, result.points[3], directories()).machine;
  EXPECT_EQ(machine.energy.name, "other");
  EXPECT_EQ(machine.energy.entries.at(0).picojoules, 4.0);
}

TEST_F(SweepPlan, FindsEnergyTablesFromItsOwnDirectory) {
  write("tables/mine.json",
        R"({"name": "mine", "node_nm": 28, "source": "a test", "entries": [
        {"component": "multiply_accumulator", "action": "multiply_accumulate", "picojoules": 2,
         "provenance": "assumption", "source": "a test"}]})");
  sweep["workloads"] = {"small"};
  sweep["axes"] = {{"/energy", {"table", "tables/mine.json"}}};
  const Plan result = plan();
  ASSERT_THAT(result.points, SizeIs(2));
  const Machine machine = inputs_of(result.config, result.points[1], directories()).machine;
  EXPECT_EQ(machine.energy.name, "mine");
}

TEST_F(SweepPlan, KeepsThePointsThatMeetTheCondition) {
  sweep["axes"] = {{"/clock_mhz", {100, 200}}, {"/bytes_per_cycle", {1, 2}}};
  sweep["where"] =
      "clock_mhz * bytes_per_cycle <= 200 && !(workload == 'large' && clock_mhz > 150)";
  const Plan result = plan();
  // 200 x 2 is too much, and 200 x 1 is for small alone.
  EXPECT_THAT(points(result), ElementsAre("small: 100 1", "small: 100 2", "small: 200 1",
                                          "large: 100 1", "large: 100 2"));
  EXPECT_EQ(result.excluded, 3U);
  EXPECT_EQ(result.points[4].index, 4U);
}

TEST_F(SweepPlan, ConditionsSeeWhatTheMachineHasByDefault) {
  sweep["workloads"] = {"small"};
  sweep["set"] = {"/multiply_accumulates_per_cycle=32"};
  sweep["axes"] = {{"/clock_mhz", {100, 200}}, {"workload:/batch", {1, 2}}};
  sweep["where"] =
      "multiply_accumulates_per_cycle * clock_mhz * workload.batch <= 6400 && "
      "energy == 'table' && name == \"base\"";
  // 32 x 100 x 1 = 3200, 32 x 100 x 2 = 32 x 200 x 1 = 6400, 32 x 200 x 2 = 12800.
  const Plan result = plan();
  EXPECT_THAT(points(result), ElementsAre("small: 100 1", "small: 100 2", "small: 200 1"));
  EXPECT_EQ(result.excluded, 1U);
}

TEST_F(SweepPlan, DoesNotReadWhatItsConditionLeavesOut) {
  sweep["axes"] = {{"/bytes_per_cycle", {8, 0}}};
  sweep["where"] = "bytes_per_cycle > 0";
  EXPECT_THAT(points(plan()), ElementsAre("small: 8", "large: 8"));
}

TEST_F(SweepPlan, KeysAre32HexadecimalDigitsAndDiffer) {
  sweep["axes"] = {{"/clock_mhz", {100, 200}}, {"/bytes_per_cycle", {8, 4}}};
  const std::vector<std::string> all = keys(plan());
  EXPECT_THAT(all, Each(MatchesRegex("[0-9a-f]{32}")));
  EXPECT_THAT(std::set<std::string>(all.begin(), all.end()), SizeIs(8));
}

TEST_F(SweepPlan, EqualPointsOfOtherSweepsHaveEqualKeys) {
  sweep["workloads"] = {"small"};
  sweep["axes"] = {{"/clock_mhz", {100, 200}}, {"/bytes_per_cycle", {8, 4}}};
  const std::string expected = plan().points[2].key;  // 200, 8
  sweep["axes"] = {{"/bytes_per_cycle", {8.0}}};
  sweep["set"] = {"/clock_mhz=2e2"};
  sweep["name"] = "other";
  EXPECT_EQ(key(), expected);
  sweep["set"] = {"/clock_mhz=200", "/activation_fraction_bits=8"};
  sweep["axes"] = Json::object();
  const std::string with_default = key();
  sweep["set"] = {"/activation_fraction_bits=8", "/clock_mhz=200"};
  EXPECT_EQ(key(), with_default);
}

TEST_F(SweepPlan, AnyChangeGivesAnotherKey) {
  sweep["workloads"] = {"small"};
  std::set<std::string> all{key()};
  sweep["options"] = {{"seed", 1}};
  all.insert(key());
  sweep["options"] = {{"values", false}};
  all.insert(key());
  sweep["options"] = {{"mode", "reference"}};
  all.insert(key());
  sweep["options"] = Json::object();
  sweep["set"] = {"/clock_mhz=701"};
  all.insert(key());
  sweep["set"] = {"/energy/entries/0/picojoules=2"};
  all.insert(key());
  sweep["set"] = Json::array();
  sweep["workloads"] = {Json{{"network", "small"}, {"batch", 2}}};
  all.insert(key());
  sweep["workloads"] = {"small"};
  write("configs/energy/table.json",
        R"({"name": "table", "node_nm": 45, "source": "a test", "entries": [
        {"component": "multiply_accumulator", "action": "multiply_accumulate", "picojoules": 1.5,
         "provenance": "assumption", "source": "a test"}]})");
  all.insert(key());
  EXPECT_THAT(all, SizeIs(8));
}

TEST_F(SweepPlan, PointsThatTheCompilerCannotTellApartShareAProgram) {
  sweep["axes"] = {{"/activation_fraction_bits", {8, 9}}, {"/clock_mhz", {100, 200}}};
  // The compiler of the model sees the fraction bits alone; each network has a program of its own.
  EXPECT_THAT(programs(plan()), ElementsAre(0, 0, 1, 1, 2, 2, 3, 3));
}

TEST_F(SweepPlan, RefusesToReadAPointWhoseFilesHaveChanged) {
  sweep["axes"] = {{"/clock_mhz", {100}}};
  const Plan result = plan();
  EXPECT_NO_THROW(static_cast<void>(inputs_of(result.config, result.points[0], directories())));
  write("configs/machines/base.json",
        R"({"name": "base", "model": "ideal", "clock_mhz": 700, "energy": "table",
        "bytes_per_cycle": 9, "multiply_accumulates_per_cycle": 64})");
  EXPECT_THAT(test::message_of([&] {
                static_cast<void>(inputs_of(result.config, result.points[0], directories()));
              }),
              HasSubstr("sweep.json: expected the machine and network that point 0 was planned "
                        "with, got others: a file has changed since"));
}

}  // namespace
}  // namespace nzsim::sweep
