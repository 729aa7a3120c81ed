#pragma once

#include <cstdint>

#include "models/eie/activation_registers.h"
#include "models/eie/sparse_matrix_sram.h"
#include "sim/base/fixed_point.h"

namespace nzsim::eie {

/// What all arithmetic units share while a layer runs.
struct LayerArithmetic {
  /// Shared weights by code; entry 0 is 0.
  const std::int16_t* codebook = nullptr;
  /// Right shift from the product's format to the destination's.
  int product_shift = 0;
};

/// A PE's arithmetic unit: y = y + S[code] x activation in 16-bit saturating fixed point, four
/// pipeline stages (Han et al., ISCA 2016, Sections IV and VI). For an entry in slot c:
///
/// * c + 2 codebook look-up and row accumulation: row = previous row + 1 + skip, starting above
///   the top of each column; a padding entry moves the row as well and writes nothing;
/// * c + 3 multiplication and read of the destination register. The register file delivers what was
///   written up to the cycle before; the sum that the adder forms in this very cycle for the same
///   row (an entry in the slot before) is bypassed;
/// * c + 4 addition and write strobe: the new value is readable from c + 5.
///
/// The first of the four stages, entry select in c + 1, is `SparseMatrixSram::compute`. As in
/// hardware, a stage without an entry computes on what its registers hold, and nothing of it is
/// kept.
class ArithmeticUnit {
 public:
  static constexpr const char* kKind = "arithmetic_unit";

  explicit ArithmeticUnit(const LayerArithmetic& layer) : layer_(layer) {}

  [[nodiscard]] bool empty() const {
    return !look_up_.is_valid && !multiply_.is_valid && !add_.is_valid && !write_.is_valid;
  }
  /// The registered write strobe, as the central control sees it.
  [[nodiscard]] bool wrote() const { return write_.is_valid; }

  /// One cycle of all stages, the last one first: each stage reads its own input register before
  /// the stage in front loads it. No other module sees these registers.
  void compute(const ActivationRegisters& registers) {
    add();
    multiply(registers);
    look_up();
  }

  /// The first stage's input register, for the stage in front to load after `compute` has read it.
  [[nodiscard]] SelectedEntry& input() { return look_up_; }

  /// The clock edge: writes the adder's output.
  void commit(ActivationRegisters& registers) {
    registers.write_destination(write_.row, write_.value, write_.is_valid);
  }

 private:
  struct MultiplyRegister {
    bool is_valid = false;
    std::int16_t weight = 0;
    std::int16_t activation = 0;
    std::uint32_t row = 0;
  };
  struct AddRegister {
    bool is_valid = false;
    std::int16_t product = 0;
    std::int16_t operand = 0;
    std::uint32_t row = 0;
  };
  struct WriteRegister {
    bool is_valid = false;
    std::int16_t value = 0;
    std::uint32_t row = 0;
  };

  void add() { write_ = {add_.is_valid, add_saturated(add_.operand, add_.product), add_.row}; }

  void multiply(const ActivationRegisters& registers) {
    const std::int16_t read = registers.destination(multiply_.row);
    const bool is_bypassed = write_.is_valid & (write_.row == multiply_.row);
    add_.is_valid = multiply_.is_valid;
    add_.product = multiply_fixed(multiply_.weight, multiply_.activation, layer_.product_shift);
    add_.operand = is_bypassed ? write_.value : read;
    add_.row = multiply_.row;
  }

  void look_up() {
    // Row below the previous entry, 0 at the top: a mask, as the host cannot predict where columns
    // begin.
    const std::uint32_t below = (row_ + 1) & (std::uint32_t{look_up_.is_top} - 1);
    row_ = look_up_.is_valid ? below + look_up_.entry.skip : row_;
    multiply_.is_valid = look_up_.is_valid & (look_up_.entry.code != 0);
    multiply_.weight = layer_.codebook[look_up_.entry.code];
    multiply_.activation = look_up_.activation;
    multiply_.row = row_;
  }

  const LayerArithmetic& layer_;
  SelectedEntry look_up_;
  MultiplyRegister multiply_;
  AddRegister add_;
  WriteRegister write_;
  /// The row accumulator: row of the column's last entry.
  std::uint32_t row_ = 0;
};

}  // namespace nzsim::eie
