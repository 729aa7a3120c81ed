#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace nzsim::test {

/// The `reproductions` that `nzsim reproduce ARGUMENTS --json` prints.
[[nodiscard]] nlohmann::json reproduce_json(const std::vector<std::string>& arguments);

/// A compared value by its place: `fig8/load_balance/alex-6/1`.
struct Cell {
  std::string place;
  double published = 0.0;
  double simulated = 0.0;
  double error_percent = 0.0;
};

[[nodiscard]] std::vector<Cell> cells_above_tolerance(const nlohmann::json& reproductions);

/// Expects that a row of DEVIATIONS.md names each gap of the reproduction `name` above its
/// tolerance, and that the rows that begin with its name have the worst of the gaps that they name.
void expect_gaps_in_deviations(const std::string& name, const nlohmann::json& reproductions);

/// The text of DEVIATIONS.md.
[[nodiscard]] std::string deviations_text();

}  // namespace nzsim::test
