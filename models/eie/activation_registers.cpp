#include "models/eie/activation_registers.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim::eie {

ActivationRegisters::ActivationRegisters(std::uint32_t registers)
    : registers_(registers), files_(2 * std::size_t{registers}) {
  source_ = files_.data();
  destination_ = source_ + registers;
}

void ActivationRegisters::clear_destination() {
  std::fill_n(destination_, registers_, std::int16_t{0});
}

void ActivationRegisters::swap_roles() { std::swap(source_, destination_); }

void ActivationRegisters::clear_counters() {
  sram_reads_ = 0;
  sram_writes_ = 0;
}

void ActivationRegisters::move(const ActivationTransfer& transfer, std::uint64_t cycle) {
  const std::uint64_t begin = (cycle - transfer.first_cycle) * transfer.registers_per_cycle;
  const std::uint64_t end =
      std::min<std::uint64_t>(begin + transfer.registers_per_cycle, transfer.registers);
  const bool is_load = transfer.kind == ActivationTransfer::Kind::load_source;
  for (std::uint64_t index = begin; index < end; ++index) {
    const auto row = static_cast<std::uint32_t>(index);
    std::int16_t& word = sram_[transfer.sram_begin + row];
    if (is_load) {
      source_[row] = word;
    } else {
      word = result(row);
    }
  }
  ++(is_load ? sram_reads_ : sram_writes_);
}

void ActivationRegisters::fail_row(std::uint32_t row) const {
  throw SimulationError(
      fmt::format("{}: row {} of a file of {} registers", kKind, row, registers_));
}

}  // namespace nzsim::eie
