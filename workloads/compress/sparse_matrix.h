#pragma once

#include <cstdint>
#include <vector>

#include "sim/workload/matrix.h"

namespace nzsim {

/// Weights before sharing, `[outputs, inputs]`, row by row (CSR): for each non-zero its input index
/// and its value. Columns ascend within a row; values are finite and not zero.
struct SparseMatrix {
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  /// `[outputs + 1]` offsets into `columns` and `values`.
  std::vector<std::uint64_t> row_starts;
  /// `[non-zeros]` input index.
  std::vector<std::uint32_t> columns;
  /// `[non-zeros]` weight.
  std::vector<float> values;
};

/// The non-zeros of `dense`.
[[nodiscard]] SparseMatrix sparse_matrix(const DenseMatrix& dense);

/// The weights of `matrix` without their codebook; codes of a zero entry are dropped.
[[nodiscard]] SparseMatrix sparse_matrix(const CompressedMatrix& matrix);

}  // namespace nzsim
