#include "sim/report/page/report_page.h"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/report/page/report_charts.h"
#include "tests/support/sample_run.h"

namespace nzsim {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

constexpr PageAssets kAssets{"/* style */", "/* script */", ""};

std::string page_of(const std::string& report, std::optional<std::string> config = {}) {
  return report_page({report, "r.json", std::move(config), "c.json"}, kAssets);
}

/// The error of the page of `report`, or "written".
std::string error_of(const std::string& report, std::optional<std::string> config = {}) {
  try {
    (void)page_of(report, std::move(config));
  } catch (const InputError& error) {
    return error.what();
  }
  return "written";
}

Json sample() { return Json::parse(SampleRun().json()); }

/// Pages of the sample with one of its texts replaced by `text`, as far as they can be written.
std::vector<std::string> pages_with_text(const std::string& text) {
  std::vector<std::string> pages;
  const Json flat = sample().flatten();
  for (const auto& [pointer, value] : flat.items()) {
    Json report = sample();
    if (value.is_string()) report[Json::json_pointer(pointer)] = text;
    if (value.is_string() && error_of(report.dump()) == "written") {
      pages.push_back(page_of(report.dump()));
    }
  }
  return pages;
}

/// Content of the script element `id`.
Json data_of(const std::string& page, const std::string& id) {
  const std::string begin = fmt::format("id=\"{}-data\">\n", id);
  const std::size_t at = page.find(begin) + begin.size();
  return Json::parse(page.substr(at, page.find("</script>", at) - at));
}

TEST(ReportPage, IsOneWholeFileThatLoadsNothing) {
  const std::string page = page_of(SampleRun().json());
  EXPECT_THAT(page, StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(page, HasSubstr("</html>\n"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(AnyOf(HasSubstr(" src="), HasSubstr("<link"), HasSubstr("http://"))));
}

TEST(ReportPage, StatesTheRunAndItsHeadline) {
  const std::string page = page_of(SampleRun().json());
  EXPECT_THAT(page, HasSubstr("<h1>two layers <span>on</span> sample</h1>"));
  // 4,000 cycles of 1 ns; 12,000 operations in 4 us; of 4 GOP/s.
  EXPECT_THAT(page, HasSubstr("<b>4 \xc2\xb5s</b><span>time</span>"));
  EXPECT_THAT(page, HasSubstr("<b>3 GOP/s</b><span>effective speed</span>"));
  EXPECT_THAT(page, HasSubstr("<b>75.0 %</b><span>of the peak</span>"));
  EXPECT_THAT(page, HasSubstr("<b>2 of 2 layers</b>"));
}

TEST(ReportPage, CarriesTheReportItself) {
  EXPECT_EQ(data_of(page_of(SampleRun().json()), "report"), sample());
}

TEST(ReportPage, PutsEachLayerOnTheRoofline) {
  const Json chart = data_of(page_of(SampleRun().json()), "roofline");
  // The layer on the host does no operations; the last point is the whole run.
  ASSERT_EQ(chart["points"].size(), 3U);
  EXPECT_EQ(chart["points"][0]["name"], "first");
  EXPECT_DOUBLE_EQ(chart["points"][0]["operations_per_byte"], 0.75);
  EXPECT_DOUBLE_EQ(chart["points"][0]["operations_per_second"], 3e9);
  EXPECT_EQ(chart["points"][0]["facts"][2],
            "75.0 % of the 4 GOP/s that the roofline allows here: compute bound");
  EXPECT_EQ(chart["points"][0]["facts"][3], "bottleneck: load imbalance");
  EXPECT_EQ(chart["points"][2]["name"], "whole run");
  EXPECT_THAT(page_of(SampleRun().json()), HasSubstr("move no bytes of this memory: pool."));
}

TEST(ReportPage, ShowsASingleLayerOnce) {
  Json report = sample();
  report["layers"] = Json::array({report["layers"][0]});
  EXPECT_EQ(data_of(page_of(report.dump()), "roofline")["points"].size(), 1U);
}

TEST(ReportPage, SaysWhyALayerIsAboveTheLine) {
  Json report = sample();
  // 8 GB/s x 0.25 operations per byte allow 2 of the 3 GOP/s.
  report["layers"][0]["roofline"]["operational_intensity"] = 0.25;
  EXPECT_THAT(page_of(report.dump()), HasSubstr("above the line: bytes of this layer move"));
  EXPECT_THAT(page_of(SampleRun().json()), Not(HasSubstr("above the line")));
}

TEST(ReportPage, StacksEnergyByModule) {
  const Json chart = data_of(page_of(SampleRun().json()), "energy");
  EXPECT_EQ(chart["unit"], "nJ");
  EXPECT_EQ(chart["series"][0]["name"], "Memory");
  EXPECT_DOUBLE_EQ(chart["rows"][0]["values"][0], 8.0);
  EXPECT_DOUBLE_EQ(chart["rows"][1]["values"][0], 24.0);
}

TEST(ReportPage, GathersTheSmallestModules) {
  Json report = sample();
  const Json row = report["energy"][0];
  const Json layer_row = report["layers"][0]["energy"][0];
  for (int index = 0; index < 9; ++index) {
    for (Json* rows : {&report["energy"], &report["layers"][0]["energy"]}) {
      rows->push_back(rows == &report["energy"] ? row : layer_row);
      rows->back()["module"] = fmt::format("m{}", index);
      rows->back()["picojoules"] = 1000 * (index + 1);
    }
  }
  const ReportCharts charts = charts_of(read_report(report.dump(), "r.json"));
  // Memory of 32 nJ and m3 to m8 of 4 to 9 keep colours; 1 + 2 + 3 nJ are gathered.
  ASSERT_EQ(charts.energy.series.size(), 8U);
  EXPECT_EQ(charts.energy.series[0].name, "Memory");
  EXPECT_EQ(charts.energy.series[1].name, "m3");
  EXPECT_EQ(charts.energy.series[7].name, "other modules");
  EXPECT_DOUBLE_EQ(charts.energy.rows[0].values[7], 6.0);
}

TEST(ReportPage, DrawsTheStatesOfThePesWhereTheyAddUp) {
  EXPECT_THAT(page_of(SampleRun().json()), Not(HasSubstr("id=\"heat\"")));
  Json report = sample();
  report["layers"][0]["per_pe"] = {{"busy_cycles", {600, 1000}},
                                   {"empty_column_cycles", {300, 0}},
                                   {"starved_cycles", {100, 0}},
                                   {"line_stall_cycles", {0, 0}}};
  const Json map = data_of(page_of(report.dump()), "heat");
  EXPECT_EQ(map["measures"][0]["name"], "busy cycles");
  EXPECT_EQ(map["measures"][0]["values"][0], Json::array({0.6, 1.0}));
}

TEST(ReportPage, ListsConstantsByNumberedSources) {
  const std::string page = page_of(SampleRun().json());
  EXPECT_THAT(page, HasSubstr("data-value=\"Table 1, &quot;SRAM&quot;\">[2]</td>"));
  EXPECT_THAT(page, HasSubstr("<li>Table 2</li>\n<li>Table 1, &quot;SRAM&quot;</li>"));
}

TEST(ReportPage, ShowsTheResolvedConfigAsText) {
  EXPECT_THAT(page_of(SampleRun().json(), "{\"a\": \"<b>\"}"),
              HasSubstr("<pre tabindex=\"0\">{&quot;a&quot;: &quot;&lt;b&gt;&quot;}</pre>"));
  EXPECT_THAT(page_of(SampleRun().json()), Not(HasSubstr("Resolved config")));
}

TEST(ReportPage, RefusesAConfigThatIsNoJson) {
  EXPECT_EQ(error_of(SampleRun().json(), "{"), "c.json: expected JSON, got a syntax error");
}

TEST(ReportPage, RefusesAReportThatIsNone) {
  EXPECT_EQ(error_of("{"), "r.json: byte 2: expected JSON, got a syntax error");
  EXPECT_EQ(error_of("{}"), "r.json: expected a member \"schema\", got none");
}

TEST(ReportPage, EscapesEveryTextOfAReport) {
  const std::string hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'";
  const std::vector<std::string> pages = pages_with_text(hostile);
  // Texts that say one of a few words are refused.
  EXPECT_GT(pages.size(), 20U);
  for (const std::string& page : pages) {
    EXPECT_THAT(page, AllOf(Not(HasSubstr("alert(1)</script>")), Not(HasSubstr("<img")),
                            Not(HasSubstr("<script>alert"))));
  }
}

TEST(ReportPage, EscapesTheNamesOfDetailsAndCounters) {
  Json report = sample();
  const std::string hostile = "<script>alert(1)</script>";
  report["layers"][0]["details"][hostile] = report["layers"][0]["details"]["non_zeros"];
  report["layers"][0]["per_pe"][hostile] = {1, 2};
  EXPECT_THAT(page_of(report.dump()), Not(HasSubstr("<script>alert")));
}

TEST(ReportPage, IsWrittenOrRefusedForEveryValueOfAWrongType) {
  const Json flat = sample().flatten();
  const std::vector<Json> wrong = {nullptr, true, -1, 0, 1e308, -1e308, 5e-324, "", Json::array()};
  for (const auto& [pointer, value] : flat.items()) {
    for (const Json& replacement : wrong) {
      Json report = sample();
      report[Json::json_pointer(pointer)] = replacement;
      EXPECT_THAT(error_of(report.dump()),
                  MatchesRegex("written|r\\.json: /[^\n]*: expected [^\n]*, got [^\n]*"))
          << pointer;
    }
  }
}

TEST(ReportPage, SurvivesARunWithoutLayersOrEnergies) {
  Json report = sample();
  report["layers"] = Json::array();
  report["energy"] = Json::array();
  report["area"] = Json::array();
  EXPECT_THAT(page_of(report.dump()), HasSubstr("Nothing to draw"));
}

TEST(ReportPage, NamesTheChartLibraryWhereItHasOne) {
  const SampleRun run;
  const std::string json = run.json();
  const PageAssets with_library{"", "run();", "library();"};
  const std::string page = report_page({json, "r.json", {}, ""}, with_library);
  EXPECT_THAT(page, HasSubstr("<script>\nlibrary();</script>\n<script>\nrun();</script>"));
  EXPECT_THAT(page, HasSubstr("Apache ECharts"));
  EXPECT_THAT(page_of(json), Not(HasSubstr("Apache ECharts")));
}

}  // namespace
}  // namespace nzsim
