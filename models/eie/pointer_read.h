#pragma once

#include <cstdint>

#include "models/eie/activation_queue.h"
#include "models/eie/pe_counters.h"
#include "models/eie/pointer_sram.h"
#include "models/eie/sparse_matrix_sram.h"

namespace nzsim::eie {

/// The pointer-read stage of a PE: takes an item from the activation queue, reads its column's
/// pointers and then issues one entry address per cycle to the sparse-matrix read.
///
/// A cycle is a slot of the column that the stage holds, or the stage is starved. It pops when it
/// holds nothing, in the bubble slot of an empty column, and in the slot of a column's last
/// entry, so that columns follow each other back to back. An item popped in cycle x has its first
/// slot in x + 1.
///
/// An entry whose sparse-matrix SRAM line differs from the last line that this PE used takes q =
/// `line_change_penalty_cycles` extra slots before its own. That line register is invalid at the
/// start of a layer and lives on across the passes and input vectors of the layer.
class PointerRead {
 public:
  PointerRead(std::uint32_t entries_per_line, std::uint32_t line_change_penalty_cycles,
              ArrayStatus& status)
      : status_(status),
        entries_per_line_(entries_per_line),
        line_change_penalty_(line_change_penalty_cycles) {}

  [[nodiscard]] PointerSram& sram() { return sram_; }
  [[nodiscard]] bool empty() const { return !holds_item_; }
  [[nodiscard]] std::uint32_t column() const { return column_; }

  /// At the start of a layer: no line of the sparse-matrix SRAM has been used.
  void forget_line() { line_length_ = 0; }

  /// One cycle: loads `entry`, the register behind. The stage's registers are seen by this PE
  /// alone, so they take their next values here.
  void compute(std::uint64_t cycle, ActivationQueue& queue, PeCounters& counters,
               EntryAddress& entry) {
    entry.is_valid = false;
    if (!holds_item_) {
      ++counters.starved_cycles;
      take_next(cycle, queue);
      return;
    }
    counters.pointer_reads += static_cast<std::uint64_t>(is_first_slot_);
    is_first_slot_ = false;
    if (address_ == end_) {
      ++counters.empty_column_cycles;
      take_next(cycle, queue);
      return;
    }
    if (address_ - line_begin_ >= line_length_) change_line(cycle);
    if (cycle < ready_at_) {
      ++counters.line_stall_cycles;
      return;
    }
    ++counters.busy_cycles;
    status_.last_entry_slot = cycle;
    issue(entry);
    if (++address_ == end_) take_next(cycle, queue);
  }

 private:
  void take_next(std::uint64_t cycle, ActivationQueue& queue) {
    holds_item_ = queue.has_item(cycle);
    if (!holds_item_) return;
    column_ = queue.front().column;
    activation_ = queue.front().value;
    // The column addresses the banks at the clock edge; the pointers are there in the first slot.
    const PointerSram::Column pointers = sram_.read(column_);
    address_ = pointers.begin;
    end_ = pointers.end;
    is_first_slot_ = true;
    is_top_ = true;
    queue.pop();
  }

  void change_line(std::uint64_t cycle) {
    line_begin_ = address_ - address_ % entries_per_line_;
    line_length_ = entries_per_line_;
    reads_line_ = true;
    ready_at_ = cycle + line_change_penalty_;
  }

  void issue(EntryAddress& entry) {
    entry = {true, is_top_, reads_line_, activation_, address_};
    is_top_ = false;
    reads_line_ = false;
  }

  PointerSram sram_;
  ArrayStatus& status_;
  /// First cycle in which the next entry may have its slot.
  std::uint64_t ready_at_ = 0;

  std::uint32_t column_ = 0;
  std::uint32_t address_ = 0;
  std::uint32_t end_ = 0;
  /// The last line used: its first address and its entries, 0 where it is invalid.
  std::uint32_t line_begin_ = 0;
  std::uint32_t line_length_ = 0;
  std::uint32_t entries_per_line_;
  std::uint32_t line_change_penalty_;
  std::int16_t activation_ = 0;
  bool holds_item_ = false;
  bool is_first_slot_ = false;
  /// The next entry is the column's first.
  bool is_top_ = false;
  /// The next entry has to read its line.
  bool reads_line_ = false;
};

}  // namespace nzsim::eie
