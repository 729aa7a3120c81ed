#pragma once

#include <string>
#include <vector>

#include "tools/nzsim/sweep/published_tables.h"

namespace nzsim::cli {

/// A part of a sweep's page: each published table with the results beside it and its mean error,
/// folded. Empty without tables.
[[nodiscard]] std::string published_html(const std::vector<PublishedResults>& tables);

}  // namespace nzsim::cli
