#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nzsim::systolic {

/// Where a triangle of delay registers is at its widest.
enum class Slope {
  /// Lane i is delayed by i cycles: rows become diagonals.
  rising,
  /// Lane i is delayed by lanes - 1 - i cycles: diagonals become rows again.
  falling,
};

/// A triangle of delay registers, one chain per lane. The lane with a delay of zero is a wire. For
/// int8, int32, bfloat16 and binary32.
template <class Element>
class TriangularDelay {
 public:
  TriangularDelay(std::size_t lanes, Slope slope);

  /// One cycle: `entering` `[lanes]` is what the lanes are given, `leaving` `[lanes]` what they
  /// show in the same cycle; then all registers move on.
  void step(std::span<const Element> entering, std::span<Element> leaving);

 private:
  [[nodiscard]] std::size_t delay(std::size_t lane) const;

  std::size_t lanes_;
  Slope slope_;
  /// What the lanes show in cycle n is row n mod `lanes`: `[lanes, lanes]`. An element is written
  /// once, to where its chain of registers takes it.
  std::vector<Element> rows_;
  std::size_t now_ = 0;
};

/// Systolic data setup: skews whole rows from the unified buffer (activations) or the weight FIFO
/// (weights) to the diagonals in which the array takes them.
using DataSetup = TriangularDelay<std::int8_t>;

/// The converse at the bottom of the array: whole rows of partial sums for the accumulators.
using OutputCollector = TriangularDelay<std::int32_t>;

}  // namespace nzsim::systolic
