#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nzsim {

/// A table of text for a terminal: columns as wide as their widest cell, numbers at the right.
class TextTable {
 public:
  enum class Align { left, right };

  /// `title` may hold a line feed: the second line is the unit.
  void add_column(std::string_view title, Align align = Align::right);

  /// One cell per column; missing ones are empty.
  void add_row(std::vector<std::string> cells);
  /// A line between the rows before it and those after it, above a total.
  void add_rule();

  /// Lines that end in a line feed, each indented by two spaces.
  [[nodiscard]] std::string render() const;

 private:
  struct Column {
    std::string title;
    std::string unit;
    Align align = Align::right;
  };
  struct Row {
    std::vector<std::string> cells;
    bool is_rule = false;
  };

  [[nodiscard]] std::vector<std::size_t> widths() const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

/// `text` fit for one line of a terminal: control characters become `?`, and what is longer than
/// `limit` characters ends in `...`.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit);

/// `value` with four significant digits: `0.02300`, `9.157`, `10,235`; powers of ten for what is
/// very large or very small.
[[nodiscard]] std::string format_number(double value);

/// `value` with commas between groups of three digits.
[[nodiscard]] std::string format_count(std::uint64_t value);

}  // namespace nzsim
