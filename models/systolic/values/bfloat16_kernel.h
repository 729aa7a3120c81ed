#pragma once

#include <cstddef>

#include "models/systolic/values/gemm_kernel.h"
#include "sim/base/bfloat16.h"

namespace nzsim::systolic {

/// The right-hand matrix B `[K, N]` of bfloat16 products, packed once per weight tile: binary32 in
/// panels of 32 columns, `[N / 32, K, 32]`, zeros where N ends.
class PackedBfloat16Weights {
 public:
  PackedBfloat16Weights() = default;
  explicit PackedBfloat16Weights(const MatrixView<const Bfloat16>& weights);

  /// K.
  [[nodiscard]] std::size_t rows() const { return rows_; }
  /// N.
  [[nodiscard]] std::size_t columns() const { return columns_; }
  /// Columns `[32 index, 32 index + 32)`: `[rows, 32]`.
  [[nodiscard]] const float* panel(std::size_t index) const {
    return elements_.data() + index * rows_ * kPanelColumns;
  }

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  AlignedVector<float> elements_;
};

/// One pass of a weight tile in an array of bfloat16 multipliers and binary32 adders: C `[M, N]` =
/// or += A `[M, K]` x B `[K, N]`. The order defines the bits. A sum starts at +0 at the top of its
/// column and takes the products in ascending k, each rounded to binary32 (which only subnormal
/// or overflowing ones need) and then added with one rounding, never fused. The whole sum is then
/// added to C, as the accumulators add what leaves the array: K larger than the array is one call
/// per tile. Rounding is to nearest even and subnormals are kept. The bits of a NaN are not
/// defined. C must not overlap A. Throws `SimulationError` if the shapes do not fit each other.
void multiply(const MatrixView<const Bfloat16>& a, const PackedBfloat16Weights& b,
              const MatrixView<float>& c, Accumulate accumulate);
/// The same with the baseline's instructions alone.
void multiply_baseline(const MatrixView<const Bfloat16>& a, const PackedBfloat16Weights& b,
                       const MatrixView<float>& c, Accumulate accumulate);

}  // namespace nzsim::systolic
