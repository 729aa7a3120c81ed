#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "models/eie/eie.h"
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
  context.ceilings = machine.ceilings();
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

Reports run_case(std::uint64_t seed, const std::filesystem::path& directory,
                 const EnergyTable& energy) {
  const test::RandomCase random = test::random_case(seed, directory);
  const Eie machine(random.config);
  const std::unique_ptr<Program> program = machine.compile(random.workload);
  const RunResult fast = machine.simulate(*program, {});
  Reports reports;
  reports.description = random.description;
  reports.fast = report_of(machine, energy, fast);
  reports.reference = nzsim::test::fork_and_capture(
      [&] { return report_of(machine, energy, machine.elaborate(*program, {})->run()); });
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

INSTANTIATE_TEST_SUITE_P(Shard, Differential, ::testing::Range(0, Differential::kShards));

}  // namespace
}  // namespace nzsim::eie
