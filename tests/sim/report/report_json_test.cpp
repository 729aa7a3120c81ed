#include <cstdint>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "sim/base/errors.h"
#include "sim/report/report.h"
#include "tests/support/sample_run.h"

namespace nzsim {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::ElementsAre;

Json sample_report() { return Json::parse(SampleRun().json()); }

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  return keys;
}

/// Whether `report` is valid by the shipped schema.
bool conforms(const nlohmann::json& report) {
  std::ifstream file(NZSIM_SOURCE_DIR "/configs/schema/report.schema.json");
  const nlohmann::json schema_json = nlohmann::json::parse(file);
  valijson::Schema schema;
  valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_json),
                                          schema);
  return valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(report),
                                        nullptr);
}

TEST(ReportJson, HasTheMembersOfTheFormatInOrder) {
  const Json report = sample_report();
  EXPECT_THAT(keys_of(report),
              ElementsAre("schema", "nzsim_version", "machine", "machine_source", "workload",
                          "workload_source", "mode", "mode_note", "seed", "clock_hz", "totals",
                          "layers", "statistics", "energy_table", "energy", "area", "roofline"));
  EXPECT_THAT(
      keys_of(report["totals"]),
      ElementsAre("cycles", "seconds", "operations", "dense_operations", "dram_bytes",
                  "energy_joules", "average_power_watts", "picojoules_per_multiply_accumulate",
                  "picojoules_per_dense_multiply_accumulate", "host_seconds"));
  EXPECT_THAT(keys_of(report["layers"][0]),
              ElementsAre("name", "type", "cycles", "seconds", "operations", "dense_operations",
                          "dram_bytes", "energy_joules", "average_power_watts",
                          "picojoules_per_multiply_accumulate",
                          "picojoules_per_dense_multiply_accumulate", "utilization", "bottleneck",
                          "values", "details", "per_pe", "energy", "roofline"));
  EXPECT_THAT(
      keys_of(report["layers"][0]["values"]),
      ElementsAre("checked", "matches", "sha256", "rms_error", "largest_error", "largest_output"));
  EXPECT_THAT(
      keys_of(report["roofline"]),
      ElementsAre("operational_intensity", "attained_operations_per_second",
                  "peak_operations_per_second", "peak_bytes_per_second", "memory", "bound"));
  EXPECT_EQ(report["schema"], "nzsim-report-1");
  EXPECT_EQ(report["seed"], 7);
}

TEST(ReportJson, ConformsToTheShippedSchema) {
  nlohmann::json report = nlohmann::json::parse(SampleRun().json());
  EXPECT_TRUE(conforms(report));
  report["layers"][0]["values"]["matches"] = "yes";
  EXPECT_FALSE(conforms(report));
}

TEST(ReportJson, SchemaKnowsEveryMember) {
  nlohmann::json report = nlohmann::json::parse(SampleRun().json());
  report["layers"][0]["extra"] = 1;
  EXPECT_FALSE(conforms(report));
}

TEST(ReportJson, TotalsAreSumsOverTheLayers) {
  const Json totals = sample_report()["totals"];
  EXPECT_EQ(totals["cycles"], 4000);
  EXPECT_EQ(totals["operations"], 12000);
  EXPECT_EQ(totals["dense_operations"], 120000);
  EXPECT_EQ(totals["dram_bytes"], 14);
  // 4,000 cycles at 1 GHz.
  EXPECT_DOUBLE_EQ(totals["seconds"], 4e-6);
  // 4,000 reads of 2 pJ, and 3 mW for 8,000 cycles of 1 ns: 8,000 pJ + 24,000 pJ.
  EXPECT_DOUBLE_EQ(totals["energy_joules"], 32e-9);
  EXPECT_DOUBLE_EQ(totals["average_power_watts"], 32e-9 / 4e-6);
  // 6,000 multiply-accumulates, 60,000 without compression.
  EXPECT_DOUBLE_EQ(totals["picojoules_per_multiply_accumulate"], 32e3 / 6000);
  EXPECT_DOUBLE_EQ(totals["picojoules_per_dense_multiply_accumulate"], 32e3 / 60000);
}

TEST(ReportJson, LayerOfNoCyclesHasRatesOfZero) {
  const Json pool = sample_report()["layers"][2];
  EXPECT_EQ(pool["cycles"], 0);
  EXPECT_EQ(pool["average_power_watts"], 0.0);
  EXPECT_TRUE(pool["picojoules_per_multiply_accumulate"].is_null());
  EXPECT_TRUE(pool["picojoules_per_dense_multiply_accumulate"].is_null());
  EXPECT_EQ(pool["roofline"]["attained_operations_per_second"], 0.0);
  EXPECT_TRUE(pool["roofline"]["operational_intensity"].is_null());
  EXPECT_EQ(pool["roofline"]["bound"], "compute");
  EXPECT_FALSE(pool["values"]["checked"]);
}

TEST(ReportJson, RunWithoutLayersIsAReport) {
  SampleRun run;
  run.result.layers.clear();
  const Json report = Json::parse(run.json());
  EXPECT_EQ(report["totals"]["cycles"], 0);
  EXPECT_EQ(report["statistics"]["chip.load_balance"]["value"], 0.0);
  EXPECT_TRUE(conforms(nlohmann::json::parse(run.json())));
}

TEST(ReportJson, RooflineIsOperationsPerByteAndPerSecond) {
  const Json roofline = sample_report()["roofline"];
  // 12,000 operations, 16,000 bytes, 4 us.
  EXPECT_DOUBLE_EQ(roofline["operational_intensity"], 0.75);
  EXPECT_DOUBLE_EQ(roofline["attained_operations_per_second"], 3e9);
  EXPECT_EQ(roofline["peak_operations_per_second"], 4e9);
  EXPECT_EQ(roofline["peak_bytes_per_second"], 8e9);
  EXPECT_EQ(roofline["memory"], "weight_sram");
  EXPECT_EQ(roofline["bound"], "compute");
}

TEST(ReportJson, IsMemoryBoundBelowTheRidgeAlone) {
  SampleRun run;
  // The ridge is at 4 GOP/s / 8 GB/s = 0.5 operations per byte.
  run.result.layers[0].operations = Operations{1000};
  run.result.layers[0].roofline_bytes = Bytes{2000};
  run.result.layers[1].operations = Operations{1000};
  run.result.layers[1].roofline_bytes = Bytes{2001};
  const Json report = Json::parse(run.json());
  EXPECT_EQ(report["layers"][0]["roofline"]["bound"], "compute");
  EXPECT_EQ(report["layers"][1]["roofline"]["bound"], "memory");
}

TEST(ReportJson, StatisticsAreSummedAndRatiosTakenOfTheSums) {
  const Json statistics = sample_report()["statistics"];
  EXPECT_THAT(keys_of(statistics), ElementsAre("chip.cycles", "chip.pe_0.busy_cycles",
                                               "chip.pe_1.busy_cycles", "chip.load_balance"));
  EXPECT_EQ(statistics["chip.pe_1.busy_cycles"]["value"], 2000);
  EXPECT_EQ(statistics["chip.pe_1.busy_cycles"]["unit"], "cycles");
  EXPECT_EQ(statistics["chip.pe_1.busy_cycles"]["description"], "Cycles with an entry.");
  // (4,000 + 2,000) / (2 x 4,000)
  EXPECT_DOUBLE_EQ(statistics["chip.load_balance"]["value"], 0.75);
}

TEST(ReportJson, LayersHaveTheCountersOfEachPe) {
  const Json layers = sample_report()["layers"];
  EXPECT_EQ(layers[0]["per_pe"]["busy_cycles"], Json({1000, 500}));
  EXPECT_EQ(layers[1]["per_pe"]["busy_cycles"], Json({3000, 1500}));
}

TEST(ReportJson, LayersHaveATimelineOnlyWhereTheRunRecordedOne) {
  SampleRun run;
  Timeline timeline(2);
  timeline.add(0, 0, 1000);
  timeline.add(1, 3);
  timeline.end(1000);
  run.result.layers[0].timeline = CounterTimeline{"busy_cycles", timeline};
  const Json report = Json::parse(run.json());
  const Json& written = report["layers"][0]["timeline"];
  EXPECT_THAT(keys_of(written), ElementsAre("counter", "window_cycles", "per_pe"));
  EXPECT_EQ(written["counter"], "busy_cycles");
  // 1,000 cycles are 125 windows of 8.
  EXPECT_EQ(written["window_cycles"], 8);
  ASSERT_EQ(written["per_pe"].size(), 2U);
  EXPECT_EQ(written["per_pe"][0], Json(std::vector<int>(125, 8)));
  EXPECT_EQ(written["per_pe"][1][0], 1);
  EXPECT_FALSE(report["layers"][1].contains("timeline"));
  EXPECT_TRUE(conforms(nlohmann::json::parse(run.json())));
}

TEST(ReportJson, EnergyRowsOfTheRunNameTheirSources) {
  const Json report = sample_report();
  const Json& rows = report["energy"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["module"], "Memory");
  EXPECT_EQ(rows[0]["kind"], "dynamic");
  EXPECT_EQ(rows[0]["count"], 4000);
  EXPECT_DOUBLE_EQ(rows[0]["picojoules"], 8000.0);
  EXPECT_EQ(rows[0]["provenance"], "published");
  EXPECT_EQ(rows[0]["source"], "Table 1, \"SRAM\"");
  EXPECT_EQ(rows[1]["kind"], "static");
  // 3 mW at 1 GHz.
  EXPECT_DOUBLE_EQ(rows[1]["picojoules_each"], 3.0);
  EXPECT_EQ(report["layers"][1]["energy"][0]["count"], 3000);
  EXPECT_FALSE(report["layers"][1]["energy"][0].contains("source"));
}

TEST(ReportJson, DetailsKeepTheirTypes) {
  const Json details = sample_report()["layers"][0]["details"];
  EXPECT_THAT(keys_of(details), ElementsAre("load_balance", "non_zeros", "accumulator"));
  EXPECT_TRUE(details["load_balance"]["value"].is_number_float());
  EXPECT_TRUE(details["non_zeros"]["value"].is_number_unsigned());
  EXPECT_EQ(details["accumulator"]["value"], "saturating, 16 bits");
}

TEST(ReportJson, KeepsSeedsOf64Bits) {
  SampleRun run;
  run.context.seed = UINT64_MAX;
  EXPECT_EQ(Json::parse(run.json())["seed"], UINT64_MAX);
}

TEST(ReportJson, EqualRunsGiveEqualBytes) { EXPECT_EQ(SampleRun().json(), SampleRun().json()); }

TEST(ReportJson, HostSecondsAreTheOnlyPartOfTheHost) {
  SampleRun run;
  Json before = Json::parse(run.json());
  run.context.host_seconds = 99.0;
  Json after = Json::parse(run.json());
  before["totals"].erase("host_seconds");
  after["totals"].erase("host_seconds");
  EXPECT_EQ(before.dump(), after.dump());
}

TEST(ReportJson, RefusesValuesThatAreNoNumbers) {
  SampleRun run;
  run.result.layers[0].utilization = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)run.json(), SimulationError);
}

TEST(ReportJson, EventWithoutAnEnergyIsAnError) {
  SampleRun run;
  run.table.entries.pop_back();
  EXPECT_THROW((void)run.json(), ConfigError);
}

}  // namespace
}  // namespace nzsim
