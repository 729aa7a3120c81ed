#include "tools/nzsim/reproduce/comparison.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace nzsim::reproduce {
namespace {

using Json = nlohmann::ordered_json;

Json optional_number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// `error_percent` and `tolerance_percent`, or the same in points.
Json json_of(const ComparisonTable& table) {
  const std::string unit = table.error_unit();
  Json cells = Json::array();
  for (const Comparison& cell : table.cells) {
    cells.push_back({{"row", cell.row},
                     {"column", cell.column},
                     {"published", optional_number(cell.published)},
                     {"simulated", optional_number(cell.simulated)},
                     {fmt::format("error_{}", unit), optional_number(table.error(cell))},
                     {"above_tolerance", table.above_tolerance(cell)}});
  }
  const ErrorSummary summary = table.summary();
  return {{"name", table.published.name},
          {"title", table.published.title},
          {"kind", table.published.digitised ? "digitised" : "printed"},
          {"unit", table.published.unit},
          {"column_name", table.published.column_name},
          {fmt::format("tolerance_{}", unit), optional_number(table.published.tolerance)},
          {"cells", std::move(cells)},
          {"compared", summary.compared},
          {"above_tolerance", summary.above_tolerance},
          {fmt::format("mean_error_{}", unit), summary.mean},
          {fmt::format("worst_error_{}", unit), summary.worst},
          {"worst_row", summary.worst_row},
          {"worst_column", summary.worst_column}};
}

}  // namespace

std::optional<double> Comparison::error_percent() const {
  if (!published || !simulated || *published == 0.0) return {};
  return 100.0 * (*simulated - *published) / *published;
}

std::optional<double> Comparison::difference() const {
  if (!published || !simulated) return {};
  return *simulated - *published;
}

void ComparisonTable::add(const std::string& row, const std::string& column,
                          std::optional<double> simulated) {
  cells.push_back({row, column, published.at(row, column), simulated});
}

std::optional<double> ComparisonTable::error(const Comparison& cell) const {
  return published.error_in_points ? cell.difference() : cell.error_percent();
}

std::string ComparisonTable::error_unit() const {
  return published.error_in_points ? "points" : "percent";
}

bool ComparisonTable::above_tolerance(const Comparison& cell) const {
  const std::optional<double> deviation = error(cell);
  return deviation && published.tolerance && std::abs(*deviation) > *published.tolerance;
}

ErrorSummary ComparisonTable::summary() const {
  ErrorSummary summary;
  double sum = 0.0;
  for (const Comparison& cell : cells) {
    const std::optional<double> deviation = error(cell);
    if (!deviation) continue;
    ++summary.compared;
    sum += std::abs(*deviation);
    if (above_tolerance(cell)) ++summary.above_tolerance;
    if (summary.compared == 1 || std::abs(*deviation) > std::abs(summary.worst)) {
      summary.worst = *deviation;
      summary.worst_row = cell.row;
      summary.worst_column = cell.column;
    }
  }
  if (summary.compared > 0) summary.mean = sum / static_cast<double>(summary.compared);
  return summary;
}

Reproduction begin(const std::string& name, const Published& published) {
  Reproduction reproduction;
  reproduction.name = name;
  reproduction.title = published.description;
  reproduction.source = published.source;
  if (!published.notes.empty()) reproduction.notes.push_back(published.notes);
  for (const std::string& conflict : published.conflicts) {
    reproduction.notes.push_back("The source disagrees with itself: " + conflict);
  }
  return reproduction;
}

std::string to_json(const std::vector<Reproduction>& reproductions) {
  Json list = Json::array();
  for (const Reproduction& reproduction : reproductions) {
    Json tables = Json::array();
    for (const ComparisonTable& table : reproduction.tables) tables.push_back(json_of(table));
    list.push_back({{"name", reproduction.name},
                    {"title", reproduction.title},
                    {"source", reproduction.source},
                    {"simulated", reproduction.simulated},
                    {"tables", std::move(tables)},
                    {"assumptions", reproduction.assumptions},
                    {"notes", reproduction.notes}});
  }
  const Json document = {{"schema", "nzsim-reproduce-1"},
                         {"nzsim_version", NZSIM_VERSION},
                         {"reproductions", std::move(list)}};
  return document.dump(2) + "\n";
}

}  // namespace nzsim::reproduce
