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

Json json_of(const ComparisonTable& table) {
  Json cells = Json::array();
  for (const Comparison& cell : table.cells) {
    cells.push_back({{"row", cell.row},
                     {"column", cell.column},
                     {"published", optional_number(cell.published)},
                     {"simulated", cell.simulated},
                     {"error_percent", optional_number(cell.error_percent())},
                     {"above_tolerance", table.above_tolerance(cell)}});
  }
  const ErrorSummary summary = table.summary();
  return {{"name", table.published.name},
          {"title", table.published.title},
          {"kind", table.published.digitised ? "digitised" : "printed"},
          {"unit", table.published.unit},
          {"column_name", table.published.column_name},
          {"tolerance_percent", optional_number(table.published.tolerance_percent)},
          {"cells", std::move(cells)},
          {"compared", summary.compared},
          {"above_tolerance", summary.above_tolerance},
          {"mean_error_percent", summary.mean_percent},
          {"worst_error_percent", summary.worst_percent},
          {"worst_row", summary.worst_row},
          {"worst_column", summary.worst_column}};
}

}  // namespace

std::optional<double> Comparison::error_percent() const {
  if (!published || *published == 0.0) return {};
  return 100.0 * (simulated - *published) / *published;
}

void ComparisonTable::add(const std::string& row, const std::string& column, double simulated) {
  cells.push_back({row, column, published.at(row, column), simulated});
}

bool ComparisonTable::above_tolerance(const Comparison& cell) const {
  const std::optional<double> error = cell.error_percent();
  return error && published.tolerance_percent && std::abs(*error) > *published.tolerance_percent;
}

ErrorSummary ComparisonTable::summary() const {
  ErrorSummary summary;
  double sum = 0.0;
  for (const Comparison& cell : cells) {
    const std::optional<double> error = cell.error_percent();
    if (!error) continue;
    ++summary.compared;
    sum += std::abs(*error);
    if (above_tolerance(cell)) ++summary.above_tolerance;
    if (summary.compared == 1 || std::abs(*error) > std::abs(summary.worst_percent)) {
      summary.worst_percent = *error;
      summary.worst_row = cell.row;
      summary.worst_column = cell.column;
    }
  }
  if (summary.compared > 0) summary.mean_percent = sum / static_cast<double>(summary.compared);
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
