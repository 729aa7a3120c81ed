#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <fnmatch.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

namespace nzsim {
namespace {

using nlohmann::json;

struct CommandResult {
  int exit_code = -1;
  std::string output;
};

/// Runs `nzsim reproduce ARGUMENTS`, standard error included.
CommandResult run_reproduce(const std::string& arguments) {
  const std::string line = std::string(NZSIM_BINARY) + " reproduce " + arguments + " 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(line.c_str(), "r"),
                                                   [](FILE*) { return 0; });
  CommandResult result;
  std::array<char, 4096> buffer{};
  for (std::size_t count = 0; (count = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) {
    result.output.append(buffer.data(), count);
  }
  result.exit_code = WEXITSTATUS(pclose(pipe.get()));
  return result;
}

json reproduce_json(const std::string& arguments) {
  const CommandResult result = run_reproduce(arguments + " --json");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return json::parse(result.output).at("reproductions");
}

/// A compared value by its place: `fig8/load_balance/alex-6/1`.
struct Cell {
  std::string place;
  double published = 0.0;
  double simulated = 0.0;
  double error_percent = 0.0;
};

std::vector<Cell> cells_above_tolerance(const json& reproductions) {
  std::vector<Cell> cells;
  for (const json& reproduction : reproductions) {
    for (const json& table : reproduction.at("tables")) {
      const std::string prefix = reproduction.at("name").get<std::string>() + "/" +
                                 table.at("name").get<std::string>() + "/";
      for (const json& cell : table.at("cells")) {
        if (!cell.at("above_tolerance").get<bool>()) continue;
        cells.push_back({prefix + cell.at("row").get<std::string>() + "/" +
                             cell.at("column").get<std::string>(),
                         cell.at("published"), cell.at("simulated"), cell.at("error_percent")});
      }
    }
  }
  return cells;
}

/// A row of DEVIATIONS.md: `| `pattern` | published | simulated | error | ...`, where a pattern
/// with
/// `*` names several cells and shows the worst of them.
struct Deviation {
  std::string pattern;
  double published = 0.0;
  double simulated = 0.0;
  double error_percent = 0.0;

  [[nodiscard]] bool names(const Cell& cell) const {
    return fnmatch(pattern.c_str(), cell.place.c_str(), FNM_PATHNAME) == 0;
  }
};

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(line);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

/// The rows of DEVIATIONS.md whose pattern starts with `prefix`.
std::vector<Deviation> deviations(const std::string& prefix) {
  std::ifstream file(std::filesystem::path(NZSIM_SOURCE_DIR) / "DEVIATIONS.md");
  std::vector<Deviation> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `" + prefix)) continue;
    const std::vector<std::string> columns = split(line, '|');
    rows.push_back({split(columns.at(1), '`').at(1), std::stod(columns.at(2)),
                    std::stod(columns.at(3)), std::stod(columns.at(4))});
  }
  return rows;
}

/// Of the cells that `row` names, the one with the largest error; nullptr for none.
const Cell* worst_of(const Deviation& row, const std::vector<Cell>& cells) {
  const Cell* worst = nullptr;
  for (const Cell& cell : cells) {
    if (!row.names(cell)) continue;
    if (worst == nullptr || std::abs(cell.error_percent) > std::abs(worst->error_percent)) {
      worst = &cell;
    }
  }
  return worst;
}

class EieReproduction : public testing::TestWithParam<const char*> {};

TEST_P(EieReproduction, NamesEveryGapAboveToleranceInDeviations) {
  const std::vector<Cell> cells = cells_above_tolerance(reproduce_json(GetParam()));
  const std::vector<Deviation> rows = deviations(std::string(GetParam()) + "/");
  for (const Cell& cell : cells) {
    EXPECT_THAT(rows, testing::Contains(
                          testing::Truly([&](const Deviation& row) { return row.names(cell); })))
        << cell.place << ": published " << cell.published << ", simulated " << cell.simulated
        << ", error " << cell.error_percent << " %";
  }
  for (const Deviation& row : rows) {
    const Cell* worst = worst_of(row, cells);
    ASSERT_NE(worst, nullptr) << row.pattern << " names no gap";
    // Printed with four digits, errors with one decimal.
    EXPECT_NEAR(row.published / worst->published, 1.0, 1e-3) << worst->place;
    EXPECT_NEAR(row.simulated / worst->simulated, 1.0, 1e-3) << worst->place;
    EXPECT_NEAR(row.error_percent, worst->error_percent, 0.051) << worst->place;
  }
}

INSTANTIATE_TEST_SUITE_P(TablesAndFigures, EieReproduction,
                         testing::Values("table2", "table4", "table5", "fig8", "fig9", "fig11",
                                         "fig12", "fig13"),
                         [](const auto& param_info) { return std::string(param_info.param); });

/// Mean errors of each table by `uniform` or `uneven`, as DEVIATIONS.md prints them.
std::vector<std::string> mean_error_rows() {
  const json uniform = reproduce_json("");
  const json uneven = reproduce_json("--uneven");
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
  std::ifstream file(std::filesystem::path(NZSIM_SOURCE_DIR) / "DEVIATIONS.md");
  std::stringstream deviations_text;
  deviations_text << file.rdbuf();
  for (const std::string& row : mean_error_rows()) {
    EXPECT_THAT(deviations_text.str(), testing::HasSubstr(row + "\n"));
  }
}

TEST(EieReproduction, PrintsAssumptionsAndErrorsAsText) {
  const CommandResult result = run_reproduce("table4");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, testing::HasSubstr("mean error"));
  EXPECT_THAT(result.output, testing::HasSubstr("assumption: vgg-6 runs on eie-64pe-vgg6"));
  EXPECT_THAT(result.output, testing::HasSubstr("note: The source disagrees with itself"));
}

TEST(EieReproduction, RefusesAnUnknownNameWithASuggestion) {
  const CommandResult result = run_reproduce("tabel4");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, testing::HasSubstr("got \"tabel4\"; did you mean \"table4\"?"));
}

}  // namespace
}  // namespace nzsim
