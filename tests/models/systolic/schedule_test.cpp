#include "models/systolic/schedule.h"

#include <algorithm>
#include <ostream>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/memory/ideal_memory.h"

namespace nzsim::systolic {

void PrintTo(const ScheduleCounters& c, std::ostream* out) {
  *out << fmt::format(
      "{} cycles: {} active, {} stall, {} shift, {} non-matrix; {} raw, {} input; {} tiles",
      c.cycles, c.array_active_cycles, c.weight_stall_cycles, c.weight_shift_cycles,
      c.non_matrix_cycles, c.raw_stall_cycles, c.input_stall_cycles, c.tiles);
}

namespace {

Instruction read_weights(std::uint32_t tiles, std::uint64_t address = 0) {
  return {.opcode = Opcode::read_weights, .tiles = tiles, .address = address};
}
Instruction multiply(std::uint32_t rows, std::uint32_t accumulator = 0, bool accumulates = false) {
  return {.opcode = Opcode::matrix_multiply,
          .is_new_tile = true,
          .takes_tile = true,
          .accumulates = accumulates,
          .rows = rows,
          .accumulator = accumulator};
}
Instruction activate(std::uint32_t rows, std::uint32_t accumulator = 0) {
  return {.opcode = Opcode::activate, .rows = rows, .accumulator = accumulator};
}
Instruction synchronize() { return {.opcode = Opcode::synchronize}; }

/// A 4 x 3 array at 1 GHz: cycle n begins at n ns.
Config small() {
  Config config;
  config.clock_hz = 1e9;
  config.rows = 4;
  config.columns = 3;
  config.weight_fifo_tiles = 4;
  config.host_bytes_per_second = 1e9;
  return config;
}

/// 10 ns to the first byte, then `cycles_per_tile` ns a tile.
IdealMemoryConfig memory(double cycles_per_tile) {
  IdealMemoryConfig config;
  config.latency_femtoseconds = 10'000'000;
  config.bytes_per_second = 12e9 / cycles_per_tile;
  config.capacity_bytes = 1 << 20;
  return config;
}

ScheduleCounters run(const Config& config, double cycles_per_tile, const InstructionList& program) {
  IdealMemory ideal(memory(cycles_per_tile));
  const std::vector<std::size_t> ends{program.size()};
  return Schedule(config, &ideal).run(program, ends).front().counters;
}

TEST(Schedule, OneTileTakesFetchShiftRowsAndTheWayOut) {
  const ScheduleCounters counters = run(small(), 12, {read_weights(1), multiply(5), activate(5)});
  // Requested at 0, answered at 10 + 12 = 22 ns: taken in cycle 23, whole in 24. Shifted in 24..27;
  // rows enter in 28..32; the last is complete in 32 + 4 + 3 - 1 = 38 and read from 39 on, 5
  // cycles.
  EXPECT_EQ(counters.weight_stall_cycles, 24U);
  EXPECT_EQ(counters.weight_shift_cycles, 4U);
  EXPECT_EQ(counters.array_active_cycles, 5U);
  EXPECT_EQ(counters.non_matrix_cycles, 11U);
  EXPECT_EQ(counters.cycles, 44U);
}

TEST(Schedule, DoubleBufferingHidesTheShiftBehindRows) {
  const InstructionList program{read_weights(3), multiply(6, 0), multiply(6, 6), multiply(6, 12)};
  // A tile a cycle: all are whole in time. Whole in 13, shifted in 13..16, 6 rows from 17 on; the
  // next tile shifts in the first 4 of these 6 cycles.
  const ScheduleCounters hidden = run(small(), 1, program);
  EXPECT_EQ(hidden.cycles, 17U + 3 * 6);
  EXPECT_EQ(hidden.weight_shift_cycles, 4U);
  // Without it, each further tile waits until the array is empty (R + C - 2 = 5) and shifts for 4.
  Config config = small();
  config.weight_double_buffering = false;
  EXPECT_EQ(run(config, 1, program).cycles, 17U + 3 * 6 + 2 * (5 + 4));
}

TEST(Schedule, ShortBlocksAreBoundByTheShift) {
  const InstructionList program{read_weights(3), multiply(1, 0), multiply(1, 1), multiply(1, 2)};
  // A tile can be switched to every 4 cycles: 17, 21, 25.
  EXPECT_EQ(run(small(), 1, program).cycles, 26U);
}

TEST(Schedule, AFullFifoHoldsTheFetchBack) {
  Config config = small();
  config.weight_fifo_tiles = 1;
  const InstructionList program{read_weights(2), multiply(1, 0), multiply(1, 1)};
  // Tile 0 leaves the FIFO in 13..16; tile 1 is requested in 17, answered at 28, whole in 30.
  EXPECT_EQ(run(config, 1, program).cycles, 30U + 4 + 1);
  config.weight_fifo_tiles = 2;
  EXPECT_EQ(run(config, 1, program).cycles, 22U);
}

TEST(Schedule, ANewLayerWaitsForActivationsAndTheSynchronisation) {
  Config config = small();
  const InstructionList program{read_weights(2), multiply(5, 0), activate(5, 0), synchronize(),
                                multiply(5, 5)};
  // Rows in 17..21, complete in 27, activated in 28..32; the next layer starts in 33.
  const ScheduleCounters counters = run(config, 1, program);
  EXPECT_EQ(counters.cycles, 38U);
  EXPECT_EQ(counters.raw_stall_cycles, 11U);
  config.synchronization_wait_cycles = 7;
  EXPECT_EQ(run(config, 1, program).cycles, 45U);
}

TEST(Schedule, OverwrittenAccumulatorsMustBeDrained) {
  // The second block needs the accumulators of the first, which are drained in 33; a third one
  // elsewhere would not wait.
  const InstructionList same{read_weights(2), multiply(5, 0), activate(5, 0), multiply(5, 0)};
  const InstructionList other{read_weights(2), multiply(5, 0), activate(5, 0), multiply(5, 5)};
  EXPECT_EQ(run(small(), 1, same).cycles, 38U);
  EXPECT_EQ(run(small(), 1, other).cycles, 33U);
}

TEST(Schedule, WiderOperandsTakeTwoOrFourCyclesARow) {
  const InstructionList program{read_weights(1), multiply(5)};
  Config config = small();
  config.operand_type = OperandType::int8x16;
  EXPECT_EQ(run(config, 1, program).cycles, 17U + 10);
  // Weights of 16 bits make a tile of 24 bytes, 2 ns: whole in 14.
  config.operand_type = OperandType::int16;
  EXPECT_EQ(run(config, 1, program).cycles, 18U + 20);
}

TEST(Schedule, TheFirstLayerWaitsForItsInputs) {
  const InstructionList program{{.opcode = Opcode::read_host_memory, .bytes = 100},
                                read_weights(1),
                                synchronize(),
                                multiply(5)};
  const ScheduleCounters counters = run(small(), 1, program);
  EXPECT_EQ(counters.cycles, 105U);
  EXPECT_EQ(counters.input_stall_cycles, 100U);
}

TEST(Schedule, RefusesProgramsThatCannotRun) {
  EXPECT_THROW(run(small(), 1, {multiply(1)}), SimulationError);
  EXPECT_THROW(run(small(), 1, {read_weights(1), activate(1)}), SimulationError);
  EXPECT_THROW(run(small(), 1, {read_weights(2), multiply(1), multiply(1)}), SimulationError);
}

/// Each layer ends with its activations, and what it waits for belongs to it.
TEST(Schedule, SectionsShareOutAllCycles) {
  const InstructionList program{read_weights(1), multiply(5, 0),      activate(5, 0),
                                synchronize(),   read_weights(1, 64), multiply(5, 5)};
  IdealMemory ideal(memory(1));
  const std::vector<std::size_t> ends{3, 6};
  const std::vector<SectionTime> times = Schedule(small(), &ideal).run(program, ends);
  // As in ANewLayerWaitsForActivations: activated until 33, then 5 rows.
  EXPECT_EQ(times[0].counters.cycles, 33U);
  EXPECT_EQ(times[0].counters.non_matrix_cycles, 11U);
  EXPECT_EQ(times[1].counters.cycles, 5U);
  EXPECT_EQ(times[1].counters.array_active_cycles, 5U);
  EXPECT_EQ(times[1].counters.raw_stall_cycles, 11U);
}

/// Both tiles are requested before anything is multiplied: the first layer's counters end when the
/// second tile is sent, behind the one cycle in which the first is at the port.
TEST(Schedule, MemoryCountersOfALayerEndWithTheRequestOfTheNextOnesTile) {
  const InstructionList program{read_weights(1),     multiply(1, 0), activate(1, 0),
                                read_weights(1, 64), multiply(1, 1), activate(1, 1)};
  IdealMemory ideal(memory(1));
  const std::vector<std::size_t> ends{3, 6};
  const std::vector<SectionTime> times = Schedule(small(), &ideal).run(program, ends);
  const ChannelSpan& first = times[0].memory.front();
  const ChannelSpan& second = times[1].memory.front();
  EXPECT_EQ(first.from, ChannelCounters{});
  EXPECT_EQ(first.to, second.from);
  EXPECT_EQ(second.to.bytes, 24U);
  EXPECT_LT(first.to.clocks, second.to.clocks);
}

// Input stationary: the stationary operand comes from the unified buffer, tiles are streamed.
TEST(Schedule, AnInputStationaryArrayStreamsTiles) {
  Config config = small();
  config.dataflow = Dataflow::input_stationary;
  config.weight_fifo_tiles = 1;
  InstructionList program{read_weights(2), multiply(3, 0), multiply(3, 3)};
  program[2].is_new_tile = false;
  // The operand shifts in in 0..3; the tile is whole in 13, as in DoubleBuffering...: rows in
  // 13..15. Then its place is free: the next is requested in 16, answered at 27, whole in 29.
  const ScheduleCounters counters = run(config, 1, program);
  EXPECT_EQ(counters.cycles, 32U);
  EXPECT_EQ(counters.weight_shift_cycles, 0U);
  EXPECT_EQ(counters.weight_stall_cycles, 26U);
  EXPECT_EQ(counters.loads, 1U);
}

// Output stationary, 4 x 3: the last steps of two folds are R = 4 cycles apart.
TEST(Schedule, FoldsOfAnOutputStationaryArrayDrainOneAfterTheOther) {
  Config config = small();
  config.dataflow = Dataflow::output_stationary;
  InstructionList program{read_weights(2), multiply(2, 0), activate(4, 0), multiply(2, 4),
                          activate(4, 4)};
  for (Instruction& instruction : program) {
    instruction.ends_fold = is_multiplication(instruction);
    instruction.held_rows = 4;
  }
  // Steps in 13, 14; the next fold's last step enters in 18, so its first in 17. Its last sums are
  // read from 18 + 2 x 4 + 3 - 1 = 28 on, when the activations of the first are over: those are
  // read from 14 + 10 = 24 on, in 24..27.
  const ScheduleCounters counters = run(config, 1, program);
  EXPECT_EQ(counters.array_active_cycles, 4U);
  EXPECT_EQ(counters.non_matrix_cycles, 2U + 13);
  EXPECT_EQ(counters.cycles, 32U);
}

}  // namespace
}  // namespace nzsim::systolic
