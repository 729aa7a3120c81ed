#include "sim/workload/plain_real.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workload/plain.h"

namespace nzsim {
namespace {

using ::testing::DoubleEq;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using Vector = std::vector<double>;

LayerSpec layer_of(LayerType type, FeatureShape input, FeatureShape output) {
  LayerSpec spec;
  spec.type = type;
  spec.input = input;
  spec.output = output;
  return spec;
}

Vector real(const LayerSpec& spec, const std::vector<float>& weights,
            const std::vector<Vector>& sources) {
  LayerRanges ranges;
  return plain_real(spec, {weights, {}}, sources, ranges);
}

TEST(PlainReal, AddsTheBiasAndReportsTheRanges) {
  LayerSpec spec = layer_of(LayerType::fully_connected, {2, 1, 1}, {2, 1, 1});
  spec.activation = Activation::relu;
  const std::vector<float> weights{1.0F, -2.0F, 1.0F, 2.0F};
  const std::vector<float> bias{0.5F, 0.0F};
  LayerRanges ranges;
  // 1 - 6 + 0.5 = -4.5, rectified; 1 + 6 = 7. Then 3 - 0 + 0.5 and 3.
  EXPECT_THAT(plain_real(spec, {weights, bias}, std::vector<Vector>{{1.0, 3.0}}, ranges),
              ElementsAre(0.0, 7.0));
  EXPECT_THAT(plain_real(spec, {weights, bias}, std::vector<Vector>{{3.0, 0.0}}, ranges),
              ElementsAre(3.5, 3.0));
  EXPECT_EQ(ranges.before_activation, 7.0);
  EXPECT_EQ(ranges.output, 7.0);
}

TEST(PlainReal, ConcatenatesItsSourcesAndRectifiesThem) {
  LayerSpec spec = layer_of(LayerType::fully_connected, {3, 1, 1}, {1, 1, 1});
  EXPECT_THAT(real(spec, {1.0F, 2.0F, 4.0F}, {{1.0}, {-1.0, 3.0}}), ElementsAre(11.0));
  spec.relu_on_input = true;
  EXPECT_THAT(real(spec, {1.0F, 2.0F, 4.0F}, {{1.0}, {-1.0, 3.0}}), ElementsAre(13.0));
}

TEST(PlainReal, ConvolvesAsTheCompressedComputationDoes) {
  LayerSpec spec = layer_of(LayerType::convolution, {2, 4, 5}, {2, 2, 3});
  spec.kernel = {3, 2};
  spec.stride = {2, 2};
  spec.padding = {1, 1};
  spec.groups = 2;
  // Every weight another code of the codebook n / 8.
  std::vector<float> weights;
  std::vector<float> codebook{0.0F};
  std::vector<std::uint32_t> columns;
  std::vector<std::uint16_t> codes;
  for (int n = 0; n < 12; ++n) {
    weights.push_back(static_cast<float>(n + 1) / 8.0F);
    codebook.push_back(weights.back());
    columns.push_back(static_cast<std::uint32_t>(n % 6));
    codes.push_back(static_cast<std::uint16_t>(n + 1));
  }
  const std::vector<std::uint64_t> row_starts{0, 6, 12};
  Vector input(40);
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = std::cos(static_cast<double>(i));
  EXPECT_EQ(real(spec, weights, {input}),
            plain_double(spec, {row_starts, columns, codes, {}, {}}, codebook, input));
}

TEST(PlainReal, ReadsOneRowOfADilatedConvolution) {
  LayerSpec spec = layer_of(LayerType::convolution, {1, 1, 5}, {1, 1, 1});
  spec.kernel = {1, 3};
  spec.dilation = {1, 2};
  EXPECT_THAT(real(spec, {1.0F, 10.0F, 100.0F}, {{1, 2, 3, 4, 5}}), ElementsAre(531.0));
}

TEST(PlainReal, MultipliesHeads) {
  LayerSpec spec = layer_of(LayerType::matmul, {2, 1, 1}, {2, 1, 1});
  spec.second_input = {2, 1, 1};
  spec.groups = 2;
  EXPECT_THAT(real(spec, {}, {{3.0, 5.0}, {0.5, -2.0}}), ElementsAre(1.5, -10.0));
}

TEST(PlainReal, CombinesElementByElement) {
  LayerSpec spec = layer_of(LayerType::elementwise, {2, 1, 1}, {2, 1, 1});
  EXPECT_THAT(real(spec, {}, {{1, 2}, {3, 4}, {5, -6}}), ElementsAre(9, 0));
  spec.elementwise = ElementwiseOperation::multiply;
  EXPECT_THAT(real(spec, {}, {{1, 2}, {3, 4}, {5, -6}}), ElementsAre(15, -48));
}

TEST(PlainReal, PoolsWhatLiesInside) {
  LayerSpec spec = layer_of(LayerType::pooling, {1, 1, 3}, {1, 1, 2});
  spec.kernel = {1, 2};
  spec.stride = {1, 2};
  EXPECT_THAT(real(spec, {}, {{-1, -2, -3}}), ElementsAre(-1, -3));
  spec.pooling = PoolingKind::average;
  EXPECT_THAT(real(spec, {}, {{-1, -2, -3}}), ElementsAre(-1.5, -3));
}

TEST(PlainReal, NormalizesEachGroupAtEachPlace) {
  LayerSpec spec = layer_of(LayerType::normalization, {2, 2, 1}, {2, 2, 1});
  // Channels (0, ln 3) and (5, 5): 1 / 4 and 3 / 4, halves.
  EXPECT_THAT(real(spec, {}, {{0, 5, std::log(3.0), 5}}),
              ElementsAre(DoubleEq(0.25), 0.5, DoubleEq(0.75), 0.5));
  spec.normalization = NormalizationKind::layer_normalization;
  // (1, 3): mean 2, variance 1.
  EXPECT_THAT(real(spec, {}, {{1, 5, 3, 5}}),
              ElementsAre(DoubleNear(-1, 1e-5), 0, DoubleNear(1, 1e-5), 0));
}

TEST(PlainReal, AppliesActivationFunctions) {
  LayerSpec spec = layer_of(LayerType::activation, {2, 1, 1}, {2, 1, 1});
  spec.activation = Activation::sigmoid;
  EXPECT_THAT(real(spec, {}, {{0.0, 1.0}}), ElementsAre(0.5, DoubleEq(1 / (1 + std::exp(-1.0)))));
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TEST(PlainReal, FollowsTheEquationsOfTheLstm) {
  const LayerSpec spec = layer_of(LayerType::lstm, {1, 2, 1}, {1, 2, 1});
  const std::vector<float> weights{0.5F, 1.0F, -0.5F, 2.0F, 1.5F, -1.0F, 0.25F, 0.75F};
  const std::vector<float> bias{0.125F, 0.25F, 0.0F, -0.5F};
  LayerRanges ranges;
  const Vector output = plain_real(spec, {weights, bias}, std::vector<Vector>{{1.0, -2.0}}, ranges);
  const double c1 = sigmoid(0.5 + 0.125) * std::tanh(1.5);
  const double h1 = sigmoid(0.25 - 0.5) * std::tanh(c1);
  const double c2 =
      sigmoid(1.0 + 2 * h1 + 0.25) * c1 + sigmoid(-1.0 + h1 + 0.125) * std::tanh(-3.0 - h1);
  const double h2 = sigmoid(-0.5 + 0.75 * h1 - 0.5) * std::tanh(c2);
  EXPECT_THAT(output, ElementsAre(DoubleNear(h1, 1e-14), DoubleNear(h2, 1e-14)));
  EXPECT_NEAR(ranges.tanh_input, 3.0 + h1, 1e-14);
  EXPECT_NEAR(ranges.sigmoid_input, 1.25 + 2 * h1, 1e-14);
  EXPECT_NEAR(ranges.cell_state, std::max(c1, std::abs(c2)), 1e-14);
}

TEST(PlainReal, FollowsTheEquationsOfTheGru) {
  const LayerSpec spec = layer_of(LayerType::gru, {1, 2, 1}, {1, 2, 1});
  const std::vector<float> weights{0.5F, 1.0F, -0.5F, 2.0F, 1.5F, -1.0F};
  const double h1 = (1 - sigmoid(-0.5)) * std::tanh(1.5);
  const double r2 = sigmoid(-1.0 + h1);
  const double z2 = sigmoid(1.0 + 2 * h1);
  const double h2 = z2 * h1 + (1 - z2) * std::tanh(-3.0 - r2 * h1);
  EXPECT_THAT(real(spec, weights, {{1.0, -2.0}}),
              ElementsAre(DoubleNear(h1, 1e-14), DoubleNear(h2, 1e-14)));
}

TEST(PlainReal, WritesCompressedWeightsOut) {
  LayerValues values;
  EXPECT_THAT(dense_weights(values), ElementsAre());
  values.weights = CompressedMatrix{2, 2, {0, 1, 2}, {1, 0}, {2, 1}, {0.0F, 0.5F, -1.0F}};
  EXPECT_THAT(dense_weights(values), ElementsAre(0.0F, -1.0F, 0.5F, 0.0F));
  values.weights = DenseMatrix{1, 2, {3.0F, 4.0F}};
  EXPECT_THAT(dense_weights(values), ElementsAre(3.0F, 4.0F));
}

}  // namespace
}  // namespace nzsim
