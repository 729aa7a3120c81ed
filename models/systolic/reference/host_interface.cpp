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
                             const Sequencer& sequencer, Progress& progress, Datapath& datapath)
    : ClockedModule(name, domain),
      config_(config),
      sequencer_(sequencer),
      progress_(progress),
      datapath_(datapath),
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
    datapath_.take_transfer(work.instruction);
    datapath_.end_transfer();
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
  if (domain().cycle() + 1 == ends_at_) datapath_.take_transfer(work.instruction);
}

void HostInterface::commit() {
  if (!is_busy_ || domain().cycle() + 1 < ends_at_) return;
  const TransferWork& work = sequencer_.transfers()[next_];
  datapath_.end_transfer();
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
