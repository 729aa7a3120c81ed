#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "models/systolic/reference/array_path.h"
#include "models/systolic/schedule.h"
#include "sim/kernel/clocked_module.h"

namespace nzsim::systolic {

/// The matrix unit, `tpu.matrix_unit`: runs multiplications in order, and says of each cycle what
/// it does or waits for.
///
/// A multiplication starts in the first cycle in which the one before has ended, it is
/// synchronised, its accumulators are free, the array has room, its tile is whole in the weight
/// FIFO, and its stationary operand stands ready.
class MatrixControl final : public ClockedModule {
 public:
  /// What `parts` refers to must outlive the module.
  MatrixControl(const sc_core::sc_module_name& name, ClockDomain& domain, const MatrixParts& parts,
                std::unique_ptr<ArrayPath> array);

  /// Between cycles: what has been counted since the last call. Cycles in all, and the host's, are
  /// not among them.
  [[nodiscard]] ScheduleCounters take_counters();

  void compute() override;
  void commit() override;
  [[nodiscard]] std::string waits_for() const override;

 private:
  [[nodiscard]] bool is_done() const { return next_ == parts_.sequencer.multiplications().size(); }
  [[nodiscard]] const Multiplication& multiplication() const {
    return parts_.multiplication(next_);
  }
  [[nodiscard]] MatrixState state() const;
  [[nodiscard]] std::uint64_t passes() const;
  /// Everything is there but a tile and the stationary operand.
  [[nodiscard]] bool is_free(const MatrixState& state) const;
  /// So is the tile.
  [[nodiscard]] bool has_tile() const;
  void start();
  void count_idle_cycle(const MatrixState& state);

  MatrixParts parts_;
  std::unique_ptr<ArrayPath> array_;

  std::size_t next_ = 0;
  bool is_active_ = false;
  /// Cycle of the first row, and behind the last one, of the multiplication that was started last.
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  bool has_multiplied_ = false;
  /// Tiles that multiplications before `next_` take.
  std::uint64_t tiles_taken_ = 0;
  bool reserves_ = false;

  ScheduleCounters counters_;
  /// Cycles that the next multiplication has waited for others, which it is charged when it starts.
  ScheduleCounters waited_;
};

}  // namespace nzsim::systolic
