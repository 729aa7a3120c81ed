#include "sim/report/breakdown.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/sample_run.h"

namespace nzsim {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ReportView view_of(const SampleRun& run) { return read_report(run.json(), "report.json"); }

/// The sample as JSON, to be changed and read.
ReportView view_of(const nlohmann::json& report) {
  return read_report(report.dump(), "report.json");
}

nlohmann::json sample() { return nlohmann::json::parse(SampleRun().json()); }

/// A detail that is a share of the cycles.
nlohmann::json share_of_cycles(double value) {
  return {{"value", value}, {"unit", "ratio"}, {"description", ""}};
}

TEST(Breakdown, PutsTheRidgeWhereSlopeAndPeakMeet) {
  // 4 GOP/s over 8 GB/s.
  EXPECT_DOUBLE_EQ(ridge_point(view_of(SampleRun()).roofline), 0.5);
  ReportRoofline unlimited;
  unlimited.peak_operations_per_second = 4e9;
  EXPECT_EQ(ridge_point(unlimited), 0.0);
}

TEST(Breakdown, AllowsTheSlopeBelowTheRidgeAndThePeakAboveIt) {
  ReportRoofline line;
  line.peak_operations_per_second = 4e9;
  line.peak_bytes_per_second = 8e9;
  line.operational_intensity = 0.25;
  EXPECT_DOUBLE_EQ(attainable_rate(line), 2e9);
  line.operational_intensity = 0.75;
  EXPECT_DOUBLE_EQ(attainable_rate(line), 4e9);
  line.operational_intensity = {};
  EXPECT_DOUBLE_EQ(attainable_rate(line), 4e9);
}

TEST(Breakdown, SumsTheEnergyOfALayerByModule) {
  const ReportView view = view_of(SampleRun());
  // 1,000 reads of 2 pJ, and 2,000 cycles of 3 mW at 1 GHz: 3 pJ each.
  ASSERT_EQ(view.layers[0].energy.size(), 1U);
  EXPECT_EQ(view.layers[0].energy[0].module, "Memory");
  EXPECT_DOUBLE_EQ(view.layers[0].energy[0].picojoules, 8000.0);
  EXPECT_THAT(view.layers[2].energy, IsEmpty());
}

TEST(Breakdown, StatesUseOfThePes) {
  const ReportView view = view_of(SampleRun());
  const ReportPerPe* counter = view.layers[0].per_pe_counter("busy_cycles");
  ASSERT_NE(counter, nullptr);
  EXPECT_THAT(counter->values, ElementsAre(1000U, 500U));
  const PeUse use = pe_use(view.layers[0], counter->values);
  EXPECT_DOUBLE_EQ(use.smallest, 0.5);
  EXPECT_DOUBLE_EQ(use.mean, 0.75);
  EXPECT_DOUBLE_EQ(use.largest, 1.0);
  EXPECT_EQ(view.layers[0].per_pe_counter("idle_cycles"), nullptr);
}

TEST(Breakdown, SplitsTimeByTheSharesOfTheStates) {
  nlohmann::json report = sample();
  nlohmann::json& details = report["layers"][0]["details"];
  details["array_active"] = share_of_cycles(0.5);
  details["weight_stall"] = share_of_cycles(0.25);
  details["weight_shift"] = share_of_cycles(0.25);
  details["non_matrix"] = share_of_cycles(0.0);
  const LayerStates states = layer_states(view_of(report));
  EXPECT_THAT(states.names,
              ElementsAre("array_active", "weight_stall", "weight_shift", "non_matrix"));
  EXPECT_FALSE(states.is_mean_of_pes);
  // Of 1,000 cycles of 1 ns; the other layers have no states.
  EXPECT_THAT(states.seconds[0],
              ElementsAre(DoubleEq(5e-7), DoubleEq(2.5e-7), DoubleEq(2.5e-7), 0.0));
  EXPECT_THAT(states.seconds[1], IsEmpty());
}

TEST(Breakdown, SplitsTimeByTheStatesOfThePes) {
  nlohmann::json report = sample();
  // Two PEs, 1,000 cycles each: (600 + 1000) of 2,000 busy, 100 of 2,000 each of two others.
  report["layers"][0]["per_pe"] = {{"busy_cycles", {600, 1000}},
                                   {"empty_column_cycles", {300, 0}},
                                   {"starved_cycles", {100, 0}},
                                   {"line_stall_cycles", {0, 0}}};
  const LayerStates states = layer_states(view_of(report));
  EXPECT_TRUE(states.is_mean_of_pes);
  EXPECT_THAT(states.seconds[0],
              ElementsAre(DoubleEq(8e-7), DoubleEq(1.5e-7), DoubleEq(0.5e-7), 0.0));
}

TEST(Breakdown, DoesNotSplitTimeByStatesThatDoNotAddUp) {
  nlohmann::json report = sample();
  report["layers"][0]["per_pe"] = {{"busy_cycles", {600, 1000}},
                                   {"empty_column_cycles", {300, 0}},
                                   {"starved_cycles", {99, 0}},
                                   {"line_stall_cycles", {0, 0}}};
  EXPECT_THAT(layer_states(view_of(report)).names, IsEmpty());
  EXPECT_THAT(layer_states(view_of(SampleRun())).names, IsEmpty());
}

}  // namespace
}  // namespace nzsim
