#include "tools/nzsim/sweep/page.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/tools/sweep/page_results.h"
#include "tools/nzsim/sweep/page_content.h"

namespace nzsim::sweep {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHostile = "</script><img src=x onerror=alert(1)>";
const OwnPlaces kNoOwn(2, std::vector<std::optional<std::size_t>>(2));

/// Four points are done, one failed, seven are missing.
class SweepPage : public testing::Test {
 protected:
  SweepPage() {
    results.done(0, 4.0, 1.0);
    results.done(2, 2.0, 2.0);
    results.done(3, 2.0, 3.0);
    results.done(8, 0.25, 0.5);
    results.failed(5, "too <large>");
  }

  [[nodiscard]] PageContent content(std::size_t most = kMostPagePoints) const {
    return read_content(results.plan, results.directory.path(), kNoOwn, most);
  }
  [[nodiscard]] json data(std::size_t most = kMostPagePoints) const {
    return json::parse(json_of(content(most), results.plan));
  }
  [[nodiscard]] std::string page() const {
    return sweep_page(results.plan, results.directory.path(), {kNoOwn}, {"style", "script", ""});
  }

  test::SweepResults results;
};

TEST_F(SweepPage, HasColumnsInPlaceOfRows) {
  const json all = data();
  EXPECT_EQ(all["rows"], 12);
  std::vector<std::string> names;
  for (const json& column : all["columns"]) names.push_back(column["name"]);
  EXPECT_THAT(names, ElementsAre("index", "status", "workload", "/depth", "/memory", "seconds",
                                 "energy_joules", "bottleneck", "message"));
  // Each depth occurs four times: different numbers, and which one a point has.
  EXPECT_EQ(all["columns"][3],
            json::parse(R"({"name": "/depth", "role": "axis", "numbers": [1, 2, 4],
                            "places": [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2]})"));
  EXPECT_EQ(all["columns"][4]["words"], json::parse(R"(["ddr3", "hbm2"])"));
  EXPECT_EQ(all["columns"][5]["numbers"][1], nullptr);
}

TEST_F(SweepPage, HasFrontObjectivesAndSensitivity) {
  const json all = data();
  // Of the small network, 2 beats 3; point 8 is the only one of the large network.
  EXPECT_EQ(all["front"], json::parse("[0, 2, 8]"));
  EXPECT_EQ(all["objectives"], json::parse(R"([{"column": 5, "goal": "minimize"},
                                               {"column": 6, "goal": "minimize"}])"));
  const json& first = all["sensitivity"][0];
  EXPECT_EQ(first["base"], 2);
  // Depth 1: 4 s and 1 J in place of 2 s and 2 J; depth 4 is missing.
  EXPECT_EQ(first["axes"][0]["changes"], json::parse("[[1, 0, null], [-0.5, 0, null]]"));
  EXPECT_EQ(all["scatter"], json::parse(R"({"x": 3, "y": 5, "color": 2, "x_logarithmic": false,
                                            "y_logarithmic": false})"));
}

TEST_F(SweepPage, CountsPoints) {
  const PageContent all = content();
  EXPECT_EQ(all.done, 4U);
  EXPECT_EQ(all.failed, 1U);
  EXPECT_EQ(all.missing, 7U);
  EXPECT_EQ(all.stride, 1U);
}

TEST_F(SweepPage, KeepsFrontAndSensitivityOfMorePointsThanItCarries) {
  // Twelve points, at most three: every fourth (0, 4, 8), the front (0, 2, 8), and the neighbours
  // of the bases 2 and 8: 0, 2 and 3.
  const PageContent some = content(3);
  EXPECT_EQ(some.stride, 4U);
  EXPECT_THAT(some.points.indices, ElementsAre(0, 2, 3, 4, 8));
  EXPECT_EQ(some.done, 4U);
  EXPECT_EQ(data(3)["front"], json::parse("[0, 1, 4]"));
}

TEST_F(SweepPage, ShowsWhatNeedsNoScript) {
  const std::string html = page();
  EXPECT_THAT(html, AllOf(HasSubstr("<h1>fake</h1>"), HasSubstr("<path class=\"dots\""),
                          HasSubstr("<h2>Pareto front</h2>"), HasSubstr("<h2>Failed points</h2>"),
                          HasSubstr("too &lt;large&gt;"), HasSubstr("the middle of each axis")));
  EXPECT_THAT(html, HasSubstr("<li><b>4</b><span>done</span></li>"));
}

TEST_F(SweepPage, NamesRoundNumbersOnALogarithmicAxis) {
  // 0.02 to 4 s are more than a decade; no power of two.
  results.done(6, 0.02, 1.0);
  EXPECT_THAT(page(), AllOf(HasSubstr(">0.05</text>"), HasSubstr(">0.1</text>"),
                            HasSubstr(">2</text>"), Not(HasSubstr(">0.0625</text>"))));
}

TEST_F(SweepPage, DrawsNumbersThatDifferByRoundingAlone) {
  for (const std::size_t index : {0U, 2U, 4U, 8U}) {
    results.done(index, index == 0 ? 1.0000000000000002 : 1.0, 1.0);
  }
  EXPECT_THAT(page(), HasSubstr(">1</text>"));
}

TEST_F(SweepPage, WritesNamesInFullWhereThereIsRoom) {
  const std::string name = "output_stationary";
  results.plan.config.axes[0].values[0] = json(name).dump();
  test::change_points(results.plan, [&](Point& point) {
    if (point.index == 0) point.values[0] = json(name).dump();
  });
  EXPECT_THAT(page(), HasSubstr(">" + name + "</text>"));
}

TEST_F(SweepPage, HasNoMarkupOfItsTexts) {
  results.plan.config.name = kHostile;
  results.plan.config.description = kHostile;
  results.plan.config.source = kHostile;
  results.plan.config.where = kHostile;
  results.plan.config.workloads[0].network = kHostile;
  results.plan.config.axes[0].name = kHostile;
  results.plan.config.axes[1].values[0] = json(kHostile).dump();
  test::change_points(results.plan, [&](Point& point) {
    if (point.index == 0) point.values[1] = results.plan.config.axes[1].values[0];
  });
  results.failed(7, kHostile);
  EXPECT_THAT(page(), Not(HasSubstr("<img")));
}

TEST_F(SweepPage, OfASweepWithoutResultsSaysSo) {
  test::SweepResults nothing;
  const std::string html =
      sweep_page(nothing.plan, nothing.directory.path(), {kNoOwn}, {"style", "script", ""});
  EXPECT_THAT(html, AllOf(HasSubstr("<li><b>12</b><span>missing</span></li>"),
                          HasSubstr("No point that is done has all objectives."),
                          HasSubstr("No point that is done lies at")));
}

}  // namespace
}  // namespace nzsim::sweep
