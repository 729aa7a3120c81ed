#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/workload/matrix.h"

namespace nzsim {

/// The places of the non-zeros of a matrix `[outputs, inputs]`, as CSR. Columns ascend within a
/// row.
struct SparsePattern {
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  /// `[outputs + 1]` offsets into `columns`.
  std::vector<std::uint64_t> row_starts;
  /// `[non-zeros]` input index.
  std::vector<std::uint32_t> columns;
};

/// Parses a `.smtx` file of the Deep Learning Matrix Collection: `rows, columns, non-zeros`, a line
/// of `rows + 1` row offsets, a line of column indices (absent or empty where there is no
/// non-zero); it holds no values. Columns of a row may come in any order. `name` is the file in
/// messages.
///
/// Source: Gale, Zaharia, Young, Elsen, "Sparse GPU Kernels for Deep Learning", SC 2020, and the
/// collection's README. Throws `WorkloadError` with the line: for offsets that do not ascend from 0
/// to the count, columns outside the matrix or twice in a row, and sizes beyond the bytes that are
/// there, `kLargestImportedDimension` or `kLargestImportedElements`.
[[nodiscard]] SparsePattern parse_dlmc(std::string_view bytes, const std::string& name);

/// Fills `pattern` with codes that are drawn evenly from a codebook of `entries`, [2, 65536], as
/// `synthetic_matrix` draws them.
[[nodiscard]] CompressedMatrix draw_values(const SparsePattern& pattern, std::uint32_t entries,
                                           std::uint64_t seed);

}  // namespace nzsim
