#include "models/ideal/ideal.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "sim/energy/table.h"
#include "sim/report/report.h"
#include "sim/workload/npz.h"
#include "tests/support/fork.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::ideal {
namespace {

using testing::ElementsAre;

NumpyArray floats(std::vector<std::uint64_t> shape, const std::vector<float>& values) {
  return {ArrayType::float32, std::move(shape),
          std::string(reinterpret_cast<const char*>(values.data()), 4 * values.size())};
}

LayerSpec fully_connected(std::string name, std::uint32_t inputs, std::uint32_t outputs) {
  LayerSpec spec;
  spec.name = std::move(name);
  spec.input = {inputs, 1, 1};
  spec.output = {outputs, 1, 1};
  spec.activations = SyntheticSource{.density = 0.5, .is_signed = true, .seed = 2};
  spec.weights = SyntheticSource{.density = 0.3, .seed = 1};
  return spec;
}

/// 4 x 6 x 5 maps in two groups, 3 x 2 kernels, strides 2 and 1, padding 1 and 0, ReLU on both
/// sides.
LayerSpec convolution() {
  LayerSpec spec = fully_connected("conv", 1, 1);
  spec.type = LayerType::convolution;
  spec.activation = Activation::relu;
  spec.relu_on_input = true;
  spec.batch = 2;
  spec.input = {4, 6, 5};
  spec.output = {6, 3, 4};
  spec.kernel = {3, 2};
  spec.stride = {2, 1};
  spec.padding = {1, 0};
  spec.groups = 2;
  return spec;
}

LayerSpec pooling_after_convolution() {
  LayerSpec spec;
  spec.name = "pool";
  spec.type = LayerType::pooling;
  spec.batch = 2;
  spec.input = {6, 3, 4};
  spec.output = {6, 1, 2};
  spec.kernel = {2, 2};
  spec.stride = {2, 2};
  spec.activations = ChainedSource{{0}};
  return spec;
}

Workload workload_of(std::vector<LayerSpec> layers) {
  Workload workload;
  workload.network.name = "test";
  workload.network.path = "test.json";
  workload.network.layers = std::move(layers);
  return workload;
}

/// A convolution, the pooling of its maps, and a layer fed by these: 12 inputs.
Workload chained_workload() {
  LayerSpec last = fully_connected("fc", 12, 7);
  last.batch = 2;
  last.activations = ChainedSource{{1}};
  return workload_of({convolution(), pooling_after_convolution(), last});
}

/// [[1, 0, 2], [3, 0, 4]] x [1, 5, 0] per input.
Workload small_workload(const test::TemporaryDirectory& directory, std::uint32_t batch = 1) {
  std::vector<float> inputs;
  for (std::uint32_t vector = 0; vector < batch; ++vector) {
    inputs.insert(inputs.end(), {1, 5, 0});
  }
  write_file(directory.path() / "layer.npz",
             format_npz({{"weights", floats({2, 3}, {1, 0, 2, 3, 0, 4})},
                         {"bias", floats({2}, {0.5F, 0.0F})},
                         {"activations", floats({batch, 3}, inputs)}}));
  LayerSpec spec = fully_connected("layer", 3, 2);
  spec.weights = FileSource{"layer.npz"};
  spec.activations = FileSource{"layer.npz"};
  spec.batch = batch;
  Workload workload = workload_of({spec});
  workload.network.path = directory.path() / "network.json";
  return workload;
}

RunResult run_fast(const Config& config, const Workload& workload, bool values = true) {
  const Statistics statistics;
  return simulate(config, statistics, *compile(config, workload), {.values = values});
}

/// The whole report, without a host time.
std::string report_of(const Config& config, const RunResult& result) {
  const Statistics statistics;
  EnergyTable table;
  table.name = "test";
  for (const auto& [component, action] :
       {std::pair{"multiply_accumulator", "multiply_accumulate"}, {"weight_memory", "read_byte"}}) {
    EnergyEntry entry;
    entry.component = component;
    entry.action = action;
    entry.picojoules = 1.0;
    table.entries.push_back(entry);
  }
  ReportContext context;
  context.clock_hz = config.clock_hz;
  context.statistics = &statistics.registry;
  context.energy = &table;
  return report_json(context, result);
}

std::string reference_report(const Config& config, const Workload& workload, bool values = true) {
  return test::fork_and_capture([&] {
    const Statistics statistics;
    const auto program = compile(config, workload);
    return report_of(config, elaborate(config, statistics, *program, {.values = values})->run());
  });
}

TEST(Ideal, CountsOnlyPairsOfNonZeros) {
  const test::TemporaryDirectory directory;
  const Config config{.multiply_accumulates_per_cycle = 1};
  const LayerResult layer = run_fast(config, small_workload(directory)).layers[0];
  // Column 0 has two weights and input 1; column 1 has no weight; column 2 has input 0.
  EXPECT_EQ(layer.operations.value(), 4U);
  EXPECT_EQ(layer.dense_operations.value(), 12U);
  EXPECT_EQ(layer.cycles.value(), 2U);
  EXPECT_EQ(layer.bottleneck, "multiply_accumulators");
  EXPECT_DOUBLE_EQ(layer.utilization, 1.0);
}

TEST(Ideal, ReadsEachWeightThatIsNeededOnce) {
  const test::TemporaryDirectory directory;
  const Config config{
      .multiply_accumulates_per_cycle = 4, .bytes_per_cycle = 1, .bits_per_weight = 20};
  const LayerResult layer = run_fast(config, small_workload(directory, 3)).layers[0];
  // Three inputs need the same 2 weights: 40 bits = 5 bytes in 5 cycles; 6 products in 2 cycles.
  EXPECT_EQ(layer.roofline_bytes.value(), 5U);
  EXPECT_EQ(layer.cycles.value(), 5U);
  EXPECT_EQ(layer.bottleneck, "weight_memory");
}

TEST(Ideal, ComputesOutputsInFixedPoint) {
  const test::TemporaryDirectory directory;
  const Config config{.activation_fraction_bits = 8};
  const RunResult result = run_fast(config, small_workload(directory));
  // 1 x 1 + 0.5 and 3 x 1 in units of 1/256: 384 = 0x0180 and 768 = 0x0300, little-endian.
  EXPECT_EQ(result.layers[0].values.sha256, sha256(std::string_view("\x80\x01\x00\x03", 4)));
  EXPECT_TRUE(result.layers[0].values.checked);
  EXPECT_TRUE(result.layers[0].values.matches);
  EXPECT_DOUBLE_EQ(result.layers[0].values.largest_output, 3.0);
  EXPECT_DOUBLE_EQ(result.layers[0].values.largest_error, 0.0);
}

TEST(Ideal, MatchesThePlainComputationInConvolutionsAndChains) {
  const RunResult result = run_fast(Config{}, chained_workload());
  EXPECT_TRUE(result.layers[0].values.matches) << result.layers[0].values.difference;
  EXPECT_TRUE(result.layers[2].values.matches) << result.layers[2].values.difference;
  EXPECT_GT(result.layers[2].values.largest_output, 0.0);
  EXPECT_FALSE(result.layers[1].values.checked);
  EXPECT_EQ(result.layers[1].cycles.value(), 0U);
}

TEST(Ideal, NamesTheFirstOutputThatDiffers) {
  const test::TemporaryDirectory directory;
  const Config config;
  const auto program = compile(config, small_workload(directory));
  const std::vector<std::int16_t> wrong = {384, 769};
  const LayerResult layer = layer_result(config, Statistics{}, program->layers[0], {}, {},
                                         program->layers[0].activations, wrong);
  EXPECT_FALSE(layer.values.matches);
  EXPECT_EQ(layer.values.difference, "input 0: output 1: expected 768, got 769");
}

TEST(Ideal, CountsTheSameWithoutValues) {
  const Config config{.multiply_accumulates_per_cycle = 3};
  const RunResult with = run_fast(config, chained_workload(), true);
  const RunResult without = run_fast(config, chained_workload(), false);
  EXPECT_EQ(with.layers[2].counters, without.layers[2].counters);
  EXPECT_GT(without.layers[2].cycles.value(), 0U);
  EXPECT_FALSE(without.layers[2].values.checked);
}

TEST(Ideal, ReportsTheSameInBothModes) {
  const Config narrow{.multiply_accumulates_per_cycle = 3, .bytes_per_cycle = 64};
  const Config slow_memory{.multiply_accumulates_per_cycle = 64, .bytes_per_cycle = 1};
  for (const Config& config : {narrow, slow_memory}) {
    EXPECT_EQ(report_of(config, run_fast(config, chained_workload())),
              reference_report(config, chained_workload()));
    EXPECT_EQ(report_of(config, run_fast(config, chained_workload(), false)),
              reference_report(config, chained_workload(), false));
  }
}

TEST(Ideal, TakesNoTimeForInputsThatAreAllZero) {
  const test::TemporaryDirectory directory;
  Workload workload = small_workload(directory);
  write_file(directory.path() / "zeros.npz",
             format_npz({{"activations", floats({1, 3}, {0, 0, 0})}}));
  workload.network.layers[0].activations = FileSource{"zeros.npz"};
  const RunResult result = run_fast(Config{}, workload);
  EXPECT_EQ(result.layers[0].cycles.value(), 0U);
  EXPECT_EQ(result.layers[0].bottleneck, "none");
  EXPECT_EQ(report_of(Config{}, result), reference_report(Config{}, workload));
}

TEST(Ideal, RefusesMoreBiasesThanCodes) {
  const test::TemporaryDirectory directory;
  constexpr std::uint32_t kOutputs = 65540;
  std::vector<float> bias(kOutputs);
  for (std::uint32_t row = 0; row < kOutputs; ++row) bias[row] = static_cast<float>(row + 1);
  write_file(directory.path() / "layer.npz",
             format_npz({{"weights", floats({kOutputs, 1}, std::vector<float>(kOutputs, 1.0F))},
                         {"bias", floats({kOutputs}, bias)}}));
  LayerSpec spec = fully_connected("wide", 1, kOutputs);
  spec.weights = FileSource{"layer.npz"};
  Workload workload = workload_of({spec});
  workload.network.path = directory.path() / "network.json";
  EXPECT_THAT(
      test::message_of([&] { static_cast<void>(compile(Config{}, workload)); }),
      testing::EndsWith("network.json: layer wide: expected at most 65536 different weights "
                        "and biases, got more"));
}

TEST(Ideal, RefusesLayersThatItCannotCompute) {
  LayerSpec lstm = fully_connected("lstm", 4, 4);
  lstm.type = LayerType::lstm;
  LayerSpec dilated = convolution();
  dilated.dilation = {2, 2};
  EXPECT_EQ(test::message_of([&] {
              static_cast<void>(compile(Config{}, workload_of({lstm, dilated})));
            }),
            "test.json: /layers/0/type: expected \"fully_connected\", \"convolution\" or "
            "\"pooling\", what this machine computes, got \"lstm\"\n"
            "test.json: /layers/1/dilation: expected 1, what this machine computes, got 2 x 2");
}

}  // namespace
}  // namespace nzsim::ideal
