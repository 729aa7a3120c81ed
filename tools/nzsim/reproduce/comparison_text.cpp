#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "tools/nzsim/reproduce/comparison.h"

namespace nzsim::reproduce {
namespace {

/// Of tables with one column, and of those with several.
constexpr int kRowWidth = 36;
constexpr int kValueWidth = 12;
constexpr int kLabelWidth = 24;
constexpr int kColumnWidth = 9;
constexpr std::size_t kTextWidth = 100;

/// Four significant digits, whole numbers from 10,000 on.
std::string number(double value) {
  if (std::abs(value) >= 10'000.0) return fmt::format("{:.0f}", value);
  return fmt::format("{:.4g}", value);
}

std::string optional_number(const std::optional<double>& value) {
  return value ? number(*value) : "-";
}

std::string error_text(const ComparisonTable& table, const Comparison& cell) {
  const std::optional<double> error = table.error(cell);
  if (!error) return "-";
  return fmt::format("{:+.1f}{}", *error, table.above_tolerance(cell) ? "*" : " ");
}

/// One line per row: published, simulated, error.
void write_single_column(std::string& out, const ComparisonTable& table) {
  const auto line = [&](const std::string& row, const std::string& published,
                        const std::string& simulated, const std::string& error) {
    out += fmt::format("{:<{}}{:>{}}{:>{}}{:>{}}\n", row, kRowWidth, published, kValueWidth,
                       simulated, kValueWidth, error, kValueWidth);
  };
  line("", "published", "simulated", table.published.error_in_points ? "points " : "error [%] ");
  for (const Comparison& cell : table.cells) {
    line(cell.row, optional_number(cell.published), optional_number(cell.simulated),
         error_text(table, cell));
  }
}

/// A column's name, with a space before it, or a value.
int column_width(const std::string& name) {
  return std::max(kColumnWidth, static_cast<int>(name.size()) + 1);
}

void write_line(std::string& out, const ComparisonTable& table, const std::string& label,
                const std::vector<std::string>& values) {
  out += fmt::format("{:<{}}", label, kLabelWidth);
  for (std::size_t n = 0; n < values.size(); ++n) {
    out += fmt::format("{:>{}}", values[n], column_width(table.published.columns[n]));
  }
  out += "\n";
}

/// The row's name and three lines, one value per column of the table.
void write_row(std::string& out, const ComparisonTable& table, std::span<const Comparison> cells) {
  std::vector<std::string> published;
  std::vector<std::string> simulated;
  std::vector<std::string> errors;
  for (const Comparison& cell : cells) {
    published.push_back(optional_number(cell.published));
    simulated.push_back(optional_number(cell.simulated));
    errors.push_back(error_text(table, cell));
  }
  out += cells.front().row + "\n";
  write_line(out, table, "  published", published);
  write_line(out, table, "  simulated", simulated);
  write_line(out, table, table.published.error_in_points ? "  error in points" : "  error in %",
             errors);
}

void write_columns(std::string& out, const ComparisonTable& table) {
  write_line(out, table, table.published.column_name, table.published.columns);
  const std::span<const Comparison> cells(table.cells);
  const std::size_t columns = table.published.columns.size();
  for (std::size_t first = 0; first < cells.size(); first += columns) {
    write_row(out, table, cells.subspan(first, columns));
  }
}

void write_summary(std::string& out, const ComparisonTable& table) {
  const ErrorSummary summary = table.summary();
  if (summary.compared == 0) return;
  const char* const unit = table.published.error_in_points ? "points" : "%";
  out += fmt::format("mean error {:.1f} {}, worst {:+.1f} {} ({}, {})", summary.mean, unit,
                     summary.worst, unit, summary.worst_row, summary.worst_column);
  if (summary.above_tolerance > 0) {
    out += fmt::format("; {} of {} above {:g} {} (*), explained in DEVIATIONS.md",
                       summary.above_tolerance, summary.compared, *table.published.tolerance, unit);
  }
  out += "\n";
}

/// `label: text`, wrapped at spaces, continuation lines indented.
void write_wrapped(std::string& out, const std::string& label, const std::string& text) {
  out += fmt::format("{}:", label);
  std::size_t width = label.size() + 1;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word(text.data() + begin, end - begin);
    if (width + 1 + word.size() > kTextWidth) {
      out += "\n ";
      width = 1;
    }
    out += fmt::format(" {}", word);
    width += 1 + word.size();
    begin = end + 1;
  }
  out.push_back('\n');
}

}  // namespace

std::string to_text(const ComparisonTable& table) {
  std::string out =
      fmt::format("{}{}{}\n", table.published.title,
                  table.published.unit.empty() ? "" : fmt::format(" [{}]", table.published.unit),
                  table.published.digitised ? ", digitised from the figure" : "");
  if (table.published.columns.size() == 1) {
    write_single_column(out, table);
  } else {
    write_columns(out, table);
  }
  write_summary(out, table);
  return out;
}

std::string to_text(const Reproduction& reproduction) {
  std::string out = fmt::format("== {}: {}\n", reproduction.name, reproduction.title);
  write_wrapped(out, "published", reproduction.source);
  write_wrapped(out, "simulated", reproduction.simulated);
  for (const ComparisonTable& table : reproduction.tables) {
    out += "\n";
    out += to_text(table);
  }
  out += "\n";
  for (const std::string& text : reproduction.assumptions) write_wrapped(out, "assumption", text);
  for (const std::string& text : reproduction.notes) write_wrapped(out, "note", text);
  return out;
}

}  // namespace nzsim::reproduce
