#pragma once

#include <cstdint>

#include "models/systolic/values/bfloat16_kernel.h"

namespace nzsim::systolic {

// The multiplier and the adder of a processing element, for each pair of number types that the
// register-accurate arrays have.

/// int8 x int8 into int32: the product is exact and is added modulo 2^32, as in the integer
/// `multiply`.
[[nodiscard]] inline std::int32_t multiply_add(std::int32_t sum, std::int8_t a, std::int8_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) +
                                   static_cast<std::uint32_t>(a * b));
}

/// bfloat16 x bfloat16 into binary32: the product is rounded to binary32 and then added with one
/// rounding, as in the bfloat16 `multiply`. Never fused: the whole project is compiled without
/// contraction.
[[nodiscard]] inline float multiply_add(float sum, Bfloat16 a, Bfloat16 b) {
  const float product = to_float(a) * to_float(b);
  return sum + product;
}

}  // namespace nzsim::systolic
