#include "models/systolic/reference/sequencer.h"

#include <fmt/format.h>

#include "sim/kernel/clock_domain.h"

namespace nzsim::systolic {

Sequencer::Sequencer(const sc_core::sc_module_name& name, ClockDomain& domain, const Config& config,
                     const SystolicProgram& program, const Progress& progress)
    : ClockedModule(name, domain), config_(config), progress_(progress) {
  std::size_t next = 0;
  for (std::uint32_t section = 0; section < program.sections.size(); ++section) {
    const std::size_t end = program.sections[section].end_instruction;
    for (; next < end && !is_halted_; ++next) dispatch(program.instructions[next], section);
    section_ends_.push_back({multiplications_.size(), activations_.size(), transfers_.size()});
  }
}

void Sequencer::dispatch(const Instruction& instruction, std::uint32_t section) {
  switch (instruction.opcode) {
    case Opcode::read_weights:
      for (std::uint32_t tile = 0; tile < instruction.tiles; ++tile) {
        tiles_.push_back({instruction.address + tile * config_.tile_bytes(), section});
      }
      break;
    case Opcode::matrix_multiply:
    case Opcode::convolve:
      multiplications_.push_back({instruction, synchronizations_.size()});
      break;
    case Opcode::activate:
    case Opcode::vector:
      dispatch_activation(instruction);
      break;
    case Opcode::read_host_memory:
      ++host_reads_;
      transfers_.push_back({instruction, section, instruction.waits ? activations_.size() : 0});
      break;
    case Opcode::write_host_memory:
      transfers_.push_back({instruction, section, activations_.size()});
      break;
    case Opcode::synchronize:
      if (instruction.waits) awaited_transfers_ = transfers_.size();
      synchronizations_.push_back({activations_.size(), host_reads_, awaited_transfers_});
      break;
    case Opcode::set_configuration:
      break;
    case Opcode::halt:
      is_halted_ = true;
      break;
  }
}

void Sequencer::dispatch_activation(const Instruction& instruction) {
  const bool is_vector = instruction.opcode == Opcode::vector;
  activations_.push_back({instruction, is_vector ? 0 : sums_before(instruction),
                          is_vector ? host_reads_ : 0, is_vector ? awaited_transfers_ : 0});
}

std::uint64_t Sequencer::sums_before(const Instruction& activation) const {
  for (std::size_t number = multiplications_.size(); number > 0; --number) {
    if (writes(multiplications_[number - 1].instruction, activation)) return number;
  }
  return ActivationWork::kNever;
}

bool Sequencer::writes(const Instruction& multiplication, const Instruction& activation) const {
  if (config_.accumulator_rows == 0) return true;
  const bool is_output_stationary = config_.dataflow == Dataflow::output_stationary;
  if (is_output_stationary && !multiplication.ends_fold) return false;
  const std::uint32_t rows = is_output_stationary ? multiplication.held_rows : multiplication.rows;
  return multiplication.accumulator < activation.accumulator + activation.rows &&
         activation.accumulator < multiplication.accumulator + rows;
}

bool Sequencer::has_results(std::size_t synchronization) const {
  return synchronization == 0 ||
         progress_.activations >= synchronizations_[synchronization - 1].activations;
}

bool Sequencer::has_inputs(std::size_t synchronization) const {
  if (synchronization == 0) return true;
  const Synchronization& waited = synchronizations_[synchronization - 1];
  return progress_.host_reads >= waited.host_reads &&
         progress_.host_transfers >= waited.host_transfers;
}

bool Sequencer::is_over(std::size_t synchronization) const {
  if (!has_results(synchronization) || !has_inputs(synchronization)) return false;
  const std::uint64_t wait = config_.synchronization_wait_cycles;
  if (synchronization == 0 || wait == 0) return true;
  return synchronization <= noted_ &&
         domain().cycle() >= synchronizations_[synchronization - 1].ready_at + wait;
}

void Sequencer::compute() {
  while (next_noted_ < synchronizations_.size() && has_results(next_noted_ + 1) &&
         has_inputs(next_noted_ + 1)) {
    ++next_noted_;
  }
  // A wait that runs is progress.
  if (noted_ > 0 && !is_over(noted_)) domain().note_progress();
}

void Sequencer::commit() {
  for (; noted_ < next_noted_; ++noted_) synchronizations_[noted_].ready_at = domain().cycle();
}

std::string Sequencer::waits_for() const {
  if (noted_ == synchronizations_.size()) return {};
  const Synchronization& waited = synchronizations_[noted_];
  return fmt::format(
      "synchronisation {} of {}: {} of {} activations, {} of {} host reads, {} of {} transfers",
      noted_ + 1, synchronizations_.size(), progress_.activations, waited.activations,
      progress_.host_reads, waited.host_reads, progress_.host_transfers, waited.host_transfers);
}

}  // namespace nzsim::systolic
