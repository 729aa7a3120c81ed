#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/workload/layer_quantization.h"
#include "sim/workload/network.h"
#include "sim/workload/values.h"

namespace nzsim {

/// Unrounded weights `[matrix outputs, matrix inputs]` row-major and bias `[matrix outputs]`; empty
/// where the layer has none.
struct RealLayer {
  std::span<const float> weights;
  std::span<const float> bias;
};

/// The outputs of one input of any layer in double precision, the same bits on every machine with
/// IEEE 754 doubles. `sources`: what the layer takes its inputs from, one vector per source:
/// operands of matmul and elementwise layers, otherwise parts that are concatenated. `ranges` is
/// raised to the largest magnitudes that occur.
[[nodiscard]] std::vector<double> plain_real(const LayerSpec& spec, const RealLayer& layer,
                                             std::span<const std::vector<double>> sources,
                                             LayerRanges& ranges);

/// A layer's own activations of input `index` as such sources: matmul's two operands apart.
[[nodiscard]] std::vector<std::vector<double>> own_sources(const LayerSpec& spec,
                                                           const ActivationTensor& tensor,
                                                           std::uint32_t index);

/// Weights of a layer as a dense matrix, `[matrix outputs, matrix inputs]`; empty without weights.
[[nodiscard]] std::vector<float> dense_weights(const LayerValues& values);

/// Largest magnitude, 0 of nothing.
[[nodiscard]] double largest_magnitude(std::span<const float> values);
[[nodiscard]] double largest_magnitude(std::span<const double> values);

}  // namespace nzsim
