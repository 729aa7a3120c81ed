#include "workloads/compress/sparse_matrix.h"

namespace nzsim {

SparseMatrix sparse_matrix(const DenseMatrix& dense) {
  SparseMatrix sparse{.outputs = dense.outputs,
                      .inputs = dense.inputs,
                      .row_starts = {0},
                      .columns = {},
                      .values = {}};
  for (std::uint32_t row = 0; row < dense.outputs; ++row) {
    const float* const weights = dense.weights.data() + std::size_t{row} * dense.inputs;
    for (std::uint32_t column = 0; column < dense.inputs; ++column) {
      if (weights[column] == 0.0F) continue;
      sparse.columns.push_back(column);
      sparse.values.push_back(weights[column]);
    }
    sparse.row_starts.push_back(sparse.values.size());
  }
  return sparse;
}

SparseMatrix sparse_matrix(const CompressedMatrix& matrix) {
  SparseMatrix sparse{.outputs = matrix.outputs,
                      .inputs = matrix.inputs,
                      .row_starts = {0},
                      .columns = {},
                      .values = {}};
  for (std::uint32_t row = 0; row < matrix.outputs; ++row) {
    for (std::uint64_t i = matrix.row_starts[row]; i < matrix.row_starts[row + 1]; ++i) {
      const float value = matrix.codebook[matrix.codes[i]];
      if (value == 0.0F) continue;
      sparse.columns.push_back(matrix.columns[i]);
      sparse.values.push_back(value);
    }
    sparse.row_starts.push_back(sparse.values.size());
  }
  return sparse;
}

}  // namespace nzsim
