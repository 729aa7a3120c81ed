#pragma once

#include <filesystem>
#include <vector>

#include "sim/run/sweep/plan.h"
#include "tools/nzsim/sweep/published_tables.h"

namespace nzsim::cli {

/// Writes `sweep.html` of what is finished, with the `published` tables, into a sweep's directory
/// and returns its path.
/// `is_plain`: with plain drawings, without the chart library. Throws `ConfigError` where a line of
/// results is damaged.
std::filesystem::path write_sweep_page(const sweep::Plan& plan,
                                       const std::filesystem::path& directory,
                                       const std::vector<PublishedResults>& published,
                                       bool is_plain = false);

}  // namespace nzsim::cli
