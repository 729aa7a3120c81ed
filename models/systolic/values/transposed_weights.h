#pragma once

#include <cstddef>
#include <cstdint>

#include "models/systolic/values/gemm_kernel.h"

namespace nzsim::systolic {

/// Weights as networks store them, `[N, K]`, as the right-hand matrix `[K, N]` of products. They
/// are packed where enough rows are multiplied to pay for that, and read as they lie otherwise.
class TransposedWeights {
 public:
  /// `weights` are held by the caller. `rows`: of the left-hand matrix of one product; `all_rows`:
  /// of all products together.
  TransposedWeights(const MatrixView<const std::int8_t>& weights, std::size_t rows,
                    std::size_t all_rows);

  /// N.
  [[nodiscard]] std::size_t columns() const { return weights_.rows; }
  /// `sums` `[M, N]` = `left` `[M, K]` x weights.
  void multiply(const MatrixView<const std::int8_t>& left,
                const MatrixView<std::int32_t>& sums) const;

 private:
  MatrixView<const std::int8_t> weights_;
  bool is_packed_;
  PackedWeights packed_;
};

}  // namespace nzsim::systolic
