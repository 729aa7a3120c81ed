#include "sim/workload/quantization.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/message_of.h"

namespace nzsim {
namespace {

using test::message_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Quantization, RoundsHalvesAwayFromZero) {
  const std::vector<float> values{0.5F, -0.5F, 1.5F, 2.25F, -2.25F, 0.25F};
  EXPECT_THAT(quantize_int8(values, 1.0), ElementsAre(1, -1, 2, 2, -2, 0));
  // 2.25 / 0.5 = 4.5 -> 5.
  EXPECT_EQ(quantize_int8(2.25, 0.5), 5);
  EXPECT_EQ(quantize_int8(-2.25, 0.5), -5);
}

TEST(Quantization, SaturatesAt127OnBothSides) {
  EXPECT_EQ(quantize_int8(127.49, 1.0), 127);
  EXPECT_EQ(quantize_int8(127.5, 1.0), 127);
  EXPECT_EQ(quantize_int8(-128.0, 1.0), -127);
  EXPECT_EQ(quantize_int8(-1e300, 1.0), -127);
  EXPECT_EQ(saturate_int8(std::int64_t{1} << 40), 127);
  EXPECT_EQ(saturate_int8(-128), -127);
}

TEST(Quantization, ChoosesTheScaleThatMapsTheLargestMagnitudeTo127) {
  EXPECT_EQ(scale_for_range(254.0), 2.0);
  EXPECT_EQ(quantize_int8(0.3, scale_for_range(0.3)), 127);
  EXPECT_EQ(scale_for_range(0.0), 1.0);
  EXPECT_EQ(scale_for_range(1e-101), 1.0);
  EXPECT_EQ(scale_for_range(65534.0, kLargestInt16), 2.0);
}

TEST(Quantization, LimitsABiasToHalfAnAccumulator) {
  const std::vector<float> bias{1.5F, -0.75F, 1e30F, -1e30F};
  EXPECT_THAT(quantize_bias(bias, 0.5), ElementsAre(3, -2, 1 << 30, -(1 << 30)));
}

TEST(Quantization, WritesFactorsAsMultiplierAndShift) {
  EXPECT_EQ(requantization_for(1.0), (Requantization{1 << 30, 30}));
  EXPECT_EQ(requantization_for(0.5), (Requantization{1 << 30, 31}));
  // 0.75 x 2^31 = 1610612736.
  EXPECT_EQ(requantization_for(0.75), (Requantization{1610612736, 31}));
  EXPECT_EQ(requantization_for(3.0), (Requantization{1610612736, 29}));
  // 0.1 = 0.8 x 2^-3: 0.8 x 2^31 = 1717986918.4.
  EXPECT_EQ(requantization_for(0.1), (Requantization{1717986918, 34}));
}

TEST(Quantization, WritesFactorsAtTheEndsOfTheFormat) {
  // (1 - 2^-40) x 2^31 rounds up to 2^31, which is written as 2^30 with a shift less.
  EXPECT_EQ(requantization_for(1.0 - std::ldexp(1.0, -40)), (Requantization{1 << 30, 30}));
  // 2^-40 = 2^22 / 2^62.
  EXPECT_EQ(requantization_for(std::ldexp(1.0, -40)), (Requantization{1 << 22, 62}));
  EXPECT_EQ(requantization_for(std::ldexp(1.0, -80)).multiplier, 0);
  EXPECT_EQ(requantization_for(0.0).multiplier, 0);
  EXPECT_EQ(requantization_for(std::ldexp(1.0, 30)), (Requantization{1 << 30, 0}));
  EXPECT_EQ(requantization_for(std::ldexp(1.0, 31)), (Requantization{INT32_MAX, 0}));
  EXPECT_EQ(requantization_for(std::ldexp(1.0, 31) - 0.25), (Requantization{INT32_MAX, 0}));
}

TEST(Quantization, RequantizesWithOneRoundingHalvesAwayFromZero) {
  const Requantization half = requantization_for(0.5);
  EXPECT_EQ(rescale(1, half), 1);
  EXPECT_EQ(rescale(-1, half), -1);
  EXPECT_EQ(rescale(3, half), 2);
  EXPECT_EQ(rescale(-3, half), -2);
  EXPECT_EQ(rescale(-4, half), -2);
  // 5 x 0.1 = 0.5: the multiplier is 0.4 / 2^34 below 0.1, so the product lies below the half.
  EXPECT_EQ(rescale(5, requantization_for(0.1)), 0);
  EXPECT_EQ(rescale(6, requantization_for(0.1)), 1);
}

TEST(Quantization, SaturatesAfterTheRounding) {
  EXPECT_EQ(requantize(254, requantization_for(0.5)), 127);
  EXPECT_EQ(requantize(255, requantization_for(0.5)), 127);
  EXPECT_EQ(requantize(-256, requantization_for(0.5)), -127);
  EXPECT_EQ(rescale(INT32_MIN, requantization_for(1.0)), INT32_MIN);
  EXPECT_EQ(rescale(INT32_MIN, requantization_for(2.0)), INT32_MIN);
  EXPECT_EQ(rescale(INT32_MAX, requantization_for(2.0)), INT32_MAX);
  EXPECT_EQ(rescale(INT32_MAX, requantization_for(std::ldexp(1.0, 31))), INT32_MAX);
}

TEST(Quantization, ShiftsTheLargestProducts) {
  const std::int64_t largest = std::int64_t{1} << 62;
  EXPECT_EQ(shift_half_away(largest, 62), 1);
  EXPECT_EQ(shift_half_away(-(largest / 2), 62), -1);
  EXPECT_EQ(shift_half_away(largest / 2 - 1, 62), 0);
  EXPECT_EQ(shift_half_away(largest, 0), largest);
}

std::int8_t at(const Int8Table& table, int q) { return table[static_cast<std::size_t>(q + 128)]; }

TEST(Quantization, TabulatesTheSigmoid) {
  const Int8Table table = table_of(Activation::sigmoid, 1.0 / 16.0, 1.0 / 127.0);
  // sigmoid(0) = 63.5 / 127, rounded away from zero; sigmoid(1) = 0.731059 = 92.84 / 127;
  // sigmoid(-1) = 34.16 / 127; sigmoid(127 / 16) = 126.95 / 127; sigmoid(-8) = 0.04 / 127.
  EXPECT_EQ(at(table, 0), 64);
  EXPECT_EQ(at(table, 16), 93);
  EXPECT_EQ(at(table, -16), 34);
  EXPECT_EQ(at(table, 127), 127);
  EXPECT_EQ(at(table, -128), 0);
}

TEST(Quantization, TabulatesTheHyperbolicTangent) {
  const Int8Table table = table_of(Activation::tanh, 1.0 / 32.0, 1.0 / 127.0);
  // tanh(1) = 0.761594 = 96.72 / 127; tanh(127 / 32) = 126.91 / 127.
  EXPECT_EQ(at(table, 0), 0);
  EXPECT_EQ(at(table, 32), 97);
  EXPECT_EQ(at(table, -32), -97);
  EXPECT_EQ(at(table, 127), 127);
}

TEST(Quantization, TabulatesTheGaussianErrorLinearUnit) {
  const Int8Table table = table_of(Activation::gelu, 1.0 / 32.0, 1.0 / 32.0);
  // gelu(1) = 0.841345 = 26.92 / 32; gelu(-1) = -0.158655 = -5.08 / 32; gelu(3.96875) = 126.995
  // / 32.
  EXPECT_EQ(at(table, 32), 27);
  EXPECT_EQ(at(table, -32), -5);
  EXPECT_EQ(at(table, 127), 127);
  EXPECT_EQ(at(table, -127), 0);
}

TEST(Quantization, AppliesTheRealFunctions) {
  EXPECT_EQ(apply(Activation::none, -2.0), -2.0);
  EXPECT_EQ(apply(Activation::relu, -2.0), 0.0);
  EXPECT_NEAR(apply(Activation::tanh, -2.0), std::tanh(-2.0), 1e-15);
}

Network network_of(LayerSpec layer) {
  Network network;
  network.path = "n.json";
  layer.name = "long";
  network.layers = {LayerSpec{}, std::move(layer)};
  return network;
}

LayerSpec fully_connected(std::uint32_t inputs) {
  LayerSpec layer;
  layer.input = {inputs, 1, 1};
  return layer;
}

TEST(Quantization, RefusesSumsThatMightOverflow) {
  // 66572 x 127 x 127 + 2^30 = 2147480 thousand < 2^31; one product more is not.
  EXPECT_LE(std::uint64_t{66572} * 127 * 127 + (1U << 30), std::uint64_t{INT32_MAX});
  EXPECT_GT(std::uint64_t{66573} * 127 * 127 + (1U << 30), std::uint64_t{INT32_MAX});
  EXPECT_NO_THROW(require_int8_fits(network_of(fully_connected(66572))));
  EXPECT_THAT(message_of([] { require_int8_fits(network_of(fully_connected(66573))); }),
              AllOf(HasSubstr("n.json: /layers/1: expected at most 66572 products"),
                    HasSubstr("got 66573 in layer \"long\"")));
}

TEST(Quantization, CountsThePartsOfARecurrentLayerApart) {
  LayerSpec layer = fully_connected(66572);
  layer.type = LayerType::lstm;
  layer.output = {66572, 1, 1};
  EXPECT_NO_THROW(require_int8_fits(network_of(layer)));
  layer.output = {66573, 1, 1};
  EXPECT_THAT(message_of([&] { require_int8_fits(network_of(layer)); }), HasSubstr("got 66573"));
}

TEST(Quantization, RefusesProductsOfManyFactors) {
  LayerSpec layer;
  layer.type = LayerType::elementwise;
  layer.elementwise = ElementwiseOperation::multiply;
  layer.operands = 5;
  EXPECT_THAT(message_of([&] { require_int8_fits(network_of(layer)); }),
              HasSubstr("expected at most 4 int8 factors"));
  layer.elementwise = ElementwiseOperation::add;
  EXPECT_NO_THROW(require_int8_fits(network_of(layer)));
}

}  // namespace
}  // namespace nzsim
