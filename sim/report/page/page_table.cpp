#include "sim/report/page/page_table.h"

#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "sim/report/page/markup.h"
#include "sim/report/text_table.h"

namespace nzsim {
namespace {

/// Longer texts are broken into lines.
constexpr std::size_t kLongText = 28;

std::string row_html(const std::vector<PageCell>& cells) {
  std::string html = "<tr>";
  for (const PageCell& cell : cells) {
    const bool is_first = &cell == &cells.front();
    const std::string_view tag = is_first ? "th" : "td";
    html += fmt::format("<{}{}", tag, is_first ? " scope=\"row\"" : "");
    if (cell.is_number) html += " class=\"number\"";
    if (!cell.is_number && cell.text.size() > kLongText) html += " class=\"long\"";
    if (cell.value) html += fmt::format(" data-value=\"{}\"", escaped(*cell.value));
    html += fmt::format(">{}</{}>", escaped(cell.text), tag);
  }
  return html + "</tr>\n";
}

PageCell number_cell(std::string text, std::string value) {
  return {std::move(text), std::move(value), true};
}

}  // namespace

PageCell PageCell::of(std::string_view text) { return {std::string(text)}; }

PageCell PageCell::of(double number) {
  if (!std::isfinite(number)) return number_cell("unknown", "");
  return number_cell(format_number(number), fmt::format("{}", number));
}

PageCell PageCell::of(std::uint64_t number) {
  return number_cell(format_count(number), fmt::format("{}", number));
}

PageCell PageCell::percent(double part) {
  if (!std::isfinite(part)) return number_cell("unknown", "");
  return number_cell(fmt::format("{:.1f}", 100.0 * part), fmt::format("{}", 100.0 * part));
}

PageCell PageCell::of(const std::optional<double>& number) {
  return number ? of(*number) : number_cell("", "");
}

void PageTable::add_column(std::string_view title, std::string_view unit) {
  columns_.push_back({std::string(title), std::string(unit)});
}

std::string PageTable::html() const {
  if (rows_.empty()) return "";
  std::string html = fmt::format(
      "<section class=\"table\" id=\"{0}\">\n<h2>{1}</h2>\n<div class=\"scroll\" tabindex=\"0\" "
      "role=\"region\" aria-label=\"{1}\">\n<table>\n<thead><tr>",
      escaped(id_), escaped(title_));
  for (const Column& column : columns_) {
    html += fmt::format("<th scope=\"col\">{}", escaped(column.title));
    if (!column.unit.empty()) html += fmt::format("<small>{}</small>", escaped(column.unit));
    html += "</th>";
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows_) html += row_html(row);
  html += "</tbody>\n";
  if (!total_.empty()) html += "<tfoot>" + row_html(total_) + "</tfoot>\n";
  html += "</table>\n</div>\n";
  if (!note_.empty()) html += fmt::format("<p class=\"note\">{}</p>\n", escaped(note_));
  return html + "</section>\n";
}

}  // namespace nzsim
