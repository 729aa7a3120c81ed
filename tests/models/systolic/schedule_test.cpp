#include "models/systolic/schedule.h"

#include <algorithm>
#include <ostream>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/memory/ideal_memory.h"
#include "tests/support/shipped_memory.h"
#include "tests/support/stepped_array.h"

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
          .rows = rows,
          .accumulator = accumulator,
          .is_new_tile = true,
          .accumulates = accumulates};
}
Instruction activate(std::uint32_t rows, std::uint32_t accumulator = 0) {
  return {.opcode = Opcode::activate, .rows = rows, .accumulator = accumulator};
}
Instruction synchronize() { return {.opcode = Opcode::synchronize}; }

/// A 4 x 3 array at 1 GHz: cycle n begins at n ns.
ScheduleConfig small() {
  ScheduleConfig config;
  config.clock_hz = 1e9;
  config.rows = 4;
  config.columns = 3;
  config.tile_bytes = 12;
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

ScheduleCounters run(const ScheduleConfig& config, double cycles_per_tile,
                     const InstructionList& program) {
  IdealMemory ideal(memory(cycles_per_tile));
  return Schedule(config, ideal).run(program);
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
  ScheduleConfig config = small();
  config.weight_double_buffering = false;
  EXPECT_EQ(run(config, 1, program).cycles, 17U + 3 * 6 + 2 * (5 + 4));
}

TEST(Schedule, ShortBlocksAreBoundByTheShift) {
  const InstructionList program{read_weights(3), multiply(1, 0), multiply(1, 1), multiply(1, 2)};
  // A tile can be switched to every 4 cycles: 17, 21, 25.
  EXPECT_EQ(run(small(), 1, program).cycles, 26U);
}

TEST(Schedule, AFullFifoHoldsTheFetchBack) {
  ScheduleConfig config = small();
  config.weight_fifo_tiles = 1;
  const InstructionList program{read_weights(2), multiply(1, 0), multiply(1, 1)};
  // Tile 0 leaves the FIFO in 13..16; tile 1 is requested in 17, answered at 28, whole in 30.
  EXPECT_EQ(run(config, 1, program).cycles, 30U + 4 + 1);
  config.weight_fifo_tiles = 2;
  EXPECT_EQ(run(config, 1, program).cycles, 22U);
}

TEST(Schedule, ANewLayerWaitsForActivationsAndTheSynchronisation) {
  ScheduleConfig config = small();
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
  InstructionList program{read_weights(1), multiply(5)};
  program[1].cycles_per_row = 2;
  EXPECT_EQ(run(small(), 1, program).cycles, 17U + 10);
  program[1].cycles_per_row = 4;
  EXPECT_EQ(run(small(), 1, program).cycles, 17U + 20);
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

/// Some layers of some blocks each, over two accumulator halves, with host transfers.
InstructionList random_program(std::mt19937_64& random, const ScheduleConfig& config) {
  const auto below = [&](std::uint64_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  InstructionList program;
  std::uint64_t address = 0;
  std::uint32_t half = 0;
  for (std::uint32_t layer = below(4); layer < 5; ++layer) {
    if (below(3) == 0) {
      program.push_back({.opcode = Opcode::read_host_memory, .bytes = 1 + below(300)});
    }
    if (below(4) != 0) program.push_back(synchronize());
    for (std::uint32_t block = below(3); block < 4; ++block) {
      const std::uint32_t tiles = 1 + below(4);
      const std::uint32_t rows = 1 + below(12);
      program.push_back(read_weights(tiles, address));
      address += tiles * config.tile_bytes;
      for (std::uint32_t tile = 0; tile < tiles; ++tile) {
        Instruction instruction = multiply(rows, half * 16, tile > 0);
        instruction.cycles_per_row = std::uint32_t{1} << below(3);
        program.push_back(instruction);
        if (below(4) != 0) continue;
        instruction.is_new_tile = false;
        instruction.accumulates = true;
        program.push_back(instruction);
      }
      program.push_back(activate(rows, half * 16));
      half ^= 1U;
      if (below(3) == 0) program.push_back({.opcode = Opcode::vector, .rows = 1 + below(30)});
    }
    if (below(3) == 0) {
      program.push_back({.opcode = Opcode::write_host_memory, .bytes = 1 + below(300)});
    }
  }
  return program;
}

ScheduleConfig random_config(std::mt19937_64& random) {
  const auto below = [&](std::uint64_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  ScheduleConfig config;
  config.clock_hz = 300e6 + below(1'000'000'000);
  config.rows = 1 + below(9);
  config.columns = 1 + below(9);
  config.tile_bytes = 64 * (1 + below(20));
  config.weight_fifo_tiles = 1 + below(4);
  config.weight_double_buffering = below(3) != 0;
  config.host_bytes_per_second = 1e9 + below(1'000'000'000);
  config.synchronization_wait_cycles = below(3) == 0 ? below(50) : 0;
  return config;
}

TEST(Schedule, EqualsUnitsThatAreSteppedCycleByCycle) {
  const std::vector<std::string> names{"ideal", "ddr3-2133", "ddr4-2400", "hbm2-2000"};
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    std::mt19937_64 random(seed);
    const ScheduleConfig config = random_config(random);
    const InstructionList program = random_program(random, config);
    const MemoryConfig memory_config = nzsim::test::shipped_memory(names[seed % names.size()]);
    const auto fast_memory = make_memory(memory_config);
    const auto stepped_memory = make_memory(memory_config);
    const ScheduleCounters fast = Schedule(config, *fast_memory).run(program);
    const ScheduleCounters stepped = test::SteppedArray(config, *stepped_memory, program).run();
    ASSERT_EQ(fast, stepped) << "seed " << seed;
    ASSERT_EQ(fast.array_active_cycles + fast.weight_stall_cycles + fast.weight_shift_cycles +
                  fast.non_matrix_cycles,
              fast.cycles)
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace nzsim::systolic
