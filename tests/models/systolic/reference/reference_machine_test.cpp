#include "models/systolic/reference/reference_machine.h"

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/systolic/closed_forms.h"
#include "models/systolic/compiler/mapping.h"
#include "models/systolic/values/bfloat16_weights.h"
#include "sim/base/errors.h"
#include "tests/sim/workload/reading.h"
#include "tests/support/bfloat16_layers.h"
#include "tests/support/fork.h"
#include "tests/support/random_values.h"
#include "tests/support/systolic_random.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::systolic {
namespace {

using ::testing::HasSubstr;

/// A 4 x 3 array without memory and host.
Config small(Dataflow dataflow = Dataflow::weight_stationary) {
  Config config;
  config.clock_hz = 1e9;
  config.rows = 4;
  config.columns = 3;
  config.dataflow = dataflow;
  return config;
}

Instruction multiply(std::uint32_t rows, std::uint32_t accumulator = 0) {
  return {.opcode = Opcode::matrix_multiply,
          .is_new_tile = true,
          .rows = rows,
          .accumulator = accumulator};
}
/// A whole fold.
Instruction fold(std::uint32_t steps, std::uint32_t accumulator = 0) {
  Instruction instruction = multiply(steps, accumulator);
  instruction.ends_fold = true;
  instruction.held_rows = 4;
  return instruction;
}
Instruction activate(std::uint32_t rows, std::uint32_t accumulator = 0) {
  return {.opcode = Opcode::activate, .rows = rows, .accumulator = accumulator};
}
Instruction synchronize() { return {.opcode = Opcode::synchronize}; }
Instruction transfer(Opcode opcode, std::uint64_t bytes) {
  return {.opcode = opcode, .bytes = bytes};
}

/// Times of one section, stepped by a plain loop or by the kernel, without values.
ScheduleCounters run(const Config& config, InstructionList instructions, bool uses_kernel = false) {
  SystolicProgram program({}, 0);
  program.instructions = std::move(instructions);
  program.sections.push_back({0, 0, program.instructions.size()});
  ReferenceOptions options;
  options.uses_kernel = uses_kernel;
  options.values = false;
  return ReferenceTpu(config, program, options).run().times.front().counters;
}

// Weight stationary.

TEST(ReferenceTpu, OneOperandTakesShiftRowsAndTheWayOut) {
  const ScheduleCounters counters = run(small(), {multiply(5), activate(5)});
  // Shifted in in 0..3; rows enter in 4..8; the last is complete in 8 + 4 + 3 - 1 = 14 and read
  // from 15 on, 5 cycles.
  EXPECT_EQ(counters.cycles, 20U);
  EXPECT_EQ(counters.weight_shift_cycles, 4U);
  EXPECT_EQ(counters.array_active_cycles, 5U);
  EXPECT_EQ(counters.non_matrix_cycles, 11U);
  EXPECT_EQ(counters.loads, 1U);
  EXPECT_EQ(counters.tiles, 0U);
}

TEST(ReferenceTpu, DoubleBufferingHidesTheShiftBehindRows) {
  const InstructionList program{multiply(6, 0), multiply(6, 6), multiply(6, 12)};
  EXPECT_EQ(run(small(), program).cycles, 4U + 3 * 6);
  Config config = small();
  config.weight_double_buffering = false;
  // Each further operand waits until the array is empty (R + C - 2 = 5) and shifts for 4.
  EXPECT_EQ(run(config, program).cycles, 4U + 3 * 6 + 2 * (5 + 4));
}

TEST(ReferenceTpu, ShortBlocksAreBoundByTheShift) {
  const InstructionList program{multiply(1, 0), multiply(1, 1), multiply(1, 2)};
  // An operand can be switched to every 4 cycles: 4, 8, 12.
  const ScheduleCounters counters = run(small(), program);
  EXPECT_EQ(counters.cycles, 13U);
  EXPECT_EQ(counters.weight_shift_cycles, 10U);
}

TEST(ReferenceTpu, OverwrittenAccumulatorsMustBeDrained) {
  // Activated in 15..19, as above: the next block enters there in 20, elsewhere in 9.
  EXPECT_EQ(run(small(), {multiply(5), activate(5), multiply(5)}).cycles, 25U);
  EXPECT_EQ(run(small(), {multiply(5), activate(5), multiply(5, 5)}).cycles, 20U);
}

TEST(ReferenceTpu, ASynchronisationWaitsForActivationsAndThenForItsTime) {
  Config config = small();
  config.synchronization_wait_cycles = 7;
  const InstructionList program{multiply(5), activate(5), synchronize(), multiply(5, 5)};
  const ScheduleCounters counters = run(config, program);
  // Activated until 20, then 7 cycles, then rows in 27..31.
  EXPECT_EQ(counters.cycles, 32U);
  EXPECT_EQ(counters.raw_stall_cycles, 11U);
  EXPECT_EQ(counters.synchronization_cycles, 7U);
}

TEST(ReferenceTpu, WiderOperandsTakeTwoOrFourCyclesARow) {
  Config config = small();
  config.operand_type = OperandType::int8x16;
  EXPECT_EQ(run(config, {multiply(5)}).cycles, 4U + 10);
  config.operand_type = OperandType::int16;
  EXPECT_EQ(run(config, {multiply(5)}).cycles, 4U + 20);
}

TEST(ReferenceTpu, WithoutAccumulatorsOutputsAreFinishedAsTheyLeave) {
  Config config = small();
  config.accumulator_rows = 0;
  // Rows in 4..8; the last product of the last one in 8 + 4 + 3 - 2 = 13.
  EXPECT_EQ(run(config, {multiply(5), activate(5)}).cycles, 14U);
  // So the next layer's rows enter in 14..18.
  const InstructionList program{multiply(5), activate(5), synchronize(), multiply(5)};
  EXPECT_EQ(run(config, program).cycles, 19U);
}

TEST(ReferenceTpu, TheHostsTransfersFollowEachOther) {
  Config config = small();
  config.host_bytes_per_second = 1e9;
  const InstructionList program{transfer(Opcode::read_host_memory, 100), synchronize(), multiply(5),
                                activate(5), transfer(Opcode::write_host_memory, 10)};
  const ScheduleCounters counters = run(config, program);
  // Read in 0..99; rows in 100..104, activated in 111..115, written in 116..125.
  EXPECT_EQ(counters.cycles, 126U);
  EXPECT_EQ(counters.input_stall_cycles, 100U);
  EXPECT_EQ(counters.host_busy_cycles, 110U);
}

// Input stationary: the operand comes from the unified buffer, when it is synchronised.

TEST(ReferenceTpu, AnInputStationaryOperandIsShiftedInWhenItsLayerIsSynchronised) {
  Config config = small(Dataflow::input_stationary);
  const InstructionList program{multiply(5), activate(5), synchronize(), multiply(5, 5)};
  // As above until 20; only then the next one is shifted in, in 20..23, and rows enter in 24..28.
  const ScheduleCounters counters = run(config, program);
  EXPECT_EQ(counters.cycles, 29U);
  EXPECT_EQ(counters.weight_shift_cycles, 8U);
}

// Output stationary.

TEST(ReferenceTpu, AFoldDrainsThroughTheArray) {
  const ScheduleCounters counters = run(small(Dataflow::output_stationary), {fold(6), activate(4)});
  // Steps in 0..5; the top row leaves in 5 + 2 x 4 + 3 - 2 = 14; rows are read in 15..18.
  EXPECT_EQ(counters.cycles, 19U);
  EXPECT_EQ(counters.array_active_cycles, 6U);
  EXPECT_EQ(counters.non_matrix_cycles, 13U);
  EXPECT_EQ(counters.drains, 1U);
  EXPECT_EQ(counters.loads, 0U);
}

TEST(ReferenceTpu, TheDrainsOfFoldsDoNotMeet) {
  // The last step of the first fold is in 5, that of the second one in 5 + 4 = 9 at the earliest.
  const Config config = small(Dataflow::output_stationary);
  EXPECT_EQ(run(config, {fold(6), fold(2, 4)}).cycles, 10U);
  EXPECT_EQ(run(config, {fold(6), fold(4, 4)}).cycles, 10U);
  EXPECT_EQ(run(config, {fold(6), fold(5, 4)}).cycles, 11U);
}

TEST(ReferenceTpu, FoldsWithoutDoubleBufferingBeginInAnEmptyArray) {
  Config config = small(Dataflow::output_stationary);
  config.weight_double_buffering = false;
  // The last PE multiplies in 5 + 4 + 3 - 2 = 10; steps of the next fold are in 11..15.
  EXPECT_EQ(run(config, {fold(6), fold(5, 4)}).cycles, 16U);
}

TEST(ReferenceTpu, WithoutAccumulatorsAFoldIsReadAtOnce) {
  Config config = small(Dataflow::output_stationary);
  config.accumulator_rows = 0;
  EXPECT_EQ(run(config, {fold(6), activate(4)}).cycles, 11U);
  // The next last step is in 5 + 4 + 3 - 1 = 11.
  EXPECT_EQ(run(config, {fold(6), activate(4), fold(2)}).cycles, 12U);
}

// Memory.

TEST(ReferenceTpu, AFullFifoHoldsTheFetchBack) {
  IdealMemoryConfig ideal;
  // A tile of 12 bytes in 10 + 1 ns.
  ideal.latency_femtoseconds = 10'000'000;
  ideal.bytes_per_second = 12e9;
  ideal.capacity_bytes = 1 << 20;
  Config config = small();
  config.memory = MemoryConfig{"ideal", "drawn", ideal};
  config.weight_fifo_tiles = 1;
  InstructionList program{
      {.opcode = Opcode::read_weights, .tiles = 2}, multiply(1, 0), multiply(1, 1)};
  program[1].takes_tile = true;
  program[2].takes_tile = true;
  const std::string counted = nzsim::test::fork_and_capture([&] {
    const ScheduleCounters counters = run(config, program, true);
    return fmt::format("{} cycles, {} stall, {} shift", counters.cycles,
                       counters.weight_stall_cycles, counters.weight_shift_cycles);
  });
  // Answered at 11 ns, taken in 12, whole in 13; shifted in in 13..16, a row in 17. The next tile
  // is requested in 17, answered at 28 ns, whole in 30, shifted in in 30..33, a row in 34.
  EXPECT_EQ(counted, "35 cycles, 25 stall, 8 shift");
}

// Closed forms.

/// One fully connected layer on a machine that overlaps nothing.
std::uint64_t cycles_of(Config config, const Gemm& gemm) {
  config.weight_double_buffering = false;
  config.accumulator_rows = 0;
  const std::string layer = nzsim::test::weighted_layer(
      "fc", "fully_connected",
      fmt::format(R"("inputs": {}, "outputs": {}, "batch": {}, {})", gemm.inner, gemm.columns,
                  gemm.rows, nzsim::test::kInputs));
  const std::unique_ptr<SystolicProgram> program =
      compile(config, {nzsim::test::read_layers(layer), 1});
  ReferenceOptions options;
  options.uses_kernel = false;
  options.values = false;
  return ReferenceTpu(config, *program, options).run().times.front().counters.cycles;
}

class ReferenceTpuFolds : public ::testing::TestWithParam<Dataflow> {};

TEST_P(ReferenceTpuFolds, TakeTheCyclesOfTheClosedFormWhereNothingOverlaps) {
  nzsim::test::Draw draw(7);
  for (int repetition = 0; repetition < 60; ++repetition) {
    Config config = small(GetParam());
    config.rows = draw.integer(1, 9);
    config.columns = draw.integer(1, 9);
    const Gemm gemm{draw.integer(1, 30), draw.integer(1, 30), draw.integer(1, 30)};
    EXPECT_EQ(cycles_of(config, gemm),
              scalesim_cycles(config.rows, config.columns, GetParam(), gemm).total.value());
  }
}

INSTANTIATE_TEST_SUITE_P(Dataflows, ReferenceTpuFolds,
                         ::testing::Values(Dataflow::weight_stationary, Dataflow::output_stationary,
                                           Dataflow::input_stationary));

// Values.

/// All layer types but the recurrent ones: maps that are joined, pooled and flattened.
const std::string kMaps = R"(
  {"name": "stem", "type": "convolution", "input": {"channels": 3, "height": 6, "width": 5},
   "output_channels": 8, "kernel": 3, "padding": 1, "stride": 2, "batch": 2,
   "weights": {"synthetic": {"density": 0.8}},
   "activations": {"synthetic": {"density": 0.8, "signed": true}}},
  {"name": "depthwise", "type": "convolution", "output_channels": 8, "groups": 8, "kernel": 3,
   "padding": 2, "dilation": 2, "from": ["stem"], "weights": {"synthetic": {"density": 1}}},
  {"name": "sum", "type": "elementwise", "operation": "add", "from": ["stem", "depthwise"]},
  {"name": "squashed", "type": "activation", "activation": "tanh"},
  {"name": "pooled", "type": "pooling", "kind": "maximum", "kernel": 2,
   "from": ["stem", "squashed"], "relu_on_input": true},
  {"name": "scores", "type": "fully_connected", "outputs": 11, "activation": "relu",
   "weights": {"synthetic": {"density": 0.7}}},
  {"name": "shares", "type": "normalization", "kind": "softmax"})";

const std::string kSequences = R"(
  {"name": "encoder", "type": "lstm", "inputs": 7, "outputs": 6, "steps": 3, "batch": 2,
   "weights": {"synthetic": {"density": 1}},
   "activations": {"synthetic": {"density": 1, "signed": true}}},
  {"name": "second", "type": "gru", "outputs": 6, "steps": 3,
   "weights": {"synthetic": {"density": 1}}},
  {"name": "scores", "type": "matmul", "heads": 2, "rows": 3, "inner": 3, "columns": 3,
   "transpose_second": true, "from": ["second", "encoder"]},
  {"name": "weights", "type": "normalization", "kind": "softmax", "groups": 2},
  {"name": "context", "type": "matmul", "heads": 2, "rows": 3, "inner": 3, "columns": 3,
   "from": ["weights", "encoder"]},
  {"name": "words", "type": "fully_connected", "outputs": 9, "rows": 3, "activation": "gelu",
   "from": ["context", "second"], "weights": {"synthetic": {"density": 1}}})";

/// Values as they are drawn, whose products cancel each other, in the order that a flattened map
/// has for those who take it.
const std::string kFlattened = R"(
  {"name": "map", "type": "pooling", "kind": "maximum", "kernel": 1, "batch": 2,
   "input": {"channels": 7, "height": 3, "width": 3},
   "activations": {"synthetic": {"density": 1, "signed": true}}},
  {"name": "scores", "type": "fully_connected", "outputs": 90,
   "weights": {"synthetic": {"density": 1}}},
  {"name": "state", "type": "lstm", "outputs": 5, "from": ["map"],
   "weights": {"synthetic": {"density": 1}}})";

/// A dataflow and a number of accumulator rows.
using ValueCase = std::pair<Dataflow, std::uint32_t>;

class ReferenceTpuValues : public ::testing::TestWithParam<ValueCase> {
 protected:
  static Config machine(OperandType operands) {
    Config config = small(GetParam().first);
    config.accumulator_rows = GetParam().second;
    config.operand_type = operands;
    return config;
  }

  static MachineRun run(const Config& config, const SystolicProgram& program) {
    ReferenceOptions options;
    options.uses_kernel = false;
    return ReferenceTpu(config, program, options).run();
  }

  static void expect_plain(const std::string& layers) {
    const Config config = machine(OperandType::int8);
    const std::unique_ptr<SystolicProgram> program =
        compile(config, {nzsim::test::read_layers(layers), 1});
    EXPECT_EQ(run(config, *program).outputs, test::plain_outputs(program->values()));
  }

  /// Of ten draws of values that show the order of additions.
  static void expect_plain_bfloat16(const std::string& layers) {
    const nzsim::test::TemporaryDirectory directory;
    const Config config = machine(OperandType::bfloat16);
    nzsim::test::Draw draw(11);
    for (int repetition = 0; repetition < 10; ++repetition) {
      Network network = nzsim::test::read_layers(layers);
      nzsim::test::add_bfloat16_files(draw, directory.path() / "", network);
      const std::unique_ptr<SystolicProgram> program = compile(config, {network, 1});
      EXPECT_EQ(run(config, *program).bfloat16_outputs,
                nzsim::test::plain_outputs(program->bfloat16_values(), summation_order_of(config)));
    }
  }
};

TEST_P(ReferenceTpuValues, OfMapsEqualThePlainOnes) { expect_plain(kMaps); }
TEST_P(ReferenceTpuValues, OfSequencesEqualThePlainOnes) { expect_plain(kSequences); }
TEST_P(ReferenceTpuValues, OfMapsOfBfloat16EqualThePlainOnes) { expect_plain_bfloat16(kMaps); }
TEST_P(ReferenceTpuValues, OfFlattenedMapsOfBfloat16EqualThePlainOnes) {
  expect_plain_bfloat16(kFlattened);
}
TEST_P(ReferenceTpuValues, OfSequencesOfBfloat16EqualThePlainOnes) {
  expect_plain_bfloat16(kSequences);
}

INSTANTIATE_TEST_SUITE_P(Machines, ReferenceTpuValues,
                         ::testing::Values(ValueCase{Dataflow::weight_stationary, 0},
                                           ValueCase{Dataflow::weight_stationary, 8},
                                           ValueCase{Dataflow::output_stationary, 0},
                                           ValueCase{Dataflow::output_stationary, 8},
                                           ValueCase{Dataflow::input_stationary, 0},
                                           ValueCase{Dataflow::input_stationary, 8}));

// How it is driven.

/// The run of `kMaps`, in words.
std::string run_maps(const ReferenceOptions& options) {
  const Config config = small();
  const std::unique_ptr<SystolicProgram> program =
      compile(config, {nzsim::test::read_layers(kMaps), 1});
  return test::describe(ReferenceTpu(config, *program, options).run());
}

std::string run_maps_in_order(std::optional<std::uint64_t> shuffle_seed) {
  ReferenceOptions options;
  options.uses_kernel = false;
  options.shuffle_seed = shuffle_seed;
  return run_maps(options);
}

TEST(ReferenceTpu, GivesTheSameRunInAnyOrderOfModules) {
  const std::string run = run_maps_in_order({});
  for (std::uint64_t seed = 1; seed <= 5; ++seed) EXPECT_EQ(run_maps_in_order(seed), run);
}

TEST(ReferenceTpu, GivesTheSameRunInTheKernel) {
  EXPECT_EQ(nzsim::test::fork_and_capture([] { return run_maps({}); }), run_maps_in_order({}));
}

/// What the watchdog says of a program that does not end.
std::string failure_of(const InstructionList& program) {
  try {
    run(small(), program);
  } catch (const SimulationError& error) {
    return error.what();
  }
  return "it ends";
}

TEST(ReferenceTpu, SaysWhoWaitsForWhatWhereNothingMovesAnyMore) {
  InstructionList program{multiply(1), activate(1), synchronize(), multiply(1)};
  program[0].takes_tile = true;
  const std::string message = failure_of(program);
  EXPECT_THAT(message, HasSubstr("tpu.clock: no progress since cycle 0"));
  EXPECT_THAT(message, HasSubstr("tpu.matrix_unit: multiplication 0 of 2 waits for its weight "
                                 "tile"));
  EXPECT_THAT(message, HasSubstr("tpu.activation_unit: work 0 of 1: 0 of 1 multiplications"));
  EXPECT_THAT(message, HasSubstr("tpu.sequencer: synchronisation 1 of 1: 0 of 1 activations"));
}

TEST(ReferenceTpu, DoesNotEndAnActivationOfWhatNothingWrites) {
  EXPECT_THAT(failure_of({multiply(1), activate(1, 100)}),
              HasSubstr("tpu.activation_unit: work 0 of 1: sums that no multiplication gives"));
}

}  // namespace
}  // namespace nzsim::systolic
