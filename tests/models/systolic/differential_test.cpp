#include <cstdint>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "models/systolic/mapping.h"
#include "models/systolic/reference_machine.h"
#include "models/systolic/schedule.h"
#include "tests/support/fork.h"
#include "tests/support/options.h"
#include "tests/support/systolic_random.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::systolic {
namespace {

/// Times by the recurrence, values by the plain computation.
MachineRun expected_run(const test::RandomCase& random, const SystolicProgram& program) {
  std::unique_ptr<Memory> memory = random.make_random_memory();
  if (memory == nullptr && random.config.memory) memory = make_memory(*random.config.memory);
  MachineRun run;
  run.times = Schedule(random.config, memory.get()).run(program.instructions, program.section_ends());
  run.outputs = test::plain_outputs(program.values());
  return run;
}

/// By the machine, whose modules half of the cases call in another order.
MachineRun reference_run(const test::RandomCase& random, const SystolicProgram& program,
                         bool uses_kernel) {
  const std::unique_ptr<Memory> memory = random.make_random_memory();
  ReferenceOptions options;
  options.uses_kernel = uses_kernel;
  options.memory = memory.get();
  if (random.seed % 2 == 1) options.shuffle_seed = random.seed;
  return ReferenceTpu(random.config, program, options).run();
}

/// One random case in both forms.
struct Runs {
  std::string description;
  std::string expected;
  std::string reference;
};

Runs run_case(std::uint64_t seed, const std::filesystem::path& directory) {
  const test::RandomCase random = test::random_case(seed, directory);
  const std::unique_ptr<SystolicProgram> program = compile(random.config, random.workload);
  Runs runs;
  runs.description = random.description;
  runs.expected = test::describe(expected_run(random, *program));
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

TEST_P(SystolicDifferential, TheMachineHasTheTimesOfTheScheduleAndThePlainValues) {
  const nzsim::test::TemporaryDirectory directory;
  const std::uint64_t cases = nzsim::test::options().differential_cases;
  for (std::uint64_t seed = static_cast<std::uint64_t>(GetParam()); seed < cases; seed += kShards) {
    const Runs runs = run_case(seed, directory.path());
    ASSERT_EQ(runs.reference, runs.expected) << runs.description;
  }
}

INSTANTIATE_TEST_SUITE_P(Shard, SystolicDifferential,
                         ::testing::Range(0, SystolicDifferential::kShards));

}  // namespace
}  // namespace nzsim::systolic
