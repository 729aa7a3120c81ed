#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/run/sweep/sweep_config.h"
#include "tests/sim/config/reading.h"

namespace nzsim::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A sweep with these axes, and with other keys.
std::string with_axes(const std::string& axes, const std::string& more = "") {
  return R"({"name": "n", "description": "d", "source": "s", "base": "b", "workloads": ["w"],
             "axes": {)" +
         axes + "}" + (more.empty() ? "" : ", " + more) + "}";
}

std::vector<std::string> values(const std::string& range) {
  return value_of(with_axes("\"/a\": " + range), sweep_from).axes.at(0).values;
}

std::vector<std::string> errors(const std::string& axes, const std::string& more = "") {
  return errors_of(with_axes(axes, more), sweep_from);
}

TEST(SweepFile, HoldsEverything) {
  const SweepConfig sweep = value_of(R"({
      "name": "n", "description": "d", "source": "s", "base": "eie", "set": ["/clock_mhz=400"],
      "workloads": ["alex-7", {"network": "alex-8", "batch": 4}, {"network": "alex-8"}],
      "mode": "random", "random": {"points": 20, "seed": 7},
      "axes": {"/memory": ["a", {"extends": "b"}], "workload:/layers/0/outputs": [1, 2], "/x/y": [true, 2.5]},
      "where": "x.y > 1",
      "objectives": [{"column": "seconds", "goal": "minimize"},
                     {"column": "speed", "goal": "maximize"}],
      "options": {"mode": "reference", "values": false, "seed": 3},
      "limits": {"seconds": 2.5, "bytes": 1000}})",
                                     sweep_from);
  EXPECT_EQ(sweep.base, "eie");
  ASSERT_THAT(sweep.overrides, SizeIs(1));
  EXPECT_EQ(sweep.overrides[0].pointer, "/clock_mhz");
  ASSERT_THAT(sweep.workloads, SizeIs(3));
  EXPECT_EQ(sweep.workloads[0].network, "alex-7");
  EXPECT_EQ(sweep.workloads[1].batch, 4U);
  EXPECT_EQ(sweep.workloads[2].batch, std::nullopt);
  EXPECT_EQ(sweep.mode, SweepMode::random);
  EXPECT_EQ(sweep.random_points, 20U);
  EXPECT_EQ(sweep.random_seed, 7U);
  ASSERT_THAT(sweep.axes, SizeIs(3));
  EXPECT_THAT(sweep.axes[0].values, ElementsAre("\"a\"", R"({"extends":"b"})"));
  EXPECT_EQ(sweep.axes[1].target, AxisTarget::workload);
  EXPECT_EQ(sweep.axes[1].name, "workload:/layers/0/outputs");
  EXPECT_EQ(sweep.axes[1].pointer, "/layers/0/outputs");
  EXPECT_EQ(sweep.axes[2].pointer, "/x/y");
  EXPECT_THAT(sweep.axes[2].values, ElementsAre("true", "2.5"));
  EXPECT_EQ(sweep.where, "x.y > 1");
  ASSERT_THAT(sweep.objectives, SizeIs(2));
  EXPECT_EQ(sweep.objectives[1].goal, Goal::maximize);
  EXPECT_EQ(sweep.options.mode, Mode::reference);
  EXPECT_FALSE(sweep.options.values);
  EXPECT_EQ(sweep.options.seed, 3U);
  EXPECT_EQ(sweep.seconds_limit, 2.5);
  EXPECT_EQ(sweep.bytes_limit, 1000U);
}

TEST(SweepFile, VariesTheBatchOfWorkloadsThatStateNone) {
  const std::string axis = R"("workload:/batch": [1, 2])";
  const std::string with = R"({"name": "n", "description": "d", "source": "s", "base": "b",
      "workloads": ["v", {"network": "w", "batch": 4}], "axes": {)" +
                           axis + "}}";
  EXPECT_THAT(errors_of(with, sweep_from),
              ElementsAre(HasSubstr("/workloads: expected workloads without batch beside the axis "
                                    "\"workload:/batch\", got \"w\" with batch 4")));
  EXPECT_THAT(errors(axis), IsEmpty());
}

TEST(SweepFile, NamesAxesApartInMoreThanCase) {
  EXPECT_THAT(errors(R"("/a/Bc": [1], "/a/bc": [1])"),
              ElementsAre(HasSubstr("expected a name that differs from \"/a/Bc\" in more than its "
                                    "case, got \"/a/bc\"")));
}

TEST(SweepFile, IsAGridOfFastRunsWithValuesAndWithoutLimitsByDefault) {
  nlohmann::json resolved;
  const SweepConfig sweep = value_of(with_axes(""), sweep_from, &resolved);
  EXPECT_EQ(sweep.mode, SweepMode::grid);
  EXPECT_EQ(sweep.options.mode, Mode::fast);
  EXPECT_TRUE(sweep.options.values);
  EXPECT_EQ(sweep.seconds_limit, std::nullopt);
  EXPECT_EQ(sweep.bytes_limit, std::nullopt);
  EXPECT_EQ(resolved["mode"], "grid");
  EXPECT_EQ(resolved["options"]["seed"], 0);
  EXPECT_EQ(resolved["where"], "");
}

TEST(SweepFile, RangesByStepHoldTheirEnd) {
  EXPECT_THAT(values(R"({"from": 1, "to": 7, "step": 2})"), ElementsAre("1", "3", "5", "7"));
  EXPECT_THAT(values(R"({"from": 1, "to": 6, "step": 2})"), ElementsAre("1", "3", "5"));
  EXPECT_THAT(values(R"({"from": 0.1, "to": 0.5, "step": 0.1})"),
              ElementsAre("0.1", "0.2", "0.3", "0.4", "0.5"));
  EXPECT_THAT(values(R"({"from": -1, "to": 1, "step": 1})"), ElementsAre("-1", "0", "1"));
  EXPECT_THAT(values(R"({"from": 5, "to": 5, "step": 1})"), ElementsAre("5"));
  EXPECT_THAT(values(R"({"from": 0.5, "to": 1.5, "step": 0.5})"), ElementsAre("0.5", "1", "1.5"));
}

TEST(SweepFile, RangesByFactorHoldTheirEnd) {
  EXPECT_THAT(values(R"({"from": 1, "to": 256, "factor": 2})"),
              ElementsAre("1", "2", "4", "8", "16", "32", "64", "128", "256"));
  EXPECT_THAT(values(R"({"from": 0.25, "to": 4, "factor": 2})"),
              ElementsAre("0.25", "0.5", "1", "2", "4"));
  // 1.1 x 1.1 x 1.1 = 1.3310000000000004 as doubles.
  EXPECT_THAT(values(R"({"from": 1, "to": 1.331, "factor": 1.1})"),
              ElementsAre("1", "1.1", "1.21", "1.331"));
  EXPECT_THAT(values(R"({"from": 1000000, "to": 1000000000000, "factor": 1000})"),
              ElementsAre("1000000", "1000000000", "1000000000000"));
}

TEST(SweepFile, RefusesEmptyReversedAndEndlessRanges) {
  EXPECT_THAT(errors(R"("/a": {"from": 2, "to": 1, "step": 1})"),
              ElementsAre("m.json: /axes/~1a/to: expected at least 2, as `from`, got 1"));
  EXPECT_THAT(errors(R"("/a": {"from": 1, "to": 2, "step": 0})"),
              ElementsAre("m.json: /axes/~1a/step: expected a number in (0, 1000000000000000], "
                          "got 0"));
  EXPECT_THAT(errors(R"("/a": {"from": 1, "to": 2, "factor": 1})"),
              ElementsAre("m.json: /axes/~1a/factor: expected a number in (1, 1000000000000000], "
                          "got 1"));
  EXPECT_THAT(
      errors(R"("/a": {"from": 0, "to": 2, "factor": 2})"),
      ElementsAre("m.json: /axes/~1a/from: expected a number above 0 with `factor`, got 0"));
  EXPECT_THAT(errors(R"("/a": {"from": 0, "to": 1, "step": 1e-8})"),
              ElementsAre("m.json: /axes/~1a: expected a range of at most 10000000 values, got "
                          "more"));
  EXPECT_THAT(errors(R"("/a": {"from": 1, "to": 1e14, "factor": 1.000001})"),
              ElementsAre("m.json: /axes/~1a: expected a range of at most 10000000 values, got "
                          "more"));
  EXPECT_THAT(errors(R"("/a": {"from": 0.5, "to": 0.50000000000005, "step": 1e-14})"),
              ElementsAre(HasSubstr("expected values that differ within 12 digits")));
  EXPECT_THAT(errors(R"("/a": {"from": 1, "to": 2})"),
              ElementsAre("m.json: /axes/~1a: expected one of the keys \"step\" or \"factor\", got "
                          "none"));
  EXPECT_THAT(errors(R"("/a": {"from": 1, "to": 2, "step": 1, "factor": 2})"),
              ElementsAre(HasSubstr("got \"step\" and \"factor\"")));
  EXPECT_THAT(errors(R"("/a": {"from": 1, "to": 2, "steps": 1})"), SizeIs(1));
}

TEST(SweepFile, RefusesAxesThatAreNone) {
  EXPECT_THAT(errors(R"("/a": [])"),
              ElementsAre(HasSubstr("m.json: /axes/~1a: expected an array of 1 to ")));
  EXPECT_THAT(errors(R"("/a": 3)"),
              ElementsAre(HasSubstr("m.json: /axes/~1a: expected an array of 1 to ")));
  EXPECT_THAT(errors(R"("/a": [1, null, [2]])"),
              ElementsAre("m.json: /axes/~1a/1: expected a string, number, boolean or object, got "
                          "null",
                          "m.json: /axes/~1a/2: expected a string, number, boolean or object, got "
                          "an array"));
  const std::string name = "expected a JSON pointer, /KEY or workload:/KEY, as the name, got ";
  EXPECT_THAT(errors(R"("depth": [1])"), ElementsAre("m.json: /axes/depth: " + name + "\"depth\""));
  EXPECT_THAT(errors(R"("workload:batch": [1])"),
              ElementsAre("m.json: /axes/workload:batch: " + name + "\"workload:batch\""));
  EXPECT_THAT(errors(R"("": {"from": 1, "to": 2, "step": 1})"),
              ElementsAre("m.json: /axes/: " + name + "\"\""));
  EXPECT_THAT(errors(R"("/a": [1, 2, 1.0])"),
              ElementsAre("m.json: /axes/~1a: expected different values, got 1.0 at 0 and 2"));
  EXPECT_THAT(errors(R"("/m/c": [1], "/m": ["x"])"),
              ElementsAre("m.json: /axes/~1m: expected this axis before \"/m/c\", which it would "
                          "replace, got it behind"));
  EXPECT_THAT(errors(R"("/m": ["x"], "/m/c": [1], "workload:/m": [1])"), IsEmpty());
}

TEST(SweepFile, ZipsAxesOfOneLength) {
  EXPECT_THAT(errors(R"("/a": [1, 2], "/b": [3, 4])", R"("mode": "zip")"), IsEmpty());
  EXPECT_THAT(errors(R"("/a": [1, 2], "/b": [3, 4, 5])", R"("mode": "zip")"),
              ElementsAre("m.json: /axes: expected axes of one length in a zip, got 2 values of "
                          "\"/a\" and 3 of \"/b\""));
}

TEST(SweepFile, RefusesTooManyPoints) {
  const std::string thousands = R"({"from": 1, "to": 10000, "step": 1})";
  EXPECT_THAT(errors(R"("/a": )" + thousands + R"(, "/b": {"from": 1, "to": 1000, "step": 1})"),
              IsEmpty());
  EXPECT_THAT(errors(R"("/a": )" + thousands + R"(, "/b": {"from": 1, "to": 1001, "step": 1})"),
              ElementsAre("m.json: /axes: expected at most 10000000 points, got more"));
}

TEST(SweepFile, NamesWhatElseIsWrong) {
  EXPECT_THAT(errors("", R"("mode": "gird")"),
              ElementsAre("m.json: /mode: expected \"grid\", \"zip\" or \"random\", got "
                          "\"gird\"; did you mean \"grid\"?"));
  EXPECT_THAT(errors("", R"("mode": "random")"),
              ElementsAre("m.json: /random: expected an object, got nothing"));
  EXPECT_THAT(errors("", R"("random": {"points": 3})"),
              ElementsAre("m.json: /random: unknown key"));
  EXPECT_THAT(errors("", R"("set": ["clock=3"])"),
              ElementsAre("m.json: /set: expected /pointer=value, got \"clock=3\""));
  EXPECT_THAT(errors("", R"("where": "a <")"),
              ElementsAre(HasSubstr("m.json: /where: expected a number, a name")));
  EXPECT_THAT(errors("", R"("objectives": [{"column": "x"}])"),
              ElementsAre("m.json: /objectives/0/goal: expected \"minimize\" or \"maximize\", got "
                          "nothing"));
  EXPECT_THAT(errors("", R"("limits": {"seconds": 0})"),
              ElementsAre(HasSubstr("m.json: /limits/seconds: expected a number in (0, ")));
  EXPECT_THAT(errors("", R"("limits": {"bytes": 0})"),
              ElementsAre(HasSubstr("m.json: /limits/bytes: expected an integer in [1, ")));
  EXPECT_THAT(errors("", R"("option": {})"),
              ElementsAre("m.json: /option: unknown key; did you mean \"options\"?"));
}

TEST(SweepFile, RefusesWorkloadsThatAreNone) {
  const auto with = [](const std::string& workloads) {
    return errors_of(R"({"name": "n", "description": "d", "source": "s", "base": "b", "axes": {},
                         "workloads": )" +
                         workloads + "}",
                     sweep_from);
  };
  EXPECT_THAT(with("[]"), ElementsAre("m.json: /workloads: expected an array of 1 to 1024 strings "
                                      "or objects, got an array of 0"));
  EXPECT_THAT(with(R"(["a", 3])"),
              ElementsAre("m.json: /workloads/1: expected a non-empty string of at most 4096 "
                          "characters or an object, got 3"));
  EXPECT_THAT(
      with(R"([{"network": "a", "batch": 0}])"),
      ElementsAre("m.json: /workloads/0/batch: expected an integer in [1, 1000000], got 0"));
  EXPECT_THAT(with(R"(["a", {"network": "a"}])"),
              ElementsAre("m.json: /workloads: expected different workloads, got \"a\" twice"));
  EXPECT_THAT(with(R"(["a", {"network": "a", "batch": 2}])"), IsEmpty());
}

}  // namespace
}  // namespace nzsim::sweep
