#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/workload/layer_quantization.h"
#include "sim/workload/network.h"

namespace nzsim {

/// Quantised weights `[matrix outputs, matrix inputs]` row-major and bias `[matrix outputs]` at the
/// scale weight x input; empty where the layer has none.
struct Int8Layer {
  std::span<const std::int8_t> weights;
  std::span<const std::int32_t> bias;
};

/// What a layer gives for one input.
struct Int8Outputs {
  /// `[channels, height, width]` at the scale `LayerQuantization::output.scale`.
  std::vector<std::int8_t> values;
  /// The sums of products, bias included, before requantisation. Fully connected, convolution,
  /// matmul: as the values. lstm and gru: `[2, matrix outputs, steps]`, W x + b and then U h'.
  /// Other layers: empty.
  std::vector<std::int32_t> accumulators;
};

/// One input of any layer in the int8 arithmetic of `quantization.h` and `layer_quantization.h`. It
/// shares no data structure and no code with any machine. `sources`: what the layer takes its
/// inputs from, at the scales that the quantisation was chosen for, one vector per source: operands
/// of matmul and elementwise layers, otherwise parts that are concatenated. The layer satisfies
/// `require_int8_fits`.
///
/// * Concatenation: each part is requantised to the input's scale; parts at this scale are as
///   before. Then negative values count as zero where the layer says so.
/// * Fully connected, convolution, matmul: sums in 32 bits, bias, requantisation, activation.
/// * Pooling: maximum; average: sum / elements inside, rounded half away from zero. Padding does
///   not take part, and a window without any element gives 0.
/// * Addition: terms with guard bits, requantised once. Multiplication: the exact product of all
///   operands, requantised once.
/// * lstm, gru, normalizations: see `RecurrentQuantization`, `NormalizationQuantization`.
[[nodiscard]] Int8Outputs plain_int8(const LayerSpec& spec, const Int8Layer& layer,
                                     const LayerQuantization& quantization,
                                     std::span<const std::vector<std::int8_t>> sources);

/// Difference between quantised outputs and those in double precision, in real units.
struct QuantizationError {
  std::uint64_t count = 0;
  double sum_of_squares = 0.0;
  double largest = 0.0;

  void add(std::span<const std::int8_t> values, double scale, std::span<const double> real);
  [[nodiscard]] double root_mean_square() const;
};

}  // namespace nzsim
