#pragma once

#include <cstddef>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/values/bfloat16_kernel.h"
#include "sim/workload/summation_order.h"

namespace nzsim::systolic {

/// The order in which a machine adds products: tiles of as many as the array has rows, which end at
/// the positions of windows where these are mapped so; output stationary, all of them one after the
/// other, as sums stay where they are.
[[nodiscard]] SummationOrder summation_order_of(const Config& config);

/// Part of an inner dimension: [first, first + count).
struct InnerPart {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// The tiles of an inner dimension of `positions` x `length` elements; `positions`: of a window,
/// else 1.
[[nodiscard]] std::vector<InnerPart> cut_inner(const SummationOrder& order, std::size_t positions,
                                               std::size_t length);

/// Weights as networks store them, `[N, K]`, as the right-hand matrix `[K, N]` of products that are
/// computed tile by tile along K.
class TiledBfloat16Weights {
 public:
  /// `weights` are held by the caller. Packed tiles are kept where there are `many_products`.
  TiledBfloat16Weights(const MatrixView<const Bfloat16>& weights, std::vector<InnerPart> tiles,
                       bool many_products);

  /// N.
  [[nodiscard]] std::size_t columns() const { return weights_.rows; }
  /// `sums` `[M, N]` = `left` `[M, K]` x weights.
  void multiply(const MatrixView<const Bfloat16>& left, const MatrixView<float>& sums) const;

 private:
  [[nodiscard]] PackedBfloat16Weights pack(const InnerPart& tile) const;

  MatrixView<const Bfloat16> weights_;
  std::vector<InnerPart> tiles_;
  /// One per tile, or none.
  std::vector<PackedBfloat16Weights> packed_;
};

}  // namespace nzsim::systolic
