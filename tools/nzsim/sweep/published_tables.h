#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/run/sweep/plan.h"
#include "tools/nzsim/reproduce/comparison.h"

namespace nzsim::cli {

/// Checks what the sweep's `published` says: that files, tables and rows exist, that axes and
/// values are the sweep's, and that no place of a table has several points. Throws `ConfigError`
/// with the pointer in the sweep file.
void check_published(const sweep::Plan& plan);

/// A published table with the results of a sweep beside it.
struct PublishedResults {
  /// As the sweep file names them.
  std::string file;
  std::string column;
  reproduce::ComparisonTable table;
};

/// Puts the results in `directory` beside the published tables. Numbers of points without results
/// are missing. Throws `ConfigError` as `check_published`, and where results lack the column.
[[nodiscard]] std::vector<PublishedResults> compare_published(
    const sweep::Plan& plan, const std::filesystem::path& directory);

/// The tables as text.
[[nodiscard]] std::string published_text(const std::vector<PublishedResults>& tables);

/// Writes `published.csv`, a line per place of the tables; nothing without tables. Throws
/// `InputError`.
void write_published(const std::vector<PublishedResults>& tables,
                     const std::filesystem::path& directory);

}  // namespace nzsim::cli
