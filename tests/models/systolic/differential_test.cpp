#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "models/systolic/compiler/mapping.h"
#include "models/systolic/reference/reference_machine.h"
#include "models/systolic/schedule.h"
#include "models/systolic/values/bfloat16_values.h"
#include "models/systolic/values/bfloat16_weights.h"
#include "models/systolic/values/fast_values.h"
#include "tests/support/bfloat16_layers.h"
#include "tests/support/fork.h"
#include "tests/support/options.h"
#include "tests/support/systolic_random.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::systolic {
namespace {

/// One case in five is of time alone.
bool has_values(const test::RandomCase& random) { return random.seed % 5 != 0; }

/// Times by the recurrence.
MachineRun scheduled_run(const test::RandomCase& random, const SystolicProgram& program) {
  std::unique_ptr<Memory> memory = random.make_random_memory();
  if (memory == nullptr && random.config.memory) memory = make_memory(*random.config.memory);
  MachineRun run;
  run.times =
      Schedule(random.config, memory.get()).run(program.instructions, program.section_ends());
  return run;
}

/// Values by the plain computation.
void add_plain_values(const Config& config, const SystolicProgram& program, MachineRun& run) {
  if (config.operand_type == OperandType::bfloat16) {
    run.bfloat16_outputs =
        nzsim::test::plain_outputs(program.bfloat16_values(), summation_order_of(config));
  } else {
    run.outputs = test::plain_outputs(program.values());
  }
}

/// Values by the fast engine.
void add_fast_values(const Config& config, const SystolicProgram& program, MachineRun& run) {
  if (config.operand_type == OperandType::bfloat16) {
    run.bfloat16_outputs =
        compute_bfloat16_values(program.bfloat16_values(), summation_order_of(config));
  } else {
    run.outputs = compute_values(program.values());
  }
}

/// By the machine, whose modules half of the cases call in another order.
MachineRun reference_run(const test::RandomCase& random, const SystolicProgram& program,
                         bool uses_kernel) {
  const std::unique_ptr<Memory> memory = random.make_random_memory();
  ReferenceOptions options;
  options.uses_kernel = uses_kernel;
  options.values = has_values(random);
  options.memory = memory.get();
  if (random.seed % 2 == 1) options.shuffle_seed = random.seed;
  return ReferenceTpu(random.config, program, options).run();
}

/// One random case in all forms.
struct Runs {
  std::string description;
  std::string plain;
  std::string fast;
  std::string reference;
};

Runs run_case(std::uint64_t seed, const std::filesystem::path& directory) {
  const test::RandomCase random = test::random_case(seed, directory);
  const std::unique_ptr<SystolicProgram> program = compile(random.config, random.workload);
  Runs runs;
  runs.description = random.description;
  MachineRun plain = scheduled_run(random, *program);
  MachineRun fast = plain;
  if (has_values(random)) {
    add_plain_values(random.config, *program, plain);
    add_fast_values(random.config, *program, fast);
  }
  runs.plain = test::describe(plain);
  runs.fast = test::describe(fast);
  // A memory needs the kernel, which elaborates once per process.
  if (random.config.memory) {
    runs.reference = nzsim::test::fork_and_capture(
        [&] { return test::describe(reference_run(random, *program, true)); });
  } else {
    runs.reference = test::describe(reference_run(random, *program, false));
  }
  return runs;
}

/// DESIGN principle 1: two speeds, one answer. `--differential_cases=N` runs N cases, split over
/// the shards.
class SystolicDifferential : public ::testing::TestWithParam<int> {
 public:
  static constexpr int kShards = 4;
};

TEST_P(SystolicDifferential, TheMachineHasTheTimesOfTheScheduleAndTheFastAndPlainValues) {
  const nzsim::test::TemporaryDirectory directory;
  const std::uint64_t cases = nzsim::test::options().differential_cases;
  for (std::uint64_t seed = static_cast<std::uint64_t>(GetParam()); seed < cases; seed += kShards) {
    const Runs runs = run_case(seed, directory.path());
    ASSERT_EQ(runs.reference, runs.plain) << runs.description;
    ASSERT_EQ(runs.fast, runs.plain) << runs.description;
  }
}

/// What the random cases have come across.
struct Coverage {
  /// By dataflow and layer type.
  std::map<std::pair<Dataflow, LayerType>, std::uint64_t> layers;
  std::map<LayerType, std::uint64_t> bfloat16_layers;
  std::uint64_t flattened_maps = 0;
  std::uint64_t joined_sources = 0;
  std::uint64_t groups_side_by_side = 0;
  std::uint64_t layers_in_pieces = 0;
  std::uint64_t spilling_layers = 0;
  std::uint64_t reads_that_wait = 0;
  std::uint64_t synchronizations_with_the_host = 0;
  std::uint64_t kept_operands = 0;
  std::uint64_t weight_stalls = 0;
  std::uint64_t waits_for_the_shift = 0;
  std::uint64_t input_stalls = 0;
};

void cover_program(const SystolicProgram& program, Coverage& coverage) {
  for (const ProgramLayer& layer : program.layers) {
    coverage.layers_in_pieces += layer.pieces > 1 ? 1 : 0;
    coverage.spilling_layers += layer.spilled_bytes > 0 ? 1 : 0;
  }
  for (const VectorWork& work : program.vector_works) {
    coverage.joined_sources += work.kind == VectorKind::concatenate ? 1 : 0;
  }
  for (const Product& product : program.products) {
    const bool is_windows = product.kind == ProductKind::windows;
    coverage.groups_side_by_side += is_windows && product.groups > 1 ? 1 : 0;
    const FeatureShape& input = program.tensors[product.input].shape;
    const bool is_vectors = product.kind == ProductKind::vectors;
    const bool is_flattened = input.channels != program.spec(product.layer).input.channels;
    coverage.flattened_maps += is_vectors && is_flattened ? 1 : 0;
  }
  for (const Instruction& instruction : program.instructions) {
    const bool is_read = instruction.opcode == Opcode::read_host_memory;
    coverage.reads_that_wait += is_read && instruction.waits && instruction.bytes > 0 ? 1 : 0;
    const bool is_synchronization = instruction.opcode == Opcode::synchronize;
    coverage.synchronizations_with_the_host += is_synchronization && instruction.waits ? 1 : 0;
    coverage.kept_operands += is_multiplication(instruction) && !instruction.is_new_tile ? 1 : 0;
  }
}

void cover(const test::RandomCase& random, Coverage& coverage) {
  const std::unique_ptr<SystolicProgram> program = compile(random.config, random.workload);
  cover_program(*program, coverage);
  for (const LayerSpec& spec : program->network().layers) {
    ++coverage.layers[{random.config.dataflow, spec.type}];
    const bool is_bfloat16 = random.config.operand_type == OperandType::bfloat16;
    coverage.bfloat16_layers[spec.type] += is_bfloat16 ? 1 : 0;
  }
  for (const SectionTime& time : scheduled_run(random, *program).times) {
    coverage.weight_stalls += time.counters.weight_stall_cycles > 0 ? 1 : 0;
    coverage.waits_for_the_shift += time.counters.weight_shift_cycles > 0 ? 1 : 0;
    coverage.input_stalls += time.counters.input_stall_cycles > 0 ? 1 : 0;
  }
}

TEST(RandomSystolicCases, ComeAcrossEveryKindOfLayerAndWait) {
  const nzsim::test::TemporaryDirectory directory;
  Coverage coverage;
  // Of time alone, which takes less: the values are drawn from the same seeds.
  for (std::uint64_t seed = 0; seed < 2000; seed += 5) {
    cover(test::random_case(seed, directory.path()), coverage);
  }
  EXPECT_EQ(coverage.layers.size(), 3 * kLayerTypes.size());
  for (const auto& [kind, count] : coverage.layers) EXPECT_GT(count, 10U);
  for (const auto& [type, count] : coverage.bfloat16_layers) EXPECT_GT(count, 10U);
  EXPECT_GT(coverage.flattened_maps, 20U);
  EXPECT_GT(coverage.joined_sources, 40U);
  EXPECT_GT(coverage.groups_side_by_side, 20U);
  EXPECT_GT(coverage.layers_in_pieces, 20U);
  EXPECT_GT(coverage.spilling_layers, 20U);
  EXPECT_GT(coverage.reads_that_wait, 20U);
  EXPECT_GT(coverage.synchronizations_with_the_host, 20U);
  EXPECT_GT(coverage.kept_operands, 100U);
  EXPECT_GT(coverage.weight_stalls, 100U);
  EXPECT_GT(coverage.waits_for_the_shift, 100U);
  EXPECT_GT(coverage.input_stalls, 50U);
}

INSTANTIATE_TEST_SUITE_P(Shard, SystolicDifferential,
                         ::testing::Range(0, SystolicDifferential::kShards));

}  // namespace
}  // namespace nzsim::systolic
