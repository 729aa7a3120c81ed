#include "models/systolic/reference/matrix_control.h"

#include <utility>

#include <fmt/format.h>

#include "sim/kernel/clock_domain.h"

namespace nzsim::systolic {
namespace {

/// Accumulator rows that a multiplication overwrites.
std::uint32_t overwritten_rows(const Config& config, const Instruction& instruction) {
  if (config.accumulator_rows == 0) return 0;
  if (config.dataflow == Dataflow::output_stationary) {
    return instruction.ends_fold ? instruction.held_rows : 0;
  }
  return instruction.accumulates ? 0 : instruction.rows;
}

}  // namespace

MatrixControl::MatrixControl(const sc_core::sc_module_name& name, ClockDomain& domain,
                             const MatrixParts& parts, std::unique_ptr<ArrayPath> array)
    : ClockedModule(name, domain), parts_(parts), array_(std::move(array)) {}

ScheduleCounters MatrixControl::take_counters() { return std::exchange(counters_, {}); }

MatrixState MatrixControl::state() const {
  MatrixState state;
  state.cycle = domain().cycle();
  state.next = next_;
  state.is_active = is_active_;
  if (has_multiplied_) state.empty_from = end_ + parts_.config.rows + parts_.config.columns - 2;
  return state;
}

std::uint64_t MatrixControl::passes() const {
  return multiplication().instruction.rows * std::uint64_t{parts_.config.cycles_per_row()};
}

bool MatrixControl::is_free(const MatrixState& state) const {
  const Instruction& instruction = multiplication().instruction;
  const std::uint32_t rows = overwritten_rows(parts_.config, instruction);
  return parts_.sequencer.is_over(multiplication().synchronization) &&
         (rows == 0 || parts_.accumulators.is_free(instruction.accumulator, rows)) &&
         array_->has_room(instruction, state);
}

bool MatrixControl::has_tile() const {
  return !multiplication().instruction.takes_tile || parts_.is_whole(tiles_taken_);
}

void MatrixControl::compute() {
  MatrixState now = state();
  if (!is_active_ && !is_done() && is_free(now) && has_tile() &&
      array_->is_loaded(multiplication().instruction)) {
    start();
  }
  if (is_active_) {
    domain().note_progress();
    ++counters_.array_active_cycles;
    array_->enter(next_, now.cycle - begin_, now.cycle);
  } else {
    count_idle_cycle(now);
  }
  now.is_active = is_active_;
  parts_.progress.next_sums = array_->compute(now);
  if (parts_.progress.next_sums > parts_.progress.sums) domain().note_progress();
}

void MatrixControl::start() {
  const Instruction& instruction = multiplication().instruction;
  is_active_ = true;
  begin_ = domain().cycle();
  end_ = begin_ + passes();
  has_multiplied_ = true;
  reserves_ = overwritten_rows(parts_.config, instruction) > 0;
  counters_.raw_stall_cycles += waited_.raw_stall_cycles;
  counters_.input_stall_cycles += waited_.input_stall_cycles;
  counters_.synchronization_cycles += waited_.synchronization_cycles;
  waited_ = {};
  if (instruction.takes_tile) ++counters_.tiles;
  const bool is_stationary = parts_.config.dataflow != Dataflow::output_stationary;
  if (instruction.is_new_tile && is_stationary) ++counters_.loads;
  if (instruction.ends_fold) ++counters_.drains;
}

void MatrixControl::count_idle_cycle(const MatrixState& state) {
  if (is_done()) {
    ++counters_.non_matrix_cycles;
    return;
  }
  const std::size_t synchronization = multiplication().synchronization;
  const bool has_results = parts_.sequencer.has_results(synchronization);
  const bool has_inputs = parts_.sequencer.has_inputs(synchronization);
  if (!has_results) ++waited_.raw_stall_cycles;
  if (!has_inputs) ++waited_.input_stall_cycles;
  if (has_results && has_inputs && !parts_.sequencer.is_over(synchronization)) {
    ++waited_.synchronization_cycles;
  }
  if (!is_free(state)) {
    ++counters_.non_matrix_cycles;
  } else if (!has_tile()) {
    ++counters_.weight_stall_cycles;
  } else {
    ++counters_.weight_shift_cycles;
  }
}

void MatrixControl::commit() {
  array_->commit();
  parts_.progress.sums = parts_.progress.next_sums;
  if (!is_active_) return;
  const Instruction& instruction = multiplication().instruction;
  if (reserves_) {
    parts_.accumulators.reserve(instruction.accumulator,
                                overwritten_rows(parts_.config, instruction));
    reserves_ = false;
  }
  if (domain().cycle() + 1 < end_) return;
  // Weights that were shifted in have left the FIFO before.
  const bool is_weight_stationary = parts_.config.dataflow == Dataflow::weight_stationary;
  if (instruction.takes_tile && !is_weight_stationary) parts_.fifo->release();
  if (instruction.takes_tile) ++tiles_taken_;
  is_active_ = false;
  ++next_;
  ++parts_.progress.multiplications;
}

std::string MatrixControl::waits_for() const {
  if (is_done()) return {};
  if (is_active_) return fmt::format("rows of multiplication {} enter until cycle {}", next_, end_);
  const char* missing = "its stationary operand";
  if (!has_tile()) missing = "its weight tile";
  if (!is_free(state())) missing = "a place for its sums";
  if (!parts_.sequencer.is_over(multiplication().synchronization)) missing = "a synchronisation";
  return fmt::format("multiplication {} of {} waits for {}", next_,
                     parts_.sequencer.multiplications().size(), missing);
}

}  // namespace nzsim::systolic
