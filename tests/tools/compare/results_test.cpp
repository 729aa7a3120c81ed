#include "tools/nzsim/compare/results.h"

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/config/node.h"

namespace nzsim::compare {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// 1 TFLOPS in float32, 100 GB/s, 50 W.
platform::Platform round_platform() {
  platform::Platform platform;
  platform.name = "round";
  platform.memory_gigabytes_per_second = platform::Figure{100.0, false, "bandwidth's source"};
  platform.busy_watts = platform::Figure{50.0, false, "power's source"};
  platform.rates = {{platform::NumberType::float32, 1e12, false, {}, "rate's source"}};
  return platform;
}

Network network_of(const std::string& layers) {
  ConfigDocument document =
      ConfigDocument::parse(R"({"name": "net", "layers": [)" + layers + "]}", "net.json");
  ConfigNode root = document.root();
  Network network = network_from(root);
  document.finish_workload();
  return network;
}

/// Two layers, 1000 x 1000 and 500 x 1000, a tenth of the weights not zero.
Network two_layers() {
  return network_of(
      R"({"name": "a", "type": "fully_connected", "inputs": 1000, "outputs": 1000,
          "weights": {"synthetic": {"density": 0.1}}, "activations": {"synthetic": {"density": 1}}},
         {"name": "b", "type": "fully_connected", "outputs": 500,
          "weights": {"synthetic": {"density": 0.1}}})");
}

Cell cell_of(double seconds, std::optional<double> joules, std::uint64_t batch = 1) {
  Cell cell;
  cell.machine = "machine";
  cell.batch = batch;
  cell.seconds = seconds;
  cell.joules = joules;
  cell.operations = 600;
  cell.dense_operations = 6000;
  cell.bytes = 300;
  cell.peak_operations_per_second = 1200.0;
  cell.peak_bytes_per_second = 500.0;
  cell.memory = "dram";
  cell.bottleneck = "memory";
  cell.basis = "simulated";
  return cell;
}

Cell unknown_cell() {
  Cell cell;
  cell.not_modelled = "no \"model\"";
  return cell;
}

/// Entries base, fast and none over two workloads.
struct HandMade {
  HandMade() {
    comparison.name = "hand";
    comparison.entries.resize(3);
    comparison.entries[0].label = "base";
    comparison.entries[1].label = "fast";
    comparison.entries[1].machine = {"m", {{"/a", "1"}}};
    comparison.entries[1].exceptions = {{"two", {"n", {{"/b", "2"}}}}};
    comparison.entries[2].label = "none";
    results.comparison = &comparison;
    results.sources.resize(3);
    results.configs.resize(3);
    results.workloads = {
        {"one", "", "s", {cell_of(8.0, 10.0), cell_of(4.0, 1.0, 2), unknown_cell()}},
        {"two", "", "s", {cell_of(9.0, 10.0), cell_of(9.0, {}), unknown_cell()}}};
  }
  Comparison comparison;
  Results results;
};

TEST(Ratios, AreThoseOfOneInference) {
  // 8 s against 4 s for two inferences: 2 s each; 10 J against 0.5 J each.
  EXPECT_DOUBLE_EQ(*speed_up(cell_of(4.0, 1.0, 2), cell_of(8.0, 10.0)), 4.0);
  EXPECT_DOUBLE_EQ(*efficiency(cell_of(4.0, 1.0, 2), cell_of(8.0, 10.0)), 20.0);
}

TEST(Ratios, DoNotExistWhereANumberIsMissing) {
  EXPECT_FALSE(speed_up(unknown_cell(), cell_of(1.0, 1.0)));
  EXPECT_FALSE(speed_up(cell_of(1.0, 1.0), unknown_cell()));
  EXPECT_FALSE(speed_up(cell_of(0.0, 1.0), cell_of(1.0, 1.0)));
  EXPECT_FALSE(efficiency(cell_of(1.0, {}), cell_of(1.0, 1.0)));
  EXPECT_FALSE(efficiency(cell_of(1.0, 1.0), cell_of(1.0, {})));
}

TEST(GeometricMean, IsTheRootOfTheProductOfWhatIsThere) {
  const Mean mean = geometric_mean({2.0, std::nullopt, 4.0, 1.0});
  EXPECT_EQ(mean.count, 3U);
  // The third root of 2 x 4 x 1.
  EXPECT_DOUBLE_EQ(*mean.value, 2.0);
  EXPECT_EQ(geometric_mean({std::nullopt}).count, 0U);
  EXPECT_FALSE(geometric_mean({}).value);
}

TEST(Means, AreOverTheWorkloadsThatBothHave) {
  const HandMade hand;
  const EntryMeans fast = means_of(hand.results.workloads, "", 0, 1);
  // Speed-ups of 8 / 2 and 9 / 9: the root of 4. Energy is known once: 10 / 0.5.
  EXPECT_EQ(fast.speed_up.count, 2U);
  EXPECT_DOUBLE_EQ(*fast.speed_up.value, 2.0);
  EXPECT_EQ(fast.efficiency.count, 1U);
  EXPECT_DOUBLE_EQ(*fast.efficiency.value, 20.0);
  EXPECT_FALSE(means_of(hand.results.workloads, "", 0, 2).speed_up.value);
}

TEST(Means, AreOverTheWorkloadsOfOneGroup) {
  HandMade hand;
  hand.results.workloads[0].group = "large";
  hand.results.workloads[1].group = "small";
  EXPECT_EQ(groups_of(hand.results.workloads), (std::vector<std::string>{"large", "small"}));
  EXPECT_DOUBLE_EQ(*means_of(hand.results.workloads, "large", 0, 1).speed_up.value, 4.0);
  EXPECT_DOUBLE_EQ(*means_of(hand.results.workloads, "small", 0, 1).speed_up.value, 1.0);
  const json means = json::parse(to_json(hand.results))["geometric_means"];
  ASSERT_EQ(means.size(), 6U);
  EXPECT_EQ(means[4]["group"], "small");
  EXPECT_EQ(means[4]["entry"], "fast");
}

TEST(Cells, TellRatesIntensityAndUse) {
  const Cell cell = cell_of(2.0, 1.0);
  EXPECT_DOUBLE_EQ(cell.operations_per_second(), 300.0);
  EXPECT_DOUBLE_EQ(cell.dense_operations_per_second(), 3000.0);
  // 300 of 1200 operations per second; 600 operations, 300 bytes.
  EXPECT_DOUBLE_EQ(cell.utilization(), 0.25);
  EXPECT_DOUBLE_EQ(*cell.operational_intensity(), 2.0);
  EXPECT_FALSE(Cell{}.operational_intensity());
}

TEST(Cells, TellWhereWeightsLie) {
  EXPECT_EQ(residency_of("dram"), "DRAM");
  EXPECT_EQ(residency_of("sparse_matrix_sram"), "SRAM");
  EXPECT_EQ(residency_of("weight_memory"), "not stated");
}

TEST(PlatformCell, AddsUpTheLayers) {
  const Cell cell = platform_cell(round_platform(), {}, two_layers());
  ASSERT_TRUE(cell.is_modelled()) << cell.not_modelled;
  // 4 x (1000000 + 2000) and 4 x (500000 + 1500) bytes at 100 GB/s, 50 W.
  EXPECT_EQ(cell.bytes, 4'008'000U + 2'006'000U);
  EXPECT_DOUBLE_EQ(cell.seconds, 60.14e-6);
  EXPECT_DOUBLE_EQ(*cell.joules, 50.0 * 60.14e-6);
  EXPECT_EQ(cell.operations, 2U * 1'500'000U);
  EXPECT_EQ(cell.bottleneck, "memory");
  EXPECT_EQ(cell.memory, "dram");
  EXPECT_EQ(cell.basis, "roofline bound, not measured");
}

TEST(PlatformCell, CountsNonZeroWeightsAloneInCompressedRows) {
  const platform::Format csr{platform::Layout::compressed_rows, platform::NumberType::float32};
  const Cell cell = platform_cell(round_platform(), csr, two_layers());
  ASSERT_TRUE(cell.is_modelled()) << cell.not_modelled;
  EXPECT_EQ(cell.operations, 2U * 150'000U);
  EXPECT_EQ(cell.dense_operations, 2U * 1'500'000U);
  // 8 bytes per non-zero, 4 per row and one more, 4 per input and output.
  EXPECT_EQ(cell.bytes, 800'000U + 4'004U + 8'000U + 400'000U + 2'004U + 6'000U);
}

TEST(PlatformCell, HasNoEnergyWherePowerIsUnknown) {
  platform::Platform platform = round_platform();
  platform.busy_watts.reset();
  const Cell cell = platform_cell(platform, {}, two_layers());
  EXPECT_TRUE(cell.is_modelled());
  EXPECT_FALSE(cell.joules);
}

TEST(PlatformCell, SaysWhyItHasNoNumbers) {
  const platform::Format int8{platform::Layout::dense, platform::NumberType::int8};
  EXPECT_EQ(platform_cell(round_platform(), int8, two_layers()).not_modelled,
            "the platform lacks a peak rate of int8");
}

TEST(PlatformCell, SaysHowManyLayersWereCalibrated) {
  platform::Platform platform = round_platform();
  platform.calibration =
      platform::Calibration{0.0, {{platform::Kernel::dense_vector, 0.5, 1.0, {}}}, "s"};
  EXPECT_EQ(platform_cell(platform, {}, two_layers()).basis, "calibrated");
  const Network mixed = network_of(
      R"({"name": "f", "type": "fully_connected", "inputs": 8, "outputs": 8,
          "weights": {"synthetic": {"density": 1}}, "activations": {"synthetic": {"density": 1}}},
         {"name": "a", "type": "activation", "activation": "tanh"})");
  EXPECT_EQ(platform_cell(platform, {}, mixed).basis,
            "1 of 2 layers calibrated, the others roofline bound, not measured");
}

TEST(ComparisonJson, HasNullForWhatIsUnknownAndReasonsForWhatIsNotModelled) {
  const HandMade hand;
  const json document = json::parse(to_json(hand.results));
  EXPECT_EQ(document["schema"], "nzsim.comparison/2");
  const json& cells = document["workloads"][1]["results"];
  EXPECT_EQ(cells[1]["energy_joules"], nullptr);
  EXPECT_EQ(cells[1]["speed_up"], 1.0);
  EXPECT_EQ(cells[2]["is_modelled"], false);
  EXPECT_EQ(cells[2]["reason"], "no \"model\"");
  EXPECT_FALSE(cells[2].contains("seconds"));
  EXPECT_EQ(document["geometric_means"][1]["speed_up"], 2.0);
  EXPECT_EQ(document["geometric_means"][2]["speed_up"], nullptr);
}

TEST(ComparisonJson, SaysWhichMachinesWereChosen) {
  const HandMade hand;
  const json entry = json::parse(to_json(hand.results))["entries"][1];
  EXPECT_EQ(entry["machine"], "m");
  EXPECT_EQ(entry["set"], json::parse(R"(["/a=1"])"));
  EXPECT_EQ(entry["exceptions"],
            json::parse(R"([{"network": "two", "machine": "n", "set": ["/b=2"]}])"));
}

TEST(ComparisonJson, HasARowPerLayerWithThePartsOfItsTime) {
  HandMade hand;
  hand.results.workloads[0].cells[0] = platform_cell(round_platform(), {}, two_layers());
  const json layer = json::parse(to_json(hand.results))["workloads"][0]["results"][0]["layers"][1];
  EXPECT_EQ(layer["name"], "b");
  EXPECT_EQ(layer["type"], "fully_connected");
  // 4 x (500000 + 1500) bytes at 100 GB/s, 50 W; no time to launch; 2 x 500000 operations.
  EXPECT_DOUBLE_EQ(layer["seconds"].get<double>(), 20.06e-6);
  EXPECT_DOUBLE_EQ(layer["energy_joules"].get<double>(), 50.0 * 20.06e-6);
  EXPECT_EQ(layer["operations"], 1'000'000U);
  EXPECT_DOUBLE_EQ(layer["attained_operations_per_second"].get<double>(), 1e6 / 20.06e-6);
  EXPECT_EQ(layer["bottleneck"], "memory");
  EXPECT_EQ(layer["basis"], "roofline bound, not measured");
  EXPECT_EQ(layer["time_parts"][0]["name"], "launch");
  EXPECT_EQ(layer["time_parts"][1]["name"], "memory");
  EXPECT_DOUBLE_EQ(layer["time_parts"][1]["seconds"].get<double>(), 20.06e-6);
}

TEST(ComparisonJson, KeepsConfigsAsTheyAre) {
  HandMade hand;
  hand.results.configs[1] = {{"m", R"({"z": [1, -2, 2.5, null, true, "t"], "a": {}})"}};
  const json entry = json::parse(to_json(hand.results))["entries"][1];
  EXPECT_EQ(entry["configs"][0]["name"], "m");
  EXPECT_EQ(entry["configs"][0]["config"], json::parse(hand.results.configs[1][0].text));
}

}  // namespace
}  // namespace nzsim::compare
