#pragma once

#include <span>
#include <vector>

#include "sim/base/bfloat16.h"
#include "sim/workload/network.h"
#include "sim/workload/summation_order.h"

namespace nzsim {

/// Rounded weights `[matrix outputs, matrix inputs]` row-major and bias `[matrix outputs]`; empty
/// where the layer has none.
struct Bfloat16Layer {
  std::span<const Bfloat16> weights;
  std::span<const float> bias;
};

/// The outputs `[channels, height, width]` of one input of any layer in the bfloat16 arithmetic of
/// docs/bfloat16.md, sums taken in `order`. It shares no data structure and no code with any
/// machine but the roundings of `bfloat16.h` and the functions of `elementary.h`. `sources`: what
/// the layer takes its inputs from, one vector per source: operands of matmul and elementwise
/// layers, otherwise parts that are concatenated. Weights and sources are finite.
[[nodiscard]] std::vector<Bfloat16> plain_bfloat16(const LayerSpec& spec,
                                                   const Bfloat16Layer& layer,
                                                   const SummationOrder& order,
                                                   std::span<const std::vector<Bfloat16>> sources);

}  // namespace nzsim
