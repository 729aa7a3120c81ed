#pragma once

#include <cstddef>
#include <cstdint>

#include "models/systolic/values/gemm_kernel.h"

namespace nzsim::systolic {

/// A block of A times one panel of B, the innermost part of the integer product. Pairs of 16-bit
/// elements lie together in A and in B: one instruction multiplies a pair by a pair and adds both
/// products.
struct PanelProduct {
  /// `[rows, 2 pairs]`.
  const std::int16_t* a = nullptr;
  std::size_t a_stride = 0;
  std::size_t rows = 0;
  std::size_t pairs = 0;
  /// `[pairs, 32, 2]`.
  const std::int16_t* b = nullptr;
  /// `[rows, 32]`.
  std::int32_t* c = nullptr;
  std::size_t c_stride = 0;
  /// Whether the product is added to what C holds.
  bool is_added = false;
};

using PanelFunction = void (*)(const PanelProduct&);

/// The panel product written for `set`. Throws `SimulationError` for one that this machine lacks.
[[nodiscard]] PanelFunction panel_function(InstructionSet set);

/// The sum of a 32-bit adder.
[[nodiscard]] inline std::int32_t add_modulo(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

}  // namespace nzsim::systolic
