// Products that read their operands through the geometry have the sums of the plain computation.

#include "models/systolic/reference/operands.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/systolic/compiler/layer_products.h"
#include "models/systolic/values/buffer_layout.h"
#include "sim/workload/plain_products.h"
#include "tests/support/int8_layers.h"

namespace nzsim::systolic {
namespace {

using nzsim::test::Draw;
using ::testing::ElementsAre;
using Values = std::vector<std::int8_t>;
using Sums = std::vector<std::int32_t>;

Values draw_values(Draw& draw, std::uint64_t count) {
  Values values(count);
  for (std::int8_t& value : values) {
    value = static_cast<std::int8_t>(static_cast<int>(draw.integer(0, 254)) - 127);
  }
  return values;
}

/// What the products of one layer read and give.
struct Tensors {
  /// In the buffer's order.
  FeatureShape shape;
  Values input;
  Values second;
  FeatureShape output;
};

/// One sum, inner element by inner element. `weights`: of the layer, or the second operand.
std::int32_t sum_of(const LayerSpec& spec, const Product& product, const Tensors& tensors,
                    const Values& weights, std::uint64_t row, std::uint64_t column) {
  std::int32_t sum = 0;
  for (std::uint32_t tile = 0; tile < product.inner.size(); ++tile) {
    for (std::uint32_t element = 0; element < product.inner[tile].count; ++element) {
      const auto a = activation_element(spec, product, tensors.shape, row, {tile, element});
      const auto w = weight_element(spec, product, column, {tile, element});
      sum += (a ? tensors.input.at(*a) : 0) * (w ? weights.at(*w) : 0);
    }
  }
  return sum;
}

/// The sums of all products in the order of the output tensor.
Sums sums_of(const LayerSpec& spec, const std::vector<Product>& products, const Tensors& tensors,
             const Values& weights) {
  Sums sums(spec.batch * tensors.output.elements());
  for (const Product& product : products) {
    for (std::uint64_t row = 0; row < product.rows; ++row) {
      for (std::uint64_t column = 0; column < product.columns; ++column) {
        sums.at(output_element(product, tensors.output, row, column)) +=
            sum_of(spec, product, tensors, weights, row, column);
      }
    }
  }
  return sums;
}

/// `[batch, channels, places]` to `[batch, places, channels]`.
Sums in_buffer_order(const Sums& sums, const FeatureShape& shape) {
  const std::size_t places = std::size_t{shape.height} * shape.width;
  Sums ordered;
  for (std::size_t first = 0; first < sums.size(); first += shape.elements()) {
    for (std::size_t place = 0; place < places; ++place) {
      for (std::size_t channel = 0; channel < shape.channels; ++channel) {
        ordered.push_back(sums[first + channel * places + place]);
      }
    }
  }
  return ordered;
}

Config array(std::uint32_t rows, std::uint32_t columns, WindowMapping mapping) {
  Config config;
  config.rows = rows;
  config.columns = columns;
  config.window_mapping = mapping;
  return config;
}

std::vector<Product> products_for(const Config& config, const LayerSpec& spec,
                                  std::uint32_t step = 0) {
  const LayerTensors tensors{{0, 1}, 2, 3, 4};
  return products_of(config, spec, 0, tensors, spec.batch, step);
}

LayerSpec draw_convolution(Draw& draw) {
  LayerSpec spec;
  spec.type = LayerType::convolution;
  spec.batch = draw.integer(1, 2);
  spec.groups = draw.integer(1, 3);
  spec.kernel = {draw.integer(1, 3), draw.integer(1, 3)};
  spec.stride = {draw.integer(1, 2), draw.integer(1, 2)};
  spec.padding = {draw.integer(0, 2), draw.integer(0, 2)};
  spec.dilation = {draw.integer(1, 2), draw.integer(1, 2)};
  spec.input = {spec.groups * draw.integer(1, 4), draw.integer(5, 7), draw.integer(5, 7)};
  spec.output.channels = spec.groups * draw.integer(1, 4);
  const auto steps = [](std::uint32_t input, std::uint32_t kernel, std::uint32_t dilation,
                        std::uint32_t padding, std::uint32_t stride) {
    return (input + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1;
  };
  spec.output.height = steps(spec.input.height, spec.kernel.height, spec.dilation.height,
                             spec.padding.height, spec.stride.height);
  spec.output.width = steps(spec.input.width, spec.kernel.width, spec.dilation.width,
                            spec.padding.width, spec.stride.width);
  return spec;
}

void expect_plain_convolution(const LayerSpec& spec, const Config& config, Draw& draw) {
  const Values weights = draw_values(draw, spec.weight_elements());
  const Values input = draw_values(draw, spec.batch * spec.input.elements());
  Sums expected;
  for (std::size_t n = 0; n < spec.batch; ++n) {
    const auto one = std::span(input).subspan(n * spec.input.elements(), spec.input.elements());
    const Sums sums =
        plain::convolve<std::int32_t>(spec, std::span<const std::int8_t>(weights), one);
    expected.insert(expected.end(), sums.begin(), sums.end());
  }
  const Tensors tensors{
      spec.input, to_buffer_layout<std::int8_t>(spec.input, input), {}, spec.output};
  EXPECT_EQ(sums_of(spec, products_for(config, spec), tensors, weights),
            in_buffer_order(expected, spec.output));
}

TEST(Operands, WindowsByPositionGiveThePlainConvolution) {
  Draw draw(1);
  for (int repetition = 0; repetition < 60; ++repetition) {
    const LayerSpec spec = draw_convolution(draw);
    const Config config = array(draw.integer(1, 9), draw.integer(1, 9), WindowMapping::by_position);
    expect_plain_convolution(spec, config, draw);
  }
}

TEST(Operands, FlattenedWindowsGiveThePlainConvolution) {
  Draw draw(2);
  for (int repetition = 0; repetition < 60; ++repetition) {
    const LayerSpec spec = draw_convolution(draw);
    const Config config = array(draw.integer(1, 9), draw.integer(1, 9), WindowMapping::flattened);
    expect_plain_convolution(spec, config, draw);
  }
}

/// Two groups of two channels and one filter each stand side by side: the first filter's weights
/// lie in the rows of its own channels.
TEST(Operands, GroupsSideBySideHaveZerosBesideTheirDiagonal) {
  LayerSpec spec;
  spec.type = LayerType::convolution;
  spec.groups = 2;
  spec.input = {4, 1, 1};
  spec.output = {2, 1, 1};
  const std::vector<Product> products = products_for(array(8, 8, WindowMapping::by_position), spec);
  ASSERT_EQ(products.size(), 1U);
  const auto column = [&](std::uint64_t number) {
    std::vector<std::optional<std::uint64_t>> elements;
    for (std::uint32_t channel = 0; channel < 4; ++channel) {
      elements.push_back(weight_element(spec, products[0], number, {0, channel}));
    }
    return elements;
  };
  EXPECT_THAT(column(0), ElementsAre(0U, 1U, std::nullopt, std::nullopt));
  EXPECT_THAT(column(1), ElementsAre(std::nullopt, std::nullopt, 2U, 3U));
}

LayerSpec fully_connected(std::uint32_t inputs, std::uint32_t outputs, std::uint32_t rows) {
  LayerSpec spec;
  spec.input = {inputs, rows, 1};
  spec.output = {outputs, rows, 1};
  spec.batch = 2;
  return spec;
}

/// The network flattens channels x height x width, the buffer has height x width x channels.
TEST(Operands, AFlattenedMapMeetsItsOwnWeights) {
  Draw draw(3);
  const LayerSpec spec = fully_connected(24, 5, 1);
  const FeatureShape map{4, 3, 2};
  const Values weights = draw_values(draw, spec.weight_elements());
  const Values input = draw_values(draw, spec.batch * 24);
  Sums expected;
  for (std::size_t n = 0; n < 2; ++n) {
    for (std::size_t output = 0; output < 5; ++output) {
      expected.push_back(plain::dot(std::span(weights).subspan(output * 24, 24),
                                    std::span(input).subspan(n * 24, 24)));
    }
  }
  const Tensors tensors{map, to_buffer_layout<std::int8_t>(map, input), {}, spec.output};
  const Config config = array(7, 3, WindowMapping::by_position);
  EXPECT_EQ(sums_of(spec, products_for(config, spec), tensors, weights), expected);
}

TEST(Operands, AFlattenedMapIsTakenChannelByChannel) {
  const LayerSpec spec = fully_connected(24, 5, 1);
  // 2 channels at 3 x 4 places.
  const FeatureShape map{2, 3, 4};
  const Product product = products_for(array(7, 3, WindowMapping::by_position), spec)[0];
  EXPECT_FALSE(is_contiguous(spec, product, map));
  // Inner element 2 x 7 + 3 = 17 is the second channel at place 17 - 12 = 5; the second input of
  // the batch lies behind 24 elements.
  EXPECT_EQ(activation_element(spec, product, map, 1, {2, 3}), 24U + 5 * 2 + 1);
  EXPECT_EQ(weight_element(spec, product, 4, {2, 3}), 4U * 24 + 17);
}

TEST(Operands, VectorsOfASequenceShareTheWeights) {
  Draw draw(4);
  const LayerSpec spec = fully_connected(6, 5, 3);
  const Values weights = draw_values(draw, 30);
  const Values input = draw_values(draw, 2 * 18);
  Sums expected;
  for (std::size_t n = 0; n < 2; ++n) {
    const Sums sums = plain::multiply<std::int32_t>(std::span<const std::int8_t>(weights), 5, 6,
                                                    std::span(input).subspan(n * 18, 18), 3);
    expected.insert(expected.end(), sums.begin(), sums.end());
  }
  const Tensors tensors{
      spec.input, to_buffer_layout<std::int8_t>(spec.input, input), {}, spec.output};
  const Config config = array(4, 2, WindowMapping::by_position);
  EXPECT_EQ(sums_of(spec, products_for(config, spec), tensors, weights),
            in_buffer_order(expected, spec.output));
}

void expect_plain_heads(bool transpose_second) {
  Draw draw(5);
  LayerSpec spec;
  spec.type = LayerType::matmul;
  spec.batch = 2;
  spec.groups = 3;
  spec.operands = 2;
  spec.transpose_second = transpose_second;
  // 4 rows x 5 inner x 2 columns.
  spec.input = {15, 4, 1};
  spec.second_input = transpose_second ? FeatureShape{15, 2, 1} : FeatureShape{6, 5, 1};
  spec.output = {6, 4, 1};
  const Values first = draw_values(draw, 2 * 60);
  const Values second = draw_values(draw, 2 * 30);
  Sums expected;
  for (std::size_t n = 0; n < 2; ++n) {
    const Sums sums = plain::multiply_heads<std::int32_t>(
        spec, std::span<const std::int8_t>(first).subspan(n * 60, 60),
        std::span<const std::int8_t>(second).subspan(n * 30, 30));
    expected.insert(expected.end(), sums.begin(), sums.end());
  }
  const Tensors tensors{
      spec.input, to_buffer_layout<std::int8_t>(spec.input, first), {}, spec.output};
  const Config config = array(3, 2, WindowMapping::by_position);
  EXPECT_EQ(sums_of(spec, products_for(config, spec), tensors,
                    to_buffer_layout<std::int8_t>(spec.second_input, second)),
            in_buffer_order(expected, spec.output));
}

TEST(Operands, HeadsMultiplyTwoTensors) { expect_plain_heads(false); }
TEST(Operands, HeadsMultiplyATransposedTensor) { expect_plain_heads(true); }

LayerSpec recurrent(LayerType type) {
  LayerSpec spec;
  spec.type = type;
  spec.input = {3, 4, 1};
  spec.output = {2, 4, 1};
  return spec;
}

/// 3 inputs, 2 units, 4 steps; rows of the weight matrix have 5 elements.
TEST(Operands, AStepTakesItsInputsAndTheHiddenStateBefore) {
  const LayerSpec spec = recurrent(LayerType::lstm);
  const Config config = array(8, 8, WindowMapping::by_position);
  const std::vector<Product> products = products_for(config, spec, 2);
  ASSERT_EQ(products.size(), 2U);
  // Input 1 of the batch: behind 4 steps of 3 elements, step 2.
  EXPECT_EQ(activation_element(spec, products[0], spec.input, 1, {0, 1}), 12U + 2 * 3 + 1);
  EXPECT_EQ(weight_element(spec, products[0], 7, {0, 1}), 7U * 5 + 1);
  // Behind 4 steps of 2 units, step 1.
  EXPECT_EQ(activation_element(spec, products[1], spec.output, 1, {0, 1}), 8U + 1 * 2 + 1);
  EXPECT_EQ(weight_element(spec, products[1], 7, {0, 1}), 7U * 5 + 3 + 1);
}

TEST(Operands, BeforeTheFirstStepTheHiddenStateIsZero) {
  const LayerSpec spec = recurrent(LayerType::lstm);
  const std::vector<Product> products =
      products_for(array(8, 8, WindowMapping::by_position), spec, 0);
  EXPECT_EQ(activation_element(spec, products[1], spec.output, 0, {0, 0}), std::nullopt);
  EXPECT_EQ(activation_element(spec, products[0], spec.input, 0, {0, 0}), 0U);
}

/// The third gate multiplies r . h' of the same step, which has one vector per input.
TEST(Operands, TheThirdGateOfAGruTakesTheResetState) {
  const LayerSpec spec = recurrent(LayerType::gru);
  const std::vector<Product> products =
      products_for(array(8, 8, WindowMapping::by_position), spec, 3);
  ASSERT_EQ(products.size(), 4U);
  EXPECT_EQ(activation_element(spec, products[1], spec.output, 1, {0, 1}), 8U + 2 * 2 + 1);
  EXPECT_EQ(activation_element(spec, products[3], spec.output, 1, {0, 1}), 1U * 2 + 1);
  // Its rows of weights are the last two of six.
  EXPECT_EQ(weight_element(spec, products[3], 1, {0, 1}), 5U * 5 + 3 + 1);
}

}  // namespace
}  // namespace nzsim::systolic
