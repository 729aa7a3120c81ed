#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "models/eie/eie.h"
#include "models/eie/fast_engine.h"
#include "models/eie/program.h"
#include "sim/energy/dram_energy.h"
#include "sim/energy/table.h"
#include "sim/report/report.h"
#include "tests/support/eie_random.h"
#include "tests/support/fork.h"
#include "tests/support/options.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::eie {
namespace {

/// Whole reports of one program in one mode; `mode` is left out of the context, host time is 0.
std::string report_of(const Eie& machine, const EnergyTable& energy, const RunResult& result) {
  ReportContext context;
  context.machine = "random";
  context.workload = "random";
  context.clock_hz = machine.clock_hz();
  context.ceilings = result.ceilings.value();
  context.statistics = &machine.statistics();
  context.energy = &energy;
  context.areas = area_of(energy, machine.area_parts());
  return report_json(context, result);
}

/// Runs one random case in both modes; the two reports.
struct Reports {
  std::string description;
  std::string fast;
  std::string reference;
  bool values_match = true;
};

Reports run_case(std::uint64_t seed, const std::filesystem::path& directory, EnergyTable energy) {
  const test::RandomCase random = test::random_case(seed, directory);
  const Eie machine(random.config);
  if (random.config.memory) {
    const EnergyTable dram = dram_energy_table(*random.config.memory).value();
    energy.entries.insert(energy.entries.end(), dram.entries.begin(), dram.entries.end());
  }
  const std::unique_ptr<Program> program = machine.compile(random.workload);
  // Two cases in three have timelines, those without show that none is there by itself.
  const SimulationOptions options{.timeline = seed % 3 != 0};
  const RunResult fast = machine.simulate(*program, options);
  Reports reports;
  reports.description = random.description;
  reports.fast = report_of(machine, energy, fast);
  reports.reference = nzsim::test::fork_and_capture(
      [&] { return report_of(machine, energy, machine.elaborate(*program, options)->run()); });
  for (const LayerResult& layer : fast.layers) reports.values_match &= layer.values.matches;
  return reports;
}

/// DESIGN principle 1: two speeds, one answer. `--differential_cases=N` runs N cases, split over
/// the shards.
class Differential : public ::testing::TestWithParam<int> {
 public:
  static constexpr int kShards = 4;
};

TEST_P(Differential, FastAndReferenceReportsAreEqualToTheLastByte) {
  const nzsim::test::TemporaryDirectory directory;
  const EnergyTable energy =
      load_energy_table(std::filesystem::path(NZSIM_SOURCE_DIR) / "configs/energy/eie-45nm.json");
  const std::uint64_t cases = nzsim::test::options().differential_cases;
  for (std::uint64_t seed = static_cast<std::uint64_t>(GetParam()); seed < cases; seed += kShards) {
    const Reports reports = run_case(seed, directory.path(), energy);
    ASSERT_EQ(reports.fast, reports.reference) << reports.description;
    ASSERT_TRUE(reports.values_match) << reports.description;
  }
}

/// What the random cases have come across.
struct Coverage {
  std::uint64_t streamed_layers = 0;
  std::uint64_t resident_layers_of_streaming_machines = 0;
  std::uint64_t mixed_programs = 0;
  std::uint64_t later_segments = 0;
  std::uint64_t segments_of_a_bias_alone = 0;
  std::uint64_t layers_that_wait = 0;
  std::uint64_t layers_that_do_not_wait_long = 0;
};

void cover(const test::RandomCase& random, Coverage& coverage) {
  const Statistics statistics(random.config);
  const std::unique_ptr<EieProgram> program = compile(random.config, random.workload);
  const std::vector<LayerRun> runs = run_fast(random.config, statistics, *program, false);
  std::uint64_t streamed = 0;
  std::uint64_t resident = 0;
  for (std::size_t index = 0; index < runs.size(); ++index) {
    const LayerProgram& layer = program->layers[index];
    if (!layer.spec.has_weights()) continue;
    ++(layer.is_streamed() ? streamed : resident);
    if (!layer.is_streamed()) continue;
    const MatrixImage& image = layer.images.front();
    const std::vector<Pass> passes = passes_of(random.config, image);
    const auto count = [&passes](const auto& is_counted) {
      return static_cast<std::uint64_t>(std::count_if(passes.begin(), passes.end(), is_counted));
    };
    coverage.later_segments +=
        count([](const Pass& pass) { return pass.column_begin != pass.batch_begin; });
    coverage.segments_of_a_bias_alone +=
        count([&image](const Pass& pass) { return pass.column_begin == image.inputs; });
    const CounterValues& counters = runs[index].counters;
    const std::uint64_t waits = counters[statistics.streaming->matrix_wait_cycles.value];
    ++(2 * waits > counters[statistics.cycles.value] ? coverage.layers_that_wait
                                                     : coverage.layers_that_do_not_wait_long);
  }
  coverage.streamed_layers += streamed;
  coverage.resident_layers_of_streaming_machines += resident;
  if (streamed > 0 && resident > 0) ++coverage.mixed_programs;
}

TEST(RandomCases, ComeAcrossEveryKindOfStreaming) {
  const nzsim::test::TemporaryDirectory directory;
  Coverage coverage;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    const test::RandomCase random = test::random_case(seed, directory.path());
    if (random.config.memory) cover(random, coverage);
  }
  EXPECT_GT(coverage.streamed_layers, 100U);
  EXPECT_GT(coverage.resident_layers_of_streaming_machines, 20U);
  EXPECT_GT(coverage.mixed_programs, 5U);
  EXPECT_GT(coverage.later_segments, 1000U);
  EXPECT_GT(coverage.segments_of_a_bias_alone, 3U);
  EXPECT_GT(coverage.layers_that_wait, 30U);
  EXPECT_GT(coverage.layers_that_do_not_wait_long, 30U);
}

INSTANTIATE_TEST_SUITE_P(Shard, Differential, ::testing::Range(0, Differential::kShards));

}  // namespace
}  // namespace nzsim::eie
