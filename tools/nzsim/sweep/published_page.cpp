#include "tools/nzsim/sweep/published_page.h"

#include <cmath>

#include <fmt/format.h>

#include "sim/report/page/markup.h"
#include "sim/report/page/page_table.h"

namespace nzsim::cli {
namespace {

using reproduce::ComparisonTable;
using reproduce::ErrorSummary;

PageCell error_cell(const std::optional<double>& error) {
  if (!error) return PageCell::of(std::optional<double>());
  return {fmt::format("{:+.1f}", *error), fmt::format("{}", *error), true};
}

std::string unit_of_errors(const ComparisonTable& table) {
  return table.published.error_in_points ? "points" : "%";
}

/// `mean error 9.4 %, worst -31.2 % (NT-LSTM, 1)`
std::string summary_of(const ComparisonTable& table) {
  const ErrorSummary summary = table.summary();
  if (summary.compared == 0) return "nothing to compare yet";
  const std::string unit = unit_of_errors(table);
  return fmt::format("mean error {:.1f} {}, worst {:+.1f} {} ({}, {})", summary.mean, unit,
                     summary.worst, unit, summary.worst_row, summary.worst_column);
}

std::string table_html(const PublishedResults& results, std::size_t index) {
  const ComparisonTable& table = results.table;
  const reproduce::PublishedTable& published = table.published;
  PageTable page(fmt::format("published-{}", index), published.title);
  page.add_column("row");
  page.add_column(published.column_name.empty() ? "column" : published.column_name);
  page.add_column("published", published.unit);
  page.add_column("simulated", published.unit);
  page.add_column("error", unit_of_errors(table));
  for (const reproduce::Comparison& cell : table.cells) {
    page.add_row({PageCell::of(cell.row), PageCell::of(cell.column), PageCell::of(cell.published),
                  PageCell::of(cell.simulated), error_cell(table.error(cell))});
  }
  page.set_note(fmt::format("Published: configs/published/{}.json{}. Simulated: {}.", results.file,
                            published.digitised ? ", digitised from the figure" : "",
                            results.column));
  return fmt::format("<details class=\"fold\"><summary>{}: {}</summary>\n{}</details>\n",
                     escaped(published.title), escaped(summary_of(table)), page.html());
}

}  // namespace

std::string published_html(const std::vector<PublishedResults>& tables) {
  if (tables.empty()) return {};
  std::string html =
      "<section id=\"published\">\n<h2>Beside what was published</h2>\n<p class=\"note\">Errors "
      "are "
      "those of the simulation against the source; published.csv has them too.</p>\n";
  for (std::size_t index = 0; index < tables.size(); ++index) {
    html += table_html(tables[index], index);
  }
  return html + "</section>\n";
}

}  // namespace nzsim::cli
