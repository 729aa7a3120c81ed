#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/reproduction.h"

namespace nzsim {
namespace {

using nlohmann::json;

class EieReproduction : public testing::TestWithParam<const char*> {};

TEST_P(EieReproduction, NamesEveryGapAboveToleranceInDeviations) {
  test::expect_gaps_in_deviations(GetParam(), test::reproduce_json({GetParam()}));
}

INSTANTIATE_TEST_SUITE_P(TablesAndFigures, EieReproduction,
                         testing::Values("table2", "table4", "eie-platforms", "table5", "fig8",
                                         "fig9", "fig11", "fig12", "fig13"),
                         [](const auto& param_info) {
                           std::string name = param_info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

/// Mean errors of each table by `uniform` or `uneven`, as DEVIATIONS.md prints them.
std::vector<std::string> mean_error_rows() {
  const json uniform = test::reproduce_json({"eie"});
  const json uneven = test::reproduce_json({"--uneven", "eie"});
  std::vector<std::string> rows;
  for (std::size_t n = 0; n < uniform.size(); ++n) {
    for (std::size_t m = 0; m < uniform[n].at("tables").size(); ++m) {
      const json& table = uniform[n]["tables"][m];
      const json& other = uneven[n]["tables"][m];
      std::array<char, 256> row{};
      std::snprintf(row.data(), row.size(), "| %s/%s | %zu | %.1f | %.1f | %.1f | %.1f |",
                    uniform[n].at("name").get<std::string>().c_str(),
                    table.at("name").get<std::string>().c_str(),
                    table.at("compared").get<std::size_t>(),
                    table.at("mean_error_percent").get<double>(),
                    table.at("worst_error_percent").get<double>(),
                    other.at("mean_error_percent").get<double>(),
                    other.at("worst_error_percent").get<double>());
      rows.emplace_back(row.data());
    }
  }
  return rows;
}

TEST(EieReproduction, PrintsTheMeanErrorsThatDeviationsStates) {
  const std::string text = test::deviations_text();
  for (const std::string& row : mean_error_rows()) {
    EXPECT_THAT(text, testing::HasSubstr(row + "\n"));
  }
}

TEST(EieReproduction, PrintsAssumptionsAndErrorsAsText) {
  const test::CommandResult result = test::run_nzsim({"reproduce", "table4"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, testing::HasSubstr("mean error"));
  EXPECT_THAT(result.output, testing::HasSubstr("assumption: vgg-6 runs on eie-64pe-vgg6"));
  EXPECT_THAT(result.output, testing::HasSubstr("note: The source disagrees with itself"));
}

TEST(EieReproduction, OfTable5ShowsWhatHasNoModelAsUnknown) {
  const json reproductions = test::reproduce_json({"table5"});
  const json& table5 = reproductions.at(0).at("tables");
  const auto cell = [&](const std::string& table, const std::string& row) {
    const auto found = std::find_if(table5.begin(), table5.end(),
                                    [&](const json& entry) { return entry.at("name") == table; });
    const json& cells = found->at("cells");
    return *std::find_if(cells.begin(), cells.end(),
                         [&](const json& entry) { return entry.at("row") == row; });
  };
  EXPECT_EQ(cell("a_eye", "frames per s").at("published"), 33);
  EXPECT_TRUE(cell("a_eye", "frames per s").at("simulated").is_null());
  EXPECT_TRUE(cell("a_eye", "frames per s").at("error_percent").is_null());
  // 4964 GB/s over 2 bytes of each of 4096 x 4096 weights and 2 x 4096 activations.
  EXPECT_NEAR(cell("dadiannao", "frames per s").at("simulated").get<double>(),
              4964e9 / (2.0 * (4096.0 * 4096.0 + 2.0 * 4096.0)), 1.0);
}

TEST(EieReproduction, RefusesUnevenNetworksForFiguresThatHaveNone) {
  for (const char* name : {"tpu-tiles", "tpu"}) {
    const test::CommandResult result = test::run_nzsim({"reproduce", "--uneven", name});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.errors,
              std::string("--uneven: expected a figure of the EIE paper, got ") + name + "\n");
  }
}

TEST(EieReproduction, RefusesAnUnknownNameWithASuggestion) {
  const test::CommandResult result = test::run_nzsim({"reproduce", "tabel4"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, testing::HasSubstr("got \"tabel4\"; did you mean \"table4\"?"));
}

}  // namespace
}  // namespace nzsim
