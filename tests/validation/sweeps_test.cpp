#include <cmath>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/support/command.h"
#include "tests/support/reproduction.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// Simulated numbers by table, row and column: `speedup/alex-7/64`.
using Numbers = std::map<std::string, double>;

/// Those of a line `file,table,row,column,unit,published,simulated,error,error_unit` whose row may
/// stand in quotes.
void add_line(Numbers& numbers, const std::string& line) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (fields.at(6).empty()) return;
  numbers[fields[1] + "/" + fields[2] + "/" + fields[3]] = std::stod(fields[6]);
}

/// What a sweep that ships has put into `published.csv`.
Numbers numbers_of_sweep(const std::string& name) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path out = directory.path() / "out";
  const test::CommandResult result = test::run_nzsim({"sweep", name, "--out", out.string()});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  Numbers numbers;
  std::istringstream lines(read_file(out / "published.csv"));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) add_line(numbers, line);
  return numbers;
}

/// What `nzsim reproduce` simulates in the same places, of each figure.
Numbers numbers_of_figures(const std::vector<std::string>& names) {
  Numbers numbers;
  for (const std::string& name : names) {
    const json reproductions = test::reproduce_json({name});
    for (const json& table : reproductions.at(0).at("tables")) {
      for (const json& cell : table.at("cells")) {
        if (cell.at("simulated").is_null()) continue;
        numbers[table.at("name").get<std::string>() + "/" + cell.at("row").get<std::string>() +
                "/" + cell.at("column").get<std::string>()] = cell.at("simulated").get<double>();
      }
    }
  }
  return numbers;
}

/// Expects as many numbers as said, each the figures' own up to rounding.
void expect_same(const Numbers& sweep, const Numbers& figures, std::size_t count) {
  EXPECT_EQ(sweep.size(), count);
  for (const auto& [place, number] : sweep) {
    ASSERT_TRUE(figures.contains(place)) << place;
    EXPECT_NEAR(number, figures.at(place), 1e-9 * std::abs(number)) << place;
  }
}

TEST(ShippedSweepReproduction, OfQueueDepthsAreThoseOfFigure8) {
  // Nine layers, nine depths.
  expect_same(numbers_of_sweep("eie-queue-depth"), numbers_of_figures({"fig8"}), 81);
}

TEST(ShippedSweepReproduction, OfSramWidthsAreThoseOfFigure9) {
  // Five widths: the mean of AlexNet's reads, and the energy of three layers.
  expect_same(numbers_of_sweep("eie-sram-width"), numbers_of_figures({"fig9"}), 20);
}

TEST(ShippedSweepReproduction, OfPeCountsAreThoseOfFigures11To13) {
  // Nine layers, nine sizes, three figures.
  expect_same(numbers_of_sweep("eie-pe-count"), numbers_of_figures({"fig11", "fig12", "fig13"}),
              243);
}

TEST(ShippedSweepReproduction, OfTheTpuAreThoseOfItsFigure11) {
  Numbers numbers;
  for (const char* name : {"tpu-memory-bandwidth", "tpu-clock", "tpu-clock-accumulators",
                           "tpu-array", "tpu-array-accumulators"}) {
    numbers.merge(numbers_of_sweep(name));
  }
  // Five curves of five scales, and three numbers of the text.
  expect_same(numbers, numbers_of_figures({"tpu-fig11"}), 28);
}

TEST(ShippedSweepReproduction, OfMemoryStandardsHaveTheGainsOfGddr5) {
  // The geometric and the weighted mean at 700 MHz.
  expect_same(numbers_of_sweep("tpu-memory-standards"), numbers_of_figures({"tpu-prime"}), 2);
}

/// A sweep of one depth with this `published`, and what validate says of it.
class PublishedOfSweep : public testing::Test {
 protected:
  [[nodiscard]] std::string errors(const std::string& published) const {
    const std::filesystem::path file = directory.path() / "s.json";
    write_file(file, R"({"name": "s", "description": "d", "source": "a test", "base": "eie-64pe",
      "workloads": ["alex-7", "nt-we"], "options": {"values": false},
      "axes": {"/activation_queue_depth": [2, 8], "/sparse_matrix_sram/width_bits": [64]},
      "published": [)" + published +
                         "]}");
    return test::run_nzsim({"validate", file.string()}).errors;
  }

  test::TemporaryDirectory directory;
};

TEST_F(PublishedOfSweep, IsReadStrictlyAndFoundBeforeAnythingRuns) {
  const std::string file = R"({"file": "eie-fig8", "table": "load_balance", "column": "cycles",)";
  EXPECT_EQ(errors(file + R"("axes": ["/activation_queue_depth"]})"), "");
  EXPECT_THAT(errors(file + R"("axes": ["/activation_queue_depth"], "rows": 1})"),
              HasSubstr("/published/0/rows: unknown key; did you mean \"row\"?"));
  EXPECT_THAT(errors(file + R"("axes": ["/activation_queue_dept"]})"),
              HasSubstr("/published/0/axes: expected"));
  EXPECT_THAT(
      errors(file + R"("axes": ["/sparse_matrix_sram/width_bits"]})"),
      HasSubstr("/published/0/axes: expected axes that tell the points of a workload apart"));
  EXPECT_THAT(errors(file + R"("axes": ["/activation_queue_depth"], "speedup_over": "4"})"),
              HasSubstr("/published/0/speedup_over: expected"));
  EXPECT_THAT(errors(file + R"("axes": ["/activation_queue_depth"], "values": ["3"]})"),
              HasSubstr("/published/0/values: expected"));
  EXPECT_THAT(errors(file + R"("axes": ["/activation_queue_depth"], "weights": [1]})"),
              HasSubstr("/published/0/weights: expected 2 weights, one per workload, got 1"));
  EXPECT_THAT(errors(file + R"("axes": ["/activation_queue_depth"], "row": "alexnet"})"),
              HasSubstr("/published/0/row: expected"));
}

TEST_F(PublishedOfSweep, NamesAFileAndATableThatAreThere) {
  const std::string rest = R"("column": "cycles", "axes": ["/activation_queue_depth"]})";
  EXPECT_THAT(errors(R"({"file": "eie-fig88", "table": "load_balance",)" + rest),
              HasSubstr("/published/0/file: expected the file or name of a published table"));
  EXPECT_THAT(errors(R"({"file": "eie-fig8", "table": "balance",)" + rest),
              HasSubstr("/published/0/table: expected"));
  // Rows of this table are PEs, and columns are quantities.
  EXPECT_THAT(errors(R"({"file": "tpu-tiles", "table": "time",)" + rest),
              HasSubstr("/published/0/table: expected a table with rows named as workloads"));
}

TEST_F(PublishedOfSweep, NamesAColumnThatResultsHave) {
  EXPECT_EQ(errors(R"({"file": "eie-fig8", "table": "load_balance", "column": "balance",
                       "axes": ["/activation_queue_depth"]})"),
            "");
  const std::string file = (directory.path() / "s.json").string();
  const std::string out = (directory.path() / "out").string();
  const test::CommandResult result = test::run_nzsim({"sweep", file, "--out", out});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("s.json: /published/0/column: expected"));
  EXPECT_TRUE(std::filesystem::exists(directory.path() / "out/results.csv"));
}

TEST_F(PublishedOfSweep, IsPrintedWithItsErrors) {
  EXPECT_EQ(errors(R"({"file": "eie-fig8", "table": "load_balance", "column": "eie.load_balance",
                       "axes": ["/activation_queue_depth"]})"),
            "");
  const std::string file = (directory.path() / "s.json").string();
  const std::string out = (directory.path() / "out").string();
  const test::CommandResult result = test::run_nzsim({"sweep", file, "--out", out});
  EXPECT_THAT(result.output, HasSubstr("eie-fig8 beside the results: Load balance over the depth"));
  EXPECT_THAT(result.output, HasSubstr("mean error"));
  // Figure 8 has 0.546 of NT-We at depth 4, which the sweep leaves out.
  EXPECT_THAT(read_file(directory.path() / "out/published.csv"),
              HasSubstr("eie-fig8,load_balance,nt-we,4,ratio,0.546,,,percent\r\n"));
  EXPECT_THAT(
      read_file(directory.path() / "out/sweep.html"),
      HasSubstr("<summary>Load balance over the depth of the activation queue: mean error"));
  const test::CommandResult quiet = test::run_nzsim({"sweep", "collect", out, "--json"});
  EXPECT_THAT(quiet.output, Not(HasSubstr("beside")));
}

}  // namespace
}  // namespace nzsim
