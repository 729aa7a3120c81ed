#include "models/eie/reference_machine.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/eie/image.h"
#include "sim/base/fixed_point.h"
#include "tests/support/eie_recurrence.h"
#include "tests/support/fork.h"
#include "tests/support/hand_built.h"

namespace nzsim::eie {
namespace {

constexpr ReferenceOptions kDirect{.uses_kernel = false, .shuffle_seed = {}};

/// A random machine with a random fully connected layer, small enough for a thousand of them.
class RandomCase {
 public:
  explicit RandomCase(std::uint64_t seed) : random_(seed) {
    config_.pe_count = up_to(9);
    config_.activation_queue_depth = up_to(9);
    config_.activation_registers = up_to(6);
    config_.skip_bits = up_to(3);
    config_.sparse_matrix_width_bits = 8 * up_to(6);
    config_.activation_sram_width_bits = 16 * up_to(4);
    config_.lnzd_tree_latency_cycles = up_to(4) - 1;
    config_.line_change_penalty_cycles = up_to(3) == 1 ? up_to(4) : 0;
    const std::uint32_t outputs = up_to(60);
    const std::uint32_t inputs = up_to(80);
    const bool has_bias = up_to(2) == 1;
    const std::uint32_t density = up_to(100);
    for (std::uint32_t row = 0; row < outputs; ++row) {
      for (std::uint32_t column = 0; column < inputs + (has_bias ? 1 : 0); ++column) {
        if (up_to(100) <= density / 2)
          codes_[{row, column}] = static_cast<std::uint16_t>(up_to(15));
      }
    }
    layer_ = std::make_unique<test::HandBuiltLayer>(config_, outputs, inputs, codes_, has_bias);
    LayerProgram& program = layer_->program;
    program.spec.batch = up_to(3);
    program.spec.relu_on_input = up_to(2) == 1;
    program.spec.activation = up_to(2) == 1 ? Activation::relu : Activation::none;
    for (std::int16_t& weight : program.codebook) {
      weight = static_cast<std::int16_t>(random_() % 4001 - 2000);
    }
    program.codebook[0] = 0;
    const std::uint32_t active = up_to(100);
    for (std::size_t index = 0; index < std::size_t{program.spec.batch} * inputs; ++index) {
      const auto value = static_cast<std::int16_t>(random_() % 8001 - 4000);
      inputs_.push_back(up_to(100) <= active ? value : std::int16_t{0});
    }
    program.activations = inputs_;
  }

  [[nodiscard]] LayerRun run(const ReferenceOptions& options) const {
    EieProgram program;
    program.layers.push_back(layer_->program);
    const Statistics statistics(config_);
    return std::move(ReferenceEie(config_, statistics, program, options).run().front());
  }

  [[nodiscard]] CounterValues expected_counters() const {
    const Statistics statistics(config_);
    const LayerProgram& program = layer_->program;
    test::Recurrence recurrence(config_, statistics);
    for (std::uint32_t input = 0; input < program.spec.batch; ++input) {
      for (const Pass& pass : passes_of(config_, layer_->image())) {
        recurrence.add_pass(layer_->image(), pass, vector(input), program.one,
                            program.spec.relu_on_input);
      }
    }
    return recurrence.counters();
  }

  /// Outputs by the definition of the product, output by output.
  [[nodiscard]] std::vector<std::int16_t> expected_outputs() const {
    const LayerProgram& program = layer_->program;
    std::vector<std::int16_t> outputs;
    for (std::uint32_t input = 0; input < program.spec.batch; ++input) {
      for (std::uint32_t row = 0; row < layer_->image().outputs; ++row) {
        outputs.push_back(product(row, vector(input)));
      }
    }
    return outputs;
  }

 private:
  [[nodiscard]] std::uint32_t up_to(std::uint32_t largest) {
    return 1 + static_cast<std::uint32_t>(random_() % largest);
  }
  [[nodiscard]] std::span<const std::int16_t> vector(std::uint32_t input) const {
    const std::size_t length = layer_->image().inputs;
    return std::span(inputs_).subspan(input * length, length);
  }
  [[nodiscard]] std::int16_t product(std::uint32_t row, std::span<const std::int16_t> x) const {
    const LayerProgram& program = layer_->program;
    std::int16_t sum = 0;
    for (auto code = codes_.lower_bound({row, 0}); code != codes_.end(); ++code) {
      const auto& [position, entry] = *code;
      if (position.first != row) break;
      std::int16_t value = position.second < x.size() ? x[position.second] : program.one;
      if (program.spec.relu_on_input) value = std::max<std::int16_t>(value, 0);
      sum = add_saturated(sum,
                          multiply_fixed(program.codebook[entry], value, program.product_shift()));
    }
    const bool has_relu = program.spec.activation == Activation::relu;
    return has_relu ? std::max<std::int16_t>(sum, 0) : sum;
  }

  std::mt19937_64 random_;
  Config config_;
  test::Codes codes_;
  std::vector<std::int16_t> inputs_;
  std::unique_ptr<test::HandBuiltLayer> layer_;
};

TEST(ReferenceEie, FollowsTheRecurrenceOnRandomMachinesAndLayers) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const RandomCase random_case(seed);
    ASSERT_EQ(random_case.run(kDirect).counters, random_case.expected_counters()) << seed;
  }
}

TEST(ReferenceEie, ComputesTheProductBitForBitOnRandomMachinesAndLayers) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const RandomCase random_case(seed);
    ASSERT_EQ(random_case.run(kDirect).outputs, random_case.expected_outputs()) << seed;
  }
}

TEST(ReferenceEie, GivesTheSameRunInAnyOrderOfModules) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const RandomCase random_case(seed);
    const LayerRun in_order = random_case.run(kDirect);
    const LayerRun shuffled = random_case.run({.uses_kernel = false, .shuffle_seed = seed});
    ASSERT_EQ(shuffled.counters, in_order.counters) << seed;
    ASSERT_EQ(shuffled.outputs, in_order.outputs) << seed;
  }
}

TEST(ReferenceEie, GivesTheSameRunInTheKernel) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const RandomCase random_case(seed);
    const LayerRun direct = random_case.run(kDirect);
    const std::string verdict = nzsim::test::fork_and_capture([&] {
      const LayerRun in_kernel = random_case.run({});
      if (in_kernel.counters != direct.counters) return std::string("counters differ");
      return std::string(in_kernel.outputs == direct.outputs ? "equal" : "outputs differ");
    });
    EXPECT_EQ(verdict, "equal") << seed;
  }
}

/// Two groups, 2 channels of 3 x 3 each way in, one channel each out, 2 x 2 windows, padding 1,
/// stride 2.
TEST(ReferenceEie, ConvolvesGroupAfterGroupAndPixelAfterPixel) {
  Config config;
  config.pe_count = 2;
  Arena arena;
  EieProgram program;
  LayerProgram layer;
  layer.spec.name = "convolution";
  layer.spec.type = LayerType::convolution;
  layer.spec.input = {4, 3, 3};
  layer.spec.output = {2, 2, 2};
  layer.spec.kernel = {2, 2};
  layer.spec.stride = {2, 2};
  layer.spec.padding = {1, 1};
  layer.spec.groups = 2;
  layer.codebook = {0, 1, 2, 3};
  // Group 0 takes the window's upper left of channel 0 (element 0) and lower right of channel 1
  // (7); group 1 the lower left of channel 2 (element 2).
  std::vector<std::uint32_t> bases(2, 0);
  const std::vector<std::uint64_t> two = {0, 2};
  const std::vector<std::uint64_t> one = {0, 1};
  const std::vector<std::uint32_t> columns_0 = {0, 7};
  const std::vector<std::uint16_t> codes_0 = {1, 2};
  const std::vector<std::uint32_t> columns_1 = {2};
  const std::vector<std::uint16_t> codes_1 = {3};
  layer.images.push_back(build_image(config, {1, 8, two, columns_0, codes_0, {}}, bases, arena));
  layer.images.push_back(build_image(config, {1, 8, one, columns_1, codes_1, {}}, bases, arena));
  layer.weight_format = layer.source_format = layer.destination_format = {0};
  std::vector<std::int16_t> map(36);
  for (std::size_t index = 0; index < map.size(); ++index) {
    map[index] = static_cast<std::int16_t>(index + 1);
  }
  layer.activations = map;
  program.layers.push_back(layer);
  const Statistics statistics(config);
  const LayerRun run = std::move(ReferenceEie(config, statistics, program, kDirect).run().front());
  // Pixel (y, x) has its window's upper left at (2y - 1, 2x - 1). Group 0: channel 0 there, plus
  // twice channel 1 (10 at its upper left) at (2y, 2x): 0 + 2 x 10, 0 + 2 x 12, 0 + 2 x 16, 5 + 2
  // x 18. Group 1: three times channel 2 (19 at its upper left) at (2y, 2x - 1): 0, 3 x 20, 0, 3
  // x 26.
  EXPECT_EQ(run.outputs, (std::vector<std::int16_t>{20, 24, 32, 41, 0, 60, 0, 78}));
  // Eight products. Group 0, pixel (0, 0): of its inputs the last of channel 0's window and of
  // channel 1's are inside the map.
  EXPECT_GE(run.counters[statistics.cycles.value], 8U * 9U);
  EXPECT_EQ(statistics.multiply_accumulates.of(run.counters)[0], 4U + 1U + 2U);
}

TEST(ReferenceEie, RunsChainedLayersAndPoolsOnTheHost) {
  Config config;
  config.pe_count = 2;
  const test::HandBuiltLayer first(config, 4, 1,
                                   {{{0, 0}, 1}, {{1, 0}, 4}, {{2, 0}, 3}, {{3, 0}, 2}});
  const test::HandBuiltLayer last(config, 1, 1, {{{0, 0}, 2}});
  const std::vector<std::int16_t> input = {256};
  EieProgram program;
  program.layers.push_back(first.program);
  program.layers[0].activations = input;
  LayerProgram pooling;
  pooling.spec.name = "pooling";
  pooling.spec.type = LayerType::pooling;
  pooling.spec.input = {1, 2, 2};
  pooling.spec.output = {1, 1, 1};
  pooling.spec.kernel = {2, 2};
  pooling.spec.activations = ChainedSource{{0}};
  pooling.source_format = pooling.destination_format = {8};
  program.layers.push_back(pooling);
  program.layers.push_back(last.program);
  program.layers[2].spec.activations = ChainedSource{{1}};
  // Inputs with 6 fraction bits, products of 6 + 8 bits back to 8.
  program.layers[2].source_format = {6};

  const Statistics statistics(config);
  const std::vector<LayerRun> runs = ReferenceEie(config, statistics, program, kDirect).run();
  EXPECT_EQ(runs[0].outputs, (std::vector<std::int16_t>{1 << 8, 4 << 8, 3 << 8, 2 << 8}));
  EXPECT_EQ(runs[1].outputs, (std::vector<std::int16_t>{4 << 8}));
  EXPECT_EQ(runs[1].counters, statistics.registry.zeros());
  EXPECT_EQ(runs[2].outputs, (std::vector<std::int16_t>{8 << 8}));
}

}  // namespace
}  // namespace nzsim::eie
