#include "models/systolic/reference/stationary_path.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace nzsim::systolic {

template <class Numbers>
StationaryPath<Numbers>::StationaryPath(const MatrixParts& parts,
                                        const std::optional<ArrayValues<Numbers>>& values)
    : parts_(parts),
      values_(values),
      array_(parts.config.rows, parts.config.columns),
      streamed_(parts.config.rows),
      stationary_(parts.config.columns) {
  const std::vector<Multiplication>& all = parts.sequencer.multiplications();
  for (std::size_t number = 0; number < all.size(); ++number) {
    if (all[number].instruction.is_new_tile) operands_.push_back(number);
  }
}

template <class Numbers>
bool StationaryPath<Numbers>::has_room(const Instruction&, const MatrixState&) const {
  return true;
}

template <class Numbers>
bool StationaryPath<Numbers>::is_loaded(const Instruction& instruction) const {
  return !instruction.is_new_tile || array_.shadow_rows() == array_.rows();
}

template <class Numbers>
void StationaryPath<Numbers>::enter(std::size_t number, std::uint64_t pass, std::uint64_t cycle) {
  const Instruction& instruction = parts_.multiplication(number).instruction;
  const std::uint64_t passes = parts_.config.cycles_per_row();
  Row row;
  row.multiplication = number;
  row.line = pass / passes;
  row.entered = cycle;
  row.is_first_pass = pass % passes == 0;
  row.is_last_pass = (pass + 1) % passes == 0;
  row.ends = pass + 1 == instruction.rows * passes;
  rows_.push_back(row);
  std::fill(streamed_.begin(), streamed_.end(), Operand{});
  if (row.is_first_pass && values_) read_streamed_row(instruction, row.line);
  is_switching_ = pass == 0 && instruction.is_new_tile;
  array_.enter_activations(streamed_, is_switching_ ? Weights::switch_to_shadow : Weights::keep);
}

template <class Numbers>
void StationaryPath<Numbers>::read_streamed_row(const Instruction& instruction,
                                                std::uint64_t line) {
  const Product& product = parts_.product(instruction);
  const std::uint64_t place = instruction.first_row + line;
  if (is_weight_stationary()) {
    values_->operands.read_activation_row(product, instruction.inner_tile, place, streamed_);
  } else if (instruction.takes_tile) {
    const std::uint64_t tile = parts_.fifo->front();
    for (std::size_t r = 0; r < streamed_.size(); ++r) {
      streamed_[r] = values_->tiles.row(tile, r)[place % parts_.config.columns];
    }
  } else {
    values_->operands.read_weight_column(product, instruction.inner_tile, place, streamed_);
  }
}

template <class Numbers>
void StationaryPath<Numbers>::read_stationary_row(const Instruction& instruction,
                                                  std::uint32_t row) {
  const Product& product = parts_.product(instruction);
  const InnerElement at{instruction.inner_tile, row};
  const std::uint64_t first = std::uint64_t{instruction.strip} * parts_.config.columns;
  if (!is_weight_stationary()) {
    values_->operands.read_activation_column(product, at, first, stationary_);
  } else if (instruction.takes_tile) {
    const auto tile_row = values_->tiles.row(parts_.fifo->front(), row);
    std::copy(tile_row.begin(), tile_row.end(), stationary_.begin());
  } else {
    values_->operands.read_weight_row(product, at, first, stationary_);
  }
}

template <class Numbers>
std::uint64_t StationaryPath<Numbers>::compute(const MatrixState& state) {
  shift(state);
  is_leaving_ = leaves(state);
  return is_leaving_ && rows_.front().ends ? rows_.front().multiplication + 1
                                           : parts_.progress.sums;
}

template <class Numbers>
void StationaryPath<Numbers>::shift(const MatrixState& state) {
  std::uint32_t there = array_.shadow_rows();
  // The switch to a whole operand makes room in its own cycle.
  if (there == array_.rows() && is_switching_) there = 0;
  if (there == array_.rows() || (there == 0 && !may_shift(state))) return;
  const Instruction& instruction = parts_.multiplication(operands_[shifted_]).instruction;
  const std::uint32_t row = array_.rows() - 1 - there;
  if (values_) read_stationary_row(instruction, row);
  array_.enter_weights(stationary_);
  if (row > 0) return;
  ++shifted_;
  releases_tile_ = is_weight_stationary() && instruction.takes_tile;
  if (releases_tile_) ++tiles_shifted_;
}

template <class Numbers>
bool StationaryPath<Numbers>::may_shift(const MatrixState& state) const {
  if (shifted_ == operands_.size()) return false;
  const Multiplication& multiplication = parts_.multiplication(operands_[shifted_]);
  if (!parts_.config.weight_double_buffering) {
    const bool is_next = state.next == operands_[shifted_] && !state.is_active;
    if (!is_next || state.cycle < state.empty_from ||
        !parts_.sequencer.is_over(multiplication.synchronization)) {
      return false;
    }
  }
  if (!is_weight_stationary() || multiplication.instruction.from_buffer) {
    return parts_.sequencer.is_over(multiplication.synchronization);
  }
  return !multiplication.instruction.takes_tile || parts_.is_whole(tiles_shifted_);
}

/// With accumulators a row leaves when its sums have been collected; without, in the cycle before,
/// as its last product is added.
template <class Numbers>
bool StationaryPath<Numbers>::leaves(const MatrixState& state) const {
  if (parts_.config.accumulator_rows > 0) return array_.has_result();
  const std::uint64_t cycles = std::uint64_t{array_.rows()} + array_.columns() - 2;
  return !rows_.empty() && rows_.front().entered + cycles == state.cycle;
}

template <class Numbers>
void StationaryPath<Numbers>::commit() {
  const bool has_accumulators = parts_.config.accumulator_rows > 0;
  if (is_leaving_ && has_accumulators) write_sums();
  array_.commit();
  if (is_leaving_ && !has_accumulators) write_sums();
  is_switching_ = false;
  is_leaving_ = false;
  if (!releases_tile_) return;
  parts_.fifo->release();
  releases_tile_ = false;
}

template <class Numbers>
void StationaryPath<Numbers>::write_sums() {
  SIM_ASSERT(array_.has_result(), "tpu.matrix_unit", array_.cycle(), "no row leaves the array");
  const Row row = rows_.front();
  rows_.pop_front();
  if (!values_) return;
  const Instruction& instruction = parts_.multiplication(row.multiplication).instruction;
  values_->sums.write(parts_.sum_row(instruction, row.line), array_.result(),
                      instruction.accumulates || !row.is_first_pass);
  if (parts_.config.accumulator_rows == 0 && row.is_last_pass) {
    values_->finish_row(parts_, instruction, row.line);
  }
}

template class StationaryPath<Int8Numbers>;
template class StationaryPath<Bfloat16Numbers>;

}  // namespace nzsim::systolic
