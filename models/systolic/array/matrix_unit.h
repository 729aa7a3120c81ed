#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/array/data_setup.h"
#include "models/systolic/values/bfloat16_kernel.h"

namespace nzsim::systolic {

/// Whether a row of activations is the first of a new weight tile.
enum class Weights { keep, switch_to_shadow };

/// A weight-stationary systolic array of rows x columns processing elements with its data setup and
/// its output collector; every register of every PE is stepped each cycle. Operands are multiplied
/// and added to sums by `multiply_add`; there are arrays of int8 into int32 and of bfloat16 into
/// binary32, both below.
///
/// PE (r, c) holds four registers: active weight w, shadow weight s, activation a and partial sum
/// p. In each cycle it multiplies what it sees on its left, the a of PE (r, c - 1) or element r of
/// the data setup, by w and adds what it sees above, the p of PE (r - 1, c) or (plus) zero; p and a
/// take the sum and the activation at the end of the cycle.
///
/// Timing of a row of activations that enters in cycle t (T. N. Jouppi et al., ISCA 2017, Section
/// 2: "a diagonal wavefront"; the exact cycles are the shortest that registered PEs allow):
///
///   t + r + c            PE (r, c) multiplies its element: the data setup delays element r by r
///   t + R + c            p of PE (R - 1, c) shows column c of the result
///   t + R + C - 1        `result` shows the whole row: the collector delays column c by C - 1 - c
///
/// A row with `Weights::switch_to_shadow` carries the switch: PE (r, c) multiplies by s instead of
/// w in cycle t + r + c, and w takes s at its end.
///
/// Weights come as one row of a tile per cycle, its bottom row first; gaps are allowed. Column c of
/// a row that enters in cycle u reaches the array in cycle u + c, in step with the wavefront of the
/// activations. Then PE (0, c) takes it and each PE (r, c) below takes the s of the PE above it,
/// provided that this one holds a row of the same tile: the front of a new tile moves down one PE
/// per cycle, behind the wavefront that switches the tile before. A tile's R rows therefore take R
/// cycles, the first may enter in the cycle of the switch of the tile before, and the switch may
/// enter in the cycle after the last: tiles follow each other every R cycles.
/// Assumption: the paper says that a tile is shifted in within 256 cycles behind computation and
/// not how its rows pass a wavefront; a shift of all rows at once would wait R + C - 2 cycles for
/// it.
///
/// Two-phase: during a cycle others may look at `result` and call `enter_...`, in any order;
/// nothing changes until `commit` at the end of the cycle. Throws `SimulationError` where the
/// control breaks the rules.
template <class Operand, class Sum>
class BasicMatrixUnit {
 public:
  /// 1 to 32,767 rows, one column or more.
  BasicMatrixUnit(std::uint32_t rows, std::uint32_t columns);

  /// Lets a row of a weight tile `[columns]` enter in this cycle.
  void enter_weights(std::span<const Operand> row);
  /// Lets a row of activations `[rows]` enter in this cycle.
  void enter_activations(std::span<const Operand> row, Weights weights);
  /// The clock edge at the end of the cycle.
  void commit();

  /// Rows of the tile in the shadow registers that have entered, 0 to `rows`. At `rows` the next
  /// row of activations may switch to it; until it does, no row of another tile may enter but in
  /// that same cycle.
  [[nodiscard]] std::uint32_t shadow_rows() const { return shadow_rows_; }
  /// Whether a result leaves in this cycle. Results leave in the order of their rows.
  [[nodiscard]] bool has_result() const;
  /// That row of the result `[columns]`, until `commit`.
  [[nodiscard]] std::span<const Sum> result() const { return result_; }
  /// No row of activations between its entry and the end of its `result`.
  [[nodiscard]] bool is_empty() const;

  [[nodiscard]] std::uint64_t cycle() const { return cycle_; }
  [[nodiscard]] std::uint32_t rows() const { return static_cast<std::uint32_t>(rows_); }
  [[nodiscard]] std::uint32_t columns() const { return static_cast<std::uint32_t>(columns_); }

  // Registers of PE (r, c) as they show in this cycle.
  [[nodiscard]] Operand active_weight(std::uint32_t r, std::uint32_t c) const {
    return active_[r * columns_ + c];
  }
  [[nodiscard]] Operand shadow_weight(std::uint32_t r, std::uint32_t c) const {
    return shadow_[(r + 1) * columns_ + c];
  }
  [[nodiscard]] Operand activation(std::uint32_t r, std::uint32_t c) const {
    return activations_[r * (columns_ + 1) + c + 1];
  }
  [[nodiscard]] Sum partial_sum(std::uint32_t r, std::uint32_t c) const {
    return sums_[(r + 1) * columns_ + c];
  }

 private:
  /// What travels with a row of activations.
  struct RowFlags {
    bool is_row = false;
    bool switches = false;
  };

  void check_and_count_weights();
  void drive_wires();
  void switch_weights();
  void step_elements();
  void shift_shadow_weights();
  void advance_control();

  std::size_t rows_;
  std::size_t columns_;
  std::uint64_t cycle_ = 0;

  // What enters in this cycle. Without a row, activations are zeros and weights are not taken.
  std::vector<Operand> entering_activations_;
  std::vector<Operand> entering_weights_;
  bool has_entering_weights_ = false;

  TriangularDelay<Operand> activation_setup_;
  TriangularDelay<Operand> weight_setup_;
  TriangularDelay<Sum> collector_;

  // The registers of all PEs, row by row, each behind what its row sees at the edge of the array.
  /// `[rows, columns]`.
  std::vector<Operand> active_;
  /// `[1 + rows, columns]`: the weights that come in at the top, then s.
  std::vector<Operand> shadow_;
  /// `[rows, 1 + columns]`: the activation that comes in on the left, then a.
  std::vector<Operand> activations_;
  std::vector<Operand> next_activations_;
  /// `[1 + rows, columns]`: the zeros at the top, then p.
  std::vector<Sum> sums_;
  std::vector<Sum> result_;

  /// Flags of the row that entered d cycles ago, `[rows + columns]`. All PEs of a diagonal, r + c =
  /// d, see the same row: one register per diagonal stands for theirs.
  std::vector<RowFlags> diagonals_;
  std::uint32_t shadow_rows_ = 0;
  /// Of the row of weights that reaches column c in this cycle: how many rows of its tile are
  /// before it; -1 for none. `[columns]`.
  std::vector<std::int16_t> weight_steps_;
};

/// The array of the paper.
using MatrixUnit = BasicMatrixUnit<std::int8_t, std::int32_t>;
/// The same for bfloat16: a result has the bits that the bfloat16 `multiply` gives for one tile.
using Bfloat16MatrixUnit = BasicMatrixUnit<Bfloat16, float>;

}  // namespace nzsim::systolic
