#pragma once

#include <cstdint>
#include <optional>

#include "models/systolic/closed_forms.h"
#include "sim/memory/config.h"

namespace nzsim {
class ConfigNode;
}

namespace nzsim::systolic {

/// Widths of activations x weights. An integer array multiplies 8 by 8 bits; wider operands take
/// several passes of a row (Jouppi et al., ISCA 2017, Section 2: half and quarter speed). Values
/// are quantised to int8 in all integer types: 16 bits change time, bytes and energy, not results
/// (assumption).
enum class OperandType {
  int8,
  /// Activations of 16 bits, weights of 8.
  int8x16,
  int16,
  /// One pass, products added in binary32.
  bfloat16,
};

/// How a convolution's inner dimension, kernel height x kernel width x channels of the group, is
/// cut into tiles of as many elements as the array has rows.
enum class WindowMapping {
  /// Position by position of the kernel, and there by channels: each tile reads one row of the
  /// unified buffer per output pixel. Small groups stand side by side in a tile.
  by_position,
  /// All of it as one vector, as im2col makes it; each group is a product of its own.
  flattened,
};

/// Parameters of one systolic machine. Defaults are TPU v1: Jouppi et al., "In-Datacenter
/// Performance Analysis of a Tensor Processing Unit", ISCA 2017, Section 2.
struct Config {
  double clock_hz = 700e6;
  std::uint32_t rows = 256;
  std::uint32_t columns = 256;
  Dataflow dataflow = Dataflow::weight_stationary;
  /// Whether the array takes the next stationary operand, or output stationary the next fold, while
  /// it works on the one before; otherwise folds do not overlap.
  bool weight_double_buffering = true;
  /// Tiles that the weight FIFO holds, those under way from the memory included.
  std::uint32_t weight_fifo_tiles = 4;
  std::uint64_t unified_buffer_bytes = 24 << 20;
  /// 0: none. Sums of several folds then live in the unified buffer, which takes a row a cycle, and
  /// outputs are finished as they leave the array, in no time of their own.
  std::uint32_t accumulator_rows = 4096;
  OperandType operand_type = OperandType::int8;
  WindowMapping window_mapping = WindowMapping::by_position;
  /// Cycles that each layer waits beyond its data. Not published; 0 is the rules alone.
  std::uint64_t synchronization_wait_cycles = 0;
  /// Nothing: inputs are in the unified buffer at first, and outputs stay there.
  std::optional<double> host_bytes_per_second;
  /// Where weights come from. Nothing: each tile is there when it is wanted.
  std::optional<MemoryConfig> memory;

  /// Bytes of an activation in the unified buffer, and of a weight in the memory.
  [[nodiscard]] std::uint32_t activation_bytes() const {
    return operand_type == OperandType::int8 ? 1 : 2;
  }
  [[nodiscard]] std::uint32_t weight_bytes() const {
    return operand_type == OperandType::int8 || operand_type == OperandType::int8x16 ? 1 : 2;
  }
  /// Passes of one row through the array, one a cycle.
  [[nodiscard]] std::uint32_t cycles_per_row() const {
    if (operand_type == OperandType::int8x16) return 2;
    return operand_type == OperandType::int16 ? 4 : 1;
  }
  /// A weight tile has as many elements as the array, whatever the dataflow.
  [[nodiscard]] std::uint64_t tile_bytes() const {
    return std::uint64_t{rows} * columns * weight_bytes();
  }
  /// Multiply-accumulates per cycle: of the array, and at the operands' speed.
  [[nodiscard]] std::uint64_t elements() const { return std::uint64_t{rows} * columns; }
  [[nodiscard]] double peak_macs_per_cycle() const {
    return static_cast<double>(elements()) / cycles_per_row();
  }

  /// Reads the model's keys and checks what no single range can say.
  static Config from(ConfigNode& node, double clock_hz);
};

}  // namespace nzsim::systolic
