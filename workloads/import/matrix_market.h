#pragma once

#include <string>
#include <string_view>

#include "workloads/compress/sparse_matrix.h"

namespace nzsim {

/// Parses a Matrix Market coordinate file: `real`, `integer` or `pattern` (every value 1),
/// `general` or `symmetric` (the lower triangle is stored and mirrored). Row = output, column =
/// input; explicit zeros are dropped. `name` is the file in messages.
///
/// Source: Boisvert, Pozo, Remington, "The Matrix Market Exchange Formats", NISTIR 5935, 1996.
/// Throws `WorkloadError` with the line: for other kinds (`complex`, `array`, ...), entries outside
/// the matrix or stored twice, values that are not finite, a count that differs from the entries,
/// and matrices above `kLargestImportedDimension` or `kLargestImportedElements`.
[[nodiscard]] SparseMatrix parse_matrix_market(std::string_view bytes, const std::string& name);

}  // namespace nzsim
