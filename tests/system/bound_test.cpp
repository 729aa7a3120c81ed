#include <filesystem>

#include <gtest/gtest.h>

#include "sim/run/design_point.h"
#include "sim/workload/network.h"

namespace nzsim {
namespace {

const std::filesystem::path kRoot = NZSIM_SOURCE_DIR;

/// Cycles of a shipped network on a shipped machine, timing alone.
std::uint64_t cycles_of(const std::string& machine, const std::string& network) {
  const RunOutcome outcome = run_design_point(
      load_machine(kRoot / "configs/machines" / (machine + ".json")),
      load_network(kRoot / "workloads/networks" / (network + ".json")), {.values = false});
  return outcome.result.layers.front().cycles.value();
}

class IdealMachine : public ::testing::TestWithParam<const char*> {};

/// `configs/machines/ideal.json` has the peaks of eie-64pe.
TEST_P(IdealMachine, IsNeverSlowerThanEie) {
  const std::uint64_t ideal = cycles_of("ideal", GetParam());
  const std::uint64_t eie = cycles_of("eie-64pe", GetParam());
  EXPECT_LE(ideal, eie);
  // A bound that says something: EIE reaches at least a third of it on the paper's layers.
  EXPECT_GE(3 * ideal, eie);
}

INSTANTIATE_TEST_SUITE_P(Layers, IdealMachine,
                         ::testing::Values("alex-6", "alex-7", "alex-8", "vgg-7", "vgg-8", "nt-we",
                                           "nt-wd", "nt-lstm"),
                         [](const auto& layer) {
                           std::string name = layer.param;
                           name.erase(name.find('-'), 1);
                           return name;
                         });

}  // namespace
}  // namespace nzsim
