#pragma once

#include <cstdint>
#include <vector>

namespace nzsim::test {

/// `[rows, columns]` row-major; places outside are zero.
struct Matrix {
  Matrix() = default;
  Matrix(std::uint64_t row_count, std::uint64_t column_count)
      : rows(row_count), columns(column_count), values(row_count * column_count, 0) {}

  [[nodiscard]] std::int64_t at(std::uint64_t row, std::uint64_t column) const {
    return row < rows && column < columns ? values[row * columns + column] : 0;
  }

  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  std::vector<std::int64_t> values;
};

[[nodiscard]] Matrix transpose(const Matrix& matrix);
/// The plain triple loop.
[[nodiscard]] Matrix multiply(const Matrix& a, const Matrix& b);

/// What an array that is stepped register by register says of a GEMM.
struct SteppedGemm {
  Matrix product;
  std::uint64_t cycles = 0;
  std::uint64_t folds = 0;
};

/// `streamed` times `held`, fold after fold, on an array whose PEs hold an element of `held` each.
/// A fold loads its tile row by row from the top, then sends `streamed` in from the left, row r of
/// the array r cycles late; operands move right and sums move down by one register a cycle. The
/// fold ends when the last sum, also of unused columns, is in the bottom register.
[[nodiscard]] SteppedGemm step_stationary(std::uint64_t array_rows, std::uint64_t array_columns,
                                          const Matrix& streamed, const Matrix& held);

/// `a` times `b` on an array whose PEs hold a sum each: `a` enters from the left, row r of the
/// array r cycles late, `b` from the top, column c c cycles late. The fold ends with the last
/// product, also of unused PEs.
[[nodiscard]] SteppedGemm step_output_stationary(std::uint64_t array_rows,
                                                 std::uint64_t array_columns, const Matrix& a,
                                                 const Matrix& b);

}  // namespace nzsim::test
