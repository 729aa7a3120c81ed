#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "models/systolic/schedule.h"

namespace nzsim::systolic::test {

/// The rules of `Schedule` once more, as units that look at each other cycle by cycle: fetcher,
/// FIFO and shifter, matrix unit, activation unit, host interface. Slow, and simple enough to be
/// checked against the rules by eye.
class SteppedArray {
 public:
  SteppedArray(const ScheduleConfig& config, Memory& memory, const InstructionList& program);

  /// Runs to the end.
  ScheduleCounters run();

 private:
  /// An instruction of one unit, and what of the program it waits for.
  struct Work {
    Instruction instruction;
    /// Numbers of activations, host reads and multiplications that stand before it.
    std::size_t activations = 0;
    std::size_t host_reads = 0;
    std::size_t multiplications = 0;
    /// Those that stand before the last synchronisation before it.
    std::size_t synchronized_activations = 0;
    std::size_t synchronized_host_reads = 0;
    bool is_synchronized = false;
  };
  struct Progress {
    std::vector<Work> works;
    std::size_t next = 0;
    /// Cycles of the work that is being done, which are left.
    std::uint64_t left = 0;
    /// Cycle behind the end of each that is done.
    std::vector<std::uint64_t> ends;
  };

  void fetch(std::uint64_t cycle);
  void shift(std::uint64_t cycle);
  void step_host(std::uint64_t cycle);
  void step_activation(std::uint64_t cycle);
  void step_matrix(std::uint64_t cycle);
  void start_multiplication(std::uint64_t cycle);
  [[nodiscard]] bool is_synchronized(const Work& work, std::uint64_t cycle) const;
  [[nodiscard]] bool has_accumulators(const Work& work, std::uint64_t cycle) const;
  [[nodiscard]] bool is_readable(const Work& activation, std::uint64_t cycle) const;
  [[nodiscard]] bool is_done() const;

  const ScheduleConfig& config_;
  MemoryFrontEnd memory_;
  CycleTimes times_;
  ScheduleCounters counters_;

  std::vector<std::uint64_t> addresses_;
  std::size_t sent_ = 0;
  /// From which cycle on a tile that has arrived is whole in the FIFO.
  std::vector<std::optional<std::uint64_t>> whole_;
  std::size_t shifted_ = 0;
  std::size_t left_fifo_ = 0;
  std::uint64_t shift_left_ = 0;
  /// The shadow registers hold a tile, all of it.
  bool has_shadow_ = false;
  std::size_t switched_ = 0;
  /// The cycle from which on the array holds no row.
  std::uint64_t empty_from_ = 0;
  bool is_switching_ = false;

  Progress matrix_;
  Progress activation_;
  Progress host_;
  std::vector<std::uint64_t> host_read_ends_;
};

}  // namespace nzsim::systolic::test
