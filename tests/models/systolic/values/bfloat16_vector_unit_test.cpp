#include "models/systolic/values/bfloat16_vector_unit.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workload/elementary.h"
#include "sim/workload/quantization.h"
#include "tests/support/bfloat16_layers.h"

namespace nzsim::systolic {
namespace {

using test::numbers;
using test::values_of;
using ::testing::ElementsAre;
using Numbers = std::vector<Bfloat16>;
using Sums = std::vector<float>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kLargest = 0x1.fep127;

Numbers finish(const Sums& sums, const Sums& bias, Activation function) {
  Numbers outputs(sums.size());
  finish_row(sums, bias, function, outputs);
  return outputs;
}

TEST(Bfloat16VectorUnit, AddsTheBiasAndRoundsOnce) {
  // 1 + 2^-8 is half a step above 1; a little more rounds up.
  EXPECT_THAT(
      values_of(finish({1.0F, 1.0F, 2.0F}, {0x1p-8F, 0x1.001p-8F, -3.0F}, Activation::none)),
      ElementsAre(1.0, 1.0 + 0x1p-7, -1.0));
  EXPECT_THAT(values_of(finish({1.0F, -2.0F}, {}, Activation::relu)), ElementsAre(1.0, 0.0));
}

TEST(Bfloat16VectorUnit, TakesSumsThatAreNotFinite) {
  const Sums sums{kInfinity, -kInfinity, kInfinity - kInfinity};
  EXPECT_THAT(values_of(finish(sums, {}, Activation::none)), ElementsAre(kLargest, -kLargest, 0));
  EXPECT_THAT(values_of(finish(sums, {}, Activation::relu)), ElementsAre(kLargest, 0, 0));
  EXPECT_THAT(values_of(finish(sums, {}, Activation::sigmoid)), ElementsAre(1, 0, 0.5));
  EXPECT_THAT(values_of(finish(sums, {}, Activation::tanh)), ElementsAre(1, -1, 0));
  EXPECT_THAT(values_of(finish(sums, {}, Activation::gelu)), ElementsAre(kLargest, 0, 0));
}

TEST(Bfloat16VectorUnit, FinishesRowsOfAnyLength) {
  test::Draw draw(1);
  for (const Activation function : kActivations) {
    Sums sums(1300);
    Sums bias(sums.size());
    Numbers expected;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] = static_cast<float>(draw.real(4.0));
      bias[i] = static_cast<float>(draw.real(4.0));
      expected.push_back(round_to_bfloat16(apply(function, sums[i] + bias[i])));
    }
    EXPECT_EQ(finish(sums, bias, function), expected);
  }
}

TEST(Bfloat16VectorUnit, AddsBiasThenHiddenSumForGates) {
  // (2^24 + 1) - 2^24 is 0, while 2^24 - 2^24 + 1 is 1.
  Numbers gates(2);
  finish_gate_row(Sums{0x1p24F, 0x1p24F}, Sums{1.0F, -0x1p24F}, Sums{-0x1p24F, 1.0F},
                  Activation::tanh, gates);
  EXPECT_EQ(gates, numbers({0.0, elementary::hyperbolic_tangent(1.0)}));
  finish_gate_row(Sums{1.0F, 0.0F}, {}, Sums{-1.0F, 0.0F}, Activation::sigmoid, gates);
  EXPECT_EQ(gates, numbers({0.5, 0.5}));
}

TEST(Bfloat16VectorUnit, RoundsEachProductOfACellState) {
  // f c' = 3/4 (1 + 2^-23) is halfway between steps of 2^-24: 3/4 + 2^-23. i g = -3/4.
  Sums cell{1.0F + 0x1p-23F};
  Numbers hidden(1);
  lstm_step(numbers({1.0, 0.75, -0.75, 0.5}), cell, hidden);
  EXPECT_THAT(cell, ElementsAre(0x1p-23F));
  // o tanh(2^-23), and tanh(x) is x up to x^3 / 3.
  EXPECT_THAT(values_of(hidden), ElementsAre(0x1p-24));
}

TEST(Bfloat16VectorUnit, StepsGruUnits) {
  Numbers reset(2);
  gru_reset(numbers({0.5, 1.0}), numbers({3.0, -0.25}), reset);
  EXPECT_THAT(values_of(reset), ElementsAre(1.5, -0.25));
  // 1/4 x 2 + 3/4 x -1; z = 1 keeps the state.
  Numbers hidden = numbers({2.0, 0.125});
  gru_step(numbers({0.25, 1.0}), numbers({-1.0, 1.0}), hidden);
  EXPECT_THAT(values_of(hidden), ElementsAre(-0.25, 0.125));
}

TEST(Bfloat16VectorUnit, PoolsMoreChannelsThanABlock) {
  LayerSpec spec;
  spec.type = LayerType::pooling;
  spec.input = {300, 1, 2};
  spec.output = {300, 1, 1};
  spec.kernel = {1, 2};
  std::vector<double> places(600);
  std::vector<double> largest(300);
  std::vector<double> averages(300);
  for (std::size_t channel = 0; channel < 300; ++channel) {
    places[channel] = static_cast<double>(channel % 100);
    places[300 + channel] = static_cast<double>(50 - static_cast<int>(channel % 7));
    largest[channel] = std::max(places[channel], places[300 + channel]);
    averages[channel] = (places[channel] + places[300 + channel]) / 2.0;
  }
  Numbers outputs(300);
  pool(spec, numbers(places), outputs);
  EXPECT_EQ(outputs, numbers(largest));
  spec.pooling = PoolingKind::average;
  pool(spec, numbers(places), outputs);
  EXPECT_EQ(outputs, numbers(averages));
}

TEST(Bfloat16VectorUnit, KeepsTheFirstOfTwoZeros) {
  LayerSpec spec;
  spec.type = LayerType::pooling;
  spec.input = {2, 1, 2};
  spec.output = {2, 1, 1};
  spec.kernel = {1, 2};
  Numbers outputs(2);
  pool(spec, numbers({-0.0, 0.0, 0.0, -0.0}), outputs);
  EXPECT_THAT(test::bits_of(outputs), ElementsAre(0x8000, 0x0000));
}

TEST(Bfloat16VectorUnit, MayWriteOverItsInputs) {
  Numbers values = numbers({1, -2, 3});
  const Numbers others = numbers({10, 20, -30});
  const std::vector<std::span<const Bfloat16>> operands{values, others};
  combine(ElementwiseOperation::add, operands, Activation::none, values);
  EXPECT_THAT(values_of(values), ElementsAre(11, 18, -27));
  apply_activation(values, Activation::relu, values);
  EXPECT_THAT(values_of(values), ElementsAre(11, 18, 0));
  LayerSpec spec;
  spec.type = LayerType::normalization;
  spec.input = {1, 3, 1};
  normalize(spec, values, values);
  EXPECT_THAT(values_of(values), ElementsAre(1, 1, 1));
}

TEST(Bfloat16VectorUnit, JoinsChannelsAndDropsNegativeValues) {
  // Two places of one and of two channels.
  Numbers outputs(6);
  const Numbers first = numbers({1, -2});
  const Numbers second = numbers({3, 4, 5, -0.0});
  concatenate(std::vector<Bfloat16Part>{{first, 1}, {second, 2}}, outputs);
  EXPECT_THAT(values_of(outputs), ElementsAre(1, 3, 4, -2, 5, 0));
  clamp_negative(outputs);
  EXPECT_THAT(test::bits_of(outputs), ElementsAre(0x3f80, 0x4040, 0x4080, 0, 0x40a0, 0));
}

}  // namespace
}  // namespace nzsim::systolic
