#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/reproduction.h"

namespace nzsim {
namespace {

using nlohmann::json;

/// The simulated cell of `row` in table `name` of the only reproduction.
double simulated(const json& reproductions, const std::string& name, const std::string& row) {
  for (const json& table : reproductions.at(0).at("tables")) {
    if (table.at("name") != name) continue;
    for (const json& cell : table.at("cells")) {
      if (cell.at("row") == row) return cell.at("simulated");
    }
  }
  ADD_FAILURE() << "no cell " << name << "/" << row;
  return 0.0;
}

json mean_of(const json& comparison, const std::string& entry) {
  for (const json& mean : comparison.at("geometric_means")) {
    if (mean.at("entry") == entry) return mean;
  }
  ADD_FAILURE() << "no means of " << entry;
  return {};
}

TEST(EieComparison, HasTheMeansOfTheReproductionOverAllNineLayers) {
  const test::CommandResult result =
      test::run_nzsim({"compare", "eie-fc-layers", "--json", "--no-values"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const json comparison = json::parse(result.output);
  const json reproductions = test::reproduce_json({"eie-platforms"});
  const json eie = mean_of(comparison, "eie-64pe");
  EXPECT_EQ(eie["speed_up_workloads"], 9);
  EXPECT_EQ(eie["energy_efficiency_workloads"], 9);
  EXPECT_NEAR(eie["speed_up"].get<double>() / simulated(reproductions, "speed_up_both", "cpu"), 1.0,
              1e-9);
  EXPECT_NEAR(
      eie["energy_efficiency"].get<double>() / simulated(reproductions, "energy_both", "cpu"), 1.0,
      1e-9);
  // The GPU's speed-up over the CPU is EIE's over the CPU by EIE's over the GPU.
  const json gpu = mean_of(comparison, "titan-x-maxwell dense_fp32");
  EXPECT_NEAR(gpu["speed_up"].get<double>() * simulated(reproductions, "speed_up_both", "gpu"),
              eie["speed_up"].get<double>(), 1e-6);
}

}  // namespace
}  // namespace nzsim
