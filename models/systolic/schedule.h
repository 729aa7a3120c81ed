#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/instruction.h"
#include "sim/base/cycle_times.h"
#include "sim/memory/memory.h"
#include "sim/memory/memory_front_end.h"

namespace nzsim::systolic {

/// Cycles of the matrix unit in one section; the first four states add up to all (Table 3 of the
/// TPU paper). Both modes fill it.
struct ScheduleCounters {
  std::uint64_t cycles = 0;
  /// Rows enter.
  std::uint64_t array_active_cycles = 0;
  /// Nothing but a tile is missing, and it is not whole in the FIFO.
  std::uint64_t weight_stall_cycles = 0;
  /// It is, and the stationary operand has not been shifted in.
  std::uint64_t weight_shift_cycles = 0;
  /// Anything else is missing, or nothing is left to multiply.
  std::uint64_t non_matrix_cycles = 0;
  /// Idle cycles before a multiplication: until activations before it are there, inputs from the
  /// host, and for the synchronisation wait. The first two may overlap; they are counted where the
  /// multiplication stands that waits.
  std::uint64_t raw_stall_cycles = 0;
  std::uint64_t input_stall_cycles = 0;
  std::uint64_t synchronization_cycles = 0;
  /// Weight tiles taken from the FIFO, stationary operands shifted in, and folds of an
  /// output-stationary array whose sums leave it.
  std::uint64_t tiles = 0;
  std::uint64_t loads = 0;
  std::uint64_t drains = 0;
  std::uint64_t host_busy_cycles = 0;

  friend bool operator==(const ScheduleCounters&, const ScheduleCounters&) = default;
};

/// What a channel of the memory has counted up to two points in time.
struct ChannelSpan {
  ChannelCounters from;
  ChannelCounters to;

  friend bool operator==(const ChannelSpan&, const ChannelSpan&) = default;
};

/// What either mode says of one section's time.
struct SectionTime {
  ScheduleCounters counters;
  /// By channel: what the memory has counted from the request of the section's first tile to that
  /// of the next section that has tiles; the first such section (the program's first, where none
  /// has any) from the start on, the last one to the end of the run. Empty where the machine has no
  /// memory.
  std::vector<ChannelSpan> memory;

  friend bool operator==(const SectionTime&, const SectionTime&) = default;
};

/// The time of a program without stepping cycles: a recurrence over instructions, whose terms are
/// the arrivals of weight tiles, taken from the memory itself.
///
/// With R rows and C columns, F tiles in the FIFO and f cycles per row:
///
/// * **Fetch.** Tile i is requested in cycle 0 where i < F, else in the cycle in which tile i - F
///   has left the FIFO; requests are sent in order, one a cycle, each in the first cycle that
///   begins when the memory's port is free. If the memory answers at t, the tile is whole in the
///   FIFO in the second cycle that begins behind t: w(i). Without a memory w(i) = 0.
/// * **Shift** (weight and input stationary). The next stationary operand enters the shadow
///   registers from x = max(there; s'), s' being the cycle in which the first row enters that uses
///   the operand before: from then on the shadow registers are free, row by row as the wavefront of
///   the switch passes. A weight tile is there in w(i); what comes from the unified buffer, the
///   activations of an input-stationary array and the second operand of a head, is there when its
///   layer is synchronised. It takes R cycles. Without double buffering nothing is loaded ahead:
///   x = max(there; e + R + C - 2; synchronisation), e being the cycle behind the last row before,
///   so that the array is empty.
/// * **Multiply.** Its first row enters in s = max(cycle behind the last row before; x + R where it
///   switches; w(i) where it streams a tile; synchronisation; accumulators drained where it
///   overwrites them), and its rows take rows x f cycles, each f times over the array. What entered
///   in cycle t is in the accumulators, in all columns, in t + R + C - 1, and can be read in the
///   cycle after.
/// * **Output stationary.** A row is a step of the inner dimension. The sums of a fold whose last
///   step enters in t drain through the array in the next R cycles, and the last of them can be
///   read in t + 2R + C - 1. The last step of the next fold enters no earlier than t + R, so that
///   the drains do not meet. Without accumulators all sums are read at once in t + R + C - 1
///   (assumption), and the next last step enters no earlier. Without double buffering a fold begins
///   when the array is empty.
/// * **FIFO.** A place is free when its tile is shifted in (weight stationary), or behind its last
///   row (others).
/// * **Activate.** Begins when the activation before has ended and the last row of its block can be
///   read, and takes one cycle a row. Then its accumulators are drained, and its results are in
///   the unified buffer. Without accumulators it takes no time and ends with the last product of
///   its block, e + R + C - 2.
///   Vector work takes its rows' cycles there in the same order, and begins behind the host reads
///   before it.
/// * **Host.** Transfers follow each other at the interface's rate, in whole cycles; one to the
///   host, and a read that says so, begins behind all activations before it. Without an interface
///   all inputs are there from the start.
/// * **Synchronize.** Multiplications behind it begin no earlier than the end of all activations
///   and host reads before it (and host writes, where it says so), plus
///   `synchronization_wait_cycles`.
///
/// The matrix unit is idle from the end of one multiplication to the first row of the next. Of
/// these cycles those before the last dependency (synchronisation, accumulators, drains) are
/// non-matrix, then those before w(i) weight stall, the rest weight shift. A section (a layer, or a
/// part of its batch) ends when all
/// its multiplications and activations have, the last one with the last host transfer; the cycles
/// from the end of the section before belong to it. Source: Jouppi et al., ISCA 2017, Sections 2
/// and 4; where a tile may enter the shadow registers, when its place in the FIFO is free again,
/// and the other dataflows are assumptions.
class Schedule {
 public:
  /// `config` and `memory` must outlive the object; `memory` is new, and null where the machine has
  /// none.
  Schedule(const Config& config, Memory* memory);

  /// Runs a program from cycle 0 on; called once. `section_ends`: the end of each section's
  /// instructions. Throws `SimulationError` where it multiplies with a tile that it does not fetch,
  /// fetches one that it does not use, or activates accumulators that nothing has written.
  [[nodiscard]] std::vector<SectionTime> run(const InstructionList& program,
                                             std::span<const std::size_t> section_ends);

 private:
  /// Accumulator rows that one multiplication wrote.
  struct Block {
    std::uint32_t first = 0;
    std::uint32_t rows = 0;
    /// From when on all of it can be read, and overwritten.
    std::uint64_t readable = 0;
    std::uint64_t drained = 0;
    bool is_drained = false;
  };

  void collect_tiles(const InstructionList& program, std::span<const std::size_t> section_ends);
  void execute(const Instruction& instruction);
  void multiply(const Instruction& instruction);
  void activate(const Instruction& instruction);
  void work_on_vectors(const Instruction& instruction);
  void transfer(const Instruction& instruction);
  void synchronize(const Instruction& instruction);
  void end_section(bool is_last);

  /// When the next tile is whole in the FIFO.
  std::uint64_t wait_for_tile();
  void send_requests();
  /// What the memory has counted since the sample before goes to section `section`.
  void sample_memory(std::size_t section, Femtoseconds time);
  /// When the stationary operand of a multiplication is shifted in.
  [[nodiscard]] std::uint64_t shift_in(const Instruction& instruction, std::uint64_t whole);
  /// When its operands but tiles and stationary ones are there, and its results have a place.
  [[nodiscard]] std::uint64_t dependency_of(const Instruction& instruction);
  [[nodiscard]] std::uint64_t accumulators_free(const Instruction& instruction);
  void write_accumulators(const Instruction& instruction);
  void count_idle(std::uint64_t start, std::uint64_t dependency, std::uint64_t whole);
  [[nodiscard]] std::uint64_t active_cycles(const Instruction& instruction) const;
  /// The cycle from which on the array holds no row.
  [[nodiscard]] std::uint64_t empty_from() const;

  const Config& config_;
  Memory* memory_;
  std::optional<MemoryFrontEnd> front_end_;
  CycleTimes times_;
  std::vector<SectionTime> sections_;
  ScheduleCounters counters_;

  // Weight fetcher and FIFO.
  std::vector<std::uint64_t> addresses_;
  /// Where a section's tiles begin whose predecessor's counters end there.
  struct Boundary {
    std::uint64_t first_tile = 0;
    std::size_t section_before = 0;
  };
  std::deque<Boundary> boundaries_;
  std::size_t last_with_tiles_ = 0;
  std::vector<ChannelCounters> counted_;
  std::uint64_t sent_ = 0;
  std::uint64_t taken_ = 0;
  Femtoseconds port_free_at_ = 0;
  /// When the FIFO places of tiles `taken_ - F` and later become free, oldest first.
  std::deque<std::uint64_t> places_free_;

  // Matrix unit: the cycle behind its last row, in which the stationary operand was switched to,
  // and behind the last fold.
  std::uint64_t last_row_end_ = 0;
  bool has_multiplied_ = false;
  std::uint64_t switched_ = 0;
  std::uint64_t fold_end_ = 0;
  bool has_folded_ = false;
  // What synchronisation waits for.
  std::uint64_t synchronized_ = 0;
  std::uint64_t activations_end_ = 0;
  std::uint64_t host_reads_end_ = 0;
  std::uint64_t host_writes_awaited_ = 0;
  std::uint64_t raw_ready_ = 0;
  std::uint64_t input_ready_ = 0;

  std::uint64_t host_free_ = 0;
  std::vector<Block> blocks_;
  /// The end of the section before.
  std::uint64_t counted_to_ = 0;
};

}  // namespace nzsim::systolic
