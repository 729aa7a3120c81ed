#include "sim/run/design_point.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "tests/support/fake_machine.h"

namespace nzsim {
namespace {

using Json = nlohmann::json;

Network network() {
  Network result;
  result.name = "network";
  result.source = "a test";
  result.resolved = R"({"name": "network"})";
  return result;
}

TEST(DesignPoint, RunsTheFastEngineByDefault) {
  test::FakeCalls calls;
  const RunOutcome outcome = run_design_point(test::fake_machine(calls), network(), {});
  EXPECT_EQ(calls.simulated, 1);
  EXPECT_EQ(calls.elaborated, 0);
  EXPECT_TRUE(outcome.values_match);
  EXPECT_EQ(outcome.result.layers[0].cycles.value(), 5U);
  const Json report = Json::parse(outcome.report);
  EXPECT_EQ(report["machine"], "fake");
  EXPECT_EQ(report["workload"], "network");
  EXPECT_EQ(report["mode"], "fast");
  EXPECT_EQ(report["mode_note"], "");
  EXPECT_GE(report["totals"]["host_seconds"], 0.0);
}

TEST(DesignPoint, RunsReferenceModeWhenAsked) {
  test::FakeCalls calls;
  const RunOutcome outcome =
      run_design_point(test::fake_machine(calls), network(), {.mode = Mode::reference});
  EXPECT_EQ(calls.elaborated, 1);
  EXPECT_EQ(calls.simulated, 0);
  EXPECT_EQ(Json::parse(outcome.report)["mode"], "reference");
}

TEST(DesignPoint, FallsBackToReferenceModeAndSaysWhy) {
  test::FakeCalls calls;
  const Machine machine =
      test::fake_machine(calls, {.needs_reference = "shared ports have no closed form"});
  const RunOutcome outcome = run_design_point(machine, network(), {});
  EXPECT_EQ(calls.simulated, 0);
  EXPECT_EQ(Json::parse(outcome.report)["mode"], "reference");
  EXPECT_EQ(Json::parse(outcome.report)["mode_note"], "shared ports have no closed form");
}

TEST(DesignPoint, FailsWhereALayerIsFasterThanThePeakRate) {
  test::FakeCalls calls;
  // 5 cycles of 1 MHz at 1e9 operations per second allow 5,000.
  EXPECT_NO_THROW(
      (void)run_design_point(test::fake_machine(calls, {.operations = 5000}), network(), {}));
  EXPECT_THROW(
      (void)run_design_point(test::fake_machine(calls, {.operations = 5001}), network(), {}),
      SimulationError);
}

TEST(DesignPoint, NamesTheLayerWhoseValuesDiffer) {
  test::FakeCalls calls;
  const Machine machine = test::fake_machine(calls, {.difference = "output 3: expected 1, got 2"});
  const RunOutcome outcome = run_design_point(machine, network(), {});
  EXPECT_FALSE(outcome.values_match);
  EXPECT_EQ(outcome.difference, "layer layer: output 3: expected 1, got 2");
}

TEST(DesignPoint, WritesTheResolvedInputs) {
  test::FakeCalls calls;
  const RunOutcome outcome =
      run_design_point(test::fake_machine(calls), network(), {.values = false, .seed = 7});
  const Json config = Json::parse(outcome.config);
  EXPECT_EQ(config["machine"]["name"], "fake");
  EXPECT_EQ(config["workload"]["name"], "network");
  EXPECT_EQ(config["options"]["mode"], "fast");
  EXPECT_EQ(config["options"]["values"], false);
  EXPECT_EQ(config["options"]["timeline"], false);
  EXPECT_EQ(config["options"]["seed"], 7);
}

}  // namespace
}  // namespace nzsim
