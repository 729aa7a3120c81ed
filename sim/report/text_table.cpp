#include "sim/report/text_table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace nzsim {
namespace {

/// Bytes of UTF-8 that start a character.
bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string group(std::string digits) {
  const std::size_t first = digits.find_first_of("0123456789");
  std::size_t end = std::min(digits.find('.'), digits.size());
  while (end > first + 3) {
    end -= 3;
    digits.insert(end, 1, ',');
  }
  return digits;
}

void append_cell(std::string& line, std::string_view text, std::size_t width,
                 TextTable::Align align) {
  const std::size_t space = width - std::min(width, width_of(text));
  if (align == TextTable::Align::right) line.append(space, ' ');
  line += text;
  if (align == TextTable::Align::left) line.append(space, ' ');
}

}  // namespace

void TextTable::add_column(std::string_view title, Align align) {
  const std::size_t feed = title.find('\n');
  std::string unit =
      feed == std::string_view::npos ? std::string() : std::string(title.substr(feed + 1));
  columns_.push_back({std::string(title.substr(0, feed)), std::move(unit), align});
}

void TextTable::add_row(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back({std::move(cells), false});
}

void TextTable::add_rule() { rows_.push_back({{}, true}); }

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t index = 0; index < columns_.size(); ++index) {
    std::size_t width = std::max(width_of(columns_[index].title), width_of(columns_[index].unit));
    for (const Row& row : rows_) {
      if (!row.is_rule) width = std::max(width, width_of(row.cells[index]));
    }
    widths.push_back(width);
  }
  return widths;
}

std::string TextTable::render() const {
  const std::vector<std::size_t> width = widths();
  std::string text;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t index = 0; index < columns_.size(); ++index) {
      line += "  ";
      append_cell(line, cell_of(index), width[index], columns_[index].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  const auto add_dashes = [&] {
    add_line([&](std::size_t index) { return std::string(width[index], '-'); });
  };

  add_line([&](std::size_t index) { return columns_[index].title; });
  const bool has_units = std::any_of(columns_.begin(), columns_.end(),
                                     [](const Column& column) { return !column.unit.empty(); });
  if (has_units) add_line([&](std::size_t index) { return columns_[index].unit; });
  add_dashes();
  for (const Row& row : rows_) {
    if (row.is_rule) {
      add_dashes();
    } else {
      add_line([&](std::size_t index) { return row.cells[index]; });
    }
  }
  return text;
}

std::string printable(std::string_view text, std::size_t limit) {
  constexpr std::string_view kEllipsis = "...";
  const bool is_long = width_of(text) > limit;
  const std::size_t kept = is_long ? limit - std::min(limit, kEllipsis.size()) : limit;
  std::string result;
  std::size_t characters = 0;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char c = text[index];
    if (starts_character(c) && ++characters > kept) break;
    const auto byte = static_cast<unsigned char>(c);
    // U+0080 to U+009F, control characters too, are 0xc2 and a byte below 0xa0.
    const bool is_c1 = byte == 0xc2U && index + 1 < text.size() &&
                       static_cast<unsigned char>(text[index + 1]) < 0xa0U;
    if (byte < 0x20U || byte == 0x7fU || is_c1) {
      result += '?';
      if (is_c1) ++index;
    } else {
      result += c;
    }
  }
  if (is_long) result += kEllipsis;
  return result;
}

std::string format_number(double value) {
  const double magnitude = std::abs(value);
  if (value == 0.0) return "0";
  if (!(magnitude >= 1e-3 && magnitude < 1e12)) return fmt::format("{:.3e}", value);
  const int decimals = std::max(0, 3 - static_cast<int>(std::floor(std::log10(magnitude))));
  return group(fmt::format("{:.{}f}", value, decimals));
}

std::string format_count(std::uint64_t value) { return group(fmt::format("{}", value)); }

}  // namespace nzsim
