#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nzsim::reproduce {

/// One table or curve family of a publication: named rows of numbers over common columns.
struct PublishedTable {
  std::string name;
  std::string title;
  /// Whether the numbers were measured from a figure's pixels instead of read as text.
  bool digitised = false;
  /// Unit of every number; empty where the columns' names hold it.
  std::string unit;
  /// Whether errors are differences, in the points of a percentage, instead of parts of the
  /// published value.
  bool error_in_points = false;
  /// Error up to which a simulated value counts as reproduced, in per cent or points; nothing:
  /// shown for comparison only.
  std::optional<double> tolerance;
  /// What the columns are (`activation queue depth`); empty where they name quantities.
  std::string column_name;
  std::vector<std::string> columns;
  /// `[columns]` per row; shorter where the publication has no values for the last columns.
  std::map<std::string, std::vector<double>> rows;

  /// The number at (`row`, `column`); nothing where the publication has none.
  [[nodiscard]] std::optional<double> at(const std::string& row, const std::string& column) const;
};

/// A file of `configs/published`: the numbers of one table or figure, with their source.
struct Published {
  std::filesystem::path path;
  std::string name;
  std::string description;
  std::string source;
  std::string notes;
  std::vector<PublishedTable> tables;
  /// Where the publication disagrees with itself, one sentence or more each.
  std::vector<std::string> conflicts;

  /// Throws `ConfigError` naming the file where there is no such table.
  [[nodiscard]] const PublishedTable& table(const std::string& table_name) const;
};

/// The published number at a place that must have one. Throws `ConfigError` where it has none.
[[nodiscard]] double published_at(const PublishedTable& table, const std::string& row,
                                  const std::string& column);

/// Reads `path`. Throws `ConfigError` with all errors of the file.
[[nodiscard]] Published load_published(const std::filesystem::path& path);

}  // namespace nzsim::reproduce
