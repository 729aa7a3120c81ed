#include "sim/workload/plain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nzsim {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

using Rows = std::vector<std::vector<int>>;

/// A layer's weights from small lists; owns what the spans point to.
struct Weights {
  std::vector<std::uint64_t> row_starts;
  std::vector<std::uint32_t> columns;
  std::vector<std::uint16_t> codes;
  std::vector<std::uint16_t> bias_codes;
  std::vector<float> bias;

  /// Rows of codes, zeros included.
  explicit Weights(const Rows& rows) {
    row_starts.push_back(0);
    for (const std::vector<int>& row : rows) {
      for (std::size_t column = 0; column < row.size(); ++column) {
        if (row[column] == 0) continue;
        columns.push_back(static_cast<std::uint32_t>(column));
        codes.push_back(static_cast<std::uint16_t>(row[column]));
      }
      row_starts.push_back(codes.size());
    }
  }
  [[nodiscard]] PlainLayer layer() const { return {row_starts, columns, codes, bias_codes, bias}; }
};

/// Codes 1, 2, 3 stand for the weights 1, -2 and 0.5 in Q8.
const std::vector<std::int16_t> kCodebook{0, 256, -512, 128};
const std::vector<float> kRealCodebook{0.0F, 1.0F, -2.0F, 0.5F};

std::vector<std::int16_t> fixed(const LayerSpec& spec, const Weights& weights,
                                const std::vector<std::int16_t>& input) {
  // Inputs and outputs in Q8: the product of two Q8 numbers is shifted by 8.
  return plain_fixed_point(spec, weights.layer(), {kCodebook, 8, 256}, input);
}

LayerSpec fully_connected(std::uint32_t inputs, std::uint32_t outputs) {
  LayerSpec spec;
  spec.input = {inputs, 1, 1};
  spec.output = {outputs, 1, 1};
  return spec;
}

TEST(PlainFixedPoint, MultipliesAMatrixWithAVector) {
  const Weights weights(Rows{{1, 2, 0}, {0, 0, 3}});
  // 1 x 3 - 2 x 1 = 1; 0.5 x 5 = 2.5.
  EXPECT_THAT(fixed(fully_connected(3, 2), weights, {768, 256, 1280}), ElementsAre(256, 640));
}

TEST(PlainFixedPoint, RoundsEachProductHalfUp) {
  const Weights weights(Rows{{3}});
  // 0.5 x 1/256 = 0.5 steps -> 1; 0.5 x -1/256 = -0.5 steps -> 0.
  EXPECT_THAT(fixed(fully_connected(1, 1), weights, {1}), ElementsAre(1));
  EXPECT_THAT(fixed(fully_connected(1, 1), weights, {-1}), ElementsAre(0));
}

TEST(PlainFixedPoint, SaturatesAfterEveryAddition) {
  // 32000 + 32000 saturates at 32767, then -2 x 100 is added.
  const Weights weights(Rows{{1, 1, 2}});
  EXPECT_THAT(fixed(fully_connected(3, 1), weights, {32000, 32000, 100}), ElementsAre(32567));
}

TEST(PlainFixedPoint, AddsTheCodedBiasLastAndRectifies) {
  Weights weights(Rows{{1}, {2}});
  weights.bias_codes = {2, 3};
  LayerSpec spec = fully_connected(1, 2);
  // 3 - 2 = 1; -6 + 0.5 = -5.5.
  EXPECT_THAT(fixed(spec, weights, {768}), ElementsAre(256, -1408));
  spec.activation = Activation::relu;
  EXPECT_THAT(fixed(spec, weights, {768}), ElementsAre(256, 0));
}

TEST(PlainFixedPoint, CountsNegativeInputsAsZeroWhereAsked) {
  const Weights weights(Rows{{1, 1}});
  LayerSpec spec = fully_connected(2, 1);
  EXPECT_THAT(fixed(spec, weights, {-256, 512}), ElementsAre(256));
  spec.relu_on_input = true;
  EXPECT_THAT(fixed(spec, weights, {-256, 512}), ElementsAre(512));
}

LayerSpec convolution() {
  LayerSpec spec;
  spec.type = LayerType::convolution;
  spec.input = {1, 3, 3};
  spec.output = {1, 3, 3};
  spec.kernel = {3, 3};
  spec.padding = {1, 1};
  return spec;
}

TEST(PlainFixedPoint, ConvolvesWithPadding) {
  // The upper left tap alone: each output is its upper left neighbour, zero outside.
  const Weights weights(Rows{{1, 0, 0, 0, 0, 0, 0, 0, 0}});
  EXPECT_THAT(fixed(convolution(), weights, {1, 2, 3, 4, 5, 6, 7, 8, 9}),
              ElementsAre(0, 0, 0, 0, 1, 2, 0, 4, 5));
}

TEST(PlainFixedPoint, ConvolvesWithStride) {
  LayerSpec spec = convolution();
  spec.stride = {2, 2};
  spec.output = {1, 2, 2};
  // The lower right tap: outputs (0,0) (0,2) (2,0) (2,2) see (1,1), outside, outside, outside.
  const Weights weights(Rows{{0, 0, 0, 0, 0, 0, 0, 0, 1}});
  EXPECT_THAT(fixed(spec, weights, {1, 2, 3, 4, 5, 6, 7, 8, 9}), ElementsAre(5, 0, 0, 0));
}

TEST(PlainFixedPoint, KeepsGroupsApart) {
  LayerSpec spec = convolution();
  spec.input = {2, 1, 2};
  spec.output = {2, 1, 2};
  spec.kernel = {1, 1};
  spec.padding = {0, 0};
  spec.groups = 2;
  const Weights weights(Rows{{1}, {2}});
  EXPECT_THAT(fixed(spec, weights, {10, 20, 30, 40}), ElementsAre(10, 20, -60, -80));
}

TEST(PlainDouble, UsesTheUnroundedWeightsAndBias) {
  Weights weights(Rows{{1, 3}});
  weights.bias = {0.125F};
  double largest = 0.0;
  const std::vector<double> input{2.0, -8.0};
  LayerSpec spec = fully_connected(2, 1);
  spec.activation = Activation::relu;
  // 2 - 4 + 0.125 = -1.875, rectified to 0.
  EXPECT_THAT(plain_double(spec, weights.layer(), kRealCodebook, input, &largest),
              ElementsAre(DoubleEq(0.0)));
  EXPECT_DOUBLE_EQ(largest, 1.875);
}

LayerSpec pooling(PoolingKind kind) {
  LayerSpec spec;
  spec.type = LayerType::pooling;
  spec.pooling = kind;
  spec.input = {1, 3, 3};
  spec.output = {1, 2, 2};
  spec.kernel = {2, 2};
  spec.stride = {2, 2};
  return spec;
}

TEST(PlainPooling, TakesTheLargestOfEachWindowAlsoAtTheBorder) {
  const std::vector<std::int16_t> input{-9, -8, -7, -6, -5, -4, -3, -2, -1};
  EXPECT_THAT(plain_pooling(pooling(PoolingKind::maximum), input), ElementsAre(-5, -4, -2, -1));
}

TEST(PlainPooling, AveragesWhatIsInsideAndRoundsHalvesAwayFromZero) {
  const std::vector<std::int16_t> input{1, 2, 3, 4, 3, 4, -3, -4, 9};
  // (1 + 2 + 4 + 3) / 4 = 2.5 -> 3; (3 + 4) / 2 = 3.5 -> 4; (-3 - 4) / 2 = -3.5 -> -4; 9.
  EXPECT_THAT(plain_pooling(pooling(PoolingKind::average), input), ElementsAre(3, 4, -4, 9));
}

}  // namespace
}  // namespace nzsim
