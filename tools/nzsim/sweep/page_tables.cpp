#include "tools/nzsim/sweep/page_tables.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/report/page/markup.h"
#include "sim/report/page/page_table.h"
#include "sim/report/text_table.h"

namespace nzsim::sweep {
namespace {

/// Rows of a table that stands in the page. Assumption: a reader of more of them filters the table
/// of all points.
constexpr std::size_t kMostRows = 200;

PageCell cell_of(const PageColumn& column, std::size_t row) {
  if (!column.is_number) return PageCell::of(column.word(row));
  const double number = column.numbers[row];
  if (std::isnan(number)) return PageCell::of(std::optional<double>());
  // What was varied is told as it was stated.
  if (column.role == PageColumn::Role::number) return PageCell::of(number);
  return {fmt::format("{}", number), fmt::format("{}", number), true};
}

/// Places of the columns that tell points apart: index, workload where there are several, axes.
std::vector<std::size_t> identity_columns(const PagePoints& points) {
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < points.columns.size(); ++place) {
    const PageColumn& column = points.columns[place];
    const bool is_workload = column.name == "workload" && column.words.size() > 1;
    const bool is_axis = column.role == PageColumn::Role::axis && varies(column);
    if (place == 0 || is_workload || is_axis) places.push_back(place);
  }
  return places;
}

PageTable table_of(const PagePoints& points, const std::string& id, const std::string& title,
                   const std::vector<std::size_t>& columns, std::vector<std::size_t> rows) {
  PageTable table(id, title);
  for (const std::size_t place : columns) table.add_column(points.columns[place].name);
  rows.resize(std::min(rows.size(), kMostRows));
  for (const std::size_t row : rows) {
    std::vector<PageCell> cells;
    for (const std::size_t place : columns) cells.push_back(cell_of(points.columns[place], row));
    table.add_row(std::move(cells));
  }
  return table;
}

std::string first_of(std::size_t rows) {
  if (rows <= kMostRows) return "";
  return fmt::format(" The first {} of {} points; the table of all points has the others.",
                     kMostRows, format_count(rows));
}

std::string front_note(const PageContent& content) {
  std::vector<std::string> goals;
  for (const Objective& objective : content.objectives.objectives) {
    goals.push_back(fmt::format("{} {}", objective.goal == Goal::minimize ? "least" : "most",
                                objective.column));
  }
  std::string note = fmt::format(
      "Points that no other one of the same workload beats: as good in each objective ({}) and "
      "better in one. Points that failed are not compared, and filters change nothing here.",
      fmt::join(goals, ", "));
  for (const std::string& sentence : content.objectives.notes) note += ' ' + sentence;
  return note;
}

/// Per cent with a sign, but for what is none.
std::string change_text(double change) {
  constexpr double kLeast = 0.0005;
  return std::abs(change) < kLeast ? "0.0" : fmt::format("{:+.1f}", 100.0 * change);
}

PageCell change_cell(double change) {
  return {change_text(change), fmt::format("{}", 100.0 * change), true};
}

/// The row of one axis and objective; nothing where no other value has a result.
void add_changes(PageTable& table, const std::string& workload, const Axis& axis,
                 const AxisSensitivity& sensitivity, std::size_t objective,
                 const std::string& column) {
  const std::vector<double>& changes = sensitivity.changes[objective];
  std::optional<std::size_t> low;
  std::optional<std::size_t> high;
  std::size_t known = 0;
  for (std::size_t place = 0; place < changes.size(); ++place) {
    if (std::isnan(changes[place])) continue;
    ++known;
    if (!low || changes[place] < changes[*low]) low = place;
    if (!high || changes[place] > changes[*high]) high = place;
  }
  if (known < 2) return;
  table.add_row({PageCell::of(axis.name), PageCell::of(workload), PageCell::of(column),
                 PageCell::of(axis_text(axis.values[sensitivity.base])), change_cell(changes[*low]),
                 PageCell::of(axis_text(axis.values[*low])), change_cell(changes[*high]),
                 PageCell::of(axis_text(axis.values[*high])),
                 change_cell(changes[*high] - changes[*low])});
}

}  // namespace

std::string front_table(const PageContent& content) {
  const PagePoints& points = content.points;
  std::vector<std::size_t> columns = identity_columns(points);
  for (const Objective& objective : content.objectives.objectives) {
    columns.push_back(points.place_of(objective.column));
  }
  std::vector<std::size_t> rows;
  for (const std::size_t index : content.front) rows.push_back(content.row_of(index));
  if (rows.empty()) {
    std::string why = "No point that is done has all objectives.";
    for (const std::string& sentence : content.objectives.notes) why += ' ' + sentence;
    return fmt::format(
        "<section id=\"front\">\n<h2>Pareto front</h2>\n<p class=\"note\">{}</p>\n</section>\n",
        escaped(why));
  }
  PageTable table = table_of(points, "front", "Pareto front", columns, rows);
  table.set_note(front_note(content) + first_of(rows.size()));
  return table.html();
}

std::string sensitivity_table(const PageContent& content, const Plan& plan) {
  PageTable table("sensitivity-table", "Sensitivity in numbers");
  for (const auto& [title, unit] :
       std::vector<std::pair<std::string, std::string>>{{"axis", ""},
                                                        {"workload", ""},
                                                        {"objective", ""},
                                                        {"base", ""},
                                                        {"lowest", "%"},
                                                        {"at", ""},
                                                        {"highest", "%"},
                                                        {"at", ""},
                                                        {"span", "%"}}) {
    table.add_column(title, unit);
  }
  const PageColumn& names = *content.points.find("workload");
  for (const WorkloadSensitivity& workload : content.sensitivity) {
    for (const AxisSensitivity& axis : workload.axes) {
      for (std::size_t place = 0; place < axis.changes.size(); ++place) {
        add_changes(table, names.word(content.row_of(workload.base)), plan.config.axes[axis.axis],
                    axis, place, content.objectives.objectives[place].column);
      }
    }
  }
  if (!content.sensitivity.empty()) {
    table.set_note(fmt::format(
        "One axis at a time, the others held at a base point: {}. Changes are relative to it, and "
        "filters change nothing here.",
        content.sensitivity.front().origin));
  }
  return table.html();
}

std::string failed_table(const PageContent& content) {
  const PagePoints& points = content.points;
  const PageColumn& status = *points.find("status");
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < points.size(); ++row) {
    if (status.word(row) != "done" && status.word(row) != "missing") rows.push_back(row);
  }
  std::vector<std::size_t> columns = identity_columns(points);
  columns.push_back(points.place_of("status"));
  columns.push_back(points.place_of("message"));
  PageTable table = table_of(points, "failed", "Failed points", columns, rows);
  table.set_note(first_of(rows.size()));
  return table.html();
}

}  // namespace nzsim::sweep
