#include "models/eie/processing_element.h"

#include <fmt/format.h>

#include "sim/kernel/clock_domain.h"

namespace nzsim::eie {

ProcessingElement::ProcessingElement(const sc_core::sc_module_name& name, ClockDomain& domain,
                                     PeParts& parts, const SharedWires& wires)
    : ClockedModule(name, domain),
      parts_(parts),
      wires_(wires),
      cycle_(domain.cycle()),
      activation_queue_("activation_queue", parts.activation_queue),
      pointer_sram_("pointer_sram", parts.pointer_read.sram()),
      sparse_matrix_sram_("sparse_matrix_sram", parts.sparse_matrix_sram),
      arithmetic_unit_("arithmetic_unit", parts.arithmetic_unit),
      activation_registers_("activation_registers", parts.activation_registers) {}

void ProcessingElement::compute() {
  PeParts& pe = parts_;
  pe.arithmetic_unit.compute(pe.activation_registers);
  pe.sparse_matrix_sram.compute(pe.counters, pe.arithmetic_unit.input());
  pe.pointer_read.compute(cycle_, pe.activation_queue, pe.counters, pe.sparse_matrix_sram.input());
  pe.sparse_matrix_sram.prefetch();
}

void ProcessingElement::commit() {
  PeParts& pe = parts_;
  pe.arithmetic_unit.commit(pe.activation_registers);
  pe.activation_queue.commit();
  if (wires_.transfer.kind != ActivationTransfer::Kind::none) {
    pe.activation_registers.move(wires_.transfer, cycle_);
  }
}

std::string ProcessingElement::waits_for() const {
  if (parts_.empty()) return {};
  const ActivationQueue& queue = parts_.activation_queue;
  std::string text = fmt::format("queue holds {} of {}", queue.size(), queue.depth());
  if (!parts_.pointer_read.empty()) {
    text += fmt::format(", pointer read is in column {}", parts_.pointer_read.column());
  }
  return text;
}

}  // namespace nzsim::eie
