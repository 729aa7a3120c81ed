#include "sim/report/report_view.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/message_of.h"
#include "tests/support/sample_run.h"

namespace nzsim {
namespace {

using nlohmann::json;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// The sample, whose first layer of 1,000 cycles has a timeline: PE 0 is busy all the time, PE 1 in
/// the first half. 125 windows of 8 cycles, half of which are 62 and a half.
json sample_with_timeline() {
  SampleRun run;
  Timeline timeline(2);
  timeline.add(0, 0, 1000);
  timeline.add(1, 0, 500);
  timeline.end(1000);
  run.result.layers[0].timeline = CounterTimeline{"busy_cycles", timeline};
  return json::parse(run.json());
}

/// The message of the error that reading `report` ends with.
std::string error_of(const json& report) {
  return test::message_of([&] { (void)read_report(report.dump(), "r.json"); });
}

TEST(ReportView, ReadsATimeline) {
  const ReportView view = read_report(sample_with_timeline().dump(), "r.json");
  const ReportTimeline& timeline = view.layers[0].timeline.value();
  EXPECT_EQ(timeline.counter, "busy_cycles");
  EXPECT_EQ(timeline.window_cycles, 8U);
  ASSERT_THAT(timeline.per_pe, SizeIs(2));
  EXPECT_THAT(timeline.per_pe[0], SizeIs(125));
  EXPECT_THAT(timeline.per_pe[0], Each(8U));
  EXPECT_EQ(timeline.per_pe[1][61], 8U);
  EXPECT_EQ(timeline.per_pe[1][62], 4U);
  EXPECT_EQ(timeline.per_pe[1][63], 0U);
  EXPECT_FALSE(view.layers[1].timeline.has_value());
}

TEST(ReportView, RefusesATimelineThatContradictsItsLayer) {
  const json good = sample_with_timeline();
  const auto with = [&](const char* place, const json& value) {
    json report = good;
    report[json::json_pointer(std::string("/layers/0") + place)] = value;
    return error_of(report);
  };
  EXPECT_EQ(error_of(good), "no error was thrown");
  EXPECT_EQ(with("/timeline", 3), "r.json: /layers/0/timeline: expected an object, got 3");
  EXPECT_EQ(with("/timeline/counter", "idle"),
            "r.json: /layers/0/timeline/counter: expected a counter of the layer's per_pe, got "
            "\"idle\"");
  EXPECT_EQ(with("/timeline/window_cycles", 0),
            "r.json: /layers/0/timeline/window_cycles: expected an integer of at least 1, got 0");
  EXPECT_EQ(with("/timeline/per_pe/0/0", 9),
            "r.json: /layers/0/timeline/per_pe/0/0: expected a count in [0, 8], got 9");
  EXPECT_EQ(with("/timeline/window_cycles", 16),
            "r.json: /layers/0/timeline/per_pe/0: expected 63 windows of 16 cycles, got 125");
  EXPECT_EQ(with("/timeline/per_pe/1/3", 9),
            "r.json: /layers/0/timeline/per_pe/1/3: expected a count in [0, 8], got 9");
  EXPECT_EQ(with("/timeline/per_pe/1/3", -1),
            "r.json: /layers/0/timeline/per_pe/1/3: expected an integer of at least 0, got -1");
  EXPECT_EQ(with("/timeline/per_pe/1/3", 7),
            "r.json: /layers/0/timeline/per_pe/1: expected counts that add up to 500, got 499");
  EXPECT_EQ(with("/timeline/per_pe/2", json::array()),
            "r.json: /layers/0/timeline/per_pe/2: expected 125 windows of 8 cycles, got 0");
  EXPECT_EQ(with("/per_pe/busy_cycles", json{1000}),
            "r.json: /layers/0/timeline/per_pe/1: expected counts that add up to 0, got 500");
  EXPECT_EQ(with("/per_pe/busy_cycles", json{1000, 500, 0}),
            "r.json: /layers/0/timeline/per_pe: expected 3 arrays, one per PE, got 2");
}

TEST(ReportView, RefusesATimelineWithoutAMember) {
  json report = sample_with_timeline();
  report["layers"][0]["timeline"].erase("window_cycles");
  EXPECT_THAT(error_of(report), HasSubstr("/layers/0/timeline: expected a member"));
}

}  // namespace
}  // namespace nzsim
