#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nzsim {

/// A cell as it is shown, and the exact value that sorting and copying use instead.
struct PageCell {
  std::string text;
  std::optional<std::string> value = {};
  bool is_number = false;

  /// Text sorts by its letters.
  static PageCell of(std::string_view text);
  /// Four significant digits; what is not finite is shown as unknown.
  static PageCell of(double number);
  static PageCell of(std::uint64_t number);
  /// A number with one decimal.
  static PageCell percent(double part);
  /// Empty where there is none.
  static PageCell of(const std::optional<double>& number);
};

/// A table that a reader can sort by its columns and copy as CSV.
class PageTable {
 public:
  /// `id` is the element's name in the page.
  PageTable(std::string id, std::string title) : id_(std::move(id)), title_(std::move(title)) {}

  /// `unit` may be empty.
  void add_column(std::string_view title, std::string_view unit = "");
  void add_row(std::vector<PageCell> cells) { rows_.push_back(std::move(cells)); }
  /// Stays below the rows when they are sorted.
  void set_total(std::vector<PageCell> cells) { total_ = std::move(cells); }
  void set_note(std::string note) { note_ = std::move(note); }

  /// A `section` element; empty where there are no rows.
  [[nodiscard]] std::string html() const;

 private:
  struct Column {
    std::string title;
    std::string unit;
  };

  std::string id_;
  std::string title_;
  std::string note_;
  std::vector<Column> columns_;
  std::vector<std::vector<PageCell>> rows_;
  std::vector<PageCell> total_;
};

}  // namespace nzsim
