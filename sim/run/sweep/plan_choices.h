#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "sim/run/sweep/sweep_config.h"

namespace nzsim::sweep {

/// Calls `visit` with the place of the value of each axis, for all combinations of one workload in
/// the order of the plan. Ends where `visit` returns false.
void for_each_combination(const SweepConfig& config,
                          const std::function<bool(const std::vector<std::size_t>&)>& visit);

}  // namespace nzsim::sweep
