#include "models/systolic/array/output_stationary_unit.h"

#include <algorithm>

#include "models/systolic/array/multiply_add.h"
#include "sim/base/errors.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

constexpr const char* kName = "output_stationary_unit";

/// Refuses a shape before anything is allocated for it.
std::size_t checked_rows(std::uint32_t rows, std::uint32_t columns) {
  SIM_ASSERT(rows > 0 && columns > 0, kName, 0, "an array of {} x {}", rows, columns);
  return rows;
}

/// One row of PEs. The arrays are `[columns]` and do not overlap.
template <class Operand, class Sum>
struct ElementRow {
  /// What the PEs see on their left and above.
  const Operand* left;
  const Operand* above;
  /// Their registers at the end of the cycle; `sums` also before.
  Operand* activations;
  Operand* weights;
  Sum* sums;
};

template <class Operand, class Sum>
[[gnu::always_inline]] inline void step_elements_of(const ElementRow<Operand, Sum>& row,
                                                    std::size_t columns) {
  const Operand* left = row.left;
  const Operand* above = row.above;
  Operand* __restrict activations = row.activations;
  Operand* __restrict weights = row.weights;
  Sum* __restrict sums = row.sums;
  for (std::size_t c = 0; c < columns; ++c) {
    sums[c] = multiply_add(sums[c], left[c], above[c]);
    activations[c] = left[c];
    weights[c] = above[c];
  }
}

// A template cannot be compiled for several instruction sets: one function per number type.

SIM_VECTOR_CLONES
void step_row(const ElementRow<std::int8_t, std::int32_t>& row, std::size_t columns) {
  step_elements_of(row, columns);
}

SIM_VECTOR_CLONES
void step_row(const ElementRow<Bfloat16, float>& row, std::size_t columns) {
  step_elements_of(row, columns);
}

/// Calls `visit(index)` with the place of each PE (r, c) with r + c = `diagonal` in `[rows,
/// columns]`.
template <class Visit>
void for_diagonal(std::uint64_t diagonal, std::size_t rows, std::size_t columns, Visit visit) {
  const std::size_t begin = diagonal < columns ? 0 : diagonal - columns + 1;
  const std::size_t end = std::min<std::size_t>(diagonal + 1, rows);
  for (std::size_t r = begin; r < end; ++r) visit(r * columns + diagonal - r);
}

}  // namespace

template <class Operand, class Sum>
BasicOutputStationaryUnit<Operand, Sum>::BasicOutputStationaryUnit(std::uint32_t rows,
                                                                   std::uint32_t columns,
                                                                   Readout readout)
    : rows_(checked_rows(rows, columns)),
      columns_(columns),
      readout_(readout),
      entering_activations_(rows_),
      entering_weights_(columns_),
      activation_setup_(rows_, Slope::rising),
      weight_setup_(columns_, Slope::rising),
      collector_(columns_, Slope::falling),
      activations_(rows_ * (1 + columns_)),
      next_activations_(rows_ * (1 + columns_)),
      weights_((1 + rows_) * columns_),
      sums_(rows_ * columns_),
      drained_(rows_ * columns_),
      result_(columns_) {}

template <class Operand, class Sum>
void BasicOutputStationaryUnit<Operand, Sum>::enter_step(std::span<const Operand> activations,
                                                         std::span<const Operand> weights,
                                                         bool is_first, bool is_last) {
  SIM_ASSERT(activations.size() == rows_ && weights.size() == columns_, kName, cycle_,
             "a step of {} activations and {} weights enters an array of {} x {}",
             activations.size(), weights.size(), rows_, columns_);
  SIM_ASSERT(newest_step_ != cycle_, kName, cycle_, "two steps in one cycle");
  SIM_ASSERT(is_first != is_fold_open_, kName, cycle_, "a fold {}",
             is_first ? "begins before the last step of the one before" : "has no first step");
  SIM_ASSERT(!is_last || may_end_fold(), kName, cycle_,
             "a fold ends before the drain registers are free of the one that ended in cycle {}",
             last_steps_.back());
  std::copy(activations.begin(), activations.end(), entering_activations_.begin());
  std::copy(weights.begin(), weights.end(), entering_weights_.begin());
  newest_step_ = cycle_;
  is_fold_open_ = !is_last;
  if (is_first) first_steps_.push_back(cycle_);
  if (is_last) last_steps_.push_back(cycle_);
}

template <class Operand, class Sum>
bool BasicOutputStationaryUnit<Operand, Sum>::may_end_fold() const {
  if (last_steps_.empty()) return true;
  const std::uint64_t cycles = readout_ == Readout::drain ? rows_ : cycles_to_latch();
  return cycle_ >= last_steps_.back() + cycles;
}

template <class Operand, class Sum>
bool BasicOutputStationaryUnit<Operand, Sum>::has_result() const {
  // Folds end R cycles apart: no younger one has a result before the oldest has left.
  return readout_ == Readout::drain && !last_steps_.empty() &&
         cycle_ >= last_steps_.front() + cycles_to_latch();
}

template <class Operand, class Sum>
std::uint32_t BasicOutputStationaryUnit<Operand, Sum>::result_row() const {
  SIM_ASSERT(has_result(), kName, cycle_, "the row of a result that is not there");
  return static_cast<std::uint32_t>(last_steps_.front() + cycles_to_leave() - cycle_);
}

template <class Operand, class Sum>
bool BasicOutputStationaryUnit<Operand, Sum>::has_fold() const {
  return readout_ == Readout::parallel && !last_steps_.empty() &&
         cycle_ == last_steps_.front() + cycles_to_latch();
}

template <class Operand, class Sum>
bool BasicOutputStationaryUnit<Operand, Sum>::is_computing() const {
  return newest_step_ && cycle_ < *newest_step_ + cycles_to_latch();
}

template <class Operand, class Sum>
std::uint64_t BasicOutputStationaryUnit<Operand, Sum>::cycles_to_leave() const {
  return cycles_to_latch() + (readout_ == Readout::drain ? rows_ - 1 : 0);
}

template <class Operand, class Sum>
void BasicOutputStationaryUnit<Operand, Sum>::commit() {
  drive_wires();
  restart_sums();
  step_elements();
  if (readout_ == Readout::drain) shift_drain_registers();
  // Behind the shift, which reads what the drain registers held before.
  latch_sums();
  if (readout_ == Readout::drain) {
    // The lane of the last column has no register: what it shows belongs to the next cycle.
    collector_.step({drained_.data() + (rows_ - 1) * columns_, columns_}, result_);
  }
  advance_control();
}

template <class Operand, class Sum>
void BasicOutputStationaryUnit<Operand, Sum>::drive_wires() {
  // The activations of the step that leaves the data setup lie one row apart in the array.
  std::vector<Operand>& left = entering_activations_;
  activation_setup_.step(left, left);
  for (std::size_t r = 0; r < rows_; ++r) activations_[r * (1 + columns_)] = left[r];
  weight_setup_.step(entering_weights_, {weights_.data(), columns_});
}

template <class Operand, class Sum>
void BasicOutputStationaryUnit<Operand, Sum>::restart_sums() {
  for (const std::uint64_t entered : first_steps_) {
    for_diagonal(cycle_ - entered, rows_, columns_,
                 [this](std::size_t index) { sums_[index] = Sum{}; });
  }
}

template <class Operand, class Sum>
void BasicOutputStationaryUnit<Operand, Sum>::step_elements() {
  // From the bottom up: a row reads the weights of the row above before these change.
  for (std::size_t r = rows_; r-- > 0;) {
    step_row(
        ElementRow<Operand, Sum>{activations_.data() + r * (1 + columns_),
                                 weights_.data() + r * columns_,
                                 next_activations_.data() + r * (1 + columns_) + 1,
                                 weights_.data() + (r + 1) * columns_, sums_.data() + r * columns_},
        columns_);
  }
  std::swap(activations_, next_activations_);
}

template <class Operand, class Sum>
void BasicOutputStationaryUnit<Operand, Sum>::shift_drain_registers() {
  for (const std::uint64_t entered : last_steps_) {
    if (cycle_ < entered + rows_) break;
    // Shift d = `front` - c of column c.
    const std::size_t front = cycle_ - entered - rows_;
    const std::size_t end = std::min(front + 1, columns_);
    // From the bottom up: row r takes the row above where 0 <= d < r.
    for (std::size_t r = rows_ - 1; r > 0; --r) {
      const std::size_t begin = front < r ? 0 : front - r + 1;
      if (begin >= end) break;
      const Sum* above = drained_.data() + (r - 1) * columns_;
      std::copy(above + begin, above + end, drained_.data() + r * columns_ + begin);
    }
  }
}

template <class Operand, class Sum>
void BasicOutputStationaryUnit<Operand, Sum>::latch_sums() {
  for (const std::uint64_t entered : last_steps_) {
    for_diagonal(cycle_ - entered, rows_, columns_,
                 [this](std::size_t index) { drained_[index] = sums_[index]; });
  }
}

template <class Operand, class Sum>
void BasicOutputStationaryUnit<Operand, Sum>::advance_control() {
  std::fill(entering_activations_.begin(), entering_activations_.end(), Operand{});
  std::fill(entering_weights_.begin(), entering_weights_.end(), Operand{});
  ++cycle_;
  if (!first_steps_.empty() && cycle_ == first_steps_.front() + cycles_to_latch()) {
    first_steps_.pop_front();
  }
  if (!last_steps_.empty() && cycle_ > last_steps_.front() + cycles_to_leave()) {
    last_steps_.pop_front();
  }
}

template class BasicOutputStationaryUnit<std::int8_t, std::int32_t>;
template class BasicOutputStationaryUnit<Bfloat16, float>;

}  // namespace nzsim::systolic
