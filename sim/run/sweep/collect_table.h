#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run/sweep/plan.h"

namespace nzsim::sweep {

/// One value of a table.
struct Cell {
  /// `json`: text that is JSON and no string: numbers of axes, objects.
  enum class Kind { none, number, text, json };
  Kind kind = Kind::none;
  double number = 0.0;
  std::string text = {};
};

[[nodiscard]] inline Cell number_cell(double number) { return {Cell::Kind::number, number}; }
[[nodiscard]] inline Cell text_cell(std::string text) {
  return {Cell::Kind::text, 0.0, std::move(text)};
}

/// A table's columns. The last two say who computed a row, which only the database has.
struct Columns {
  std::vector<std::string> names;
  static constexpr std::size_t kHostColumns = 2;

  [[nodiscard]] std::size_t without_host() const { return names.size() - kHostColumns; }
};

/// A file that rows are written to, one after the other. It is in its place after `finish` alone.
class RowSink {
 public:
  virtual ~RowSink() = default;
  /// Has a cell for each column.
  virtual void row(const std::vector<Cell>& cells) = 0;
  virtual void finish() = 0;
};

/// Each throws `InputError` where the file cannot be written. `columns` outlives the sink.
[[nodiscard]] std::unique_ptr<RowSink> csv_sink(const std::filesystem::path& path,
                                                const Columns& columns);
[[nodiscard]] std::unique_ptr<RowSink> json_lines_sink(const std::filesystem::path& path,
                                                       const Columns& columns);
/// Table `points`, and table `info` with what `plan` says of the sweep.
[[nodiscard]] std::unique_ptr<RowSink> sqlite_sink(const std::filesystem::path& path,
                                                   const Columns& columns, const Plan& plan);

}  // namespace nzsim::sweep
