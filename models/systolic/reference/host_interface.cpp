#include "models/systolic/reference/host_interface.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/systolic/host_link.h"
#include "sim/base/errors.h"
#include "sim/kernel/clock_domain.h"

namespace nzsim::systolic {
namespace {

bool is_read(const TransferWork& work) {
  return work.instruction.opcode == Opcode::read_host_memory;
}

}  // namespace

HostInterface::HostInterface(const sc_core::sc_module_name& name, ClockDomain& domain,
                             const Config& config, const SystolicProgram& program,
                             const Sequencer& sequencer, Progress& progress, UnifiedBuffer& buffer,
                             HostMemory* memory)
    : ClockedModule(name, domain),
      config_(config),
      program_(program),
      sequencer_(sequencer),
      progress_(progress),
      buffer_(buffer),
      memory_(memory),
      busy_cycles_(program.sections.size()) {
  if (config.host_bytes_per_second) return;
  progress_.host_reads = sequencer.transfers().size();
  progress_.host_transfers = sequencer.transfers().size();
  have_inputs();
}

void HostInterface::have_inputs() {
  for (; !is_done(); ++next_) {
    const TransferWork& work = sequencer_.transfers()[next_];
    SIM_ASSERT(is_read(work), name(), 0, "a transfer to the host without an interface");
    if (progress_.activations < work.activations) return;
    if (memory_ == nullptr) continue;
    const HostTransfer& transfer = program_.transfers[work.instruction.item];
    buffer_.write(transfer.tensor, 0, memory_->read(transfer));
  }
}

void HostInterface::compute() {
  if (is_done() || !config_.host_bytes_per_second) return;
  const TransferWork& work = sequencer_.transfers()[next_];
  if (!is_busy_) {
    if (progress_.activations < work.activations) return;
    is_busy_ = true;
    // A transfer of nothing would take no cycle; no program has one.
    ends_at_ =
        domain().cycle() + std::max<std::uint64_t>(1, host_cycles(config_, work.instruction.bytes));
  }
  domain().note_progress();
  ++busy_cycles_[work.section];
  if (domain().cycle() + 1 == ends_at_ && memory_ != nullptr) take_values();
}

void HostInterface::take_values() {
  const TransferWork& work = sequencer_.transfers()[next_];
  const HostTransfer& transfer = program_.transfers[work.instruction.item];
  if (is_read(work)) {
    values_ = memory_->read(transfer);
  } else {
    const auto values = buffer_.tensor(transfer.tensor);
    values_.assign(values.begin(), values.end());
  }
}

void HostInterface::commit() {
  if (!is_busy_ || domain().cycle() + 1 < ends_at_) return;
  const TransferWork& work = sequencer_.transfers()[next_];
  if (memory_ != nullptr) {
    const HostTransfer& transfer = program_.transfers[work.instruction.item];
    if (is_read(work)) {
      buffer_.write(transfer.tensor, 0, values_);
    } else {
      memory_->write(transfer, values_);
    }
  }
  is_busy_ = false;
  ++next_;
  ++progress_.host_transfers;
  if (is_read(work)) ++progress_.host_reads;
}

std::string HostInterface::waits_for() const {
  if (is_done()) return {};
  const TransferWork& work = sequencer_.transfers()[next_];
  if (is_busy_) return fmt::format("transfer {} is under way until cycle {}", next_, ends_at_);
  return fmt::format("transfer {} of {}: {} of {} activations", next_,
                     sequencer_.transfers().size(), progress_.activations, work.activations);
}

}  // namespace nzsim::systolic
