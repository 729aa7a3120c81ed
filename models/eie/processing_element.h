#pragma once

#include <cstdint>
#include <string>

#include "models/eie/activation_queue.h"
#include "models/eie/activation_registers.h"
#include "models/eie/arithmetic_unit.h"
#include "models/eie/broadcast_bus.h"
#include "models/eie/config.h"
#include "models/eie/pe_counters.h"
#include "models/eie/pointer_read.h"
#include "models/eie/sparse_matrix_sram.h"
#include "sim/kernel/clocked_module.h"
#include "sim/kernel/part.h"

namespace nzsim::eie {

/// Wires that all PEs share.
struct SharedWires {
  BroadcastBus bus;
  ArrayStatus status;
  LayerArithmetic layer;
  /// Driven by the run control before the first cycle of a transfer.
  ActivationTransfer transfer;
};

/// The parts of one PE, side by side: everything that is touched each cycle, in whole cache lines
/// of the host. The machine keeps those of all PEs in one array.
struct alignas(64) PeParts {
  PeParts(const Config& config, SharedWires& wires)
      : pointer_read(config.entries_per_line(), config.line_change_penalty_cycles, wires.status),
        arithmetic_unit(wires.layer),
        activation_queue(config.activation_queue_depth, wires.bus, wires.status),
        activation_registers(config.activation_registers) {}

  /// Nothing in the queue, nothing in any pipeline register.
  [[nodiscard]] bool empty() const {
    return activation_queue.empty() && pointer_read.empty() && sparse_matrix_sram.empty() &&
           arithmetic_unit.empty();
  }

  PointerRead pointer_read;
  SparseMatrixSram sparse_matrix_sram;
  ArithmeticUnit arithmetic_unit;
  ActivationQueue activation_queue;
  PeCounters counters;
  ActivationRegisters activation_registers;
};

/// One processing element, `eie.pe_N`: the clocked block around its parts, which are modules
/// without a process. Pipeline registers inside a PE are seen by no other module; `compute`
/// therefore runs the stages from the last to the first and lets each load the register behind it.
/// What others see, the queue's fullness, changes in `commit`.
class ProcessingElement final : public ClockedModule {
 public:
  /// `parts` and `wires` must outlive the module.
  ProcessingElement(const sc_core::sc_module_name& name, ClockDomain& domain, PeParts& parts,
                    const SharedWires& wires);

  void compute() override;
  void commit() override;
  [[nodiscard]] std::string waits_for() const override;

  [[nodiscard]] PeParts& parts() { return parts_; }

 private:
  PeParts& parts_;
  const SharedWires& wires_;
  const std::uint64_t& cycle_;

  Part<ActivationQueue> activation_queue_;
  Part<PointerSram> pointer_sram_;
  Part<SparseMatrixSram> sparse_matrix_sram_;
  Part<ArithmeticUnit> arithmetic_unit_;
  Part<ActivationRegisters> activation_registers_;
};

}  // namespace nzsim::eie
