#include "models/systolic/reference/activation_unit.h"

#include <fmt/format.h>

#include "sim/kernel/clock_domain.h"

namespace nzsim::systolic {

ActivationUnit::ActivationUnit(const sc_core::sc_module_name& name, ClockDomain& domain,
                               const Config& config, const Sequencer& sequencer, Progress& progress,
                               Accumulators& accumulators, Datapath& datapath)
    : ClockedModule(name, domain),
      config_(config),
      sequencer_(sequencer),
      progress_(progress),
      accumulators_(accumulators),
      datapath_(datapath) {}

bool ActivationUnit::takes_no_time() const {
  return config_.accumulator_rows == 0 && work().instruction.opcode == Opcode::activate;
}

bool ActivationUnit::may_begin() const {
  return progress_.sums >= work().sums && progress_.host_reads >= work().host_reads &&
         progress_.host_transfers >= work().host_transfers;
}

void ActivationUnit::compute() {
  if (!is_busy_) {
    if (is_done() || takes_no_time() || !may_begin()) return;
    is_busy_ = true;
    begins_at_ = domain().cycle();
    ends_at_ = begins_at_ + work().instruction.rows;
  }
  domain().note_progress();
  datapath_.take_row(work().instruction, domain().cycle() - begins_at_);
}

void ActivationUnit::commit() {
  if (is_busy_) {
    datapath_.write_results();
    if (domain().cycle() + 1 == ends_at_) end_work();
  }
  while (!is_busy_ && !is_done() && takes_no_time() && progress_.next_sums >= work().sums) {
    end_work();
  }
}

void ActivationUnit::end_work() {
  const Instruction& instruction = work().instruction;
  if (instruction.opcode == Opcode::activate) {
    accumulators_.release(instruction.accumulator, instruction.rows);
  }
  is_busy_ = false;
  ++next_;
  ++progress_.activations;
}

std::string ActivationUnit::waits_for() const {
  if (is_done()) return {};
  if (is_busy_) return fmt::format("work {} goes on until cycle {}", next_, ends_at_);
  if (work().sums == ActivationWork::kNever) {
    return fmt::format("work {} of {}: sums that no multiplication gives", next_,
                       sequencer_.activations().size());
  }
  return fmt::format(
      "work {} of {}: {} of {} multiplications summed, {} of {} host reads, {} of {} transfers",
      next_, sequencer_.activations().size(), progress_.sums, work().sums, progress_.host_reads,
      work().host_reads, progress_.host_transfers, work().host_transfers);
}

}  // namespace nzsim::systolic
