#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/base/fixed_point.h"
#include "sim/workload/matrix.h"
#include "sim/workload/network.h"

namespace nzsim {

/// A layer's weights in the plain form that the independent computations read: CSR by output,
/// columns ascending, inputs numbered (channel, kernel row, kernel column) within the output's
/// group.
struct PlainLayer {
  std::span<const std::uint64_t> row_starts;
  std::span<const std::uint32_t> columns;
  std::span<const std::uint16_t> codes;
  /// `[outputs]` code of the bias, 0 for none; empty where the layer has no bias.
  std::span<const std::uint16_t> bias_codes;
  /// `[outputs]` the bias before coding, for double precision.
  std::span<const float> bias;
};

/// Fixed-point parameters of one layer.
struct PlainArithmetic {
  std::span<const std::int16_t> codebook;
  int product_shift = 0;
  /// 1.0 in the source format.
  std::int16_t one = 0;
};

/// Outputs of one input `[input elements]` in 16-bit saturating fixed point, accumulated in
/// ascending order of the inputs, bias last, ReLU applied where the layer has one. Computed output
/// by output, convolutions directly: it shares no data structure and no code with any machine.
[[nodiscard]] std::vector<std::int16_t> plain_fixed_point(const LayerSpec& spec,
                                                          const PlainLayer& layer,
                                                          const PlainArithmetic& arithmetic,
                                                          std::span<const std::int16_t> input);

/// The same in double precision with the unrounded codebook and bias. `before_activation`, where
/// given, receives the largest magnitude before the activation function.
[[nodiscard]] std::vector<double> plain_double(const LayerSpec& spec, const PlainLayer& layer,
                                               std::span<const float> codebook,
                                               std::span<const double> input,
                                               double* before_activation = nullptr);

/// Pooling of raw fixed-point values or doubles `[channels, height, width]`; averages are rounded
/// half away from zero. Padding does not take part.
[[nodiscard]] std::vector<std::int16_t> plain_pooling(const LayerSpec& spec,
                                                      std::span<const std::int16_t> input);
[[nodiscard]] std::vector<double> plain_pooling(const LayerSpec& spec,
                                                std::span<const double> input);

}  // namespace nzsim
