// Layers by hand. 2^24 + 1 rounds to 2^24 in binary32, so that the order of additions shows.

#include "sim/workload/plain_bfloat16.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workload/elementary.h"
#include "tests/support/bfloat16_layers.h"

namespace nzsim {
namespace {

using test::numbers;
using test::values_of;
using ::testing::ElementsAre;
using Numbers = std::vector<Bfloat16>;
using Reals = std::vector<double>;

constexpr double kLarge = 0x1p24;
constexpr double kLargest = 0x1.fep127;

LayerSpec spec_of(LayerType type, const FeatureShape& input, const FeatureShape& output) {
  LayerSpec spec;
  spec.type = type;
  spec.input = input;
  spec.output = output;
  return spec;
}

Reals run(const LayerSpec& spec, const Reals& weights, const std::vector<float>& bias,
          const std::vector<Reals>& sources, const SummationOrder& order = {}) {
  const Numbers rounded = numbers(weights);
  std::vector<Numbers> rounded_sources;
  for (const Reals& source : sources) rounded_sources.push_back(numbers(source));
  return values_of(plain_bfloat16(spec, {rounded, bias}, order, rounded_sources));
}

/// A row of weights times ones.
double sum_of(const Reals& weights, const SummationOrder& order) {
  const auto count = static_cast<std::uint32_t>(weights.size());
  const LayerSpec spec = spec_of(LayerType::fully_connected, {count, 1, 1}, {1, 1, 1});
  return run(spec, weights, {}, {Reals(weights.size(), 1.0)}, order)[0];
}

TEST(PlainBfloat16, AddsTileByTile) {
  const Reals weights{kLarge, 1, 1, -kLarge};
  // One running sum: 2^24 stays as it is twice.
  EXPECT_EQ(sum_of(weights, {}), 0.0);
  EXPECT_EQ(sum_of(weights, {1, true}), 0.0);
  // 2^24 + (1 - 2^24).
  EXPECT_EQ(sum_of(weights, {2, true}), 1.0);
  // (2^24 + 1 + 1) - 2^24.
  EXPECT_EQ(sum_of(weights, {3, true}), 0.0);
  // 2^24 + (1 + 1).
  EXPECT_EQ(sum_of({kLarge, 0, 1, 1, -kLarge}, {2, true}), 2.0);
}

TEST(PlainBfloat16, AddsTheVectorsOfASequenceInTheSameOrder) {
  const LayerSpec spec = spec_of(LayerType::fully_connected, {4, 2, 1}, {1, 2, 1});
  const std::vector<Reals> source{{1, 2, 1, 2, 1, 2, 1, 2}};
  EXPECT_THAT(run(spec, {kLarge, 1, 1, -kLarge}, {}, source), ElementsAre(0, 0));
  EXPECT_THAT(run(spec, {kLarge, 1, 1, -kLarge}, {}, source, {2, true}), ElementsAre(1, 2));
}

TEST(PlainBfloat16, AddsTheBiasLastAndRoundsOnce) {
  const LayerSpec spec = spec_of(LayerType::fully_connected, {2, 1, 1}, {1, 1, 1});
  EXPECT_THAT(run(spec, {kLarge, -kLarge}, {0.75F}, {{1, 1}}), ElementsAre(0.75));
  // 1 + (2^-8 + 2^-20), a bias that is no bfloat16: above half of a step of 2^-7.
  EXPECT_THAT(run(spec, {1, 0}, {0x1.001p-8F}, {{1, 1}}), ElementsAre(1.0 + 0x1p-7));
}

TEST(PlainBfloat16, CutsWindowsByPositionOrFlattened) {
  // Four positions of one channel.
  LayerSpec spec = spec_of(LayerType::convolution, {1, 1, 4}, {1, 1, 1});
  spec.kernel = {1, 4};
  const Reals weights{kLarge, 1, 1, -kLarge};
  EXPECT_THAT(run(spec, weights, {}, {{1, 1, 1, 1}}, {2, true}), ElementsAre(0));
  EXPECT_THAT(run(spec, weights, {}, {{1, 1, 1, 1}}, {2, false}), ElementsAre(1));
}

TEST(PlainBfloat16, TakesThePositionsOfAWindowBeforeItsChannels) {
  // Two channels, two positions; weights `[channel, position]`.
  LayerSpec spec = spec_of(LayerType::convolution, {2, 1, 2}, {1, 1, 1});
  spec.kernel = {1, 2};
  // (2^24 - 2^24) + 1; channel by channel it would be 2^24 + 1 - 2^24.
  EXPECT_THAT(run(spec, {kLarge, 1, -kLarge, 0}, {}, {{1, 1, 1, 1}}), ElementsAre(1));
  EXPECT_THAT(run(spec, {kLarge, -kLarge, 1, 0}, {}, {{1, 1, 1, 1}}), ElementsAre(0));
}

TEST(PlainBfloat16, SaturatesSumsAndTurnsNanToZero) {
  const LayerSpec spec = spec_of(LayerType::fully_connected, {2, 1, 1}, {1, 1, 1});
  EXPECT_THAT(run(spec, {0x1p100, 0}, {}, {{0x1p100, 0}}), ElementsAre(kLargest));
  EXPECT_THAT(run(spec, {-0x1p100, 0}, {}, {{0x1p100, 0}}), ElementsAre(-kLargest));
  EXPECT_THAT(run(spec, {0x1p100, -0x1p100}, {}, {{0x1p100, 0x1p100}}), ElementsAre(0));
  // Padding and weights of zero times saturated values are zeros.
  EXPECT_THAT(run(spec, {0, 1}, {}, {{1e300, 3}}), ElementsAre(3));
}

TEST(PlainBfloat16, TurnsWhatIsNotPositiveToPlusZero) {
  LayerSpec spec = spec_of(LayerType::activation, {4, 1, 1}, {4, 1, 1});
  spec.activation = Activation::relu;
  const Numbers outputs =
      plain_bfloat16(spec, {}, {}, std::vector<Numbers>{numbers({-0.0, -1, 0, 2})});
  EXPECT_THAT(test::bits_of(outputs), ElementsAre(0, 0, 0, 0x4000));
}

TEST(PlainBfloat16, AppliesFunctionsToUnroundedSums) {
  LayerSpec spec = spec_of(LayerType::fully_connected, {2, 1, 1}, {1, 1, 1});
  // 8 + 2^-7 is no bfloat16.
  const double sum = 8.0 + 0x1p-7;
  for (const Activation function : {Activation::sigmoid, Activation::tanh, Activation::gelu}) {
    spec.activation = function;
    EXPECT_THAT(run(spec, {8, 0x1p-7}, {}, {{1, 1}}),
                ElementsAre(to_float(round_to_bfloat16(apply(function, sum)))));
  }
  // The limits of overflow: infinity times zero does not arise.
  spec.activation = Activation::gelu;
  EXPECT_THAT(run(spec, {-0x1p100, 0}, {}, {{0x1p100, 0}}), ElementsAre(0));
}

TEST(PlainBfloat16, ReadsEachRecurrentSumApart) {
  // One unit of an lstm, one input; gates i, f, g, o. Bias 0 where not named.
  LayerSpec spec = spec_of(LayerType::lstm, {1, 2, 1}, {1, 2, 1});
  const auto half = [](double x) { return to_float(round_to_bfloat16(x)); };
  // i, f and o are sigmoid(0) = 1/2; g = tanh(1) in the first step, tanh(2) in the second.
  const float g1 = half(elementary::hyperbolic_tangent(1.0));
  const float g2 = half(elementary::hyperbolic_tangent(2.0));
  // A cell state of more bits than a bfloat16 has.
  const float c1 = 0.5F * g1;
  const float c2 = 0.5F * c1 + 0.5F * g2;
  const Reals outputs = run(spec, {0, 0, 0, 0, 1, 0, 0, 0}, {}, {{1, 2}});
  EXPECT_THAT(outputs, ElementsAre(half(0.5 * elementary::hyperbolic_tangent(c1)),
                                   half(0.5 * elementary::hyperbolic_tangent(c2))));
  EXPECT_NE(half(c2), c2);
}

TEST(PlainBfloat16, AddsBiasBeforeTheHiddenSum) {
  // A gru of one unit and one input; r and z are 1/2, n = tanh(2^24 x + 1 - 2^26 r h').
  const LayerSpec spec = spec_of(LayerType::gru, {1, 2, 1}, {1, 2, 1});
  // First step: n = 1, h = 1/2. Second: r h' = 1/4, and (2^24 + 1) - 2^24 = 0, where any other
  // order gives 1; n = 0, h = 1/4.
  EXPECT_THAT(run(spec, {0, 0, 0, 0, kLarge, -0x1p26}, {0, 0, 1}, {{1, 1}}),
              ElementsAre(0.5, 0.25));
}

TEST(PlainBfloat16, AveragesInBinary32) {
  LayerSpec spec = spec_of(LayerType::pooling, {1, 1, 3}, {1, 1, 1});
  spec.pooling = PoolingKind::average;
  spec.kernel = {1, 3};
  EXPECT_THAT(run(spec, {}, {}, {{kLarge, 1, -kLarge}}), ElementsAre(0));
  // 10 / 3 = 3.333..., in steps of 2^-6: 213 / 64.
  EXPECT_THAT(run(spec, {}, {}, {{3, 3, 4}}), ElementsAre(213.0 / 64));
  spec.pooling = PoolingKind::maximum;
  EXPECT_THAT(run(spec, {}, {}, {{-3, -2, -4}}), ElementsAre(-2));
}

TEST(PlainBfloat16, CombinesOperandsFromTheFirstToTheLast) {
  LayerSpec spec = spec_of(LayerType::elementwise, {1, 1, 1}, {1, 1, 1});
  spec.operands = 3;
  EXPECT_THAT(run(spec, {}, {}, {{kLarge}, {1}, {-kLarge}}), ElementsAre(0));
  EXPECT_THAT(run(spec, {}, {}, {{kLarge}, {-kLarge}, {1}}), ElementsAre(1));
  spec.elementwise = ElementwiseOperation::multiply;
  EXPECT_THAT(run(spec, {}, {}, {{3}, {-2}, {0.5}}), ElementsAre(-3));
  // Infinity times zero.
  EXPECT_THAT(run(spec, {}, {}, {{0x1p100}, {0x1p100}, {0}}), ElementsAre(0));
}

TEST(PlainBfloat16, NormalizesEachPartOfTheChannels) {
  LayerSpec spec = spec_of(LayerType::normalization, {4, 1, 1}, {4, 1, 1});
  spec.groups = 2;
  // e^0 / (e^0 + e^0); e^-1000 is nothing.
  EXPECT_THAT(run(spec, {}, {}, {{7, 7, 1000, 0}}), ElementsAre(0.5, 0.5, 1, 0));
  spec.normalization = NormalizationKind::layer_normalization;
  // Mean 2 and variance 1, of which epsilon takes less than a step; mean 0 and variance 0.
  EXPECT_THAT(run(spec, {}, {}, {{1, 3, 5, 5}}), ElementsAre(-1, 1, 0, 0));
}

TEST(PlainBfloat16, ConcatenatesAndDropsNegativeInputs) {
  LayerSpec spec = spec_of(LayerType::fully_connected, {4, 1, 1}, {1, 1, 1});
  EXPECT_THAT(run(spec, {1, 10, 20, 30}, {}, {{1, -1}, {-1, 2}}), ElementsAre(31));
  spec.relu_on_input = true;
  EXPECT_THAT(run(spec, {1, 10, 20, 30}, {}, {{1, -1}, {-1, 2}}), ElementsAre(61));
}

}  // namespace
}  // namespace nzsim
