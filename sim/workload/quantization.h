#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/workload/network.h"

namespace nzsim {

// Symmetric int8 quantisation after Jacob et al., "Quantization and Training of Neural Networks for
// Efficient Integer-Arithmetic-Only Inference", CVPR 2018, and its library gemmlowp, with these
// choices, which the paper leaves open or makes otherwise:
//
// * one scale per tensor, and zero point 0: real value = scale x integer. Zero is exact, so that
//   pruned weights, ReLU outputs and padding stay zeros, and no offset terms arise in a matrix
//   product (equations 7 and 8 of the paper need two row and column sums);
// * integers in [-127, 127], of int8 weights as in the paper, and of activations too: the range is
//   symmetric and a product's magnitude at most 127^2;
// * one rounding everywhere, to nearest with halves away from zero: sign x floor(|x| + 1/2);
// * one multiplication and one rounding shift per requantisation, where gemmlowp rounds twice.

/// Largest magnitude of a quantised value, and of a cell state in 16 bits.
inline constexpr std::int32_t kLargestInt8 = 127;
inline constexpr std::int32_t kLargestInt16 = 32767;

/// Bits below the last one of the result that terms of a sum keep until the sum is rounded.
/// Assumption: with 8, two terms' roundings shift a sum by at most 1/256 step.
inline constexpr int kGuardBits = 8;

/// Ranges below count as zero, so that quotients of scales stay finite.
inline constexpr double kSmallestRange = 1e-100;

/// The scale for values of magnitude up to `largest`: largest / 127; 1 for a range of zero.
[[nodiscard]] double scale_for_range(double largest, std::int32_t largest_integer = kLargestInt8);

/// The integer of `value`: rounded value / scale, in [-largest, largest]. NaN is not allowed.
[[nodiscard]] std::int32_t quantize_symmetric(double value, double scale, std::int32_t largest);
[[nodiscard]] std::int8_t quantize_int8(double value, double scale);
[[nodiscard]] std::vector<std::int8_t> quantize_int8(std::span<const float> values, double scale);
[[nodiscard]] std::vector<std::int8_t> quantize_int8(std::span<const double> values, double scale);
/// Bias at the accumulators' scale, weight x input; magnitude at most `kLargestBias`.
[[nodiscard]] std::vector<std::int32_t> quantize_bias(std::span<const float> bias, double scale);

/// Nearest integer within [-127, 127].
[[nodiscard]] std::int8_t saturate_int8(std::int64_t value);

/// value / 2^shift, rounded half away from zero; `shift` in [0, 62], |value| at most 2^62.
[[nodiscard]] std::int64_t shift_half_away(std::int64_t value, int shift);

/// A factor between two scales as integers: multiplier / 2^shift. Multipliers lie in [2^30, 2^31),
/// so that factors have 31 significant bits; shifts in [0, 62].
struct Requantization {
  std::int32_t multiplier = std::int32_t{1} << 30;
  int shift = 30;

  friend bool operator==(const Requantization&, const Requantization&) = default;
};

/// The nearest to `factor`, which is not negative. Below 2^-32 multipliers are shorter, down to 0,
/// with a shift of 62; from 2^31 on, the largest there is. 1 is exact.
[[nodiscard]] Requantization requantization_for(double factor);

/// value x multiplier / 2^shift in 64 bits, rounded half away from zero, saturated to 32 bits.
[[nodiscard]] std::int32_t rescale(std::int32_t value, Requantization requantization);

/// `rescale`, saturated to [-127, 127].
[[nodiscard]] std::int8_t requantize(std::int32_t value, Requantization requantization);

/// A function of int8 values; the output of integer q lies at q + 128. The entry of -128, which no
/// arithmetic here gives, is that of its value all the same.
using Int8Table = std::array<std::int8_t, 256>;

/// sigmoid, tanh or gelu, from inputs at `input_scale` to outputs at `output_scale`: the function
/// of `elementary.h` of q x input_scale, quantised.
[[nodiscard]] Int8Table table_of(Activation function, double input_scale, double output_scale);
/// The real function; `none` gives `x`.
[[nodiscard]] double apply(Activation function, double x);

/// Inputs of sigmoid and tanh saturate at these magnitudes. Assumption: beyond, the functions
/// differ from their limits by less than a tenth of a step of 1/127: sigmoid(8) = 1 - 3.4e-4,
/// tanh(4) = 1 - 6.7e-4.
inline constexpr double kSigmoidRange = 8.0;
inline constexpr double kTanhRange = 4.0;

/// Magnitude of a quantised bias, half of what an accumulator holds.
inline constexpr std::int32_t kLargestBias = std::int32_t{1} << 30;
/// Products of one accumulator that cannot overflow 32 bits, a bias included: 66572.
inline constexpr std::uint64_t kLargestInt8Inner =
    (std::uint64_t{INT32_MAX} - kLargestBias) / (std::uint64_t{kLargestInt8} * kLargestInt8);
/// Elements that a normalization takes together, so that length x sum of squares fits 63 bits.
inline constexpr std::uint64_t kLargestNormalization = std::uint64_t{1} << 24;
/// Factors of an elementwise product, which fits 32 bits: 127^4 < 2^31.
inline constexpr std::uint32_t kLargestFactorCount = 4;

/// Throws `WorkloadError` with every layer whose sums might overflow: longer inner products than
/// `kLargestInt8Inner`, or than the two limits below it.
void require_int8_fits(const Network& network);

}  // namespace nzsim
