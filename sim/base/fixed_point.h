#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace nzsim {

/// A 16-bit two's complement number with `fraction_bits` bits behind the point:
/// value = raw / 2^fraction_bits. `fraction_bits` may be negative or above 15.
struct FixedPointFormat {
  int fraction_bits = 8;

  friend bool operator==(const FixedPointFormat&, const FixedPointFormat&) = default;
};

/// Nearest representable value below or above the limits of 16 bits.
[[nodiscard]] constexpr std::int16_t saturate16(std::int64_t value) {
  return static_cast<std::int16_t>(std::clamp<std::int64_t>(value, INT16_MIN, INT16_MAX));
}

/// Arithmetic shift right by `shift`, rounded half up; a negative `shift` shifts left.
/// `value` is a product of two 16-bit numbers; `shift` lies in [-30, 62].
[[nodiscard]] constexpr std::int64_t shift_rounded(std::int64_t value, int shift) {
  if (shift > 0) return (value + (std::int64_t{1} << (shift - 1))) >> shift;
  return value * (std::int64_t{1} << -shift);
}

/// The product of a weight and an activation in the accumulator's format: EIE's "shift and add"
/// stage before the add (Han et al., ISCA 2016, Section IV). `shift` = weight fraction bits +
/// activation fraction bits - accumulator fraction bits.
[[nodiscard]] constexpr std::int16_t multiply_fixed(std::int16_t weight, std::int16_t activation,
                                                    int shift) {
  return saturate16(shift_rounded(
      static_cast<std::int64_t>(weight) * static_cast<std::int64_t>(activation), shift));
}

/// Saturating 16-bit addition, the accumulator's adder.
[[nodiscard]] constexpr std::int16_t add_saturated(std::int16_t a, std::int16_t b) {
  return saturate16(static_cast<std::int64_t>(a) + static_cast<std::int64_t>(b));
}

/// Nearest fixed-point number to `value` (halves away from zero), saturated. NaN is not allowed.
[[nodiscard]] inline std::int16_t quantize(double value, FixedPointFormat format) {
  const double scaled = std::round(std::ldexp(value, format.fraction_bits));
  return static_cast<std::int16_t>(std::clamp(scaled, -32768.0, 32767.0));
}

[[nodiscard]] inline double dequantize(std::int16_t raw, FixedPointFormat format) {
  return std::ldexp(static_cast<double>(raw), -format.fraction_bits);
}

/// The format with most fraction bits, at most `kMaximumAutoFractionBits`, that holds values of
/// magnitude up to `largest` without saturation.
inline constexpr int kMaximumAutoFractionBits = 15;
inline constexpr int kMinimumAutoFractionBits = -15;
[[nodiscard]] inline FixedPointFormat format_for_range(double largest) {
  FixedPointFormat format{kMaximumAutoFractionBits};
  while (format.fraction_bits > kMinimumAutoFractionBits &&
         std::round(std::ldexp(largest, format.fraction_bits)) > 32767.0) {
    --format.fraction_bits;
  }
  return format;
}

}  // namespace nzsim
