#pragma once

#include <filesystem>
#include <vector>

#include "tools/nzsim/compare/results.h"

namespace nzsim::cli {

/// A comparison and everything that its entries name.
struct ComparisonInputs {
  compare::Comparison comparison;
  /// One per entry.
  std::vector<compare::EntryInputs> entries;
};

/// Reads a comparison, its machines, platforms and networks. Throws `InputError` before anything is
/// simulated; unknown names and overrides are reported at their place in the comparison's file.
[[nodiscard]] ComparisonInputs load_comparison_inputs(const std::filesystem::path& path);

}  // namespace nzsim::cli
