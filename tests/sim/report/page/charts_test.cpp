#include "sim/report/page/charts.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace nzsim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

/// Peak 1 TOP/s, 100 GB/s: ridge at 10; one point at 1 operation per byte and 50 GOP/s.
RooflineChart sample_roofline() {
  RooflineChart chart;
  chart.ceilings = {{"machine", "dram", 1e12, 1e11, 10.0}};
  chart.series = {{"convolution", series_color(0)}};
  chart.points = {{"conv<1>", 0, 3, 1.0, 5e10, {"a fact & more"}}};
  fit_axes(chart);
  return chart;
}

BarChart sample_bars() {
  BarChart chart;
  chart.title = "Time";
  chart.unit = "ms";
  chart.series = {{"active", series_color(0)}, {"stall", series_color(1)}};
  chart.rows = {{"first", {3.0, 1.0}, "4 ms"}, {"host", {0.0, 0.0}, "0 s"}};
  return chart;
}

TEST(ChartText, HasPrefixesOfAThousand) {
  EXPECT_EQ(with_prefix(34.12e9), "34.12 G");
  EXPECT_EQ(with_prefix(0.8), "800 m");
  EXPECT_EQ(with_prefix(1.0), "1 ");
  EXPECT_EQ(with_prefix(0.0), "0 ");
  // 999.99 rounds to 1,000 at four digits.
  EXPECT_EQ(with_prefix(999.99e3), "1 M");
  EXPECT_EQ(with_prefix(2e-15), "0.002 p");
}

TEST(ChartText, StatesIntensitiesBelowOneWithoutPrefix) {
  EXPECT_EQ(intensity_text(0.25), "0.25 ");
  EXPECT_EQ(intensity_text(2689.0), "2.689 k");
}

TEST(ChartText, ScalesAUnitToTheLargestValue) {
  EXPECT_EQ(unit_for(2e-5, "s").name, "\xc2\xb5s");
  EXPECT_DOUBLE_EQ(unit_for(2e-5, "s").factor, 1e6);
  // Nothing above the base unit: 2,000 s, not 2 ks.
  EXPECT_EQ(unit_for(2000.0, "s").name, "s");
  EXPECT_EQ(unit_for(0.0, "J").name, "J");
}

TEST(RooflineChart, HasAxesOfWholeDecadesAroundRidgeAndPoints) {
  const RooflineChart chart = sample_roofline();
  // 1 to 10 and 5e10 to 1e12, with room of a fifth of a decade.
  EXPECT_NEAR(chart.operations_per_byte.low, 0.1, 1e-12);
  EXPECT_NEAR(chart.operations_per_byte.high, 100.0, 1e-9);
  EXPECT_NEAR(chart.operations_per_second.low / 1e10, 1.0, 1e-9);
  EXPECT_NEAR(chart.operations_per_second.high / 1e13, 1.0, 1e-9);
}

TEST(RooflineChart, IsDrawnWithinItsFrame) {
  const std::string svg = svg_of(sample_roofline());
  // From x = 78 to 836 are three decades, from y = 424 up to 24 three: the slope leaves the left
  // side at 0.1 x 100 GB/s = 1e10, the lowest rate, and meets the peak two decades further.
  EXPECT_THAT(svg, HasSubstr("d=\"M78.0 424.0L583.3 157.3H836\""));
  // 1 operation per byte is one decade in; 5e10 is log10(5) / 3 of 400 up.
  EXPECT_THAT(svg, HasSubstr("d=\"M330.7 330.8m-6 0"));
  EXPECT_THAT(svg, HasSubstr("1 TOP/s peak"));
  EXPECT_THAT(svg, HasSubstr("100 GB/s dram"));
  EXPECT_THAT(svg, HasSubstr("ridge 10 OP/B"));
}

TEST(RooflineChart, ShowsNamesAndFactsAsText) {
  const std::string svg = svg_of(sample_roofline());
  EXPECT_THAT(svg, AllOf(HasSubstr("<title>conv&lt;1&gt;\na fact &amp; more</title>"),
                         Not(HasSubstr("<1>"))));
  EXPECT_THAT(svg, HasSubstr("data-group=\"3\""));
}

TEST(RooflineChart, LeavesOutNamesThatWouldCoverEachOther) {
  RooflineChart chart = sample_roofline();
  chart.points.push_back(chart.points.front());
  chart.points.back().name = "whole run";
  const std::string svg = svg_of(chart);
  EXPECT_THAT(svg, AllOf(HasSubstr(">whole run</text>"), Not(HasSubstr(">conv&lt;1&gt;</text>"))));
}

TEST(RooflineChart, GivesAScriptItsTextsAndPlaces) {
  const Json json = Json::parse(json_of(sample_roofline()));
  EXPECT_EQ(json["ceilings"][0]["peak_text"], "1 TOP/s peak");
  EXPECT_EQ(json["ceilings"][0]["slope_text"], "100 GB/s dram");
  EXPECT_EQ(json["points"][0]["name"], "conv<1>");
  EXPECT_EQ(json["points"][0]["group"], 3);
  EXPECT_EQ(json["ceilings"][0]["dash"], "solid");
  EXPECT_EQ(json["ceilings"][0]["series"], nullptr);
  EXPECT_EQ(json["marks"][0], "M0 0m-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z");
  EXPECT_EQ(json["points"][0]["facts"][0], "a fact & more");
}

TEST(BarChart, StacksPartsInProportion) {
  const std::string svg = svg_of(sample_bars());
  // 860 - 220 - 90 = 550 wide for 4 ms.
  EXPECT_THAT(svg, HasSubstr("x=\"220.00\" y=\"3.0\" width=\"412.50\""));
  EXPECT_THAT(svg, HasSubstr("x=\"632.50\" y=\"3.0\" width=\"137.50\""));
  EXPECT_THAT(svg, HasSubstr("first: stall, 1.000 ms"));
  EXPECT_THAT(svg, HasSubstr(">4 ms</text>"));
}

TEST(BarChart, IsBrokenIntoDrawingsThatFitOnPaper) {
  BarChart chart = sample_bars();
  chart.rows.resize(37, chart.rows.front());
  const std::string svg = svg_of(chart);
  // The 37th row is the first of the second drawing, and still layer 36.
  const std::size_t second = svg.rfind("<svg");
  EXPECT_GT(second, 0U);
  EXPECT_THAT(svg.substr(second), AllOf(HasSubstr("data-group=\"36\""), HasSubstr("y=\"3.0\""),
                                        Not(HasSubstr("data-group=\"35\""))));
}

TEST(BarChart, DrawsNothingOfNothing) {
  BarChart chart = sample_bars();
  chart.rows.erase(chart.rows.begin());
  EXPECT_EQ(svg_of(chart), "");
}

TEST(BarChart, GivesAScriptItsRows) {
  const Json json = Json::parse(json_of(sample_bars()));
  EXPECT_EQ(json["unit"], "ms");
  EXPECT_EQ(json["rows"][0]["values"], Json::array({3.0, 1.0}));
  EXPECT_EQ(json["series"][1]["name"], "stall");
}

/// Entries base and fast; one row of 1 and 100, and a mean without the second.
RatioChart sample_ratios() {
  RatioChart chart;
  chart.title = "Speed-up";
  chart.series = {cycled_series(0, "base"), cycled_series(7, "fast<b>")};
  chart.rows = {{"net", 2, {1.0, 100.0}, {{"1x"}, {"100x & more"}}},
                {"geo mean", {}, {1.0, {}}, {{"1x"}, {"none"}}}};
  fit_axis(chart);
  return chart;
}

TEST(RooflineChart, TellsSeveralMachinesApart) {
  RooflineChart chart = sample_roofline();
  chart.ceilings.push_back({"other", "sram", 1e11, 1e12, 0.1, "#d55e00", LineDash::dashed, 5.0, 1});
  chart.ceilings.back().facts = {"ridge point at 0.1 OP/B"};
  fit_axes(chart);
  const std::string svg = svg_of(chart);
  EXPECT_THAT(svg, HasSubstr("<path class=\"ceiling\" data-series=\"1\" stroke=\"#d55e00\" "
                             "stroke-width=\"5\" stroke-dasharray=\"8 4\""));
  EXPECT_THAT(svg, HasSubstr("<title>other\nridge point at 0.1 OP/B</title>"));
  EXPECT_THAT(svg, AllOf(HasSubstr(">machine</text>"), HasSubstr(">other</text>"),
                         Not(HasSubstr("OP/s peak"))));
}

TEST(RooflineChart, CountsLabelsThatHaveNoRoom) {
  RooflineChart chart = sample_roofline();
  chart.ceilings.push_back({"other", "dram", 1.01e12, 1e11, 10.1});
  EXPECT_THAT(ceiling_labels(chart), testing::ElementsAre("machine + 1 more", ""));
}

TEST(RooflineChart, DrawsPartsSmallerAndBelow) {
  RooflineChart chart = sample_roofline();
  chart.points.push_back({"part", 0, 3, 2.0, 5e10, {}, true});
  const std::string svg = svg_of(chart);
  EXPECT_THAT(svg, HasSubstr("data-group=\"3\" data-part fill="));
  EXPECT_LT(svg.find("<title>part"), svg.find("<title>conv"));
}

TEST(RatioChart, HasBarsThatStartAtOne) {
  const std::string svg = svg_of(sample_ratios());
  // The axis is from 0.1 to 1000, four decades of 280 - 12 - 34 = 234: 1 is at 246 - 58.5 = 187.5,
  // 100 two decades above it. Two groups of 760 / 2 - 14 have two bars each.
  EXPECT_THAT(svg, HasSubstr("y=\"70.50\" width=\"183.00\" height=\"117.00\""));
  EXPECT_THAT(svg, HasSubstr("<title>fast&lt;b&gt;, net\n100x &amp; more</title>"));
  EXPECT_THAT(svg, AllOf(HasSubstr(">1,000x</text>"), HasSubstr(">0.1x</text>")));
}

TEST(RatioChart, HasNoBarWhereThereIsNoRatio) {
  EXPECT_THAT(svg_of(sample_ratios()), Not(HasSubstr("geo mean\nnone")));
  const Json json = Json::parse(json_of(sample_ratios()));
  EXPECT_EQ(json["rows"][1]["values"], Json::parse("[1.0, null]"));
  EXPECT_EQ(json["rows"][1]["group"], nullptr);
  EXPECT_EQ(json["rows"][0]["group"], 2);
}

TEST(HeatMap, RoundsItsColours) {
  HeatMap map;
  map.rows = {"first"};
  map.measures = {{"busy cycles", {{1.0 / 3.0, 1.0}}}};
  EXPECT_EQ(Json::parse(json_of(map))["measures"][0]["values"][0], Json::array({0.3333, 1.0}));
}

TEST(ChartColours, AreStripedTheSecondTime) {
  EXPECT_EQ(cycled_series(0, "a").color, cycled_series(kSeriesColors, "b").color);
  EXPECT_FALSE(cycled_series(0, "a").is_striped);
  EXPECT_TRUE(cycled_series(kSeriesColors, "b").is_striped);
  EXPECT_EQ(fill_of(cycled_series(kSeriesColors, "b")), "url(#stripes-0072b2)");
  // Yellow is too faint for a line.
  EXPECT_EQ(cycled_series(kSeriesColors - 1, "c").color, "#1b1f24");
}

TEST(ChartColours, FallBackToGrey) {
  EXPECT_EQ(series_color(0), "#0072b2");
  EXPECT_EQ(series_color(kSeriesColors), "#8c8c8c");
  EXPECT_EQ(series_color(1000), "#8c8c8c");
}

}  // namespace
}  // namespace nzsim
