#include "tools/nzsim/reproduce/published.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/config/node.h"

namespace nzsim::reproduce {
namespace {

constexpr std::size_t kMostColumns = 256;
constexpr double kLargestValue = 1e15;

PublishedTable table_from(ConfigNode& node) {
  PublishedTable table;
  table.name = node.text("name", {.description = "name within the file"});
  table.title = node.text("title", {.description = "what is compared"});
  table.digitised =
      node.choice("kind", {.options = {"printed", "digitised"},
                           .description = "read as text, or measured from a figure"}) ==
      "digitised";
  table.unit = node.text("unit", {.description = "unit of every value", .may_be_empty = true});
  table.error_in_points =
      node.choice("error", {.options = {"percent", "points"},
                            .default_value = "percent",
                            .description = "difference in per cent of the published value, or in "
                                           "the points of a percentage"}) == "points";
  const char* const tolerance = table.error_in_points ? "tolerance_points" : "tolerance_percent";
  if (node.has(tolerance) || node.describing()) {
    table.tolerance =
        node.number(tolerance, {.minimum = 0.0,
                                .maximum = 1000.0,
                                .default_value = 0.0,
                                .description = "error up to which a value counts as reproduced"});
  }
  table.column_name =
      node.text("column_name",
                {.default_value = "", .description = "what the columns are", .may_be_empty = true});
  table.columns = node.texts(
      "columns",
      {.minimum_size = 1, .maximum_size = kMostColumns, .description = "columns of every row"},
      {.description = "name of each column"});
  node.named_objects("rows", true, "values by row", [&](const std::string& row, ConfigNode& entry) {
    auto values = entry.numbers(
        "values",
        {.minimum_size = 1, .maximum_size = kMostColumns, .description = "one per column"},
        {.minimum = -kLargestValue, .maximum = kLargestValue, .description = "published value"});
    if (!entry.describing() && values.size() > table.columns.size()) {
      entry.fail("values", fmt::format("expected at most {} values, one per column, got {}",
                                       table.columns.size(), values.size()));
    }
    table.rows.emplace(row, std::move(values));
  });
  return table;
}

}  // namespace

std::optional<double> PublishedTable::at(const std::string& row, const std::string& column) const {
  const auto found = rows.find(row);
  if (found == rows.end()) return {};
  const auto index =
      static_cast<std::size_t>(std::find(columns.begin(), columns.end(), column) - columns.begin());
  if (index >= found->second.size()) return {};
  return found->second[index];
}

const PublishedTable& Published::table(const std::string& table_name) const {
  for (const PublishedTable& table : tables) {
    if (table.name == table_name) return table;
  }
  throw ConfigError(path.string(), "/tables",
                    fmt::format("expected a table named '{}', got none", table_name));
}

double published_at(const PublishedTable& table, const std::string& row,
                    const std::string& column) {
  if (const std::optional<double> value = table.at(row, column)) return *value;
  throw ConfigError(table.name, "",
                    fmt::format("expected a number at {}, {}, got none", row, column));
}

Published load_published(const std::filesystem::path& path) {
  ConfigDocument document = ConfigDocument::load(path);
  ConfigNode root = document.root();
  Published published;
  published.path = path;
  published.name = root.text("name", {.description = "name of the file"});
  published.description = root.text("description", {.description = "what was published"});
  published.source = root.text("source", {.description = "where it was published"});
  published.notes = root.text(
      "notes", {.default_value = "", .description = "how it was read", .may_be_empty = true});
  root.objects("tables",
               {.minimum_size = 1, .maximum_size = 64, .description = "tables or curve families"},
               [&](ConfigNode& node) { published.tables.push_back(table_from(node)); });
  published.conflicts =
      root.texts("conflicts", {.maximum_size = 64, .description = "contradictions"},
                 {.description = "where the source disagrees with itself"});
  document.finish();
  return published;
}

}  // namespace nzsim::reproduce
