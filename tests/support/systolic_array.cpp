#include "tests/support/systolic_array.h"

namespace nzsim::test {
namespace {

/// A register between two PEs.
struct Register {
  bool valid = false;
  std::int64_t value = 0;
};

/// A register per PE, `[rows, columns]`.
class Registers {
 public:
  Registers(std::uint64_t rows, std::uint64_t columns)
      : columns_(columns), registers_(rows * columns) {}
  Register& at(std::uint64_t row, std::uint64_t column) {
    return registers_[row * columns_ + column];
  }

 private:
  std::uint64_t columns_;
  std::vector<Register> registers_;
};

/// Element `time - delay` of a stream of `length`, where it is there.
template <class Element>
Register skewed(std::uint64_t time, std::uint64_t delay, std::uint64_t length, Element element) {
  if (time < delay || time - delay >= length) return {};
  return {true, element(time - delay)};
}

/// The part of `matrix` from (`row`, `column`) on, zero outside it.
Matrix tile(const Matrix& matrix, std::uint64_t row, std::uint64_t column, std::uint64_t rows,
            std::uint64_t columns) {
  Matrix part(rows, columns);
  for (std::uint64_t r = 0; r < rows; ++r) {
    for (std::uint64_t c = 0; c < columns; ++c) {
      part.values[r * columns + c] = matrix.at(row + r, column + c);
    }
  }
  return part;
}

/// Adds `part` to `whole` from (`row`, `column`) on, as far as it reaches.
void add(const Matrix& part, std::uint64_t row, std::uint64_t column, Matrix& whole) {
  for (std::uint64_t r = 0; r < part.rows && row + r < whole.rows; ++r) {
    for (std::uint64_t c = 0; c < part.columns && column + c < whole.columns; ++c) {
      whole.values[(row + r) * whole.columns + column + c] += part.at(r, c);
    }
  }
}

/// Shifts the rows of `held` into the array, the last one first. Returns the cycles.
std::uint64_t load(const Matrix& held, Registers& stationary) {
  for (std::uint64_t cycle = 0; cycle < held.rows; ++cycle) {
    Registers next = stationary;
    for (std::uint64_t r = 0; r < held.rows; ++r) {
      for (std::uint64_t c = 0; c < held.columns; ++c) {
        const Register top{true, held.at(held.rows - 1 - cycle, c)};
        next.at(r, c) = r == 0 ? top : stationary.at(r - 1, c);
      }
    }
    stationary = next;
  }
  return held.rows;
}

/// `streamed` `[items, rows]` times `held` `[rows, columns]`, one fold.
SteppedGemm step_fold(const Matrix& streamed, const Matrix& held) {
  const std::uint64_t rows = held.rows;
  const std::uint64_t columns = held.columns;
  Registers stationary(rows, columns);
  Registers operands(rows, columns);
  Registers sums(rows, columns);
  SteppedGemm fold{Matrix(streamed.rows, columns), load(held, stationary), 1};
  std::vector<std::uint64_t> done(columns, 0);
  for (std::uint64_t time = 0; done[columns - 1] < streamed.rows; ++time, ++fold.cycles) {
    Registers next_operands = operands;
    Registers next_sums = sums;
    for (std::uint64_t r = 0; r < rows; ++r) {
      for (std::uint64_t c = 0; c < columns; ++c) {
        const Register operand =
            c > 0 ? operands.at(r, c - 1) : skewed(time, r, streamed.rows, [&](std::uint64_t item) {
              return streamed.at(item, r);
            });
        const std::int64_t above = r > 0 ? sums.at(r - 1, c).value : 0;
        next_operands.at(r, c) = operand;
        next_sums.at(r, c) = {operand.valid, above + operand.value * stationary.at(r, c).value};
      }
    }
    operands = next_operands;
    sums = next_sums;
    for (std::uint64_t c = 0; c < columns; ++c) {
      const Register& bottom = sums.at(rows - 1, c);
      if (bottom.valid) fold.product.values[done[c]++ * columns + c] = bottom.value;
    }
  }
  return fold;
}

/// `a` `[rows, length]` times `b` `[length, columns]`, one fold whose sums stay.
SteppedGemm step_output_fold(const Matrix& a, const Matrix& b) {
  Registers left(a.rows, b.columns);
  Registers top(a.rows, b.columns);
  SteppedGemm fold{Matrix(a.rows, b.columns), 0, 1};
  std::uint64_t missing = a.rows * b.columns * a.columns;
  for (std::uint64_t time = 0; missing > 0; ++time, ++fold.cycles) {
    Registers next_left = left;
    Registers next_top = top;
    for (std::uint64_t r = 0; r < a.rows; ++r) {
      for (std::uint64_t c = 0; c < b.columns; ++c) {
        const Register from_left =
            c > 0 ? left.at(r, c - 1)
                  : skewed(time, r, a.columns, [&](std::uint64_t k) { return a.at(r, k); });
        const Register from_top =
            r > 0 ? top.at(r - 1, c)
                  : skewed(time, c, b.rows, [&](std::uint64_t k) { return b.at(k, c); });
        next_left.at(r, c) = from_left;
        next_top.at(r, c) = from_top;
        if (!from_left.valid || !from_top.valid) continue;
        fold.product.values[r * b.columns + c] += from_left.value * from_top.value;
        --missing;
      }
    }
    left = next_left;
    top = next_top;
  }
  return fold;
}

}  // namespace

Matrix transpose(const Matrix& matrix) {
  Matrix result(matrix.columns, matrix.rows);
  for (std::uint64_t r = 0; r < result.rows; ++r) {
    for (std::uint64_t c = 0; c < result.columns; ++c) {
      result.values[r * result.columns + c] = matrix.at(c, r);
    }
  }
  return result;
}

Matrix multiply(const Matrix& a, const Matrix& b) {
  Matrix result(a.rows, b.columns);
  for (std::uint64_t r = 0; r < a.rows; ++r) {
    for (std::uint64_t c = 0; c < b.columns; ++c) {
      for (std::uint64_t k = 0; k < a.columns; ++k) {
        result.values[r * b.columns + c] += a.at(r, k) * b.at(k, c);
      }
    }
  }
  return result;
}

SteppedGemm step_stationary(std::uint64_t array_rows, std::uint64_t array_columns,
                            const Matrix& streamed, const Matrix& held) {
  SteppedGemm gemm{Matrix(streamed.rows, held.columns), 0, 0};
  for (std::uint64_t column = 0; column < held.columns; column += array_columns) {
    for (std::uint64_t row = 0; row < held.rows; row += array_rows) {
      const SteppedGemm fold = step_fold(tile(streamed, 0, row, streamed.rows, array_rows),
                                         tile(held, row, column, array_rows, array_columns));
      add(fold.product, 0, column, gemm.product);
      gemm.cycles += fold.cycles;
      gemm.folds += fold.folds;
    }
  }
  return gemm;
}

SteppedGemm step_output_stationary(std::uint64_t array_rows, std::uint64_t array_columns,
                                   const Matrix& a, const Matrix& b) {
  SteppedGemm gemm{Matrix(a.rows, b.columns), 0, 0};
  for (std::uint64_t column = 0; column < b.columns; column += array_columns) {
    for (std::uint64_t row = 0; row < a.rows; row += array_rows) {
      const SteppedGemm fold = step_output_fold(tile(a, row, 0, array_rows, a.columns),
                                                tile(b, 0, column, b.rows, array_columns));
      add(fold.product, row, column, gemm.product);
      gemm.cycles += fold.cycles;
      gemm.folds += fold.folds;
    }
  }
  return gemm;
}

}  // namespace nzsim::test
