#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "models/systolic/array/data_setup.h"
#include "models/systolic/values/bfloat16_kernel.h"

namespace nzsim::systolic {

/// How the sums of a fold leave an output-stationary array.
enum class Readout {
  /// Down the columns through the drain registers, a row a cycle.
  drain,
  /// All at once: every drain register is read where it is.
  parallel,
};

/// An output-stationary systolic array of R rows x C columns of processing elements with its data
/// setup and its output collector; every register of every PE is stepped each cycle. A fold is a
/// product `[R, K] x [K, C]` whose sums stay in the PEs: it enters in K steps, step k with column k
/// of the activations and row k of the weights. Operands are multiplied and added to sums by
/// `multiply_add` (multiply_add.h); there are arrays of int8 into int32 and of bfloat16 into
/// binary32, both below.
///
/// PE (r, c) holds four registers: activation a, weight w, partial sum p and drain register q. In
/// each cycle it multiplies what it sees on its left, the a of PE (r, c - 1) or element r of the
/// data setup, by what it sees above, the w of PE (r - 1, c) or element c of the data setup, and
/// adds the product to p, or to (plus) zero in the first step of a fold. At the end of the cycle a
/// and w take the operands, and p the sum; in the last step of a fold q takes the sum, too.
///
/// Timing of a step that enters in cycle t (as in `MatrixUnit`, the shortest that registered PEs
/// allow; the cycles up to the last product are SCALE-Sim's, see closed_forms.h):
///
///   t + r + c            PE (r, c) multiplies: the data setup delays activation r by r cycles and
///                        weight c by c
///   t + R + C - 2        the last PE multiplies, and is done with the step
///
/// If it is the last of its fold:
///
///   end of t + r + c     q of PE (r, c) takes the sum
///   end of t + R + c + d for d = 0 ... R - 2: in column c, the q of all rows r > d take the q of
///                        the row above; a wavefront, too: the shift sets out down column c when
///                        the column is complete
///   t + R + c + i        q of PE (R - 1, c) shows the sum of row R - 1 - i, for i = 0 ... R - 1
///   t + R + C - 1 + i    `result` shows the whole row: the collector delays column c by C - 1 - c
///
/// So the bottom row leaves in t + R + C - 1, and the top row in t + 2 R + C - 2. With
/// `Readout::parallel` nothing shifts: `has_fold` in cycle t + R + C - 1, when all q show the fold.
///
/// **How folds follow each other.** p restarts in the first step, so that this may enter in any
/// cycle after the last step of the fold before. The last step of the next fold, which enters in
/// t', needs q. To drain, t' >= t + R is enough: the sum of the old fold in q of PE (r, c) is read
/// for the last time, by the row below or as the bottom row's, in the shift d = r, at the end of t
/// + R + c + r, and shifts write there for the last time one cycle before (d = r - 1); the new sum
/// is written at the end of t' + r + c, which is not before that read, and reads of a clock edge
/// see what was there before it. From then on the old fold's shifts, d > r, leave row r alone. It
/// is also necessary: with t' = t + R - 1 the new sum in PE (r, c) would be there for that read.
/// To be read in parallel, t' >= t + R + C - 1: PE (0, 0) is written at the end of t'.
/// Assumption: the order of the drain and its registers are the project's own; SCALE-Sim charges
/// none.
///
/// Two-phase: during a cycle others may look at what leaves and call `enter_step`, in any order; no
/// register changes until `commit` at the end of the cycle. Throws `SimulationError` where the
/// control breaks the rules.
template <class Operand, class Sum>
class BasicOutputStationaryUnit {
 public:
  /// One row or more, one column or more.
  BasicOutputStationaryUnit(std::uint32_t rows, std::uint32_t columns, Readout readout);

  /// Lets a step enter in this cycle: element k of each of the activations' rows, `[rows]`, and row
  /// k of the weights, `[columns]`. Cycles without a step may lie anywhere, also within a fold.
  /// `is_first` in the first step of a fold and `is_last` in its last, which may be the same.
  void enter_step(std::span<const Operand> activations, std::span<const Operand> weights,
                  bool is_first, bool is_last);
  /// The clock edge at the end of the cycle.
  void commit();

  /// Whether the last step of a fold may enter in this cycle as far as the drain registers are
  /// concerned. False where one has entered in this very cycle.
  [[nodiscard]] bool may_end_fold() const;

  /// Whether a row of sums leaves in this cycle; always false with `Readout::parallel`.
  [[nodiscard]] bool has_result() const;
  /// That row of sums `[columns]`, until `commit`.
  [[nodiscard]] std::span<const Sum> result() const { return result_; }
  /// Which row of the fold it is: from rows - 1 down to 0. There must be a result.
  [[nodiscard]] std::uint32_t result_row() const;

  /// Whether `drain_register` shows all sums of a fold in this cycle; always false with
  /// `Readout::drain`.
  [[nodiscard]] bool has_fold() const;

  /// Whether a step lies between its entry and its last PE, in cycles t to t + R + C - 2.
  [[nodiscard]] bool is_computing() const;
  /// No fold between the entry of its first step and the end of its last `result`, or of its
  /// `has_fold`.
  [[nodiscard]] bool is_empty() const { return !is_fold_open_ && last_steps_.empty(); }

  [[nodiscard]] std::uint64_t cycle() const { return cycle_; }
  [[nodiscard]] std::uint32_t rows() const { return static_cast<std::uint32_t>(rows_); }
  [[nodiscard]] std::uint32_t columns() const { return static_cast<std::uint32_t>(columns_); }

  // Registers of PE (r, c) as they show in this cycle.
  [[nodiscard]] Operand activation(std::uint32_t r, std::uint32_t c) const {
    return activations_[r * (columns_ + 1) + c + 1];
  }
  [[nodiscard]] Operand weight(std::uint32_t r, std::uint32_t c) const {
    return weights_[(r + 1) * columns_ + c];
  }
  [[nodiscard]] Sum partial_sum(std::uint32_t r, std::uint32_t c) const {
    return sums_[r * columns_ + c];
  }
  [[nodiscard]] Sum drain_register(std::uint32_t r, std::uint32_t c) const {
    return drained_[r * columns_ + c];
  }

 private:
  /// Cycles from the entry of a last step to the one in which all its sums have been latched, and
  /// to the last one in which something of its fold leaves.
  [[nodiscard]] std::uint64_t cycles_to_latch() const { return rows_ + columns_ - 1; }
  [[nodiscard]] std::uint64_t cycles_to_leave() const;

  void drive_wires();
  void restart_sums();
  void step_elements();
  void shift_drain_registers();
  void latch_sums();
  void advance_control();

  std::size_t rows_;
  std::size_t columns_;
  Readout readout_;
  std::uint64_t cycle_ = 0;

  // What enters in this cycle; without a step, zeros, which change no sum.
  std::vector<Operand> entering_activations_;
  std::vector<Operand> entering_weights_;

  TriangularDelay<Operand> activation_setup_;
  TriangularDelay<Operand> weight_setup_;
  TriangularDelay<Sum> collector_;

  // The registers of all PEs, row by row, some behind what they see at the edge of the array.
  /// `[rows, 1 + columns]`: the activation that comes in on the left, then a.
  std::vector<Operand> activations_;
  std::vector<Operand> next_activations_;
  /// `[1 + rows, columns]`: the weights that come in at the top, then w.
  std::vector<Operand> weights_;
  /// `[rows, columns]`: p and q.
  std::vector<Sum> sums_;
  std::vector<Sum> drained_;
  std::vector<Sum> result_;

  // When steps have entered. All PEs of a diagonal, r + c = d, see the step that entered d cycles
  // ago: these stand for the flags that travel with it.
  std::optional<std::uint64_t> newest_step_;
  /// First steps that have not met their last PE.
  std::deque<std::uint64_t> first_steps_;
  /// Last steps of folds of which something has still to leave.
  std::deque<std::uint64_t> last_steps_;
  bool is_fold_open_ = false;
};

/// The array for int8.
using OutputStationaryUnit = BasicOutputStationaryUnit<std::int8_t, std::int32_t>;
/// The array for bfloat16: a sum starts at +0 and takes the products in ascending k, so that a fold
/// has the bits that the bfloat16 `multiply` gives for its whole K.
using Bfloat16OutputStationaryUnit = BasicOutputStationaryUnit<Bfloat16, float>;

}  // namespace nzsim::systolic
