#include "sim/run/sweep/result.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/run/sweep/result_numbers.h"
#include "tests/sim/run/sweep/sweep_files.h"
#include "tests/support/message_of.h"

namespace nzsim::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

PointResult sample() {
  PointResult result;
  result.key = "0123456789abcdef0123456789abcdef";
  result.index = 7;
  result.attempt = 2;
  result.status = Status::values_differ;
  result.message = "output \"3\":\n\\ differs, \xc3\xa4";
  result.numbers = {{"cycles", 12345.0}, {"seconds", 1.5e-05}, {"a\"b", -0.1}};
  result.bottleneck = "queue";
  result.host = "node-1";
  result.host_seconds = 0.25;
  return result;
}

/// The line of `sample` without its line feed.
std::string line() {
  std::string text = to_line(sample());
  text.pop_back();
  return text;
}

TEST(Result, IsOneLineOfJsonThatIsReadBack) {
  const std::string text = line();
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json.at("message"), sample().message);
  EXPECT_EQ(json.at("numbers").at("cycles"), 12345);
  const PointResult read = result_of_line(text, "f", 1);
  EXPECT_EQ(to_line(read), text + "\n");
  EXPECT_EQ(read.status, Status::values_differ);
  EXPECT_EQ(read.message, sample().message);
  EXPECT_THAT(read.numbers,
              ElementsAre(Pair("cycles", 12345.0), Pair("seconds", 1.5e-05), Pair("a\"b", -0.1)));
}

TEST(Result, IsReadBackWithoutNumbers) {
  PointResult result = sample();
  result.numbers.clear();
  result.message = R"(ends in a backslash: \)";
  std::string text = to_line(result);
  text.pop_back();
  EXPECT_EQ(to_line(result_of_line(text, "f", 1)), text + "\n");
}

TEST(Result, RefusesALineThatIsCutAnywhere) {
  const std::string text = line();
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_THROW((void)result_of_line(text.substr(0, length), "f", 1), ConfigError) << length;
  }
  EXPECT_THROW((void)result_of_line(text + "}", "f", 1), ConfigError);
}

TEST(Result, NamesFileAndLineOfADamagedLine) {
  EXPECT_EQ(test::message_of([] { (void)result_of_line("no json", "results/a.jsonl", 12); }),
            "results/a.jsonl: line 12: expected a result of a sweep, got \"no json\"; remove "
            "the line to run its point again");
}

TEST(Result, RefusesNumbersThatAreNone) {
  PointResult result = sample();
  result.numbers = {{"cycles", 1.0 / 0.0}};
  EXPECT_THROW((void)to_line(result), SimulationError);
}

class ResultNumbers : public SweepFiles {
 protected:
  struct Found {
    Json report;
    std::vector<std::pair<std::string, double>> numbers;
  };

  /// The small network on a machine that ships.
  [[nodiscard]] Found run_on(const std::string& name) const {
    const Machine machine =
        load_machine(fmt::format("{}/configs/machines/{}.json", NZSIM_SOURCE_DIR, name));
    const Network network = load_network(path("networks/small.json"));
    const auto program = machine.accelerator->compile({network, 0});
    const ProgramRun run = run_program(machine, *program, {});
    return {Json::parse(report_of(machine, network, {}, run)), numbers_of(machine, run)};
  }
};

TEST_F(ResultNumbers, AreThoseOfTheReport) {
  const auto [report, numbers] = run_on("ideal");
  const auto& totals = report.at("totals");
  ASSERT_GT(numbers.size(), 11U);
  for (std::size_t index = 0; index < 7; ++index) {
    EXPECT_EQ(totals.at(numbers[index].first).get<double>(), numbers[index].second)
        << numbers[index].first;
  }
  const auto& roofline = report.at("roofline");
  EXPECT_EQ(numbers[7].first, "utilization");
  EXPECT_DOUBLE_EQ(numbers[7].second, report.at("layers")[0].at("utilization").get<double>());
  EXPECT_EQ(numbers[8].second, roofline.at("operational_intensity").get<double>());
  EXPECT_EQ(numbers[9].second, roofline.at("attained_operations_per_second").get<double>());
  const std::size_t counters = report.at("statistics").size();
  ASSERT_GT(numbers.size(), 11 + counters);
  for (std::size_t index = 11; index < 11 + counters; ++index) {
    EXPECT_EQ(report.at("statistics").at(numbers[index].first).at("value").get<double>(),
              numbers[index].second);
  }
}

TEST_F(ResultNumbers, AddUpThePartsOfAVector) {
  const auto [report, numbers] = run_on("eie-4pe-teaching");
  double sum = 0.0;
  for (const auto& value : report.at("layers")[0].at("per_pe").at("busy_cycles")) {
    sum += value.get<double>();
  }
  EXPECT_GT(sum, 0.0);
  EXPECT_THAT(numbers, testing::Contains(Pair("eie.pe_N.busy_cycles", sum)));
}

TEST_F(ResultNumbers, SplitTheEnergyIntoItsParts) {
  const auto [report, numbers] = run_on("eie-4pe-teaching");
  double reads = 0.0;
  for (const auto& row : report.at("layers")[0].at("energy")) {
    const bool is_read = row.at("module") == "SpmatRead" && row.at("action") == "line_read";
    reads += is_read ? row.at("picojoules").get<double>() * 1e-12 : 0.0;
  }
  double sum = 0.0;
  double spmat = 0.0;
  for (const auto& [name, value] : numbers) {
    const bool is_part = name == "static_joules" || name.starts_with("dynamic_joules.");
    sum += is_part ? value : 0.0;
    spmat += name == "dynamic_joules.SpmatRead" ? value : 0.0;
  }
  EXPECT_DOUBLE_EQ(sum, report.at("totals").at("energy_joules").get<double>());
  EXPECT_GT(spmat, 0.0);
  EXPECT_DOUBLE_EQ(spmat, reads);
}

TEST(Bottleneck, IsWhatLimitsMostCycles) {
  RunResult result;
  for (const auto& [name, cycles] :
       {std::pair{"memory", 6U}, {"arithmetic", 10U}, {"memory", 5U}}) {
    LayerResult layer;
    layer.bottleneck = name;
    layer.cycles = Cycles{cycles};
    result.layers.push_back(layer);
  }
  // 6 + 5 = 11 cycles against 10.
  EXPECT_EQ(bottleneck_of(result), "memory");
  EXPECT_EQ(bottleneck_of({}), "");
}

}  // namespace
}  // namespace nzsim::sweep
