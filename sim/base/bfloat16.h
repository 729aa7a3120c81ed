#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace nzsim {

// Numbers of machines that multiply bfloat16 and add binary32. All of them are IEEE 754 in
// everything but overflow: what is rounded to bfloat16 saturates, so that every operand is finite
// and the zeros of padding change no sum (docs/bfloat16.md).

/// The bits of a bfloat16: the upper half of an IEEE 754 binary32.
enum class Bfloat16 : std::uint16_t {};

/// (2 - 2^-7) x 2^127.
inline constexpr Bfloat16 kLargestBfloat16{0x7f7f};

[[nodiscard]] inline float to_float(Bfloat16 number) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(number) << 16);
}

/// The nearest bfloat16, of two the even one; subnormals are kept. Values beyond the largest give
/// the largest of their sign, NaN gives +0.
[[nodiscard]] inline Bfloat16 round_to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  const std::uint32_t rounded = (magnitude + 0x7fffU + ((magnitude >> 16) & 1U)) >> 16;
  const std::uint32_t limited = rounded < 0x7f7fU ? rounded : 0x7f7fU;
  return static_cast<Bfloat16>(magnitude > 0x7f800000U ? 0U : (sign | limited));
}
/// The same, rounded once.
[[nodiscard]] Bfloat16 round_to_bfloat16(double value);

/// Element by element; both are as long.
void round_to_bfloat16(std::span<const float> values, std::span<Bfloat16> rounded);
void to_float(std::span<const Bfloat16> numbers, std::span<float> values);

/// A sum as what follows takes it: infinities become the largest binary32 of their sign, NaN +0.
[[nodiscard]] float limit_to_finite(float sum);

}  // namespace nzsim
