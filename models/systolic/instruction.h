#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace nzsim::systolic {

/// The machine's CISC instructions (Jouppi et al., "In-Datacenter Performance Analysis of a Tensor
/// Processing Unit", ISCA 2017, Section 2). Each goes to one unit, which takes its own in order.
enum class Opcode : std::uint8_t {
  /// Weight fetcher: `tiles` tiles from `address` on, into the weight FIFO. Decoupled: it runs
  /// ahead of everything else.
  read_weights,
  /// Matrix unit: `rows` rows (output stationary: steps) enter, one after the other.
  matrix_multiply,
  /// The same, whose rows are gathered from windows of a feature map: a convolution.
  convolve,
  /// Activation unit: `rows` accumulator rows from `accumulator` on, one in a cycle, into the
  /// unified buffer.
  activate,
  /// Activation unit: `rows` rows of the unified buffer, one in a cycle, which no multiplication
  /// gives.
  vector,
  /// Host interface: `bytes` into the unified buffer, and out of it.
  read_host_memory,
  write_host_memory,
  /// What follows waits for all activations and host reads before this, and then for the machine's
  /// synchronisation wait.
  synchronize,
  /// The layer's scales, tables, biases and shapes; takes no time (assumption).
  set_configuration,
  /// The end of the program.
  halt,
};

/// As listings write it.
[[nodiscard]] std::string_view to_string(Opcode opcode);

/// One instruction; fields that its opcode does not name are 0.
struct Instruction {
  Opcode opcode = Opcode::synchronize;
  /// Multiplications: load another stationary operand (output stationary: begin another fold).
  bool is_new_tile = false;
  /// Multiplications: take the next tile out of the weight FIFO. Weight stationary: it becomes the
  /// stationary operand; else its rows are streamed.
  bool takes_tile = false;
  /// Multiplications: the weights are activations of the unified buffer, and take no tile.
  bool from_buffer = false;
  /// Multiplications: add to the accumulators; else overwrite them. Output stationary: add to the
  /// sums in the array.
  bool accumulates = false;
  /// Output stationary multiplications: the last of a fold, whose sums leave the array.
  bool ends_fold = false;
  /// Host reads: begin behind all activations before them, since their place in the unified buffer
  /// was another tensor's. Synchronisation: wait for host writes too, for the same reason.
  bool waits = false;
  std::uint32_t rows = 0;
  /// First accumulator row.
  std::uint32_t accumulator = 0;
  /// Which of the program's products (multiplications, activations), vector works, host transfers
  /// or layers (set_configuration) it is about.
  std::uint32_t item = 0;
  /// Multiplications: tile along the inner dimension.
  std::uint32_t inner_tile = 0;
  /// Multiplications and activations: what stands on the array's columns. Weight and output
  /// stationary: product columns from strip x C on; input stationary: product rows from there on.
  std::uint32_t strip = 0;
  /// First of the product's rows that are streamed (weight stationary) or stand on the array's rows
  /// (output stationary); of its columns that are streamed (input stationary).
  std::uint32_t first_row = 0;
  /// Output stationary: how many rows of the product stand on the array's rows.
  std::uint32_t held_rows = 0;
  std::uint32_t tiles = 0;
  /// Byte address of weights.
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
};

[[nodiscard]] inline bool is_multiplication(const Instruction& instruction) {
  return instruction.opcode == Opcode::matrix_multiply || instruction.opcode == Opcode::convolve;
}

using InstructionList = std::vector<Instruction>;

}  // namespace nzsim::systolic
