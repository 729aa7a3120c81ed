#pragma once

#include <cstdint>

#include "models/eie/pe_counters.h"
#include "models/eie/program.h"

namespace nzsim::eie {

/// Register between pointer read and sparse-matrix read.
struct EntryAddress {
  bool is_valid = false;
  /// First entry of its column: the row starts above the top.
  bool is_top = false;
  /// The entry's line is not the one that was read last.
  bool reads_line = false;
  std::int16_t activation = 0;
  std::uint32_t address = 0;
};

/// Register between sparse-matrix read and the arithmetic unit.
struct SelectedEntry {
  bool is_valid = false;
  bool is_top = false;
  std::int16_t activation = 0;
  Entry entry;
};

/// A PE's sparse-matrix SRAM and its read stage, one cycle after the entry's slot: the line is read
/// unless it is still there, and the entry is selected (Han et al., ISCA 2016, Section IV, "Sparse
/// Matrix Read Unit").
///
/// Entries are counted here, where their code is first known; as a pass goes on for 5 cycles after
/// the last slot, none is lost at its end.
class SparseMatrixSram {
 public:
  static constexpr const char* kKind = "sparse_matrix_sram";

  /// Connects the SRAM to the entries of PE `pe` in `image`; address 0 is entry `first_address`.
  void connect(const MatrixImage& image, std::uint32_t pe, std::uint32_t first_address = 0) {
    entries_ = image.pe_entries(pe).data();
    // Modulo arithmetic: a segment lies behind the image's base.
    base_ = image.column_starts(0, 0)[pe] - first_address;
  }

  /// The address register, for the stage in front to load after `compute` has read it.
  [[nodiscard]] EntryAddress& input() { return address_; }
  /// A hint to the host's cache, no hardware: the entry is used when all other PEs have been
  /// stepped.
  void prefetch() const { __builtin_prefetch(entries_ + (address_.address - base_)); }
  [[nodiscard]] bool empty() const { return !address_.is_valid; }

  /// One cycle: loads `selected`, the register behind.
  void compute(PeCounters& counters, SelectedEntry& selected) const {
    selected.is_valid = address_.is_valid;
    if (!address_.is_valid) return;
    selected.is_top = address_.is_top;
    selected.activation = address_.activation;
    selected.entry = entries_[address_.address - base_];
    counters.sparse_matrix_line_reads += static_cast<std::uint64_t>(address_.reads_line);
    counters.multiply_accumulates += static_cast<std::uint64_t>(selected.entry.code != 0);
    counters.padding_entries += static_cast<std::uint64_t>(selected.entry.code == 0);
  }

 private:
  const Entry* entries_ = nullptr;
  /// Address of the image's first entry.
  std::uint32_t base_ = 0;
  EntryAddress address_;
};

}  // namespace nzsim::eie
