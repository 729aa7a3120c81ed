#include "tools/nzsim/compare/comparison_view.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "tools/nzsim/compare/comparison_charts.h"
#include "tools/nzsim/compare/comparison_page.h"

namespace nzsim::compare {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

json layer(const std::string& name, double seconds, std::uint64_t operations) {
  return {{"name", name},
          {"type", "fully_connected"},
          {"basis", "simulated"},
          {"seconds", seconds},
          {"energy_joules", nullptr},
          {"operations", operations},
          {"dense_operations", operations},
          {"bytes", 100},
          {"bottleneck", "weight_memory"},
          {"time_parts", {{{"name", "weight_stall"}, {"seconds", seconds}}}}};
}

json cell(const std::string& entry, double seconds, const json& joules) {
  return {{"entry", entry},
          {"machine", entry},
          {"is_modelled", true},
          {"basis", "simulated"},
          {"batch", 2},
          {"seconds", seconds},
          {"energy_joules", joules},
          {"operations", 400},
          {"dense_operations", 800},
          {"bottleneck", "weight_memory"},
          {"energy_parts", {{{"name", "Array"}, {"joules", 1.0}}}},
          {"roofline",
           {{"bytes", 200},
            {"peak_operations_per_second", 1000.0},
            {"peak_bytes_per_second", 500.0},
            {"memory", "dram"}}},
          {"layers", {layer("first", seconds / 2, 300), layer("second", seconds / 2, 100)}}};
}

/// Entries base, fast and none over the workload net: 4 s, 2 s, and no model.
json sample() {
  json entries = json::array();
  for (const char* label : {"base", "fast"}) {
    entries.push_back({{"label", label},
                       {"machine", label},
                       {"set", json::array()},
                       {"sources", {"a paper"}},
                       {"configs", {{{"name", label}, {"config", {{"clock_mhz", 1}}}}}}});
  }
  entries.push_back({{"label", "none"},
                     {"platform", "p"},
                     {"format", "dense_fp32"},
                     {"sources", json::array()},
                     {"configs", json::array()}});
  const json missing = {
      {"entry", "none"}, {"machine", "p"}, {"is_modelled", false}, {"reason", "no bandwidth"}};
  return {{"schema", "nzsim.comparison/2"},
          {"nzsim_version", NZSIM_VERSION},
          {"name", "sample"},
          {"description", "d"},
          {"source", "s"},
          {"baseline", "base"},
          {"entries", entries},
          {"workloads",
           {{{"name", "net"},
             {"group", ""},
             {"source", "w"},
             {"results", {cell("base", 4.0, 8.0), cell("fast", 2.0, nullptr), missing}}}}}};
}

ComparisonView view_of(const json& document) { return read_comparison(document.dump(), "c.json"); }

/// The message of the error that `text` ends in.
std::string error_of(const std::string& text) {
  try {
    const ComparisonView view = read_comparison(text, "c.json");
    return "read " + view.name;
  } catch (const InputError& error) {
    return error.what();
  }
}

/// The error of the sample with `value` at `pointer`.
std::string error_with(const std::string& pointer, const json& value) {
  json document = sample();
  document[json::json_pointer(pointer)] = value;
  return error_of(document.dump());
}

/// The sample with `value` at `pointer`, as a page.
std::string page_with(const std::string& pointer, const json& value) {
  json document = sample();
  document[json::json_pointer(pointer)] = value;
  return comparison_page(document.dump(), "c.json", {});
}

TEST(ComparisonView, HasEverythingThatWasWritten) {
  const ComparisonView view = view_of(sample());
  EXPECT_EQ(view.entries[0].configs[0].text, "{\n  \"clock_mhz\": 1\n}");
  EXPECT_TRUE(view.entries[2].is_platform);
  const Cell& fast = view.workloads[0].cells[1];
  EXPECT_EQ(fast.layers[1].operations, 100U);
  EXPECT_EQ(fast.layers[1].time_parts[0].name, "weight_stall");
  EXPECT_FALSE(fast.joules);
  EXPECT_EQ(view.workloads[0].cells[2].not_modelled, "no bandwidth");
  // 4 s against 2 s of the same batch.
  EXPECT_DOUBLE_EQ(*view.means_of("", 1).speed_up.value, 2.0);
  EXPECT_FALSE(view.means_of("", 1).efficiency.value);
}

TEST(ComparisonView, NamesThePlaceOfWhatIsWrong) {
  EXPECT_EQ(error_with("/baseline", "other"),
            "c.json: /baseline: expected the label of an entry, got \"other\"");
  EXPECT_EQ(error_with("/workloads/0/results/0/batch", 0),
            "c.json: /workloads/0/results/0/batch: expected an integer of at least 1, got 0");
  EXPECT_EQ(error_with("/workloads/0/results/1/layers/0/seconds", -1.0),
            "c.json: /workloads/0/results/1/layers/0/seconds: expected a number of at least 0, got "
            "-1.0");
  EXPECT_EQ(error_with("/workloads/0/results/0/energy_joules", "8 J"),
            "c.json: /workloads/0/results/0/energy_joules: expected a number of at least 0 or "
            "null, got \"8 J\"");
  EXPECT_EQ(error_with("/workloads/0/results/0/entry", "fast"),
            "c.json: /workloads/0/results/0/entry: expected the entry \"base\", got \"fast\"");
  EXPECT_EQ(error_with("/workloads/0/results", json::array()),
            "c.json: /workloads/0/results: expected 3 results, one per entry, got 0");
  EXPECT_EQ(error_with("/entries", json::array()),
            "c.json: /entries: expected 1 to 64 entries, got 0");
  EXPECT_EQ(error_with("/workloads/0/results/2/reason", ""),
            "c.json: /workloads/0/results/2/reason: expected a reason, got \"\"");
}

TEST(ComparisonView, RefusesOtherSchemasAndDamagedFiles) {
  EXPECT_EQ(error_with("/schema", "nzsim.comparison/1"),
            "c.json: /schema: expected \"nzsim.comparison/2\", got \"nzsim.comparison/1\"");
  EXPECT_EQ(error_of("[]"), "c.json: expected an object, got array");
  EXPECT_THAT(error_of(sample().dump().substr(0, 900)),
              AllOf(StartsWith("c.json: byte "), EndsWith("expected JSON, got a syntax error")));
  EXPECT_EQ(error_of(R"({"schema": 1e999})"),
            "c.json: expected numbers that fit a double, got a larger one");
  EXPECT_EQ(error_of(std::string(100'000, '[')),
            "c.json: expected values of at most 64 levels, got more");
}

TEST(ComparisonView, IsRefusedWhateverValueHasAnotherType) {
  int accepted = 0;
  const json flat = sample().flatten();
  for (const auto& [pointer, value] : flat.items()) {
    accepted += error_with(pointer, json::object()) == "read sample" ? 1 : 0;
  }
  // What the two configs hold may be anything.
  EXPECT_EQ(accepted, 2);
}

TEST(ComparisonView, KnowsItsSchemas) {
  EXPECT_TRUE(is_comparison_schema("nzsim.comparison/1"));
  EXPECT_TRUE(is_comparison_schema("nzsim.comparison/2"));
  EXPECT_FALSE(is_comparison_schema("nzsim-report-1"));
}

TEST(ComparisonText, ShowsWhatIsUnknownAsSuch) {
  const std::string text = text_of(view_of(sample()));
  EXPECT_THAT(text, AllOf(HasSubstr("unknown"), HasSubstr("DRAM"), HasSubstr("simulated"),
                          HasSubstr("not modelled: no bandwidth"), Not(HasSubstr("note:"))));
}

TEST(ComparisonText, SaysWhichVersionWroteIt) {
  json document = sample();
  document["nzsim_version"] = "0.0.9";
  EXPECT_THAT(text_of(view_of(document)), HasSubstr("note: Written by nzsim 0.0.9, shown by"));
  EXPECT_THAT(comparison_page(document.dump(), "c.json", {}),
              HasSubstr("<p id=\"version-note\">Written by nzsim 0.0.9, shown by"));
}

TEST(ComparisonCsv, HasARowPerWorkloadAndEntry) {
  const std::string csv = csv_of(view_of(sample()));
  EXPECT_THAT(csv, StartsWith("workload,entry,machine,basis,batch,seconds,"));
  // 2 s and half of it, one inference a second, no energy, twice as fast; 400 operations in 2 s of
  // 1000 per second; 2 operations per byte.
  EXPECT_THAT(csv, HasSubstr("\r\nnet,fast,fast,simulated,2,2,1,1,,,2,,400,800,200,400,0.2,200,2,"
                             "dram,DRAM,1000,500,weight_memory,\r\n"));
  EXPECT_THAT(csv, EndsWith("\r\nnet,none,p,,,,,,,,,,,,,,,,,,,,,,no bandwidth\r\n"));
}

TEST(ComparisonCharts, HaveAPointPerNetworkAndSmallerOnesPerLayer) {
  const RooflineChart chart = charts_of(view_of(sample())).roofline;
  ASSERT_EQ(chart.points.size(), 6U);
  EXPECT_EQ(chart.points[0].name, "net");
  EXPECT_FALSE(chart.points[0].is_part);
  EXPECT_EQ(chart.points[1].name, "net, first");
  EXPECT_TRUE(chart.points[1].is_part);
  // 300 operations on 100 bytes in 1 s.
  EXPECT_DOUBLE_EQ(chart.points[4].operations_per_byte, 3.0);
  EXPECT_DOUBLE_EQ(chart.points[4].operations_per_second, 300.0);
  EXPECT_THAT(chart.points[0].facts, testing::Contains("number: simulated by cycles"));
  EXPECT_THAT(chart.points[0].facts, testing::Contains("bound by: weight memory"));
}

TEST(ComparisonCharts, DrawLinesInOnePlaceAroundEachOther) {
  const RooflineChart chart = charts_of(view_of(sample())).roofline;
  ASSERT_EQ(chart.ceilings.size(), 2U);
  EXPECT_GT(chart.ceilings[0].width, chart.ceilings[1].width);
  EXPECT_EQ(chart.ceilings[1].series, 1U);
  EXPECT_EQ(chart.ceilings[1].dash, LineDash::solid);
  json document = sample();
  document["workloads"][0]["results"][0]["roofline"]["memory"] = "weight_sram";
  EXPECT_EQ(charts_of(view_of(document)).roofline.ceilings[0].dash, LineDash::dashed);
}

TEST(ComparisonCharts, ShareTimeAndEnergyInPercent) {
  const ComparisonCharts charts = charts_of(view_of(sample()));
  // A heading, base and fast.
  ASSERT_EQ(charts.time.rows.size(), 3U);
  EXPECT_TRUE(charts.time.rows[0].is_heading);
  EXPECT_DOUBLE_EQ(charts.time.rows[1].values[0], 100.0);
  EXPECT_EQ(charts.time.series[0].name, "weight stall");
  // 4 s for two inferences.
  EXPECT_EQ(charts.time.rows[1].sum, "2 s");
  EXPECT_EQ(charts.energy.series[0].name, "Array");
}

TEST(ComparisonCharts, HaveNoBarWhereARatioIsUnknown) {
  const ComparisonCharts charts = charts_of(view_of(sample()));
  EXPECT_EQ(charts.speed_up.rows[0].values[1], 2.0);
  EXPECT_FALSE(charts.speed_up.rows[0].values[2]);
  EXPECT_FALSE(charts.efficiency.rows[0].values[1]);
  EXPECT_EQ(charts.speed_up.rows[1].name, "geo mean");
}

TEST(ComparisonGnuplot, DrawsRooflineAndBars) {
  const GnuplotFiles files = gnuplot_of(view_of(sample()), "c.dat");
  EXPECT_THAT(files.script,
              AllOf(HasSubstr("set output 'roofline.pdf'"), HasSubstr("set output 'speed_up.pdf'"),
                    HasSubstr("'c.dat' index 0 using 1:2")));
  EXPECT_THAT(files.data, HasSubstr("# Speed-up\n\"net\" 1 2 NaN\n\"geo mean\" 1 2 NaN\n"));
}

TEST(ComparisonPage, HasNoMarkupFromTheDocument) {
  const std::string hostile = "</script><img src=x onerror=alert(1)>";
  for (const char* pointer :
       {"/name", "/description", "/source", "/workloads/0/name", "/workloads/0/source",
        "/workloads/0/results/0/machine", "/workloads/0/results/0/basis",
        "/workloads/0/results/0/bottleneck", "/workloads/0/results/0/layers/0/name",
        "/workloads/0/results/0/layers/0/type", "/workloads/0/results/0/roofline/memory",
        "/workloads/0/results/0/layers/0/time_parts/0/name",
        "/workloads/0/results/0/energy_parts/0/name", "/workloads/0/results/2/reason",
        "/entries/0/sources/0", "/entries/0/configs/0/name", "/entries/0/configs/0/config/x",
        "/nzsim_version"}) {
    EXPECT_THAT(page_with(pointer, hostile), Not(HasSubstr("<img"))) << pointer;
  }
}

TEST(ComparisonPage, ShowsReasonsUnknownEnergiesConfigsAndSources) {
  const std::string page = comparison_page(sample().dump(), "c.json", {});
  EXPECT_THAT(page, AllOf(HasSubstr("not modelled: no bandwidth"), HasSubstr(">unknown</td>"),
                          HasSubstr("<summary>base: base</summary>"), HasSubstr("<li>a paper</li>"),
                          HasSubstr("a multiply-accumulate counts as two")));
}

}  // namespace
}  // namespace nzsim::compare
