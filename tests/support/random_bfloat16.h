#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <boost/random/mersenne_twister.hpp>

#include "sim/base/bfloat16.h"

namespace nzsim::test {

/// Numbers of either sign whose biased exponents lie in `[first, first + count)`; 0 is that of the
/// subnormals.
[[nodiscard]] inline std::vector<Bfloat16> random_bfloat16(std::size_t size, std::uint64_t first,
                                                           std::uint64_t count,
                                                           boost::random::mt19937_64& engine) {
  std::vector<Bfloat16> numbers;
  for (std::size_t n = 0; n < size; ++n) {
    const std::uint64_t bits = engine();
    const std::uint64_t exponent = first + (bits >> 32) % count;
    numbers.push_back(
        Bfloat16{static_cast<std::uint16_t>((bits & 0x8000) | (exponent << 7) | (bits & 0x007f))});
  }
  return numbers;
}

/// The bits of binary32 numbers, which tell -0 from +0.
[[nodiscard]] inline std::vector<std::uint32_t> bits_of(std::span<const float> numbers) {
  std::vector<std::uint32_t> bits;
  for (const float number : numbers) bits.push_back(std::bit_cast<std::uint32_t>(number));
  return bits;
}

}  // namespace nzsim::test
