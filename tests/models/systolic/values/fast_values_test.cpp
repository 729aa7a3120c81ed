// All values of a network against `plain_int8_network`, bit for bit.

#include "models/systolic/values/fast_values.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/workload/reading.h"
#include "tests/support/int8_layers.h"
#include "tests/support/layer_texts.h"

namespace nzsim::systolic {
namespace {

using test::Draw;
using Values = std::vector<std::int8_t>;

/// `[batch, output elements]` per layer, one input after the other.
std::vector<Values> plain_values(const std::vector<QuantizedLayer>& layers) {
  std::vector<Values> values(layers.size());
  for (std::uint32_t n = 0; n < layers[0].spec.batch; ++n) {
    const std::vector<Int8Outputs> outputs = plain_int8_network(layers, n);
    for (std::size_t index = 0; index < layers.size(); ++index) {
      const Values& output = outputs[index].values;
      values[index].insert(values[index].end(), output.begin(), output.end());
    }
  }
  return values;
}

void expect_equal(const std::vector<QuantizedLayer>& layers) {
  const std::vector<Values> computed = compute_values(layers);
  const std::vector<Values> plain = plain_values(layers);
  ASSERT_EQ(computed.size(), plain.size());
  for (std::size_t index = 0; index < layers.size(); ++index) {
    ASSERT_EQ(computed[index], plain[index]) << layers[index].spec.name;
  }
}

void expect_equal(const std::string& layers) {
  expect_equal(quantize_network(test::read_layers(layers), 1));
}

void expect_shipped_equal(const std::string& name) {
  const std::filesystem::path networks(NZSIM_SOURCE_DIR "/workloads/networks");
  expect_equal(quantize_network(load_network(networks / (name + ".json")), 1));
}

/// A layer with drawn values and a batch of drawn inputs.
void expect_drawn_equal(LayerSpec spec, Draw& draw, std::uint32_t largest_batch = 3) {
  test::Int8Case drawn = test::draw_int8_case(spec, draw);
  QuantizedLayer layer;
  layer.spec = std::move(spec);
  layer.spec.batch = draw.integer(1, largest_batch);
  layer.quantization = drawn.quantization;
  layer.weights = drawn.int8_weights;
  if (draw.integer(0, 3) != 0) layer.bias = drawn.int8_bias;
  layer.inputs.assign(layer.spec.batch, drawn.int8_sources);
  for (std::vector<Values>& input : layer.inputs) {
    for (Values& source : input) {
      for (std::int8_t& value : source) {
        value = static_cast<std::int8_t>(static_cast<int>(draw.integer(0, 254)) - 127);
      }
    }
  }
  expect_equal({layer});
}

Activation draw_activation(Draw& draw) {
  return kActivations[draw.integer(0, kActivations.size() - 1)];
}

/// What every drawn layer has in common.
LayerSpec spec_of(LayerType type, Draw& draw) {
  LayerSpec spec;
  spec.type = type;
  spec.activation = draw_activation(draw);
  spec.relu_on_input = draw.integer(0, 2) == 0;
  return spec;
}

/// Draws window, input and output extents; channels are set by the caller.
void draw_windows(LayerSpec& spec, Draw& draw) {
  spec.stride = {draw.integer(1, 3), draw.integer(1, 4)};
  spec.input.height = draw.integer(6, 11);
  spec.input.width = draw.integer(7, 12);
  const std::uint32_t height = (spec.kernel.height - 1) * spec.dilation.height + 1;
  const std::uint32_t width = (spec.kernel.width - 1) * spec.dilation.width + 1;
  spec.output.height =
      (spec.input.height + 2 * spec.padding.height - height) / spec.stride.height + 1;
  spec.output.width = (spec.input.width + 2 * spec.padding.width - width) / spec.stride.width + 1;
}

LayerSpec draw_convolution(Draw& draw, std::uint32_t groups, std::uint32_t inputs_per_group,
                           std::uint32_t outputs_per_group) {
  LayerSpec spec = spec_of(LayerType::convolution, draw);
  spec.groups = groups;
  spec.kernel = {draw.integer(1, 3), draw.integer(1, 3)};
  spec.padding = {draw.integer(0, 3), draw.integer(0, 2)};
  spec.dilation = {draw.integer(1, 2), draw.integer(1, 3)};
  draw_windows(spec, draw);
  spec.input.channels = groups * inputs_per_group;
  spec.output.channels = groups * outputs_per_group;
  return spec;
}

TEST(FastValues, ConvolutionsOfAnyWindowEqualThePlainOnes) {
  Draw draw(1);
  for (int repetition = 0; repetition < 60; ++repetition) {
    expect_drawn_equal(draw_convolution(draw, 1, draw.integer(1, 9), draw.integer(1, 40)), draw);
  }
}

TEST(FastValues, GroupedConvolutionsEqualThePlainOnes) {
  Draw draw(2);
  for (int repetition = 0; repetition < 30; ++repetition) {
    expect_drawn_equal(
        draw_convolution(draw, draw.integer(2, 4), draw.integer(2, 5), draw.integer(1, 9)), draw);
  }
}

TEST(FastValues, DepthwiseConvolutionsEqualThePlainOnes) {
  Draw draw(3);
  for (int repetition = 0; repetition < 40; ++repetition) {
    expect_drawn_equal(draw_convolution(draw, draw.integer(2, 40), 1, draw.integer(1, 2)), draw);
  }
}

TEST(FastValues, PointwiseConvolutionsEqualThePlainOnes) {
  Draw draw(4);
  for (int repetition = 0; repetition < 20; ++repetition) {
    LayerSpec spec = draw_convolution(draw, draw.integer(1, 2), draw.integer(2, 20), 35);
    spec.kernel = {1, 1};
    spec.padding = {0, 0};
    spec.stride = {1, 1};
    spec.output.height = spec.input.height;
    spec.output.width = spec.input.width;
    expect_drawn_equal(spec, draw);
  }
}

TEST(FastValues, ConvolutionsOfManyBlocksEqualThePlainOnes) {
  Draw draw(5);
  LayerSpec spec = draw_convolution(draw, 1, 3, 5);
  // 32 x 40 places, more than the 960 of the largest block.
  spec.input = {3, 32, 40};
  spec.output = {5, 32, 40};
  spec.kernel = {3, 3};
  spec.padding = {1, 1};
  spec.stride = {1, 1};
  spec.dilation = {1, 1};
  expect_drawn_equal(spec, draw);
  // 9 x 256 elements of a window and 4 x 300 bytes of sums per place: blocks of 96 and 20 places.
  spec.input = {256, 4, 29};
  spec.output = {300, 4, 29};
  expect_drawn_equal(spec, draw);
}

TEST(FastValues, FullyConnectedLayersEqualThePlainOnes) {
  Draw draw(6);
  for (int repetition = 0; repetition < 40; ++repetition) {
    LayerSpec spec = spec_of(LayerType::fully_connected, draw);
    const std::uint32_t rows = repetition % 2 == 0 ? 1 : draw.integer(2, 70);
    spec.input = {draw.integer(1, 300), rows, 1};
    spec.output = {draw.integer(1, 70), rows, 1};
    expect_drawn_equal(spec, draw);
  }
}

TEST(FastValues, MatmulsEqualThePlainOnes) {
  Draw draw(7);
  for (int repetition = 0; repetition < 40; ++repetition) {
    LayerSpec spec = spec_of(LayerType::matmul, draw);
    spec.groups = draw.integer(1, 3);
    spec.operands = 2;
    spec.transpose_second = repetition % 2 == 0;
    const std::uint32_t rows = draw.integer(1, 90);
    const std::uint32_t inner = draw.integer(1, 20);
    const std::uint32_t columns = draw.integer(1, 40);
    spec.input = {spec.groups * inner, rows, 1};
    spec.second_input = spec.transpose_second ? FeatureShape{spec.groups * inner, columns, 1}
                                              : FeatureShape{spec.groups * columns, inner, 1};
    spec.output = {spec.groups * columns, rows, 1};
    expect_drawn_equal(spec, draw);
  }
}

TEST(FastValues, RecurrentLayersEqualThePlainOnes) {
  Draw draw(8);
  for (int repetition = 0; repetition < 40; ++repetition) {
    LayerSpec spec = spec_of(repetition % 2 == 0 ? LayerType::lstm : LayerType::gru, draw);
    spec.activation = Activation::none;
    const std::uint32_t steps = draw.integer(1, 20);
    spec.input = {draw.integer(1, 30), steps, 1};
    spec.output = {draw.integer(1, 20), steps, 1};
    expect_drawn_equal(spec, draw, 8);
  }
}

TEST(FastValues, PoolingLayersEqualThePlainOnes) {
  Draw draw(9);
  for (int repetition = 0; repetition < 60; ++repetition) {
    LayerSpec spec = spec_of(LayerType::pooling, draw);
    spec.pooling = repetition % 2 == 0 ? PoolingKind::maximum : PoolingKind::average;
    spec.kernel = {draw.integer(1, 3), draw.integer(1, 4)};
    spec.padding = {draw.integer(0, spec.kernel.height - 1), draw.integer(0, 1)};
    draw_windows(spec, draw);
    spec.input.channels = draw.integer(1, 40);
    spec.output.channels = spec.input.channels;
    // With `ceil_mode` the last window reaches over the end.
    spec.output.width += draw.integer(0, 1);
    expect_drawn_equal(spec, draw);
  }
}

TEST(FastValues, ElementwiseLayersEqualThePlainOnes) {
  Draw draw(10);
  for (int repetition = 0; repetition < 40; ++repetition) {
    LayerSpec spec = spec_of(LayerType::elementwise, draw);
    spec.elementwise =
        repetition % 2 == 0 ? ElementwiseOperation::add : ElementwiseOperation::multiply;
    spec.operands = draw.integer(2, 4);
    spec.input = {draw.integer(1, 9), draw.integer(1, 9), draw.integer(1, 9)};
    spec.output = spec.input;
    expect_drawn_equal(spec, draw);
  }
}

TEST(FastValues, NormalizationsAndActivationsEqualThePlainOnes) {
  Draw draw(11);
  for (int repetition = 0; repetition < 60; ++repetition) {
    LayerSpec spec =
        spec_of(repetition % 3 == 0 ? LayerType::activation : LayerType::normalization, draw);
    spec.normalization =
        repetition % 3 == 1 ? NormalizationKind::softmax : NormalizationKind::layer_normalization;
    spec.groups = draw.integer(1, 3);
    spec.input = {spec.groups * draw.integer(1, 150), draw.integer(1, 4), draw.integer(1, 4)};
    spec.output = spec.input;
    expect_drawn_equal(spec, draw);
  }
}

TEST(FastValues, ConcatenatedBranchesOfDifferentScalesEqualThePlainOnes) {
  const std::vector<QuantizedLayer> layers =
      quantize_network(test::read_layers(test::kBranches), 1);
  EXPECT_NE(layers[4].quantization.sources[0], layers[4].quantization.sources[1]);
  expect_equal(layers);
}

TEST(FastValues, RunsOneLayerInTheBuffersLayout) {
  QuantizedLayer layer;
  layer.spec.type = LayerType::fully_connected;
  layer.spec.input = {4, 1, 1};
  layer.spec.output = {1, 1, 1};
  layer.spec.batch = 2;
  layer.quantization.sources.resize(2);
  layer.weights = {1, 10, 20, -30};
  // Two maps of one channel and two places per input, flattened channel by channel.
  const Values first{1, 2, 3, 4};
  const Values second{1, 0, 0, -1};
  const std::vector<FeatureMaps<std::int8_t>> sources{{{1, 1, 2}, first}, {{1, 1, 2}, second}};
  // 1 + 20 + 20; 3 + 40 + 30.
  EXPECT_THAT(run_layer(layer, sources), ::testing::ElementsAre(41, 73));
}

/// One layer of a transformer, of 6 tokens with 16 elements and 2 heads.
const std::string kTransformer = R"(
  {"name": "query", "type": "fully_connected", "inputs": 16, "outputs": 16, "rows": 6, "batch": 2,
   "weights": {"synthetic": {"density": 1}},
   "activations": {"synthetic": {"density": 1, "signed": true}}},
  {"name": "key", "type": "fully_connected", "outputs": 16, "rows": 6,
   "from": ["query"], "weights": {"synthetic": {"density": 1}}},
  {"name": "value", "type": "fully_connected", "outputs": 16, "rows": 6,
   "from": ["query"], "weights": {"synthetic": {"density": 1}}},
  {"name": "scores", "type": "matmul", "heads": 2, "rows": 6, "inner": 8, "columns": 6,
   "transpose_second": true, "from": ["query", "key"]},
  {"name": "softmax", "type": "normalization", "kind": "softmax", "groups": 2},
  {"name": "context", "type": "matmul", "heads": 2, "rows": 6, "inner": 6, "columns": 8,
   "from": ["softmax", "value"]},
  {"name": "sum", "type": "elementwise", "operation": "add", "from": ["context", "query"]},
  {"name": "normalized", "type": "normalization", "kind": "layer_normalization"},
  {"name": "wide", "type": "fully_connected", "outputs": 64, "rows": 6, "activation": "gelu",
   "weights": {"synthetic": {"density": 1}}},
  {"name": "narrow", "type": "fully_connected", "outputs": 16, "rows": 6,
   "weights": {"synthetic": {"density": 1}}})";

TEST(FastValues, TransformersEqualThePlainOnes) { expect_equal(kTransformer); }

/// Two recurrent layers of 5 steps, a residual and an attention over the steps.
const std::string kTranslation = R"(
  {"name": "encoder", "type": "lstm", "inputs": 12, "outputs": 9, "steps": 5, "batch": 3,
   "weights": {"synthetic": {"density": 1}},
   "activations": {"synthetic": {"density": 1, "signed": true}}},
  {"name": "second", "type": "gru", "outputs": 9, "steps": 5,
   "weights": {"synthetic": {"density": 1}}},
  {"name": "residual", "type": "elementwise", "operation": "add", "from": ["encoder", "second"]},
  {"name": "scores", "type": "matmul", "rows": 5, "inner": 9, "columns": 5,
   "transpose_second": true, "from": ["residual", "encoder"]},
  {"name": "weights", "type": "normalization", "kind": "softmax"},
  {"name": "context", "type": "matmul", "rows": 5, "inner": 5, "columns": 9,
   "from": ["weights", "encoder"]},
  {"name": "decoder", "type": "lstm", "outputs": 7, "steps": 5, "from": ["context", "residual"],
   "weights": {"synthetic": {"density": 1}}},
  {"name": "words", "type": "fully_connected", "outputs": 33, "rows": 5,
   "weights": {"synthetic": {"density": 1}}})";

TEST(FastValues, TranslationNetworksEqualThePlainOnes) { expect_equal(kTranslation); }

TEST(FastValues, ShippedNetworksEqualThePlainOnes) {
  expect_shipped_equal("lenet-5");
  expect_shipped_equal("lenet-300-100");
}

TEST(FastValues, SqueezeNetEqualsThePlainOne) { expect_shipped_equal("squeezenet"); }

}  // namespace
}  // namespace nzsim::systolic
