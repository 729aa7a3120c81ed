#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "models/systolic/array/output_stationary_unit.h"
#include "models/systolic/reference/array_path.h"
#include "models/systolic/reference/array_values.h"
#include "models/systolic/reference/numbers.h"

namespace nzsim::systolic {

/// The array of the output-stationary machine. In a step, one inner element of the product's rows
/// that the array holds enters from the left, and a row of weights, of the tile in front of the
/// weight FIFO, from above. The sums of a fold drain into the accumulators; without these they are
/// all read at once.
///
/// A step of several passes has its values in the first, and zeros, which add nothing, in the
/// others.
template <class Numbers>
class FoldPath final : public ArrayPath {
 public:
  /// Without `values`, zeros enter. All of both must outlive the object.
  FoldPath(const MatrixParts& parts, const std::optional<ArrayValues<Numbers>>& values);

  [[nodiscard]] bool has_room(const Instruction& instruction,
                              const MatrixState& state) const override;
  [[nodiscard]] bool is_loaded(const Instruction&) const override { return true; }
  void enter(std::size_t number, std::uint64_t pass, std::uint64_t cycle) override;
  std::uint64_t compute(const MatrixState& state) override;
  void commit() override;

 private:
  using Operand = typename Numbers::Operand;
  using Sum = typename Numbers::Sum;

  /// A fold whose last step has entered.
  struct Fold {
    /// Its last multiplication.
    std::size_t multiplication = 0;
    std::uint64_t entered = 0;
  };

  void read_step(const Instruction& instruction, std::uint32_t step);
  /// Cycles from the last step of a fold to the first in which the next may end.
  [[nodiscard]] std::uint64_t cycles_between_folds() const;
  [[nodiscard]] bool leaves(const MatrixState& state) const;
  void write_row(std::uint32_t row);
  void write_fold();

  MatrixParts parts_;
  std::optional<ArrayValues<Numbers>> values_;
  BasicOutputStationaryUnit<Operand, Sum> array_;
  std::deque<Fold> folds_;
  /// The first cycle in which the last step of a fold may enter.
  std::uint64_t may_end_from_ = 0;
  bool is_leaving_ = false;
  bool ends_leaving_ = false;
  std::vector<Operand> activations_;
  std::vector<Operand> weights_;
};

}  // namespace nzsim::systolic
