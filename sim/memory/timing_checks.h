#pragma once

#include <string>
#include <vector>

#include "sim/memory/config.h"

namespace nzsim {

/// A timing parameter that contradicts others.
struct TimingContradiction {
  std::string key;
  /// `expected at least tRAS + tRP = 55, got 54`.
  std::string message;
};

/// What no device can mean: tRC < tRAS + tRP, a read that meets a write on the data bus, a refresh
/// that takes longer than its interval. Empty for a table that agrees with itself.
[[nodiscard]] std::vector<TimingContradiction> timing_contradictions(const DramConfig& config);

}  // namespace nzsim
