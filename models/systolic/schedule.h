#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "models/systolic/instruction.h"
#include "sim/base/cycle_times.h"
#include "sim/memory/memory.h"
#include "sim/memory/memory_front_end.h"

namespace nzsim::systolic {

/// What a schedule needs to know of a weight-stationary machine.
struct ScheduleConfig {
  double clock_hz = 700e6;
  std::uint32_t rows = 256;
  std::uint32_t columns = 256;
  /// Bytes of one weight tile in the weight memory.
  std::uint64_t tile_bytes = 65536;
  std::uint32_t weight_fifo_tiles = 4;
  /// Whether a tile is shifted in while the one before is in use.
  bool weight_double_buffering = true;
  double host_bytes_per_second = 12.5e9;
  std::uint64_t synchronization_wait_cycles = 0;
};

/// Cycles of the matrix unit; the first four add up to all (Table 3 of the TPU paper).
struct ScheduleCounters {
  std::uint64_t cycles = 0;
  /// Rows enter.
  std::uint64_t array_active_cycles = 0;
  /// Nothing but a tile is missing, and it is not whole in the FIFO.
  std::uint64_t weight_stall_cycles = 0;
  /// It is, and has not been shifted in.
  std::uint64_t weight_shift_cycles = 0;
  /// Anything else is missing, or nothing is left to multiply.
  std::uint64_t non_matrix_cycles = 0;
  /// Parts of the non-matrix cycles, which may overlap: activations of the layer before, and inputs
  /// from the host, are not there.
  std::uint64_t raw_stall_cycles = 0;
  std::uint64_t input_stall_cycles = 0;
  std::uint64_t tiles = 0;

  friend bool operator==(const ScheduleCounters&, const ScheduleCounters&) = default;
};

/// The time of a program on a weight-stationary array without stepping cycles: a recurrence over
/// instructions, whose terms are the arrivals of weight tiles, taken from the memory itself.
///
/// With R rows and C columns, F tiles in the FIFO and f cycles per row:
///
/// * **Fetch.** Tile i is requested in cycle 0 where i < F, else in the cycle in which tile i - F
///   has left the FIFO; requests are sent in order, each in the first cycle that begins when the
///   memory's port is free. If the memory answers at t, the tile is whole in the FIFO in the second
///   cycle that begins behind t: w(i).
/// * **Shift.** It begins in x(i) = max(w(i), s(i-1)), s(i-1) being the cycle in which the first
///   row enters that uses tile i - 1: from then on the shadow registers are free, row by row as the
///   wavefront of the switch passes. It takes R cycles, in which it also leaves the FIFO. Without
///   double buffering x(i) = max(w(i), e + R + C - 2), e being the cycle behind the last row
///   before, so that the array is empty.
/// * **Multiply.** Its first row enters in s = max(cycle behind the last row before; x(i) + R where
///   it switches to tile i; synchronisation; accumulators drained where it overwrites them), and
///   its rows take rows x f cycles, each f times over the array. What entered in cycle t is in the
///   accumulators, in all columns, in t + R + C - 1, and can be read in the cycle after.
/// * **Activate.** Begins when the activation before has ended and the last row of its block can be
///   read, and takes one cycle a row. Then its accumulators are drained, and its results are in
///   the unified buffer.
///   Vector work takes its rows' cycles there in the same order, and begins behind the host reads
///   before it.
/// * **Host.** Transfers follow each other at the interface's rate, in whole cycles; one to the
/// host
///   begins behind all activations before it.
/// * **Synchronize.** Multiplications behind it begin no earlier than the end of all activations
///   and host reads before it, plus `synchronization_wait_cycles`.
///
/// The matrix unit is idle from the end of one multiplication to the first row of the next. Of
/// these cycles those before the last dependency (synchronisation, accumulators) are non-matrix,
/// then those before w(i) weight stall, the rest weight shift. Source: Jouppi et al., ISCA 2017,
/// Sections 2 and 4; where a tile may enter the shadow registers, and when its place in the FIFO is
/// free again, are assumptions.
class Schedule {
 public:
  /// Both must outlive the object; `memory` is new.
  Schedule(const ScheduleConfig& config, Memory& memory);

  /// Runs a program from cycle 0 on; called once. Throws `SimulationError` where it multiplies with
  /// a tile that it does not fetch, or activates accumulators that nothing has written.
  ScheduleCounters run(const InstructionList& program);

 private:
  /// A weight tile between its request and its use.
  struct Tile {
    std::uint64_t address = 0;
    std::uint64_t whole = 0;
    std::uint64_t shift_begin = 0;
  };
  /// Accumulator rows that one multiplication wrote.
  struct Block {
    std::uint32_t first = 0;
    std::uint32_t rows = 0;
    /// From when on all of it can be read, and overwritten.
    std::uint64_t readable = 0;
    std::uint64_t drained = 0;
    bool is_drained = false;
  };

  void read_weights(const Instruction& instruction);
  void multiply(const Instruction& instruction);
  void activate(const Instruction& instruction);
  void work_on_vectors(const Instruction& instruction);
  void transfer(const Instruction& instruction);
  void synchronize();

  /// Makes the next tile arrive and shift; returns it.
  Tile take_tile();
  void send_requests();
  /// The cycle from which on a multiplication may write its accumulators.
  [[nodiscard]] std::uint64_t accumulators_free(const Instruction& instruction);
  [[nodiscard]] Block& block_of(const Instruction& instruction);
  void count_idle(std::uint64_t start, std::uint64_t dependency, std::uint64_t whole);

  const ScheduleConfig& config_;
  MemoryFrontEnd memory_;
  CycleTimes times_;
  ScheduleCounters counters_;

  // Weight fetcher and FIFO.
  std::vector<std::uint64_t> addresses_;
  std::uint64_t sent_ = 0;
  std::uint64_t taken_ = 0;
  Femtoseconds port_free_at_ = 0;
  /// When the FIFO places of tiles `taken_ - F` and later become free, oldest first.
  std::deque<std::uint64_t> places_free_;

  // Matrix unit: the cycle behind its last row, and in which the active tile was switched to.
  std::uint64_t last_row_end_ = 0;
  std::uint64_t switched_ = 0;
  // What synchronisation waits for.
  std::uint64_t synchronized_ = 0;
  std::uint64_t activations_end_ = 0;
  std::uint64_t host_reads_end_ = 0;
  std::uint64_t raw_ready_ = 0;
  std::uint64_t input_ready_ = 0;

  std::uint64_t host_free_ = 0;
  std::uint64_t host_end_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace nzsim::systolic
