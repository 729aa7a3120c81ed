#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/workload/network.h"
#include "sim/workload/quantization.h"

namespace nzsim {

/// Largest magnitudes that a layer's values reach in double precision, over all inputs and steps;
/// `plain_real` raises them.
struct LayerRanges {
  /// Before the activation function, and after it.
  double before_activation = 0.0;
  double output = 0.0;
  /// Recurrent layers: arguments of the gates' functions, and lstm: cell state.
  double sigmoid_input = 0.0;
  double tanh_input = 0.0;
  double cell_state = 0.0;
};

/// From a layer's sums (int32) to its outputs: requantise to int8 at `before_scale`, then the
/// activation function: ReLU as max(q, 0), the others through the table.
struct OutputQuantization {
  Activation activation = Activation::none;
  /// Scale of what is requantised: of accumulators, of elementwise products, of an addition's
  /// terms, of the input for pooling and activation layers. Recurrent layers and normalizations
  /// give int8 at `before_scale`.
  double sum_scale = 1.0;
  double before_scale = 1.0;
  /// sum_scale / before_scale.
  Requantization requantization;
  /// From before_scale to scale; for sigmoid, tanh and gelu.
  Int8Table table{};
  /// Scale of the layer's outputs.
  double scale = 1.0;
};

/// Gates of lstm and gru. The functions' outputs have scale 1/127, so that 127 is 1 exactly.
///
/// argument of a gate = saturate(round((rescale(x sums) + rescale(h sums)) / 2^kGuardBits)), where
/// both rescale to the argument's scale / 2^kGuardBits: the sums of W x + b and of U h' are kept
/// apart, since their scales differ.
struct GateQuantization {
  double argument_scale = 1.0;
  Requantization from_input;
  Requantization from_hidden;
  Int8Table table{};
};

/// Scales and factors of lstm and gru beside those of the gates. `round` drops the guard bits.
///
/// lstm: c (16 bits, at `cell_scale`) = saturate(round(rescale(f x c', keep) + rescale(i x g,
///       update))); t = table(requantize(c, cell_to_argument)); h = requantize(o x t, output).
/// gru:  argument of n from U_n times requantize(r x h', reset);
///       h = saturate(round(rescale(z x h', keep) + rescale((127 - z) x n, update))).
struct RecurrentQuantization {
  GateQuantization sigmoid;
  GateQuantization tanh;
  Requantization keep;
  Requantization update;
  double cell_scale = 1.0;
  double cell_argument_scale = 1.0;
  Requantization cell_to_argument;
  Int8Table cell_table{};
  Requantization output;
  Requantization reset;
};

/// Normalizations work on integers, and end in one reciprocal in double precision per part of the
/// channels and one multiplication by it per element. Assumption: a vector unit with such
/// arithmetic; IEEE 754 fixes every result, given the order of operations.
///
/// softmax: e = exponentials[max - q]; inverse = (1 / before_scale) / sum of e;
///          before = saturate(round(e x inverse)), sums in integers.
/// layer normalization over n elements: S = sum of q, Q = sum of q^2;
///          inverse = (1 / before_scale) / sqrt(double(n Q - S^2) + epsilon);
///          before = saturate(round((n q - S) x inverse)).
struct NormalizationQuantization {
  /// e^(-d x input scale) x 2^16 for d = 0 to 254, rounded.
  std::array<std::uint32_t, 255> exponentials{};
  /// kNormalizationEpsilon x n^2 / input scale^2.
  double epsilon = 0.0;
};

/// Added to variances. Assumption: 1e-5, the default of PyTorch's LayerNorm.
inline constexpr double kNormalizationEpsilon = 1e-5;
/// Fraction bits of the exponentials of a softmax. Assumption.
inline constexpr int kExponentialBits = 16;

/// All parameters of one layer in int8. Sources are what the layer takes its inputs from, in their
/// order: earlier layers or its own activations (matmul: two of these).
struct LayerQuantization {
  /// Scale of the input: the largest of the sources' scales where these are concatenated; of
  /// matmul's first operand.
  double input_scale = 1.0;
  /// Of the weights; of matmul's second operand.
  double weight_scale = 1.0;
  /// Per source. Concatenation: to the input's scale. Elementwise addition: to the sums'
  /// scale, before_scale / 2^kGuardBits, where the terms are added.
  std::vector<Requantization> sources;
  OutputQuantization output;
  RecurrentQuantization recurrent;
  NormalizationQuantization normalization;
};

/// Scales by the largest magnitudes; pooling and activation layers keep their input's scale up to
/// the activation function. `source_scales`: one per source; `largest_weight`: 0 without weights.
[[nodiscard]] LayerQuantization choose_quantization(const LayerSpec& spec,
                                                    std::span<const double> source_scales,
                                                    double largest_weight,
                                                    const LayerRanges& ranges);

}  // namespace nzsim
