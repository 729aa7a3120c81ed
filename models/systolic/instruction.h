#pragma once

#include <cstdint>
#include <vector>

namespace nzsim::systolic {

/// The instructions that take time (Jouppi et al., "In-Datacenter Performance Analysis of a Tensor
/// Processing Unit", ISCA 2017, Section 2). Each goes to one unit, which takes its own in order.
enum class Opcode : std::uint8_t {
  /// Weight fetcher: `tiles` tiles from `address` on, into the weight FIFO. Decoupled: it runs
  /// ahead
  /// of everything else.
  read_weights,
  /// Matrix unit: `rows` rows enter, one in `cycles_per_row` cycles. Results go to accumulator rows
  /// from `accumulator` on.
  matrix_multiply,
  /// Activation unit: `rows` accumulator rows from `accumulator` on, one in a cycle, into the
  /// unified buffer.
  activate,
  /// Activation unit: `rows` rows of the unified buffer, one in a cycle, which no multiplication
  /// gives.
  vector,
  /// Host interface: `bytes` into the unified buffer, and out of it.
  read_host_memory,
  write_host_memory,
  /// Matrix unit: what follows waits for all activations and host reads before this, and then for
  /// the machine's synchronisation wait.
  synchronize,
};

/// One instruction; fields that its opcode does not name are 0.
struct Instruction {
  Opcode opcode = Opcode::synchronize;
  std::uint32_t rows = 0;
  /// 1, 2 or 4: operands of 8 bits, of 8 and 16, of 16 bits.
  std::uint32_t cycles_per_row = 1;
  /// First accumulator row of a block of `rows`.
  std::uint32_t accumulator = 0;
  /// A multiplication that switches to the next weight tile; else it uses the active one again.
  bool is_new_tile = false;
  /// A multiplication that adds to its accumulators; else it overwrites them.
  bool accumulates = false;
  std::uint32_t tiles = 0;
  /// Byte address of weights.
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
};

using InstructionList = std::vector<Instruction>;

}  // namespace nzsim::systolic
