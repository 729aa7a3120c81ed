#include "models/systolic/values/transposed_weights.h"

#include <algorithm>
#include <vector>

#include "models/systolic/values/transpose.h"
#include "sim/base/errors.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

/// Up to as many rows of one product the packed weights, twice as large, are read more slowly from
/// memory than products of single rows are computed; up to as many in all, packing takes longer
/// than these. Measured on an AVX-512 host: packing takes 2 ns per weight, a product 0.03 ns.
constexpr std::size_t kFewRows = 4;
constexpr std::size_t kFewRowsInAll = 64;

SIM_VECTOR_CLONES
std::int32_t dot(const std::int8_t* weights, const std::int16_t* inputs, std::size_t count) {
  std::int32_t sum = 0;
  // 16 bits by 16 bits is what vector instructions multiply and add in one step.
  for (std::size_t i = 0; i < count; ++i) sum += std::int16_t{weights[i]} * inputs[i];
  return sum;
}

PackedWeights pack(const MatrixView<const std::int8_t>& weights) {
  std::vector<std::int8_t> transposed(weights.rows * weights.columns);
  const MatrixView<std::int8_t> right{transposed.data(), weights.columns, weights.rows,
                                      weights.rows};
  transpose(weights, right);
  return PackedWeights(MatrixView<const std::int8_t>(right));
}

}  // namespace

TransposedWeights::TransposedWeights(const MatrixView<const std::int8_t>& weights, std::size_t rows,
                                     std::size_t all_rows)
    : weights_(weights), is_packed_(rows > kFewRows && all_rows > kFewRowsInAll) {
  if (is_packed_) packed_ = pack(weights);
}

void TransposedWeights::multiply(const MatrixView<const std::int8_t>& left,
                                 const MatrixView<std::int32_t>& sums) const {
  if (is_packed_) {
    systolic::multiply(left, packed_, sums, Accumulate::replace);
    return;
  }
  SIM_ASSERT(
      left.columns == weights_.columns && left.rows == sums.rows && weights_.rows == sums.columns,
      "systolic", 0, "a product of [{}, {}] and [{}, {}] into [{}, {}]", left.rows, left.columns,
      weights_.columns, weights_.rows, sums.rows, sums.columns);
  std::vector<std::int16_t> inputs(left.rows * left.columns);
  for (std::size_t row = 0; row < left.rows; ++row) {
    std::copy_n(left.row(row), left.columns, inputs.data() + row * left.columns);
  }
  for (std::size_t column = 0; column < weights_.rows; ++column) {
    for (std::size_t row = 0; row < left.rows; ++row) {
      sums.row(row)[column] =
          dot(weights_.row(column), inputs.data() + row * left.columns, left.columns);
    }
  }
}

}  // namespace nzsim::systolic
