#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "models/systolic/array/matrix_unit.h"
#include "models/systolic/reference/array_path.h"
#include "models/systolic/reference/array_values.h"
#include "models/systolic/reference/numbers.h"

namespace nzsim::systolic {

/// The array of the weight-stationary and input-stationary machines with the shifter that loads
/// the next stationary operand into its shadow registers, its bottom row first.
///
/// Weight stationary: tiles of the weight FIFO (or weights straight from the program, where there
/// is no memory; or the second operand of a head from the unified buffer) are shifted in, and rows
/// of activations enter. Input stationary: the other way round.
///
/// A row of operands of several passes enters in each of them; its value is in the first, and
/// zeros, which add nothing, in the others.
template <class Numbers>
class StationaryPath final : public ArrayPath {
 public:
  /// Without `values`, zeros enter. All of both must outlive the object.
  StationaryPath(const MatrixParts& parts, const std::optional<ArrayValues<Numbers>>& values);

  [[nodiscard]] bool has_room(const Instruction& instruction,
                              const MatrixState& state) const override;
  [[nodiscard]] bool is_loaded(const Instruction& instruction) const override;
  void enter(std::size_t number, std::uint64_t pass, std::uint64_t cycle) override;
  std::uint64_t compute(const MatrixState& state) override;
  void commit() override;

 private:
  using Operand = typename Numbers::Operand;

  /// A row on its way through the array.
  struct Row {
    std::size_t multiplication = 0;
    /// Behind the multiplication's first row.
    std::uint64_t line = 0;
    std::uint64_t entered = 0;
    bool is_first_pass = false;
    bool is_last_pass = false;
    /// The last pass of the last row.
    bool ends = false;
  };

  [[nodiscard]] bool is_weight_stationary() const {
    return parts_.config.dataflow == Dataflow::weight_stationary;
  }
  void read_streamed_row(const Instruction& instruction, std::uint64_t line);
  void read_stationary_row(const Instruction& instruction, std::uint32_t row);
  void shift(const MatrixState& state);
  /// Whether the first row of the next stationary operand may enter.
  [[nodiscard]] bool may_shift(const MatrixState& state) const;
  [[nodiscard]] bool leaves(const MatrixState& state) const;
  void write_sums();

  MatrixParts parts_;
  std::optional<ArrayValues<Numbers>> values_;
  BasicMatrixUnit<Operand, typename Numbers::Sum> array_;
  /// Multiplications with a stationary operand of their own, and how many of these have been
  /// shifted in, but for the one that is being shifted in.
  std::vector<std::size_t> operands_;
  std::size_t shifted_ = 0;
  /// Weight stationary: tiles among them.
  std::uint64_t tiles_shifted_ = 0;
  bool is_switching_ = false;
  /// A tile has been shifted in: it leaves the FIFO.
  bool releases_tile_ = false;
  std::deque<Row> rows_;
  bool is_leaving_ = false;
  std::vector<Operand> streamed_;
  std::vector<Operand> stationary_;
};

}  // namespace nzsim::systolic
