#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/workload/matrix.h"

namespace nzsim::baseline {

/// Weights `[outputs, inputs]` in compressed sparse rows: four bytes per weight, per column index
/// and per start of a row, as the platforms' csr_fp32 counts them.
struct CsrMatrix {
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  std::vector<std::uint32_t> row_starts;
  std::vector<std::uint32_t> columns;
  std::vector<float> weights;

  [[nodiscard]] std::uint64_t non_zeros() const { return weights.size(); }
};

/// The same of some rows, column by column. Output 0 is row `first_output` of the whole matrix.
struct CscMatrix {
  std::uint32_t first_output = 0;
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  std::vector<std::uint32_t> column_starts;
  std::vector<std::uint32_t> rows;
  std::vector<float> weights;
};

/// Rows from `begin` up to `end`.
struct RowRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// The non-zero weights, decoded.
[[nodiscard]] CsrMatrix csr_of(const CompressedMatrix& matrix);
[[nodiscard]] CsrMatrix csr_of(const DenseMatrix& matrix);

/// Cuts the rows into `parts` ranges of about as many non-zeros each, one per thread.
[[nodiscard]] std::vector<RowRange> balanced_ranges(const CsrMatrix& matrix, std::size_t parts);

/// The rows of `range`, column by column.
[[nodiscard]] CscMatrix csc_of(const CsrMatrix& matrix, RowRange range);

/// Non-zero weights that meet a non-zero input.
[[nodiscard]] std::uint64_t used_weights(const CsrMatrix& matrix, std::span<const float> vector);

/// The rows of `range` times `vector[inputs]` into `result[outputs]` of the whole matrix, one
/// weight after the other.
void multiply_csr_plain(const CsrMatrix& matrix, const float* vector, float* result,
                        RowRange range);

/// Whether this computer runs `multiply_csr_gathering`.
[[nodiscard]] bool has_gathering();

/// The same with AVX2: eight inputs per gather, and fused multiply-adds.
void multiply_csr_gathering(const CsrMatrix& matrix, const float* vector, float* result,
                            RowRange range);

/// A slice times `vector[inputs]` into its part of `result[outputs]` of the whole matrix, in EIE's
/// order: each non-zero input meets its column; zero inputs are skipped (Han et al., ISCA 2016,
/// Section III).
void multiply_csc_skipping(const CscMatrix& slice, const float* vector, float* result);

/// The rows of `range` times `matrix_of_inputs[inputs, batch]` into `result[outputs, batch]` of the
/// whole matrix; the batch lies in the lanes of vectors.
void multiply_csr_batch(const CsrMatrix& matrix, const float* matrix_of_inputs, std::uint32_t batch,
                        float* result, RowRange range);

}  // namespace nzsim::baseline
