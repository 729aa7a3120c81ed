#include "models/systolic/systolic.h"

#include <filesystem>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "sim/run/design_point.h"
#include "sim/run/machine.h"
#include "sim/workload/network.h"
#include "tests/support/fork.h"

namespace nzsim::systolic {
namespace {

/// A machine and a network that ship.
struct Pair {
  const char* machine;
  const char* network;
};

void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.machine << " " << pair.network; }

/// The report of a run, without what may differ: the time that it took, and the mode.
std::string report_of(const Pair& pair, Mode mode) {
  const std::filesystem::path root = NZSIM_SOURCE_DIR;
  const Machine machine =
      load_machine(root / "configs/machines" / (std::string(pair.machine) + ".json"));
  const Network network =
      load_network(root / "workloads/networks" / (std::string(pair.network) + ".json"));
  RunOptions options;
  options.mode = mode;
  const RunOutcome outcome = run_design_point(machine, network, options);
  std::istringstream lines(outcome.report);
  std::string report;
  for (std::string line; std::getline(lines, line);) {
    const bool may_differ = line.find("\"host_seconds\"") != std::string::npos ||
                            line.find("\"mode\"") != std::string::npos;
    if (!may_differ) report += line + "\n";
  }
  return report + (outcome.values_match ? "values match" : outcome.difference);
}

class SystolicReport : public ::testing::TestWithParam<Pair> {};

TEST_P(SystolicReport, IsTheSameInBothModes) {
  const std::string fast = report_of(GetParam(), Mode::fast);
  const std::string reference =
      nzsim::test::fork_and_capture([] { return report_of(GetParam(), Mode::reference); });
  EXPECT_EQ(fast, reference);
  EXPECT_NE(fast.find("values match"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    ShippedMachines, SystolicReport,
    ::testing::Values(Pair{"tpu-v1", "lenet-300-100"}, Pair{"tpu-v1", "lenet-5"},
                      Pair{"tpu-v1-8x16", "lenet-300-100"}, Pair{"tpu-v1-gddr5", "lenet-300-100"},
                      Pair{"tpu-v2-mxu", "lenet-5"}, Pair{"systolic-4x4-teaching", "lenet-5"},
                      Pair{"scalesim-ws-32x32", "lenet-5"}, Pair{"scalesim-os-32x32", "lenet-5"},
                      Pair{"scalesim-is-32x32", "lenet-5"}));

}  // namespace
}  // namespace nzsim::systolic
