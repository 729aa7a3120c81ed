#include "models/systolic/reference/fold_path.h"

#include <algorithm>
#include <span>

#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

Readout readout_of(const Config& config) {
  return config.accumulator_rows == 0 ? Readout::parallel : Readout::drain;
}

}  // namespace

template <class Numbers>
FoldPath<Numbers>::FoldPath(const MatrixParts& parts,
                            const std::optional<ArrayValues<Numbers>>& values)
    : parts_(parts),
      values_(values),
      array_(parts.config.rows, parts.config.columns, readout_of(parts.config)),
      activations_(parts.config.rows),
      weights_(parts.config.columns) {}

template <class Numbers>
bool FoldPath<Numbers>::has_room(const Instruction& instruction, const MatrixState& state) const {
  const bool waits_until_empty = instruction.is_new_tile && !parts_.config.weight_double_buffering;
  if (waits_until_empty && state.cycle < state.empty_from) return false;
  const std::uint64_t steps = instruction.rows * std::uint64_t{parts_.config.cycles_per_row()};
  return !instruction.ends_fold || state.cycle + steps - 1 >= may_end_from_;
}

template <class Numbers>
std::uint64_t FoldPath<Numbers>::cycles_between_folds() const {
  const bool drains = parts_.config.accumulator_rows > 0;
  return std::uint64_t{array_.rows()} + (drains ? 0 : array_.columns() - 1);
}

template <class Numbers>
void FoldPath<Numbers>::enter(std::size_t number, std::uint64_t pass, std::uint64_t cycle) {
  const Instruction& instruction = parts_.multiplication(number).instruction;
  const std::uint64_t passes = parts_.config.cycles_per_row();
  const bool is_last = pass + 1 == instruction.rows * passes && instruction.ends_fold;
  std::fill(activations_.begin(), activations_.end(), Operand{});
  std::fill(weights_.begin(), weights_.end(), Operand{});
  if (pass % passes == 0 && values_) {
    read_step(instruction, static_cast<std::uint32_t>(pass / passes));
  }
  array_.enter_step(activations_, weights_, pass == 0 && instruction.is_new_tile, is_last);
  if (!is_last) return;
  folds_.push_back({number, cycle});
  may_end_from_ = cycle + cycles_between_folds();
}

template <class Numbers>
void FoldPath<Numbers>::read_step(const Instruction& instruction, std::uint32_t step) {
  const Product& product = parts_.product(instruction);
  const InnerElement at{instruction.inner_tile, step};
  values_->operands.read_activation_column(product, at, instruction.first_row,
                                           std::span(activations_).first(instruction.held_rows));
  if (instruction.takes_tile) {
    const auto row = values_->tiles.row(parts_.fifo->front(), step);
    std::copy(row.begin(), row.end(), weights_.begin());
  } else {
    const std::uint64_t first = std::uint64_t{instruction.strip} * parts_.config.columns;
    values_->operands.read_weight_row(product, at, first, weights_);
  }
}

template <class Numbers>
std::uint64_t FoldPath<Numbers>::compute(const MatrixState& state) {
  is_leaving_ = leaves(state);
  const bool drains = parts_.config.accumulator_rows > 0;
  ends_leaving_ = is_leaving_ && (!drains || array_.result_row() == 0);
  return ends_leaving_ ? folds_.front().multiplication + 1 : parts_.progress.sums;
}

/// Without accumulators a fold leaves as its last products are added.
template <class Numbers>
bool FoldPath<Numbers>::leaves(const MatrixState& state) const {
  if (parts_.config.accumulator_rows > 0) return array_.has_result();
  const std::uint64_t cycles = std::uint64_t{array_.rows()} + array_.columns() - 2;
  return !folds_.empty() && folds_.front().entered + cycles == state.cycle;
}

template <class Numbers>
void FoldPath<Numbers>::commit() {
  const bool drains = parts_.config.accumulator_rows > 0;
  if (is_leaving_ && drains) write_row(array_.result_row());
  array_.commit();
  if (is_leaving_ && !drains) write_fold();
  if (ends_leaving_) folds_.pop_front();
  is_leaving_ = false;
  ends_leaving_ = false;
}

template <class Numbers>
void FoldPath<Numbers>::write_row(std::uint32_t row) {
  const Instruction& instruction = parts_.multiplication(folds_.front().multiplication).instruction;
  if (!values_ || row >= instruction.held_rows) return;
  values_->sums.write(parts_.sum_row(instruction, row), array_.result(), false);
}

template <class Numbers>
void FoldPath<Numbers>::write_fold() {
  SIM_ASSERT(array_.has_fold(), "tpu.matrix_unit", array_.cycle(), "no fold leaves the array");
  if (!values_) return;
  const Instruction& instruction = parts_.multiplication(folds_.front().multiplication).instruction;
  std::vector<Sum> sums(array_.columns());
  for (std::uint32_t r = 0; r < instruction.held_rows; ++r) {
    for (std::uint32_t c = 0; c < array_.columns(); ++c) sums[c] = array_.drain_register(r, c);
    values_->sums.write(parts_.sum_row(instruction, r), sums, false);
    values_->finish_row(parts_, instruction, r);
  }
}

template class FoldPath<Int8Numbers>;
template class FoldPath<Bfloat16Numbers>;

}  // namespace nzsim::systolic
