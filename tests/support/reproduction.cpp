#include "tests/support/reproduction.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fnmatch.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/command.h"

namespace nzsim::test {
namespace {

using nlohmann::json;

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

}  // namespace

json reproduce_json(const std::vector<std::string>& arguments) {
  std::vector<std::string> line{"reproduce", "--json"};
  line.insert(line.end(), arguments.begin(), arguments.end());
  const CommandResult result = run_nzsim(line);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  return json::parse(result.output).at("reproductions");
}

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

void expect_gaps_in_deviations(const std::string& name, const json& reproductions) {
  const std::vector<Cell> cells = cells_above_tolerance(reproductions);
  const std::vector<Deviation> rows = deviations(name + "/");
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

std::string deviations_text() {
  std::ifstream file(std::filesystem::path(NZSIM_SOURCE_DIR) / "DEVIATIONS.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace nzsim::test
