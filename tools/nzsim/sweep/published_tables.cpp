#include "tools/nzsim/sweep/published_tables.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/config/node.h"
#include "sim/report/csv_line.h"
#include "sim/run/sweep/axis.h"
#include "sim/run/sweep/store.h"
#include "sim/run/sweep/text_file.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;
using reproduce::ComparisonTable;
using reproduce::PublishedTable;
using sweep::Counterpart;

/// A counterpart with the table that it names, and the points of its places.
class Places {
 public:
  /// Throws `ConfigError` where the counterpart at `index` does not fit the plan.
  Places(const sweep::Plan& plan, std::size_t index)
      : plan_(plan), counterpart_(plan.config.published[index]), index_(index) {
    table_ = find_table();
    find_points(find_axes());
    if (counterpart_.values.size() > table_.columns.size()) {
      fail("values", fmt::format("expected at most {} values, one per column of the table, got {}",
                                 table_.columns.size(), counterpart_.values.size()));
    }
    for (const std::string& value : counterpart_.values) check_value("values", value);
    if (counterpart_.speedup_over) check_value("speedup_over", *counterpart_.speedup_over);
    check_rows();
    check_columns();
  }

  [[nodiscard]] const Counterpart& counterpart() const { return counterpart_; }
  [[nodiscard]] const PublishedTable& table() const { return table_; }

  /// The axes' values in a column of the table; nothing behind the last one.
  [[nodiscard]] std::optional<std::string> value_of(std::size_t column) const {
    if (counterpart_.values.empty()) return table_.columns[column];
    if (column >= counterpart_.values.size()) return {};
    return counterpart_.values[column];
  }

  /// Index of the point with these values of the axes; nothing where the sweep has none.
  [[nodiscard]] std::optional<std::size_t> point(std::size_t workload,
                                                 const std::string& value) const {
    const auto found = points_.find({value, workload});
    return found == points_.end() ? std::nullopt : std::optional(found->second);
  }

  [[noreturn]] void fail(const std::string& key, const std::string& message) const {
    throw ConfigError(plan_.config.path.string(), fmt::format("/published/{}/{}", index_, key),
                      message);
  }

 private:
  [[nodiscard]] PublishedTable find_table() const {
    const reproduce::Published published =
        reproduce::load_published(find_file(Shelf::published, counterpart_.file, plan_.config.path,
                                            fmt::format("/published/{}/file", index_)));
    std::vector<std::string> names;
    for (const PublishedTable& table : published.tables) {
      if (table.name == counterpart_.table) return table;
      names.push_back(table.name);
    }
    fail("table", unknown_choice(counterpart_.table, names));
  }

  /// Places of the axes in the sweep.
  [[nodiscard]] std::vector<std::size_t> find_axes() const {
    std::vector<std::string> names;
    for (const sweep::Axis& axis : plan_.config.axes) names.push_back(axis.name);
    std::vector<std::size_t> places;
    for (const std::string& axis : counterpart_.axes) {
      const auto found = std::find(names.begin(), names.end(), axis);
      if (found == names.end()) fail("axes", unknown_choice(axis, names));
      places.push_back(static_cast<std::size_t>(found - names.begin()));
    }
    return places;
  }

  void find_points(const std::vector<std::size_t>& axes) {
    for (const sweep::Point& point : plan_.points) {
      std::string value;
      for (const std::size_t axis : axes) {
        if (!value.empty()) value.push_back(' ');
        value += sweep::axis_text(point.values[axis]);
      }
      if (!points_.try_emplace({value, point.workload}, point.index).second) {
        fail("axes", fmt::format("expected axes that tell the points of a workload apart, got "
                                 "several points with {}",
                                 value));
      }
    }
  }

  void check_value(const std::string& key, const std::string& value) const {
    std::vector<std::string> values;
    for (const auto& [place, point] : points_) {
      if (values.empty() || values.back() != place.first) values.push_back(place.first);
    }
    if (std::find(values.begin(), values.end(), value) == values.end()) {
      fail(key, unknown_choice(value, values));
    }
  }

  /// A mean's row is the table's; of workloads at least one is.
  void check_rows() const {
    std::vector<std::string> rows;
    for (const auto& [name, values] : table_.rows) rows.push_back(name);
    const auto is_row = [&](const std::string& name) { return table_.rows.contains(name); };
    if (counterpart_.row) {
      if (!is_row(*counterpart_.row)) fail("row", unknown_choice(*counterpart_.row, rows));
      return;
    }
    const auto& workloads = plan_.config.workloads;
    if (std::none_of(workloads.begin(), workloads.end(),
                     [&](const auto& workload) { return is_row(workload.network); })) {
      fail("table", fmt::format("expected a table with rows named as workloads, got \"{}\"",
                                counterpart_.table));
    }
  }

  void check_columns() const {
    for (std::size_t column = 0; column < table_.columns.size(); ++column) {
      const auto found = points_.lower_bound({value_of(column).value_or(""), 0});
      if (found != points_.end() && found->first.first == value_of(column)) return;
    }
    fail("table", "expected columns that are values of the axes, got none: state `values`");
  }

  const sweep::Plan& plan_;
  const Counterpart& counterpart_;
  std::size_t index_;
  PublishedTable table_;
  /// By values of the axes and workload.
  std::map<std::pair<std::string, std::size_t>, std::size_t> points_;
};

/// Finds the numbers of a counterpart's places in the results.
class Numbers {
 public:
  Numbers(const sweep::Plan& plan, const sweep::ResultStore& store, const Places& places)
      : plan_(plan), store_(store), places_(places) {}

  [[nodiscard]] ComparisonTable table() const {
    ComparisonTable comparison{places_.table(), {}};
    const Counterpart& counterpart = places_.counterpart();
    if (counterpart.row) {
      add_row(comparison, *counterpart.row, [&](const std::string& value) { return mean(value); });
      return comparison;
    }
    for (std::size_t n = 0; n < plan_.config.workloads.size(); ++n) {
      const std::string& name = plan_.config.workloads[n].network;
      if (!places_.table().rows.contains(name)) continue;
      add_row(comparison, name, [&](const std::string& value) { return number(n, value); });
    }
    return comparison;
  }

 private:
  template <typename Function>
  void add_row(ComparisonTable& comparison, const std::string& row, Function number_at) const {
    for (std::size_t column = 0; column < places_.table().columns.size(); ++column) {
      const std::optional<std::string> value = places_.value_of(column);
      comparison.add(row, places_.table().columns[column],
                     value ? number_at(*value) : std::optional<double>{});
    }
  }

  /// The column's number in the result of a point; nothing where there is none.
  [[nodiscard]] std::optional<double> result(std::size_t workload, const std::string& value) const {
    const std::optional<std::size_t> point = places_.point(workload, value);
    const sweep::StoredResult* const stored =
        point ? store_.find(plan_.points.key(*point)) : nullptr;
    if (stored == nullptr || stored->status != sweep::Status::done) return {};
    const std::string& column = places_.counterpart().column;
    const sweep::PointResult result = store_.read(*stored);
    std::vector<std::string> names;
    for (const auto& [name, number] : result.numbers) {
      if (name == column) return number;
      names.push_back(name);
    }
    places_.fail("column", unknown_choice(column, names));
  }

  [[nodiscard]] std::optional<double> number(std::size_t workload, const std::string& value) const {
    const std::optional<double> here = result(workload, value);
    const Counterpart& counterpart = places_.counterpart();
    if (!here || !counterpart.speedup_over) {
      return here ? std::optional(*here * counterpart.scale) : here;
    }
    const std::optional<double> there = result(workload, *counterpart.speedup_over);
    if (!there || *here == 0.0) return {};
    return counterpart.scale * *there / *here;
  }

  /// Over all workloads that have a weight; nothing where one of them has no result.
  [[nodiscard]] std::optional<double> mean(const std::string& value) const {
    const Counterpart& counterpart = places_.counterpart();
    const bool is_geometric = counterpart.mean == sweep::Mean::geometric;
    double sum = 0.0;
    double total = 0.0;
    for (std::size_t n = 0; n < plan_.config.workloads.size(); ++n) {
      const double weight = counterpart.weights.empty() ? 1.0 : counterpart.weights[n];
      if (weight == 0.0) continue;
      const std::optional<double> term = number(n, value);
      if (!term) return {};
      sum += weight * (is_geometric ? std::log(*term) : *term);
      total += weight;
    }
    return is_geometric ? std::exp(sum / total) : sum / total;
  }

  const sweep::Plan& plan_;
  const sweep::ResultStore& store_;
  const Places& places_;
};

std::string csv_number(const std::optional<double>& number) {
  return number ? fmt::format("{}", *number) : "";
}

/// Lines of `published.csv`, one per cell.
std::string csv_lines(const PublishedResults& results) {
  const ComparisonTable& table = results.table;
  std::string text;
  for (const reproduce::Comparison& cell : table.cells) {
    text +=
        fmt::format("{},{},{},{},{},{},{},{},{}\r\n", csv_field(results.file),
                    csv_field(table.published.name), csv_field(cell.row), csv_field(cell.column),
                    csv_field(table.published.unit), csv_number(cell.published),
                    csv_number(cell.simulated), csv_number(table.error(cell)), table.error_unit());
  }
  return text;
}

}  // namespace

void check_published(const sweep::Plan& plan) {
  for (std::size_t index = 0; index < plan.config.published.size(); ++index) Places(plan, index);
}

std::vector<PublishedResults> compare_published(const sweep::Plan& plan,
                                                const fs::path& directory) {
  std::vector<PublishedResults> tables;
  if (plan.config.published.empty()) return tables;
  const sweep::ResultStore store(directory);
  for (std::size_t index = 0; index < plan.config.published.size(); ++index) {
    const Places places(plan, index);
    tables.push_back({places.counterpart().file, places.counterpart().column,
                      Numbers(plan, store, places).table()});
  }
  return tables;
}

std::string published_text(const std::vector<PublishedResults>& tables) {
  std::string text;
  for (const PublishedResults& results : tables) {
    text += fmt::format("{} beside the results: {}\n", results.file, to_text(results.table));
  }
  return text;
}

void write_published(const std::vector<PublishedResults>& tables, const fs::path& directory) {
  if (tables.empty()) return;
  sweep::TextFile file(directory / "published.csv");
  file.write("file,table,row,column,unit,published,simulated,error,error_unit\r\n");
  for (const PublishedResults& results : tables) file.write(csv_lines(results));
  file.finish();
}

}  // namespace nzsim::cli
