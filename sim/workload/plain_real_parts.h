#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "sim/workload/plain_real.h"

namespace nzsim::plain {

// The kinds of layers that `plain_real` is made of, on inputs that are concatenated already. All
// but the recurrent ones return values before the activation function.

[[nodiscard]] std::vector<double> real_recurrent(const LayerSpec& spec, const RealLayer& layer,
                                                 std::span<const double> input,
                                                 LayerRanges& ranges);
[[nodiscard]] std::vector<double> real_pooling(const LayerSpec& spec,
                                               std::span<const double> input);
[[nodiscard]] std::vector<double> real_elementwise(const LayerSpec& spec,
                                                   std::span<const std::vector<double>> operands);
[[nodiscard]] std::vector<double> real_normalization(const LayerSpec& spec,
                                                     std::span<const double> input);

inline void raise_range(double& range, double value) { range = std::max(range, std::abs(value)); }

}  // namespace nzsim::plain
