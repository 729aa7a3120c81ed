#include "models/systolic/array/matrix_unit.h"

#include <algorithm>
#include <limits>

#include "models/systolic/array/multiply_add.h"
#include "sim/base/errors.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

constexpr std::int16_t kNoWeights = -1;

/// Refuses a shape before anything is allocated for it.
std::size_t checked_rows(std::uint32_t rows, std::uint32_t columns) {
  SIM_ASSERT(rows > 0 && columns > 0 && rows <= std::numeric_limits<std::int16_t>::max(),
             "matrix_unit", 0, "an array of {} x {}", rows, columns);
  return rows;
}

/// One row of PEs. The arrays are `[columns]` and do not overlap.
template <class Operand, class Sum>
struct ElementRow {
  const Operand* weights;
  /// What the PEs see on their left and above.
  const Operand* left;
  const Sum* above;
  /// Their registers at the end of the cycle.
  Operand* activations;
  Sum* sums;
};

template <class Operand, class Sum>
[[gnu::always_inline]] inline void step_elements_of(const ElementRow<Operand, Sum>& row,
                                                    std::size_t columns) {
  const Operand* weights = row.weights;
  const Operand* left = row.left;
  const Sum* above = row.above;
  Operand* __restrict activations = row.activations;
  Sum* __restrict sums = row.sums;
  for (std::size_t c = 0; c < columns; ++c) {
    sums[c] = multiply_add(above[c], left[c], weights[c]);
    activations[c] = left[c];
  }
}

/// A row of shadow weights takes the row above it in the columns whose step reaches it.
template <class Operand>
[[gnu::always_inline]] inline void shift_elements_of(const Operand* above,
                                                     const std::int16_t* steps, std::int16_t row,
                                                     Operand* __restrict weights,
                                                     std::size_t columns) {
  for (std::size_t c = 0; c < columns; ++c) {
    // Both are loaded: a branch would keep the loop from being vectorised.
    const Operand held = weights[c];
    const Operand taken = above[c];
    weights[c] = steps[c] >= row ? taken : held;
  }
}

// Templates cannot be compiled for several instruction sets: one function per number type.

SIM_VECTOR_CLONES
void step_row(const ElementRow<std::int8_t, std::int32_t>& row, std::size_t columns) {
  step_elements_of(row, columns);
}

SIM_VECTOR_CLONES
void step_row(const ElementRow<Bfloat16, float>& row, std::size_t columns) {
  step_elements_of(row, columns);
}

SIM_VECTOR_CLONES
void shift_row(const std::int8_t* above, const std::int16_t* steps, std::int16_t row,
               std::int8_t* weights, std::size_t columns) {
  shift_elements_of(above, steps, row, weights, columns);
}

SIM_VECTOR_CLONES
void shift_row(const Bfloat16* above, const std::int16_t* steps, std::int16_t row,
               Bfloat16* weights, std::size_t columns) {
  shift_elements_of(above, steps, row, weights, columns);
}

}  // namespace

template <class Operand, class Sum>
BasicMatrixUnit<Operand, Sum>::BasicMatrixUnit(std::uint32_t rows, std::uint32_t columns)
    : rows_(checked_rows(rows, columns)),
      columns_(columns),
      entering_activations_(rows_),
      entering_weights_(columns_),
      activation_setup_(rows_, Slope::rising),
      weight_setup_(columns_, Slope::rising),
      collector_(columns_, Slope::falling),
      active_(rows_ * columns_),
      shadow_((1 + rows_) * columns_),
      activations_(rows_ * (1 + columns_)),
      next_activations_(rows_ * (1 + columns_)),
      sums_((1 + rows_) * columns_),
      result_(columns_),
      diagonals_(rows_ + columns_),
      weight_steps_(columns_, kNoWeights) {}

template <class Operand, class Sum>
void BasicMatrixUnit<Operand, Sum>::enter_weights(std::span<const Operand> row) {
  SIM_ASSERT(row.size() == columns_, "matrix_unit", cycle_,
             "a row of {} weights enters an array of {} columns", row.size(), columns_);
  SIM_ASSERT(!has_entering_weights_, "matrix_unit", cycle_, "two rows of weights in one cycle");
  std::copy(row.begin(), row.end(), entering_weights_.begin());
  has_entering_weights_ = true;
}

template <class Operand, class Sum>
void BasicMatrixUnit<Operand, Sum>::enter_activations(std::span<const Operand> row,
                                                      Weights weights) {
  SIM_ASSERT(row.size() == rows_, "matrix_unit", cycle_,
             "a row of {} activations enters an array of {} rows", row.size(), rows_);
  SIM_ASSERT(!diagonals_[0].is_row, "matrix_unit", cycle_, "two rows of activations in one cycle");
  std::copy(row.begin(), row.end(), entering_activations_.begin());
  diagonals_[0] = {true, weights == Weights::switch_to_shadow};
}

template <class Operand, class Sum>
bool BasicMatrixUnit<Operand, Sum>::has_result() const {
  return diagonals_.back().is_row;
}

template <class Operand, class Sum>
bool BasicMatrixUnit<Operand, Sum>::is_empty() const {
  return std::none_of(diagonals_.begin(), diagonals_.end(),
                      [](const RowFlags& flags) { return flags.is_row; });
}

template <class Operand, class Sum>
void BasicMatrixUnit<Operand, Sum>::commit() {
  check_and_count_weights();
  drive_wires();
  // From what is read to what is written: the weights that a PE multiplies by, then its sum, then
  // the shadow weight that it no longer needs.
  switch_weights();
  step_elements();
  shift_shadow_weights();
  advance_control();
  // The lane of the last column has no register: what it shows belongs to the next cycle.
  collector_.step({sums_.data() + rows_ * columns_, columns_}, result_);
  ++cycle_;
}

template <class Operand, class Sum>
void BasicMatrixUnit<Operand, Sum>::check_and_count_weights() {
  if (diagonals_[0].switches) {
    SIM_ASSERT(shadow_rows_ == rows_, "matrix_unit", cycle_,
               "a switch to a tile of which {} of {} rows are there", shadow_rows_, rows_);
    shadow_rows_ = 0;
  }
  if (!has_entering_weights_) return;
  SIM_ASSERT(shadow_rows_ < rows_, "matrix_unit", cycle_,
             "a row of weights enters over a tile that is not yet in use");
  weight_steps_[0] = static_cast<std::int16_t>(shadow_rows_);
  ++shadow_rows_;
}

template <class Operand, class Sum>
void BasicMatrixUnit<Operand, Sum>::drive_wires() {
  // The activations of the row that leaves the data setup lie one row apart in the array.
  std::vector<Operand>& left = entering_activations_;
  activation_setup_.step(left, left);
  for (std::size_t r = 0; r < rows_; ++r) activations_[r * (1 + columns_)] = left[r];
  weight_setup_.step(entering_weights_, {shadow_.data(), columns_});
}

template <class Operand, class Sum>
void BasicMatrixUnit<Operand, Sum>::switch_weights() {
  for (std::size_t d = 0; d + 1 < rows_ + columns_; ++d) {
    if (!diagonals_[d].switches) continue;
    const std::size_t first = d < columns_ ? 0 : d - columns_ + 1;
    const std::size_t last = std::min(d, rows_ - 1);
    for (std::size_t r = first; r <= last; ++r) {
      const std::size_t c = d - r;
      active_[r * columns_ + c] = shadow_[(r + 1) * columns_ + c];
    }
  }
}

template <class Operand, class Sum>
void BasicMatrixUnit<Operand, Sum>::step_elements() {
  // From the bottom up: a row reads the sums of the row above before these change.
  for (std::size_t r = rows_; r-- > 0;) {
    step_row(ElementRow<Operand, Sum>{active_.data() + r * columns_,
                                      activations_.data() + r * (1 + columns_),
                                      sums_.data() + r * columns_,
                                      next_activations_.data() + r * (1 + columns_) + 1,
                                      sums_.data() + (r + 1) * columns_},
             columns_);
  }
  std::swap(activations_, next_activations_);
}

template <class Operand, class Sum>
void BasicMatrixUnit<Operand, Sum>::shift_shadow_weights() {
  const std::int16_t last = *std::max_element(weight_steps_.begin(), weight_steps_.end());
  // From the bottom up, for the same reason.
  for (std::int16_t r = last; r >= 0; --r) {
    Operand* above = shadow_.data() + static_cast<std::size_t>(r) * columns_;
    shift_row(above, weight_steps_.data(), r, above + columns_, columns_);
  }
}

template <class Operand, class Sum>
void BasicMatrixUnit<Operand, Sum>::advance_control() {
  std::copy_backward(diagonals_.begin(), diagonals_.end() - 1, diagonals_.end());
  diagonals_[0] = {};
  std::copy_backward(weight_steps_.begin(), weight_steps_.end() - 1, weight_steps_.end());
  weight_steps_[0] = kNoWeights;
  std::fill(entering_activations_.begin(), entering_activations_.end(), Operand{});
  has_entering_weights_ = false;
}

template class BasicMatrixUnit<std::int8_t, std::int32_t>;
template class BasicMatrixUnit<Bfloat16, float>;

}  // namespace nzsim::systolic
