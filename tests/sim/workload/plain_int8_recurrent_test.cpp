#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workload/plain_int8.h"

namespace nzsim {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using Vector = std::vector<std::int8_t>;

/// One input, one unit.
LayerSpec recurrent(LayerType type, std::uint32_t steps) {
  LayerSpec spec;
  spec.type = type;
  spec.input = {1, steps, 1};
  spec.output = {1, steps, 1};
  return spec;
}

/// Input and weights at scale 1, outputs at 1/127, gates' arguments up to 8 and 4.
LayerQuantization quantization(const LayerSpec& spec, double cell_range) {
  const LayerRanges ranges{
      .output = 1.0, .sigmoid_input = 100.0, .tanh_input = 100.0, .cell_state = cell_range};
  return choose_quantization(spec, std::vector<double>{1.0}, 127.0, ranges);
}

Int8Outputs run(const LayerSpec& spec, const LayerQuantization& layer, const Vector& weights,
                const Vector& input) {
  return plain_int8(spec, {weights, {}}, layer, std::vector<Vector>{input});
}

TEST(PlainInt8Recurrent, LimitsTheGatesArguments) {
  const LayerQuantization layer = quantization(recurrent(LayerType::lstm, 1), 4.0);
  EXPECT_EQ(layer.recurrent.sigmoid.argument_scale, 8.0 / 127);
  EXPECT_EQ(layer.recurrent.tanh.argument_scale, 4.0 / 127);
  EXPECT_EQ(layer.recurrent.cell_scale, 4.0 / 32767);
}

TEST(PlainInt8Recurrent, CarriesTheCellStateOfAnLstm) {
  const LayerSpec spec = recurrent(LayerType::lstm, 2);
  // All gates open, arguments of 20 saturate, and i = f = g = o = 127, which is 1.
  // Step 1: c = 1 = 8191.75 -> 8192 of 4 / 32767; of 4 / 127 it is 31.75 -> 32;
  //         127 tanh(32 x 4 / 127) = 97.14 -> 97.
  // Step 2: c = 8192 + 8191.75 -> 16384; 63.50 -> 64; 127 tanh(64 x 4 / 127) = 122.57 -> 123.
  const Int8Outputs outputs =
      run(spec, quantization(spec, 4.0), {1, 0, 1, 0, 1, 0, 1, 0}, {20, 20});
  EXPECT_THAT(outputs.values, ElementsAre(97, 123));
}

TEST(PlainInt8Recurrent, SaturatesTheCellState) {
  const LayerSpec spec = recurrent(LayerType::lstm, 3);
  // A cell range of 1.5: c = 1, then 2 saturates at 1.5 = 127 steps of 1.5 / 127, whose tanh is
  // 0.905148 = 114.95 / 127, and stays there.
  const Int8Outputs outputs =
      run(spec, quantization(spec, 1.5), {1, 0, 1, 0, 1, 0, 1, 0}, {20, 20, 20});
  EXPECT_THAT(outputs.values, ElementsAre(97, 115, 115));
}

TEST(PlainInt8Recurrent, KeepsTheSumsOfInputAndHiddenStateApart) {
  const LayerSpec spec = recurrent(LayerType::lstm, 2);
  const Vector weights{1, 1, 1, 2, 1, 3, 1, -4};
  const std::vector<std::int32_t> bias{10, 20, 30, 40};
  const Int8Outputs outputs =
      plain_int8(spec, {weights, bias}, quantization(spec, 4.0), std::vector<Vector>{{100, 90}});
  // As above the first step gives 97. W x + b of the rows i, f, g, o, each of two steps; then U h'.
  ASSERT_EQ(outputs.values[0], 97);
  EXPECT_THAT(outputs.accumulators, ElementsAre(110, 100, 120, 110, 130, 120, 140, 130,  //
                                                0, 97, 0, 194, 0, 291, 0, -388));
}

TEST(PlainInt8Recurrent, AddsTheTwoSumsAtTheScaleOfTheGate) {
  const LayerSpec spec = recurrent(LayerType::gru, 2);
  const LayerQuantization layer = quantization(spec, 0.0);
  // Step 1, x = 20: z = 0 and n = 1, so that h = 127. Step 2, x = 1: n = tanh(31.75 -> 32 steps of
  // 4 / 127) = 97 of 127. U_z = 1: z's argument is -1 + 127 / 127 = 0, z = 63.5 -> 64 and h = 64 +
  // 63 x 97 / 127 = 112.1. U_z = 0: the argument is -1 = -15.875 -> -16 steps of 8 / 127, z =
  // 0.267396 x 127 -> 34, h = 34 + 93 x 97 / 127 = 105.03.
  EXPECT_THAT(run(spec, layer, {0, 0, -1, 1, 1, 0}, {20, 1}).values, ElementsAre(127, 112));
  EXPECT_THAT(run(spec, layer, {0, 0, -1, 0, 1, 0}, {20, 1}).values, ElementsAre(127, 105));
}

TEST(PlainInt8Recurrent, BlendsTheHiddenStateOfAGru) {
  const LayerSpec spec = recurrent(LayerType::gru, 3);
  // z = 0 at x = 20, so that h = n = 1; z = 1 at x = -20 keeps h although n = -1; at x = 0, z is 64
  // and n = 0, so that h = 64 x 127 / 127.
  EXPECT_THAT(run(spec, quantization(spec, 0.0), {0, 0, -1, 0, 1, 0}, {20, -20, 0}).values,
              ElementsAre(127, 127, 64));
}

TEST(PlainInt8Recurrent, ResetsTheHiddenStateBeforeItsProduct) {
  const LayerSpec spec = recurrent(LayerType::gru, 2);
  // Step 1: h = 127. Step 2 with x = 0: r = 64, so that U_n meets 64 x 127 / 127 = 64, with x =
  // -20: r = 0.
  const LayerQuantization layer = quantization(spec, 0.0);
  const Vector weights{1, 0, -1, 0, 1, 2};
  EXPECT_EQ(run(spec, layer, weights, {20, 0}).accumulators.back(), 2 * 64);
  EXPECT_EQ(run(spec, layer, weights, {20, -20}).accumulators.back(), 0);
}

TEST(PlainInt8Recurrent, GivesZerosForZeros) {
  const LayerSpec spec = recurrent(LayerType::lstm, 3);
  EXPECT_THAT(run(spec, quantization(spec, 0.0), Vector(8, 0), {0, 0, 0}).values, Each(0));
}

}  // namespace
}  // namespace nzsim
