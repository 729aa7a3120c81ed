#pragma once

#include <cstddef>
#include <cstdint>

#include "models/systolic/config.h"
#include "models/systolic/reference/accumulators.h"
#include "models/systolic/reference/progress.h"
#include "models/systolic/reference/sequencer.h"
#include "models/systolic/reference/weight_fifo.h"

namespace nzsim::systolic {

/// What the matrix unit works with.
struct MatrixParts {
  const Config& config;
  const SystolicProgram& program;
  const Sequencer& sequencer;
  Progress& progress;
  Accumulators& accumulators;
  /// Null where the machine has no memory.
  WeightFifo* fifo = nullptr;

  [[nodiscard]] const Multiplication& multiplication(std::size_t number) const {
    return sequencer.multiplications()[number];
  }
  [[nodiscard]] const Product& product(const Instruction& instruction) const {
    return program.products[instruction.item];
  }
  /// Whether tile `number` is, or has been, whole in the FIFO.
  [[nodiscard]] bool is_whole(std::uint64_t number) const {
    return fifo != nullptr && fifo->is_whole(number);
  }
  /// Where the sums of a row go that was streamed, `line` rows behind the multiplication's first
  /// (output stationary: held there). Without accumulators they lie in the order of the product,
  /// those of the hidden state behind those of the input.
  [[nodiscard]] std::size_t sum_row(const Instruction& instruction, std::uint64_t line) const;
};

/// What the matrix unit's control shows its array, during a cycle.
struct MatrixState {
  std::uint64_t cycle = 0;
  /// The multiplication whose rows enter, or that comes next.
  std::size_t next = 0;
  bool is_active = false;
  /// From when on the array has been empty, if no row enters from now on.
  std::uint64_t empty_from = 0;
};

/// A systolic array with what surrounds it: data setup, the loading of stationary operands, and
/// where its sums go. All but `commit` is called during a cycle.
class ArrayPath {
 public:
  virtual ~ArrayPath() = default;

  /// Whether the array has room for a multiplication that starts in this cycle.
  [[nodiscard]] virtual bool has_room(const Instruction& instruction,
                                      const MatrixState& state) const = 0;
  /// Whether its stationary operand stands ready.
  [[nodiscard]] virtual bool is_loaded(const Instruction& instruction) const = 0;
  /// Pass number `pass` of multiplication `number`, counted over its rows, enters.
  virtual void enter(std::size_t number, std::uint64_t pass, std::uint64_t cycle) = 0;
  /// After `enter`: the loading of operands, and what leaves. Returns how many multiplications are
  /// summed at the end of the cycle.
  virtual std::uint64_t compute(const MatrixState& state) = 0;
  /// The clock edge.
  virtual void commit() = 0;
};

}  // namespace nzsim::systolic
