#pragma once

#include <cstdint>

#include "sim/workload/network.h"

namespace nzsim {

/// Element operations that a layer needs beside its matrix product: what an activation unit or a
/// vector unit does. Biases are added with the matrix product and are not counted.
struct VectorOperations {
  std::uint64_t additions = 0;
  std::uint64_t multiplications = 0;
  /// Of two values the larger: ReLU, maximum pooling, the shift of a softmax.
  std::uint64_t maxima = 0;
  std::uint64_t sigmoids = 0;
  std::uint64_t tanhs = 0;
  std::uint64_t gelus = 0;
  std::uint64_t exponentials = 0;
  std::uint64_t divisions = 0;
  std::uint64_t reciprocal_square_roots = 0;

  [[nodiscard]] std::uint64_t total() const;
  friend bool operator==(const VectorOperations&, const VectorOperations&) = default;
};

/// The element operations of one input of `layer`, its `activation` included.
///
/// * lstm, per step and hidden unit: 3 sigmoids and 2 tanhs, 3 multiplications (f c', i g, o tanh
///   c) and 1 addition; gru: 2 sigmoids and 1 tanh, 3 multiplications (r h', z h', (1 - z) n) and 2
///   additions (1 - z, the sum);
/// * pooling of a window of n elements, padding included: n - 1 maxima, or n - 1 additions and a
///   multiplication by 1 / n;
/// * elementwise: per output one operation less than there are operands;
/// * softmax over n elements: n - 1 maxima, n subtractions and n - 1 additions, n exponentials, one
///   division and n multiplications by its result;
/// * layer normalization over n elements: 2 (n - 1) additions for mean and variance, n subtractions
///   of the mean, n additions of the shift and 1 of epsilon; n squares, 2 multiplications by 1 / n,
///   n by the reciprocal square root and n by the scale; 1 reciprocal square root.
[[nodiscard]] VectorOperations vector_operations(const LayerSpec& layer);

}  // namespace nzsim
