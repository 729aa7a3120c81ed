#include "sim/base/bfloat16.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "sim/base/vector.h"

namespace nzsim {
namespace {

/// Bits of a double's significand that a bfloat16 lacks: 52 - 7.
constexpr int kDroppedBits = 45;
/// What the exponent fields of a number differ by, at the place of a bfloat16's.
constexpr std::uint64_t kBiasDifference = std::uint64_t{1023 - 127} << 7;
/// The smallest normal bfloat16.
constexpr double kSmallestNormal = 0x1p-126;
/// A double of this size has steps of 2^-133, those of the subnormals.
constexpr double kSubnormalAlignment = 0x1p-81;

/// The bits of a magnitude that is at most the largest bfloat16.
std::uint64_t rounded_bits(double magnitude) {
  if (magnitude < kSmallestNormal) {
    return std::bit_cast<std::uint64_t>(magnitude + kSubnormalAlignment) -
           std::bit_cast<std::uint64_t>(kSubnormalAlignment);
  }
  const auto bits = std::bit_cast<std::uint64_t>(magnitude);
  const std::uint64_t below_half = (std::uint64_t{1} << (kDroppedBits - 1)) - 1;
  const std::uint64_t is_odd = (bits >> kDroppedBits) & 1;
  return ((bits + below_half + is_odd) >> kDroppedBits) - kBiasDifference;
}

SIM_VECTOR_CLONES
void round_row(const float* values, std::size_t count, Bfloat16* rounded) {
  for (std::size_t i = 0; i < count; ++i) rounded[i] = round_to_bfloat16(values[i]);
}

SIM_VECTOR_CLONES
void widen_row(const Bfloat16* numbers, std::size_t count, float* values) {
  for (std::size_t i = 0; i < count; ++i) values[i] = to_float(numbers[i]);
}

}  // namespace

Bfloat16 round_to_bfloat16(double value) {
  if (std::isnan(value)) return Bfloat16{0};
  const double magnitude = std::min(std::abs(value), double{to_float(kLargestBfloat16)});
  const std::uint64_t sign = std::signbit(value) ? 0x8000 : 0;
  return static_cast<Bfloat16>(sign | rounded_bits(magnitude));
}

void round_to_bfloat16(std::span<const float> values, std::span<Bfloat16> rounded) {
  round_row(values.data(), values.size(), rounded.data());
}

void to_float(std::span<const Bfloat16> numbers, std::span<float> values) {
  widen_row(numbers.data(), numbers.size(), values.data());
}

float limit_to_finite(float sum) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  return std::isnan(sum) ? 0.0F : std::clamp(sum, -kLargest, kLargest);
}

}  // namespace nzsim
