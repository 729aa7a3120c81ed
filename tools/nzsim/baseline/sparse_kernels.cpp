#include "tools/nzsim/baseline/sparse_kernels.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "sim/base/vector.h"
#include "tools/nzsim/baseline/instruction_set.h"

namespace nzsim::baseline {
namespace {

/// Sixteen numbers, which the compiler keeps in as many registers as it takes.
using Lanes = float __attribute__((vector_size(64)));
constexpr std::uint32_t kLanes = 16;
/// Four such vectors are summed at once, a cache line of inputs each: 64 columns of a batch.
constexpr std::uint32_t kVectors = 4;

/// Columns `first` to `first + 64` of the batch of all rows of `range`.
SIM_VECTOR_CLONES
void multiply_columns(const CsrMatrix& matrix, const float* from, std::uint32_t batch, float* to,
                      RowRange range) {
  for (std::uint32_t row = range.begin; row < range.end; ++row) {
    Lanes sums[kVectors] = {};
    for (std::uint32_t at = matrix.row_starts[row]; at < matrix.row_starts[row + 1]; ++at) {
      const float weight = matrix.weights[at];
      const float* inputs = from + std::size_t{matrix.columns[at]} * batch;
#pragma GCC unroll 4
      for (std::uint32_t k = 0; k < kVectors; ++k) {
        Lanes numbers;
        std::memcpy(&numbers, inputs + k * kLanes, sizeof numbers);
        sums[k] += weight * numbers;
      }
    }
    std::memcpy(to + std::size_t{row} * batch, sums, sizeof sums);
  }
}

/// Fewer than 64 columns.
SIM_VECTOR_CLONES
void multiply_last_columns(const CsrMatrix& matrix, const float* from, std::uint32_t batch,
                           std::uint32_t count, float* to, RowRange range) {
  for (std::uint32_t row = range.begin; row < range.end; ++row) {
    float* sums = to + std::size_t{row} * batch;
    std::fill(sums, sums + count, 0.0F);
    for (std::uint32_t at = matrix.row_starts[row]; at < matrix.row_starts[row + 1]; ++at) {
      const float weight = matrix.weights[at];
      const float* inputs = from + std::size_t{matrix.columns[at]} * batch;
#pragma GCC ivdep  // outputs are no inputs
      for (std::uint32_t k = 0; k < count; ++k) sums[k] += weight * inputs[k];
    }
  }
}

#if defined(__x86_64__)

constexpr std::uint32_t kGathered = 8;

/// Sum of eight numbers.
[[gnu::target("avx2,fma")]] float sum_of(__m256 numbers) {
  const __m128 four =
      _mm_add_ps(_mm256_castps256_ps128(numbers), _mm256_extractf128_ps(numbers, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

/// Eight weights from `at` on times their inputs, added to `sum`.
[[gnu::target("avx2,fma")]] inline __m256 add_gathered(const CsrMatrix& matrix, const float* vector,
                                                       std::uint32_t at, __m256 sum) {
  const __m256i columns =
      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(matrix.columns.data() + at));
  const __m256 inputs = _mm256_i32gather_ps(vector, columns, sizeof(float));
  return _mm256_fmadd_ps(_mm256_loadu_ps(matrix.weights.data() + at), inputs, sum);
}

[[gnu::target("avx2,fma")]] void multiply_gathering(const CsrMatrix& matrix, const float* vector,
                                                    float* result, RowRange range) {
  for (std::uint32_t row = range.begin; row < range.end; ++row) {
    const std::uint32_t end = matrix.row_starts[row + 1];
    std::uint32_t at = matrix.row_starts[row];
    // Two sums, so that one fused multiply-add need not wait for the one before.
    __m256 first = _mm256_setzero_ps();
    __m256 second = _mm256_setzero_ps();
    for (; at + 2 * kGathered <= end; at += 2 * kGathered) {
      first = add_gathered(matrix, vector, at, first);
      second = add_gathered(matrix, vector, at + kGathered, second);
    }
    if (at + kGathered <= end) {
      first = add_gathered(matrix, vector, at, first);
      at += kGathered;
    }
    float sum = sum_of(_mm256_add_ps(first, second));
    for (; at < end; ++at) sum += matrix.weights[at] * vector[matrix.columns[at]];
    result[row] = sum;
  }
}

#endif

}  // namespace

CsrMatrix csr_of(const CompressedMatrix& matrix) {
  CsrMatrix rows{matrix.outputs, matrix.inputs, {}, matrix.columns, {}};
  rows.row_starts.assign(matrix.row_starts.begin(), matrix.row_starts.end());
  rows.weights.reserve(matrix.codes.size());
  for (const std::uint16_t code : matrix.codes) rows.weights.push_back(matrix.codebook[code]);
  return rows;
}

CsrMatrix csr_of(const DenseMatrix& matrix) {
  CsrMatrix rows{matrix.outputs, matrix.inputs, {0}, {}, {}};
  for (std::uint32_t output = 0; output < matrix.outputs; ++output) {
    const float* weights = matrix.weights.data() + std::size_t{output} * matrix.inputs;
    for (std::uint32_t input = 0; input < matrix.inputs; ++input) {
      if (weights[input] == 0.0F) continue;
      rows.columns.push_back(input);
      rows.weights.push_back(weights[input]);
    }
    rows.row_starts.push_back(static_cast<std::uint32_t>(rows.weights.size()));
  }
  return rows;
}

std::vector<RowRange> balanced_ranges(const CsrMatrix& matrix, std::size_t parts) {
  std::vector<RowRange> ranges;
  std::uint32_t begin = 0;
  for (std::size_t part = 1; part <= parts; ++part) {
    const auto share = static_cast<std::uint32_t>(matrix.non_zeros() * part / parts);
    const auto place = std::lower_bound(matrix.row_starts.begin() + begin,
                                        matrix.row_starts.begin() + matrix.outputs, share);
    const auto end = part == parts ? matrix.outputs
                                   : static_cast<std::uint32_t>(place - matrix.row_starts.begin());
    ranges.push_back({begin, end});
    begin = end;
  }
  return ranges;
}

CscMatrix csc_of(const CsrMatrix& matrix, RowRange range) {
  CscMatrix slice{range.begin, range.end - range.begin, matrix.inputs, {}, {}, {}};
  const std::uint32_t first = matrix.row_starts[range.begin];
  const std::uint32_t last = matrix.row_starts[range.end];
  slice.column_starts.assign(std::size_t{matrix.inputs} + 1, 0);
  for (std::uint32_t at = first; at < last; ++at) ++slice.column_starts[matrix.columns[at] + 1];
  for (std::uint32_t column = 0; column < matrix.inputs; ++column) {
    slice.column_starts[column + 1] += slice.column_starts[column];
  }
  slice.rows.resize(last - first);
  slice.weights.resize(last - first);
  std::vector<std::uint32_t> next(slice.column_starts.begin(), slice.column_starts.end() - 1);
  for (std::uint32_t row = range.begin; row < range.end; ++row) {
    for (std::uint32_t at = matrix.row_starts[row]; at < matrix.row_starts[row + 1]; ++at) {
      const std::uint32_t place = next[matrix.columns[at]]++;
      slice.rows[place] = row - range.begin;
      slice.weights[place] = matrix.weights[at];
    }
  }
  return slice;
}

std::uint64_t used_weights(const CsrMatrix& matrix, std::span<const float> vector) {
  return static_cast<std::uint64_t>(
      std::count_if(matrix.columns.begin(), matrix.columns.end(),
                    [&](std::uint32_t column) { return vector[column] != 0.0F; }));
}

void multiply_csr_plain(const CsrMatrix& matrix, const float* vector, float* result,
                        RowRange range) {
  for (std::uint32_t row = range.begin; row < range.end; ++row) {
    float sum = 0.0F;
    for (std::uint32_t at = matrix.row_starts[row]; at < matrix.row_starts[row + 1]; ++at) {
      sum += matrix.weights[at] * vector[matrix.columns[at]];
    }
    result[row] = sum;
  }
}

bool has_gathering() {
  const std::vector<InstructionSet>& sets = instruction_sets();
  return std::find(sets.begin(), sets.end(), InstructionSet::avx2) != sets.end();
}

void multiply_csr_gathering(const CsrMatrix& matrix, const float* vector, float* result,
                            RowRange range) {
#if defined(__x86_64__)
  multiply_gathering(matrix, vector, result, range);
#else
  static_cast<void>(matrix), static_cast<void>(vector), static_cast<void>(result);
  static_cast<void>(range);
  throw std::logic_error("no gathers on this processor");
#endif
}

void multiply_csc_skipping(const CscMatrix& slice, const float* vector, float* result) {
  float* sums = result + slice.first_output;
  std::fill(sums, sums + slice.outputs, 0.0F);
  for (std::uint32_t column = 0; column < slice.inputs; ++column) {
    const float input = vector[column];
    if (input == 0.0F) continue;
    for (std::uint32_t at = slice.column_starts[column]; at < slice.column_starts[column + 1];
         ++at) {
      sums[slice.rows[at]] += slice.weights[at] * input;
    }
  }
}

void multiply_csr_batch(const CsrMatrix& matrix, const float* matrix_of_inputs, std::uint32_t batch,
                        float* result, RowRange range) {
  constexpr std::uint32_t kColumns = kVectors * kLanes;
  std::uint32_t first = 0;
  for (; first + kColumns <= batch; first += kColumns) {
    multiply_columns(matrix, matrix_of_inputs + first, batch, result + first, range);
  }
  if (first < batch) {
    multiply_last_columns(matrix, matrix_of_inputs + first, batch, batch - first, result + first,
                          range);
  }
}

}  // namespace nzsim::baseline
