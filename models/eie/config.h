#pragma once

#include <cstdint>
#include <optional>

#include "sim/base/fixed_point.h"
#include "sim/memory/config.h"

namespace nzsim {
class ConfigNode;
}

namespace nzsim::eie {

/// Which layers' matrices come from DRAM, segment by segment, each time they are used.
enum class MatrixStreaming {
  never,
  /// Those whose entries or column pointers the SRAMs do not hold.
  oversized,
  always,
};

/// Parameters of one EIE machine. Defaults are the design point of Han et al., "EIE: Efficient
/// Inference Engine on Compressed Deep Neural Network", ISCA 2016, Sections III-VI.
struct Config {
  double clock_hz = 800e6;
  std::uint32_t pe_count = 64;
  /// Items that one activation queue holds.
  std::uint32_t activation_queue_depth = 8;

  std::uint32_t sparse_matrix_width_bits = 64;
  std::uint64_t sparse_matrix_bytes = 131072;
  std::uint64_t pointer_bytes = 32768;
  std::uint32_t pointer_bits = 16;

  /// Bits of a code and of a skip; an entry of the sparse-matrix SRAM holds one of each.
  std::uint32_t code_bits = 4;
  std::uint32_t skip_bits = 4;
  std::uint32_t codebook_entries = 16;

  /// Per PE, of the source and of the destination file each.
  std::uint32_t activation_registers = 64;
  std::uint64_t activation_sram_bytes = 2048;
  /// Assumption: the activation SRAM is as wide as the sparse-matrix SRAM; the paper does not say.
  std::uint32_t activation_sram_width_bits = 64;

  /// Nothing: chosen per layer from the range of its values.
  std::optional<int> activation_fraction_bits;
  std::optional<int> weight_fraction_bits;

  std::uint32_t lnzd_tree_latency_cycles = 0;
  std::uint32_t line_change_penalty_cycles = 0;

  /// Where streamed matrices come from; there is one where some layers may be streamed.
  std::optional<MemoryConfig> memory;
  MatrixStreaming matrix_streaming = MatrixStreaming::never;

  /// Entries of one sparse-matrix SRAM line.
  [[nodiscard]] std::uint32_t entries_per_line() const {
    return sparse_matrix_width_bits / (code_bits + skip_bits);
  }
  /// Lines that a PE's sparse-matrix SRAM holds, and pointers that its pointer SRAM holds.
  [[nodiscard]] std::uint64_t sparse_matrix_lines() const {
    return sparse_matrix_bytes * 8 / sparse_matrix_width_bits;
  }
  [[nodiscard]] std::uint64_t held_pointers() const { return pointer_bytes * 8 / pointer_bits; }
  /// The largest address that a pointer can hold.
  [[nodiscard]] std::uint64_t largest_address() const {
    return (std::uint64_t{1} << pointer_bits) - 1;
  }
  /// Zero rows that one padding entry skips beside its own: the largest skip.
  [[nodiscard]] std::uint32_t largest_skip() const { return (1U << skip_bits) - 1U; }
  /// Activations that the register files of all PEs hold: one batch.
  [[nodiscard]] std::uint64_t batch_activations() const {
    return std::uint64_t{pe_count} * activation_registers;
  }

  /// Reads the model's keys and checks what no single range can say.
  static Config from(ConfigNode& node, double clock_hz);
};

}  // namespace nzsim::eie
