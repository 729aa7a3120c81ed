#pragma once

#include <filesystem>
#include <string>

#include "sim/run/sweep/plan.h"

namespace nzsim::cli {

/// Checks what the sweep's `published` says: that files, tables and rows exist, that axes and
/// values are the sweep's, and that no place of a table has several points. Throws `ConfigError`
/// with the pointer in the sweep file.
void check_published(const sweep::Plan& plan);

/// Puts the results in `directory` beside the published tables: writes `published.csv` there, and
/// returns the same as text. Numbers of points without results are missing. Without `published`
/// nothing is written and the text is empty. Throws `ConfigError` as `check_published`, and where
/// results lack the column.
[[nodiscard]] std::string collect_published(const sweep::Plan& plan,
                                            const std::filesystem::path& directory);

}  // namespace nzsim::cli
