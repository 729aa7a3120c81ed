// Random layers against a second computation of the same arithmetic, organised otherwise.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "sim/workload/plain_int8.h"
#include "tests/support/int8_layers.h"

namespace nzsim {
namespace {

using test::divided;
using test::Draw;
using test::draw_int8_case;
using test::Int8Case;
using test::limited;
using Sums = std::vector<std::int64_t>;

/// Every sum is compared before the outputs.
void expect_sums(const Int8Case& drawn, const Sums& sums) {
  const Int8Outputs outputs = drawn.run();
  ASSERT_EQ(Sums(outputs.accumulators.begin(), outputs.accumulators.end()), sums);
  const OutputQuantization& output = drawn.quantization.output;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    std::int8_t expected = limited(divided(sums[i], output.requantization));
    if (output.activation == Activation::relu) expected = std::max(expected, std::int8_t{0});
    if (output.activation == Activation::gelu) {
      expected = output.table[static_cast<std::size_t>(expected + 128)];
    }
    ASSERT_EQ(outputs.values[i], expected);
  }
}

Activation draw_activation(Draw& draw) {
  constexpr std::array kChoices{Activation::none, Activation::relu, Activation::gelu};
  return kChoices[draw.integer(0, 2)];
}

/// Scatters every input pixel over the outputs that see it.
Sums scattered_convolution(const Int8Case& drawn) {
  const LayerSpec& spec = drawn.spec;
  const int in_group = static_cast<int>(spec.input.channels / spec.groups);
  const int out_group = static_cast<int>(spec.output.channels / spec.groups);
  const auto height = static_cast<int>(spec.output.height);
  const auto width = static_cast<int>(spec.output.width);
  const auto window = spec.kernel.height * spec.kernel.width;
  Sums sums(spec.output.elements());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] = drawn.int8_bias[i / (spec.output.height * spec.output.width)];
  }
  for (std::size_t index = 0; index < drawn.int8_sources[0].size(); ++index) {
    const int x = static_cast<int>(index % spec.input.width);
    const int y = static_cast<int>(index / spec.input.width % spec.input.height);
    const int c = static_cast<int>(index / spec.input.width / spec.input.height);
    for (std::uint32_t tap = 0; tap < window; ++tap) {
      const int top = y + static_cast<int>(spec.padding.height) -
                      static_cast<int>(tap / spec.kernel.width * spec.dilation.height);
      const int left = x + static_cast<int>(spec.padding.width) -
                       static_cast<int>(tap % spec.kernel.width * spec.dilation.width);
      const int stride_y = static_cast<int>(spec.stride.height);
      const int stride_x = static_cast<int>(spec.stride.width);
      if (top < 0 || left < 0 || top % stride_y != 0 || left % stride_x != 0) continue;
      if (top / stride_y >= height || left / stride_x >= width) continue;
      for (int o = c / in_group * out_group; o < (c / in_group + 1) * out_group; ++o) {
        const std::size_t weight = (static_cast<std::size_t>(o * in_group + c % in_group)) * window;
        sums[static_cast<std::size_t>((o * height + top / stride_y) * width + left / stride_x)] +=
            drawn.int8_weights[weight + tap] * drawn.int8_sources[0][index];
      }
    }
  }
  return sums;
}

LayerSpec draw_convolution(Draw& draw) {
  LayerSpec spec;
  spec.type = LayerType::convolution;
  spec.activation = draw_activation(draw);
  spec.groups = draw.integer(1, 3);
  spec.kernel = {draw.integer(1, 3), draw.integer(1, 3)};
  spec.stride = {draw.integer(1, 3), draw.integer(1, 2)};
  spec.padding = {draw.integer(0, 2), draw.integer(0, 3)};
  spec.dilation = {draw.integer(1, 2), draw.integer(1, 3)};
  spec.input = {spec.groups * draw.integer(1, 3), draw.integer(5, 9), draw.integer(7, 12)};
  const std::uint32_t height = (spec.kernel.height - 1) * spec.dilation.height + 1;
  const std::uint32_t width = (spec.kernel.width - 1) * spec.dilation.width + 1;
  spec.output = {spec.groups * draw.integer(1, 3),
                 (spec.input.height + 2 * spec.padding.height - height) / spec.stride.height + 1,
                 (spec.input.width + 2 * spec.padding.width - width) / spec.stride.width + 1};
  return spec;
}

TEST(PlainInt8Differential, ConvolutionsEqualThoseThatScatterTheirInputs) {
  Draw draw(1);
  for (int repetition = 0; repetition < 200; ++repetition) {
    const Int8Case drawn = draw_int8_case(draw_convolution(draw), draw);
    expect_sums(drawn, scattered_convolution(drawn));
  }
}

TEST(PlainInt8Differential, PointwiseConvolutionsEqualThoseThatScatterTheirInputs) {
  Draw draw(8);
  for (int repetition = 0; repetition < 50; ++repetition) {
    LayerSpec spec = draw_convolution(draw);
    spec.kernel = {1, 1};
    spec.stride = {1, 1};
    spec.padding = {0, 0};
    spec.output.height = spec.input.height;
    spec.output.width = spec.input.width;
    const Int8Case drawn = draw_int8_case(spec, draw);
    expect_sums(drawn, scattered_convolution(drawn));
  }
}

TEST(PlainInt8Differential, FullyConnectedLayersEqualColumnByColumn) {
  Draw draw(2);
  for (int repetition = 0; repetition < 100; ++repetition) {
    LayerSpec spec;
    const std::uint32_t rows = draw.integer(1, 5);
    spec.activation = draw_activation(draw);
    spec.input = {draw.integer(1, 40), rows, 1};
    spec.output = {draw.integer(1, 20), rows, 1};
    const Int8Case drawn = draw_int8_case(spec, draw);
    Sums sums;
    for (std::size_t i = 0; i < spec.output.elements(); ++i) {
      sums.push_back(drawn.int8_bias[i / rows]);
    }
    for (std::size_t i = 0; i < spec.input.elements(); ++i) {
      for (std::size_t o = 0; o < spec.output.channels; ++o) {
        sums[o * rows + i % rows] +=
            drawn.int8_weights[o * spec.input.channels + i / rows] * drawn.int8_sources[0][i];
      }
    }
    expect_sums(drawn, sums);
  }
}

LayerSpec draw_matmul(Draw& draw) {
  LayerSpec spec;
  spec.type = LayerType::matmul;
  spec.groups = draw.integer(1, 4);
  spec.transpose_second = draw.integer(0, 1) == 1;
  const std::uint32_t rows = draw.integer(1, 6);
  const std::uint32_t inner = draw.integer(1, 9);
  const std::uint32_t columns = draw.integer(1, 7);
  spec.operands = 2;
  spec.input = {spec.groups * inner, rows, 1};
  spec.second_input = {spec.groups * (spec.transpose_second ? inner : columns),
                       spec.transpose_second ? columns : inner, 1};
  spec.output = {spec.groups * columns, rows, 1};
  return spec;
}

TEST(PlainInt8Differential, MatmulsEqualSumsOverIndices) {
  Draw draw(3);
  for (int repetition = 0; repetition < 200; ++repetition) {
    const LayerSpec spec = draw_matmul(draw);
    const Int8Case drawn = draw_int8_case(spec, draw);
    const MatrixProduct product = spec.matrix_product();
    const auto first = [&](std::size_t head, std::size_t row, std::size_t k) {
      return drawn.int8_sources[0][(head * product.inner + k) * product.rows + row];
    };
    const auto second = [&](std::size_t head, std::size_t k, std::size_t column) {
      const std::size_t element = spec.transpose_second ? k : column;
      const std::size_t vector = spec.transpose_second ? column : k;
      const std::size_t length = spec.transpose_second ? product.inner : product.columns;
      const std::size_t count = spec.transpose_second ? product.columns : product.inner;
      return drawn.int8_sources[1][(head * length + element) * count + vector];
    };
    Sums sums;
    for (std::size_t i = 0; i < spec.output.elements(); ++i) {
      const std::size_t channel = i / product.rows;
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < product.inner; ++k) {
        sum += first(channel / product.columns, i % product.rows, k) *
               second(channel / product.columns, k, channel % product.columns);
      }
      sums.push_back(sum);
    }
    expect_sums(drawn, sums);
  }
}

TEST(PlainInt8Differential, AMatmulEqualsAFullyConnectedLayerOverASequence) {
  Draw draw(4);
  for (int repetition = 0; repetition < 20; ++repetition) {
    LayerSpec spec = draw_matmul(draw);
    spec.groups = 1;
    spec.transpose_second = false;
    spec.input.channels = 9;
    spec.second_input = {5, 9, 1};
    spec.output.channels = 5;
    const Int8Case drawn = draw_int8_case(spec, draw);
    LayerSpec connected = spec;
    connected.type = LayerType::fully_connected;
    connected.operands = 1;
    LayerQuantization quantization = drawn.quantization;
    quantization.sources = {requantization_for(1.0)};
    const Int8Outputs outputs = plain_int8(connected, {drawn.int8_sources[1], {}}, quantization,
                                           std::span(drawn.int8_sources).first(1));
    EXPECT_EQ(outputs.values, drawn.run().values);
    EXPECT_EQ(outputs.accumulators, drawn.run().accumulators);
  }
}

TEST(PlainInt8Differential, ADepthwiseConvolutionEqualsADenseOneWithZerosBetweenChannels) {
  Draw draw(5);
  LayerSpec spec = draw_convolution(draw);
  spec.groups = 6;
  spec.input.channels = 6;
  spec.output.channels = 6;
  Int8Case drawn = draw_int8_case(spec, draw);
  const Int8Outputs depthwise = drawn.run();
  const std::size_t window = spec.kernel.height * spec.kernel.width;
  std::vector<std::int8_t> dense(6 * 6 * window, 0);
  for (std::size_t i = 0; i < 6 * window; ++i) {
    dense[i / window * 7 * window + i % window] = drawn.int8_weights[i];
  }
  drawn.int8_weights = dense;
  drawn.spec.groups = 1;
  EXPECT_EQ(drawn.run().accumulators, depthwise.accumulators);
  EXPECT_EQ(drawn.run().values, depthwise.values);
}

}  // namespace
}  // namespace nzsim
