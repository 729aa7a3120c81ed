#pragma once

#include <string>

#include "tools/nzsim/compare/comparison_view.h"

namespace nzsim::compare {

/// The tables of a comparison as HTML: workload by entry, geometric means, rooflines, and layers
/// behind a summary that opens them.
[[nodiscard]] std::string tables_of(const ComparisonView& comparison);

}  // namespace nzsim::compare
