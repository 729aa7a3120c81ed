#include "sim/workload/layer_quantization.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nzsim {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using Scales = std::vector<double>;

LayerSpec layer_of(LayerType type, Activation activation = Activation::none) {
  LayerSpec spec;
  spec.type = type;
  spec.activation = activation;
  return spec;
}

TEST(LayerQuantization, RequantizesProductsFromWeightTimesInputScale) {
  const LayerRanges ranges{.before_activation = 127.0, .output = 12.7};
  const LayerQuantization layer = choose_quantization(
      layer_of(LayerType::fully_connected, Activation::relu), Scales{0.25}, 63.5, ranges);
  EXPECT_EQ(layer.input_scale, 0.25);
  EXPECT_EQ(layer.weight_scale, 0.5);
  EXPECT_EQ(layer.output.sum_scale, 0.125);
  // ReLU: the range of what is positive; 0.125 / 0.1 = 1.25.
  EXPECT_THAT(layer.output.before_scale, DoubleEq(0.1));
  EXPECT_EQ(layer.output.scale, layer.output.before_scale);
  EXPECT_EQ(layer.output.requantization, requantization_for(1.25));
}

TEST(LayerQuantization, LimitsTheArgumentsOfSaturatingFunctions) {
  const LayerRanges ranges{.before_activation = 100.0, .output = 1.0};
  const auto before = [&](Activation activation, const LayerRanges& given) {
    return choose_quantization(layer_of(LayerType::convolution, activation), Scales{1.0}, 1.0,
                               given)
        .output.before_scale;
  };
  EXPECT_EQ(before(Activation::sigmoid, ranges), 8.0 / 127);
  EXPECT_EQ(before(Activation::tanh, ranges), 4.0 / 127);
  EXPECT_EQ(before(Activation::gelu, ranges), 100.0 / 127);
  EXPECT_EQ(before(Activation::tanh, {.before_activation = 2.0, .output = 0.9}), 2.0 / 127);
}

TEST(LayerQuantization, HasTablesFromTheScaleBeforeToTheOutputs) {
  const LayerRanges ranges{.before_activation = 2.0, .output = 0.5};
  const OutputQuantization output =
      choose_quantization(layer_of(LayerType::convolution, Activation::tanh), Scales{1.0}, 1.0,
                          ranges)
          .output;
  EXPECT_EQ(output.scale, 0.5 / 127);
  EXPECT_EQ(output.table, table_of(Activation::tanh, 2.0 / 127, 0.5 / 127));
}

TEST(LayerQuantization, TakesTheCoarsestScaleOfConcatenatedSources) {
  const LayerQuantization layer =
      choose_quantization(layer_of(LayerType::convolution), Scales{0.25, 1.0, 0.5}, 1.0, {});
  EXPECT_EQ(layer.input_scale, 1.0);
  EXPECT_THAT(layer.sources, ElementsAre(requantization_for(0.25), requantization_for(1.0),
                                         requantization_for(0.5)));
}

TEST(LayerQuantization, KeepsTheScaleOfPoolingAndActivationLayers) {
  const LayerRanges ranges{.before_activation = 3.0, .output = 2.0};
  const LayerQuantization pooling =
      choose_quantization(layer_of(LayerType::pooling), Scales{0.5}, 0.0, ranges);
  EXPECT_EQ(pooling.output.scale, 0.5);
  EXPECT_EQ(pooling.output.requantization, requantization_for(1.0));
  const LayerQuantization activation = choose_quantization(
      layer_of(LayerType::activation, Activation::gelu), Scales{0.5}, 0.0, ranges);
  EXPECT_EQ(activation.output.before_scale, 0.5);
  EXPECT_EQ(activation.output.scale, 2.0 / 127);
}

TEST(LayerQuantization, TakesTheScalesOfOperands) {
  const LayerRanges ranges{.output = 127.0};
  const LayerQuantization matmul =
      choose_quantization(layer_of(LayerType::matmul), Scales{0.5, 0.25}, 0.0, ranges);
  EXPECT_EQ(matmul.output.requantization, requantization_for(0.125));
  LayerSpec spec = layer_of(LayerType::elementwise);
  // Terms at 1 / 256, and the sum from there to 1.
  const LayerQuantization sum = choose_quantization(spec, Scales{0.5, 0.25}, 0.0, ranges);
  EXPECT_THAT(sum.sources, ElementsAre(requantization_for(128.0), requantization_for(64.0)));
  EXPECT_EQ(sum.output.requantization, requantization_for(1.0 / 256));
  spec.elementwise = ElementwiseOperation::multiply;
  EXPECT_EQ(choose_quantization(spec, Scales{0.5, 0.25}, 0.0, ranges).output.requantization,
            requantization_for(0.125));
}

TEST(LayerQuantization, ChoosesTheFactorsOfAnLstm) {
  const LayerRanges ranges{
      .output = 0.5, .sigmoid_input = 2.0, .tanh_input = 1.0, .cell_state = 8.0};
  const LayerQuantization layer =
      choose_quantization(layer_of(LayerType::lstm), Scales{0.5}, 127.0, ranges);
  const RecurrentQuantization& recurrent = layer.recurrent;
  EXPECT_EQ(layer.output.scale, 0.5 / 127);
  // Weights at 1: sums of x at 0.5, of h at 0.5 / 127.
  EXPECT_EQ(recurrent.sigmoid.from_input, requantization_for(0.5 * 256 / (2.0 / 127)));
  EXPECT_EQ(recurrent.tanh.from_hidden, requantization_for(0.5 / 127 * 256 / (1.0 / 127)));
  EXPECT_EQ(recurrent.tanh.table, table_of(Activation::tanh, 1.0 / 127, 1.0 / 127));
  EXPECT_EQ(recurrent.cell_scale, 8.0 / 32767);
  // tanh of the cell saturates at 4.
  EXPECT_EQ(recurrent.cell_argument_scale, 4.0 / 127);
  EXPECT_EQ(recurrent.keep, requantization_for(256.0 / 127));
}

TEST(LayerQuantization, TabulatesPowersOfASoftmax) {
  const LayerQuantization layer =
      choose_quantization(layer_of(LayerType::normalization), Scales{std::log(2.0)}, 0.0, {});
  EXPECT_EQ(layer.normalization.exponentials[0], 65536U);
  EXPECT_EQ(layer.normalization.exponentials[3], 8192U);
  // 2^-17 of 2^16 is a half.
  EXPECT_EQ(layer.normalization.exponentials[18], 0U);
}

TEST(LayerQuantization, ScalesTheEpsilonOfALayerNormalization) {
  LayerSpec spec = layer_of(LayerType::normalization);
  spec.normalization = NormalizationKind::layer_normalization;
  spec.input = {12, 1, 1};
  spec.groups = 2;
  // 1e-5 x (6 / 0.5)^2.
  EXPECT_DOUBLE_EQ(choose_quantization(spec, Scales{0.5}, 0.0, {}).normalization.epsilon, 144e-5);
}

TEST(LayerQuantization, GivesAScaleOfOneToNothing) {
  const LayerQuantization layer =
      choose_quantization(layer_of(LayerType::fully_connected), Scales{1.0}, 0.0, {});
  EXPECT_EQ(layer.weight_scale, 1.0);
  EXPECT_EQ(layer.output.scale, 1.0);
}

}  // namespace
}  // namespace nzsim
