// All values of layers and networks in bfloat16 against `plain_bfloat16_network`, bit for bit.

#include "models/systolic/values/bfloat16_values.h"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/systolic/compiler/layer_products.h"
#include "models/systolic/values/bfloat16_weights.h"
#include "tests/sim/workload/reading.h"
#include "tests/support/bfloat16_layers.h"
#include "tests/support/layer_texts.h"

namespace nzsim::systolic {
namespace {

using test::bits_of;
using test::Draw;
using test::Magnitudes;
using Values = std::vector<Bfloat16>;

void expect_equal(const std::vector<RoundedLayer>& layers, const SummationOrder& order) {
  const std::vector<Values> computed = compute_bfloat16_values(layers, order);
  const std::vector<Values> plain = test::plain_outputs(layers, order);
  ASSERT_EQ(computed.size(), plain.size());
  for (std::size_t index = 0; index < layers.size(); ++index) {
    ASSERT_EQ(bits_of(computed[index]), bits_of(plain[index]))
        << layers[index].spec.name << ", tiles of " << order.tile_length
        << (order.cuts_at_positions ? " by position" : " flattened");
  }
}

/// Machines of 1 to 9 rows, each with both mappings and all dataflows.
std::vector<Config> machines() {
  std::vector<Config> machines;
  for (std::uint32_t rows = 1; rows <= 9; ++rows) {
    for (const WindowMapping mapping : {WindowMapping::by_position, WindowMapping::flattened}) {
      for (const Dataflow dataflow :
           {Dataflow::weight_stationary, Dataflow::input_stationary, Dataflow::output_stationary}) {
        Config& config = machines.emplace_back();
        config.rows = rows;
        config.columns = 4;
        config.window_mapping = mapping;
        config.dataflow = dataflow;
      }
    }
  }
  return machines;
}

void expect_drawn_equal(LayerType type, Magnitudes magnitudes, std::uint64_t seed) {
  Draw draw(seed);
  for (const Config& config : machines()) {
    const LayerSpec spec = test::draw_spec(type, draw);
    expect_equal({test::draw_rounded_layer(spec, magnitudes, draw)}, summation_order_of(config));
  }
}

class Bfloat16LayerValues : public ::testing::TestWithParam<LayerType> {};

TEST_P(Bfloat16LayerValues, EqualThePlainOnes) {
  const auto type = static_cast<std::uint64_t>(GetParam());
  expect_drawn_equal(GetParam(), Magnitudes::moderate, 100 + type);
  expect_drawn_equal(GetParam(), Magnitudes::cancelling, 200 + type);
}

TEST_P(Bfloat16LayerValues, EqualThePlainOnesAtTheEndsOfTheRange) {
  const auto type = static_cast<std::uint64_t>(GetParam());
  expect_drawn_equal(GetParam(), Magnitudes::any, 300 + type);
  expect_drawn_equal(GetParam(), Magnitudes::overflowing, 400 + type);
}

INSTANTIATE_TEST_SUITE_P(Types, Bfloat16LayerValues, ::testing::ValuesIn(kLayerTypes),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(Bfloat16Values, OfDepthwiseConvolutionsEqualThePlainOnes) {
  Draw draw(60);
  for (const Config& config : machines()) {
    LayerSpec spec = test::draw_spec(LayerType::convolution, draw);
    spec.groups = draw.integer(2, 20);
    spec.input.channels = spec.groups;
    spec.output.channels = spec.groups * draw.integer(1, 2);
    expect_equal({test::draw_rounded_layer(spec, Magnitudes::cancelling, draw)},
                 summation_order_of(config));
  }
}

TEST(Bfloat16Values, OfPointwiseConvolutionsEqualThePlainOnes) {
  Draw draw(61);
  for (const Config& config : machines()) {
    LayerSpec spec = test::draw_spec(LayerType::convolution, draw);
    spec.kernel = {1, 1};
    spec.padding = {0, 0};
    spec.stride = {1, 1};
    spec.output.height = spec.input.height;
    spec.output.width = spec.input.width;
    expect_equal({test::draw_rounded_layer(spec, Magnitudes::cancelling, draw)},
                 summation_order_of(config));
  }
}

TEST(Bfloat16Values, OfConvolutionsOfManyBlocksEqualThePlainOnes) {
  Draw draw(62);
  LayerSpec spec;
  spec.type = LayerType::convolution;
  // 32 x 40 places, more than the 960 of the largest block.
  spec.input = {3, 32, 40};
  spec.output = {5, 32, 40};
  spec.kernel = {3, 3};
  spec.padding = {1, 1};
  spec.batch = 2;
  expect_equal({test::draw_rounded_layer(spec, Magnitudes::cancelling, draw)}, {4, false});
  expect_equal({test::draw_rounded_layer(spec, Magnitudes::cancelling, draw)}, {2, true});
}

/// Tiles that `products_of` gives, as parts of the whole inner dimension.
std::vector<std::array<std::size_t, 2>> parts_of(const LayerSpec& spec, const Product& product) {
  std::vector<std::array<std::size_t, 2>> parts;
  for (const InnerTile& tile : product.inner) {
    const std::size_t position = std::size_t{tile.kernel_y} * spec.kernel.width + tile.kernel_x;
    parts.push_back({position * spec.input.channels + tile.first, tile.count});
  }
  return parts;
}

std::vector<std::array<std::size_t, 2>> pairs(const std::vector<InnerPart>& parts) {
  std::vector<std::array<std::size_t, 2>> pairs;
  for (const InnerPart& part : parts) pairs.push_back({part.first, part.count});
  return pairs;
}

TEST(Bfloat16Weights, AreCutAsTheCompilerCutsProducts) {
  Draw draw(63);
  for (Config config : machines()) {
    // Output stationary: the tiles are streamed, and sums do not end with them.
    config.dataflow = Dataflow::weight_stationary;
    LayerSpec spec = test::draw_spec(LayerType::convolution, draw);
    spec.groups = 1;
    LayerTensors tensors;
    tensors.inputs = {0};
    const std::size_t taps = std::size_t{spec.kernel.height} * spec.kernel.width;
    EXPECT_EQ(pairs(cut_inner(summation_order_of(config), taps, spec.input.channels)),
              parts_of(spec, products_of(config, spec, 0, tensors, 1, 0)[0]));
  }
}

TEST(Bfloat16Weights, AreOneTileWhereSumsStay) {
  Config config;
  config.rows = 4;
  config.dataflow = Dataflow::output_stationary;
  EXPECT_EQ(pairs(cut_inner(summation_order_of(config), 9, 5)),
            (std::vector<std::array<std::size_t, 2>>{{0, 45}}));
}

TEST(Bfloat16Values, OfConcatenatedBranchesEqualThePlainOnes) {
  const std::vector<RoundedLayer> layers = round_network(test::read_layers(test::kBranches), 1);
  expect_equal(layers, {4, true});
  expect_equal(layers, {4, false});
  expect_equal(layers, {});
}

/// A part of a transformer, of 6 tokens with 16 elements and 2 heads, and of a translator.
const std::string kSequences = R"(
  {"name": "query", "type": "fully_connected", "inputs": 16, "outputs": 16, "rows": 6, "batch": 2,
   "weights": {"synthetic": {"density": 1}},
   "activations": {"synthetic": {"density": 1, "signed": true}}},
  {"name": "key", "type": "fully_connected", "outputs": 16, "rows": 6,
   "from": ["query"], "weights": {"synthetic": {"density": 1}}},
  {"name": "scores", "type": "matmul", "heads": 2, "rows": 6, "inner": 8, "columns": 6,
   "transpose_second": true, "from": ["query", "key"]},
  {"name": "softmax", "type": "normalization", "kind": "softmax", "groups": 2},
  {"name": "context", "type": "matmul", "heads": 2, "rows": 6, "inner": 6, "columns": 8,
   "from": ["softmax", "key"]},
  {"name": "sum", "type": "elementwise", "operation": "add", "from": ["context", "query"]},
  {"name": "normalized", "type": "normalization", "kind": "layer_normalization"},
  {"name": "encoder", "type": "lstm", "outputs": 9, "steps": 6,
   "weights": {"synthetic": {"density": 1}}},
  {"name": "decoder", "type": "gru", "outputs": 9, "steps": 6, "from": ["encoder", "sum"],
   "weights": {"synthetic": {"density": 1}}},
  {"name": "words", "type": "fully_connected", "outputs": 33, "rows": 6, "activation": "gelu",
   "weights": {"synthetic": {"density": 1}}})";

TEST(Bfloat16Values, OfSequencesEqualThePlainOnes) {
  const std::vector<RoundedLayer> layers = round_network(test::read_layers(kSequences), 1);
  expect_equal(layers, {5, true});
  expect_equal(layers, {});
}

TEST(Bfloat16Values, OfAShippedNetworkEqualThePlainOnes) {
  const std::filesystem::path networks(NZSIM_SOURCE_DIR "/workloads/networks");
  expect_equal(round_network(load_network(networks / "lenet-5.json"), 1), {128, true});
}

TEST(Bfloat16Values, RunsOneLayerInTheBuffersLayout) {
  RoundedLayer layer;
  layer.spec.type = LayerType::fully_connected;
  layer.spec.input = {4, 1, 1};
  layer.spec.output = {1, 1, 1};
  layer.spec.batch = 2;
  layer.weights = test::numbers({1, 10, 20, -30});
  // Two maps of one channel and two places per input, flattened channel by channel.
  const Values first = test::numbers({1, 2, 3, 4});
  const Values second = test::numbers({1, 0, 0, -1});
  const std::vector<FeatureMaps<Bfloat16>> sources{{{1, 1, 2}, first}, {{1, 1, 2}, second}};
  // 1 + 20 + 20; 3 + 40 + 30.
  EXPECT_THAT(test::values_of(run_bfloat16_layer(layer, {}, sources)),
              ::testing::ElementsAre(41, 73));
}

}  // namespace
}  // namespace nzsim::systolic
