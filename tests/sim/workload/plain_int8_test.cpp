#include "sim/workload/plain_int8.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nzsim {
namespace {

using ::testing::ElementsAre;
using Vector = std::vector<std::int8_t>;
using Sources = std::vector<Vector>;

/// Sums are multiplied by `factor`; sources are taken as they are.
LayerQuantization quantization(double factor) {
  LayerQuantization layer;
  layer.sources = {requantization_for(1.0)};
  layer.output.requantization = requantization_for(factor);
  return layer;
}

LayerSpec layer_of(LayerType type, FeatureShape input, FeatureShape output) {
  LayerSpec spec;
  spec.type = type;
  spec.input = input;
  spec.output = output;
  return spec;
}

Vector values(const LayerSpec& spec, const Vector& weights, const LayerQuantization& layer,
              const Sources& sources) {
  return plain_int8(spec, {weights, {}}, layer, sources).values;
}

TEST(PlainInt8, MultipliesAMatrixWithAVectorAndAddsTheBias) {
  const LayerSpec spec = layer_of(LayerType::fully_connected, {2, 1, 1}, {2, 1, 1});
  const Vector weights{1, 2, -3, 4};
  const std::vector<std::int32_t> bias{1, -2};
  const Int8Outputs outputs = plain_int8(spec, {weights, bias}, quantization(0.5), Sources{{5, 6}});
  // 5 + 12 + 1 = 18; -15 + 24 - 2 = 7, and 3.5 is rounded to 4.
  EXPECT_THAT(outputs.accumulators, ElementsAre(18, 7));
  EXPECT_THAT(outputs.values, ElementsAre(9, 4));
}

TEST(PlainInt8, MultipliesEveryVectorOfASequence) {
  const LayerSpec spec = layer_of(LayerType::fully_connected, {2, 3, 1}, {1, 3, 1});
  // Vectors (1, 4), (2, 5), (3, 6) times (1, -1).
  EXPECT_THAT(values(spec, {1, -1}, quantization(1.0), {{1, 2, 3, 4, 5, 6}}),
              ElementsAre(-3, -3, -3));
}

TEST(PlainInt8, SaturatesTheOutputsAndAppliesReluToThem) {
  LayerSpec spec = layer_of(LayerType::fully_connected, {1, 1, 1}, {2, 1, 1});
  LayerQuantization layer = quantization(1.0);
  EXPECT_THAT(values(spec, {127, -127}, layer, {{127}}), ElementsAre(127, -127));
  layer.output.activation = Activation::relu;
  EXPECT_THAT(values(spec, {127, -127}, layer, {{127}}), ElementsAre(127, 0));
}

TEST(PlainInt8, LooksActivationFunctionsUpAfterTheRequantization) {
  const LayerSpec spec = layer_of(LayerType::fully_connected, {1, 1, 1}, {2, 1, 1});
  LayerQuantization layer = quantization(0.5);
  layer.output.activation = Activation::tanh;
  layer.output.table[128 + 3] = 77;
  layer.output.table[128 - 127] = -5;
  // 6 x 0.5 = 3; -1000 x 0.5 saturates at -127.
  EXPECT_THAT(values(spec, {1, -127}, layer, {{6}}), ElementsAre(77, -5));
}

TEST(PlainInt8, CountsNegativeInputsAsZeroWhereAsked) {
  LayerSpec spec = layer_of(LayerType::fully_connected, {2, 1, 1}, {1, 1, 1});
  EXPECT_THAT(values(spec, {1, 1}, quantization(1.0), {{-3, 5}}), ElementsAre(2));
  spec.relu_on_input = true;
  EXPECT_THAT(values(spec, {1, 1}, quantization(1.0), {{-3, 5}}), ElementsAre(5));
}

TEST(PlainInt8, BringsConcatenatedPartsToOneScale) {
  const LayerSpec spec = layer_of(LayerType::fully_connected, {4, 1, 1}, {1, 1, 1});
  LayerQuantization layer = quantization(1.0);
  layer.sources = {requantization_for(1.0), requantization_for(0.5)};
  // 7 x 1 - 100 x 1 + round(3.5) x 10 + round(-3.5) x 1 = 7 - 100 + 40 - 4.
  EXPECT_THAT(
      plain_int8(spec, {Vector{1, 1, 10, 1}, {}}, layer, Sources{{7, -100}, {7, -7}}).accumulators,
      ElementsAre(-57));
}

LayerSpec convolution(std::uint32_t size, std::uint32_t kernel) {
  LayerSpec spec = layer_of(LayerType::convolution, {1, size, size}, {1, size, size});
  spec.kernel = {kernel, kernel};
  return spec;
}

TEST(PlainInt8, ConvolvesWithPaddingStrideAndDilation) {
  const Vector input{1, 2, 3, 4, 5, 6, 7, 8, 9};
  LayerSpec spec = convolution(3, 3);
  spec.padding = {1, 1};
  // The upper left tap alone: each output is its upper left neighbour, zero outside.
  EXPECT_THAT(values(spec, {1, 0, 0, 0, 0, 0, 0, 0, 0}, quantization(1.0), {input}),
              ElementsAre(0, 0, 0, 0, 1, 2, 0, 4, 5));
  spec.stride = {2, 2};
  spec.output = {1, 2, 2};
  // The lower right tap: only the first output lies inside, at (1, 1).
  EXPECT_THAT(values(spec, {0, 0, 0, 0, 0, 0, 0, 0, 1}, quantization(1.0), {input}),
              ElementsAre(5, 0, 0, 0));
  spec = convolution(3, 2);
  spec.dilation = {2, 2};
  spec.output = {1, 1, 1};
  // Corners: 1 + 10 x 3 - 7 + 9.
  EXPECT_THAT(values(spec, {1, 10, -1, 1}, quantization(1.0), {input}), ElementsAre(33));
}

TEST(PlainInt8, KeepsGroupsOfAConvolutionApart) {
  LayerSpec spec = layer_of(LayerType::convolution, {2, 1, 2}, {2, 1, 2});
  spec.groups = 2;
  EXPECT_THAT(values(spec, {1, -2}, quantization(1.0), {{10, 20, 30, 40}}),
              ElementsAre(10, 20, -60, -80));
}

LayerSpec matmul() {
  LayerSpec spec = layer_of(LayerType::matmul, {2, 2, 1}, {3, 2, 1});
  spec.second_input = {3, 2, 1};
  spec.operands = 2;
  return spec;
}

TEST(PlainInt8, MultipliesTwoActivationTensors) {
  LayerSpec spec = matmul();
  // Rows (1, 2), (3, 4), stored element by element; second operand (5, 6, 7), (8, 9, 10).
  const Vector first{1, 3, 2, 4};
  // (21, 24, 27), (47, 54, 61), stored element by element.
  EXPECT_THAT(values(spec, {}, quantization(1.0), {first, {5, 8, 6, 9, 7, 10}}),
              ElementsAre(21, 47, 24, 54, 27, 61));
  spec.transpose_second = true;
  spec.second_input = {2, 3, 1};
  EXPECT_THAT(values(spec, {}, quantization(1.0), {first, {5, 6, 7, 8, 9, 10}}),
              ElementsAre(21, 47, 24, 54, 27, 61));
}

TEST(PlainInt8, KeepsHeadsApart) {
  LayerSpec spec = layer_of(LayerType::matmul, {2, 1, 1}, {2, 1, 1});
  spec.second_input = {2, 1, 1};
  spec.operands = 2;
  spec.groups = 2;
  EXPECT_THAT(values(spec, {}, quantization(1.0), {{3, 5}, {10, -10}}), ElementsAre(30, -50));
}

LayerSpec pooling(PoolingKind kind) {
  LayerSpec spec = layer_of(LayerType::pooling, {1, 3, 3}, {1, 2, 2});
  spec.pooling = kind;
  spec.kernel = {2, 2};
  spec.stride = {2, 2};
  return spec;
}

TEST(PlainInt8, PoolsWhatLiesInside) {
  EXPECT_THAT(values(pooling(PoolingKind::maximum), {}, quantization(1.0),
                     {{-9, -8, -7, -6, -5, -4, -3, -2, -1}}),
              ElementsAre(-5, -4, -2, -1));
  // (1 + 2 + 4 + 3) / 4 = 2.5 -> 3; (3 + 4) / 2 = 3.5 -> 4; (-3 - 4) / 2 = -3.5 -> -4; 9.
  EXPECT_THAT(
      values(pooling(PoolingKind::average), {}, quantization(1.0), {{1, 2, 3, 4, 3, 4, -3, -4, 9}}),
      ElementsAre(3, 4, -4, 9));
}

TEST(PlainInt8, GivesZeroForAWindowOfPaddingAlone) {
  LayerSpec spec = layer_of(LayerType::pooling, {1, 1, 1}, {1, 1, 2});
  spec.stride = {1, 4};
  EXPECT_THAT(values(spec, {}, quantization(1.0), {{-9}}), ElementsAre(-9, 0));
}

LayerSpec elementwise(ElementwiseOperation operation, std::uint32_t operands) {
  LayerSpec spec = layer_of(LayerType::elementwise, {2, 1, 1}, {2, 1, 1});
  spec.elementwise = operation;
  spec.operands = operands;
  return spec;
}

TEST(PlainInt8, AddsWithGuardBitsAndRoundsOnce) {
  LayerQuantization layer = quantization(1.0 / 256);
  layer.sources = {requantization_for(256.0), requantization_for(0.25 * 256),
                   requantization_for(0.25 * 256)};
  // 3 + 1 / 4 + 1 / 4 = 3.5 -> 4, where terms rounded by themselves give 3; -100 - 120 / 4 - 127 /
  // 4 saturates.
  EXPECT_THAT(values(elementwise(ElementwiseOperation::add, 3), {}, layer,
                     {{3, -100}, {1, -120}, {1, -127}}),
              ElementsAre(4, -127));
}

TEST(PlainInt8, MultipliesExactlyAndRoundsOnce) {
  LayerQuantization layer = quantization(0.5);
  layer.sources.assign(2, requantization_for(1.0));
  // 3 x -5 / 2 = -7.5 -> -8; 127 x 127 / 2 saturates.
  EXPECT_THAT(
      values(elementwise(ElementwiseOperation::multiply, 2), {}, layer, {{3, 127}, {-5, 127}}),
      ElementsAre(-8, 127));
  layer = quantization(std::ldexp(1.0, -21));
  layer.sources.assign(4, requantization_for(1.0));
  // 127^4 / 2^21 = 124.04; 1.
  EXPECT_THAT(values(elementwise(ElementwiseOperation::multiply, 4), {}, layer,
                     {{127, 64}, {127, 64}, {-127, 64}, {127, 8}}),
              ElementsAre(-124, 1));
}

TEST(PlainInt8, AppliesAnActivationAlone) {
  const LayerSpec spec = layer_of(LayerType::activation, {3, 1, 1}, {3, 1, 1});
  LayerQuantization layer = quantization(1.0);
  layer.output.activation = Activation::relu;
  EXPECT_THAT(values(spec, {}, layer, {{-7, 0, 7}}), ElementsAre(0, 0, 7));
}

TEST(PlainInt8, ComputesASoftmaxFromPowersInATable) {
  LayerSpec spec = layer_of(LayerType::normalization, {6, 1, 1}, {6, 1, 1});
  spec.groups = 2;
  const LayerRanges ranges{.output = 127.0 / 128.0};
  const std::vector<double> scales{std::log(2.0)};
  const LayerQuantization layer = choose_quantization(spec, scales, 0.0, ranges);
  // 2^0, 2^-1, 2^-1 of 2: 64, 32 and 32 of 128. 2^-254, 1 and 1 of 2: 0, 64, 64.
  EXPECT_THAT(values(spec, {}, layer, {{1, 0, 0, -127, 127, 127}}),
              ElementsAre(64, 32, 32, 0, 64, 64));
}

TEST(PlainInt8, NormalizesAtEachPlace) {
  LayerSpec spec = layer_of(LayerType::normalization, {2, 2, 1}, {2, 2, 1});
  spec.normalization = NormalizationKind::layer_normalization;
  const LayerRanges ranges{.output = 1.27};
  const LayerQuantization layer = choose_quantization(spec, std::vector<double>{1.0}, 0.0, ranges);
  // Channels (1, -1): mean 0, variance 1, so 1 and -1, 100 steps of 0.01. Channels (9, 9): 0.
  EXPECT_THAT(values(spec, {}, layer, {{1, 9, -1, 9}}), ElementsAre(100, 0, -100, 0));
}

TEST(PlainInt8, AddsUpTheError) {
  QuantizationError error;
  EXPECT_EQ(error.root_mean_square(), 0.0);
  const Vector quantized{2, -4};
  error.add(quantized, 0.5, std::vector<double>{1.25, -2.0});
  // 1 - 1.25 = -0.25; 0.
  EXPECT_EQ(error.largest, 0.25);
  EXPECT_DOUBLE_EQ(error.root_mean_square(), std::sqrt(0.0625 / 2));
}

}  // namespace
}  // namespace nzsim
