#include "models/systolic/values/vector_unit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/systolic/values/rescaling.h"
#include "tests/support/int8_layers.h"

namespace nzsim::systolic {
namespace {

using test::Draw;
using ::testing::ElementsAre;
using Values = std::vector<std::int8_t>;
using Sums = std::vector<std::int32_t>;

std::int32_t draw_int32(Draw& draw) {
  // Magnitudes of all lengths.
  const auto value = static_cast<std::int32_t>(draw.integer(0, UINT32_MAX - 1));
  return value >> draw.integer(0, 31);
}

Requantization draw_factor(Draw& draw, int smallest_shift) {
  return {static_cast<std::int32_t>(draw.integer(1U << 30, INT32_MAX)),
          static_cast<int>(draw.integer(static_cast<std::uint32_t>(smallest_shift), 62))};
}

Values draw_values(Draw& draw, std::size_t count) {
  Values values(count);
  for (std::int8_t& value : values) {
    value = static_cast<std::int8_t>(static_cast<int>(draw.integer(0, 254)) - 127);
  }
  return values;
}

Sums draw_sums(Draw& draw, std::size_t count, std::int32_t magnitude) {
  Sums sums(count);
  for (std::int32_t& sum : sums) {
    sum = static_cast<std::int32_t>(draw.integer(0, 2 * static_cast<std::uint32_t>(magnitude))) -
          magnitude;
  }
  return sums;
}

TEST(Rescaling, EqualsTheDefinitionForDrawnSumsAndFactors) {
  Draw draw(1);
  for (int repetition = 0; repetition < 100'000; ++repetition) {
    const Requantization factor = draw_factor(draw, Rescaling::kSmallestShift32);
    const std::int32_t value = draw_int32(draw);
    ASSERT_EQ(Rescaling(factor)(value), rescale(value, factor))
        << value << " " << factor.multiplier << " " << factor.shift;
  }
}

TEST(Rescaling, EqualsTheDefinitionAtTheEndsOfItsRanges) {
  for (int shift = Rescaling::kSmallestShift32; shift <= 62; ++shift) {
    for (const std::int32_t multiplier : {0, 1, 1 << 30, (1 << 30) + 1, INT32_MAX}) {
      for (const std::int32_t value : {INT32_MIN, INT32_MIN + 1, -1, 0, 1, INT32_MAX}) {
        ASSERT_EQ(Rescaling({multiplier, shift})(value), rescale(value, {multiplier, shift}))
            << value << " " << multiplier << " " << shift;
      }
    }
  }
}

TEST(Rescaling, RoundsHalvesAwayFromZero) {
  // 2^30 / 2^31 = 1/2: 3 / 2 = 1.5, -3 / 2 = -1.5.
  const Rescaling half({1 << 30, 31});
  EXPECT_EQ(half(3), 2);
  EXPECT_EQ(half(-3), -2);
  EXPECT_EQ(half(2), 1);
  EXPECT_EQ(half(-1), -1);
}

TEST(Rescaling, EqualsTheDefinitionForEveryValueOfEightBits) {
  Draw draw(2);
  for (int shift = Rescaling::kSmallestShift8; shift <= 62; ++shift) {
    const Requantization factor{static_cast<std::int32_t>(draw.integer(1U << 30, INT32_MAX)),
                                shift};
    for (std::int32_t value = -128; value < 128; ++value) {
      ASSERT_EQ(Rescaling(factor)(value), rescale(value, factor)) << value << " " << shift;
      ASSERT_EQ(Rescaling({INT32_MAX, shift})(value), rescale(value, {INT32_MAX, shift}));
    }
  }
}

/// The definition of an output.
std::int8_t finished(std::int32_t sum, const OutputQuantization& output) {
  const std::int8_t value = requantize(sum, output.requantization);
  if (output.activation == Activation::none) return value;
  if (output.activation == Activation::relu) return std::max(value, std::int8_t{0});
  return output.table[static_cast<std::size_t>(value + 128)];
}

OutputQuantization draw_output(Draw& draw, Activation activation, int smallest_shift) {
  OutputQuantization output;
  output.activation = activation;
  output.requantization = draw_factor(draw, smallest_shift);
  for (std::int8_t& entry : output.table) entry = static_cast<std::int8_t>(draw.integer(0, 255));
  return output;
}

TEST(VectorUnit, FinishesRowsOfSumsWithEveryActivationAndFactor) {
  Draw draw(3);
  for (int repetition = 0; repetition < 300; ++repetition) {
    const Activation activation = kActivations[draw.integer(0, kActivations.size() - 1)];
    const OutputQuantization output = draw_output(draw, activation, 0);
    const std::size_t count = draw.integer(1, 70);
    // Sums around what the factor brings to 127: 127 x 2^shift / 2^31 to 2^30.
    const double reach = std::ldexp(300.0, output.requantization.shift - 31);
    const auto magnitude = static_cast<std::int32_t>(std::clamp(reach, 1.0, 1e9));
    const Sums sums = draw_sums(draw, count, magnitude);
    const Sums bias = draw_sums(draw, count, magnitude);
    Values outputs(count);
    finish_row(sums, {}, output, outputs);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(outputs[i], finished(sums[i], output));
    finish_row(sums, bias, output, outputs);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(outputs[i], finished(sums[i] + bias[i], output));
    }
  }
}

TEST(VectorUnit, AppliesEveryActivationToEveryValue) {
  Draw draw(4);
  Values values;
  for (int value = -127; value <= 127; ++value) values.push_back(static_cast<std::int8_t>(value));
  for (const Activation activation : kActivations) {
    for (const Requantization factor :
         {Requantization{}, Requantization{INT32_MAX, 31}, Requantization{1 << 30, 3},
          Requantization{1'500'000'000, 33}, Requantization{1 << 30, 0}}) {
      OutputQuantization output = draw_output(draw, activation, 0);
      output.requantization = factor;
      Values outputs(values.size());
      apply_activation(values, output, outputs);
      for (std::size_t i = 0; i < values.size(); ++i) {
        ASSERT_EQ(outputs[i], finished(values[i], output));
      }
    }
  }
}

TEST(VectorUnit, MakesNegativeValuesZero) {
  Values values{-127, -1, 0, 1, 127};
  clamp_negative(values);
  EXPECT_THAT(values, ElementsAre(0, 0, 0, 1, 127));
}

/// Drawn terms or factors, and their requantisations from `smallest_shift` on.
void expect_combination(Draw& draw, ElementwiseOperation operation, std::uint32_t operand_count,
                        int smallest_shift) {
  const std::size_t count = draw.integer(1, 600);
  LayerQuantization layer;
  layer.output = draw_output(draw, Activation::relu, 31);
  // Sums about 127 x 2^8, products about 127^n.
  const int product_bits = 7 * static_cast<int>(operand_count - 1);
  layer.output.requantization.shift =
      31 + (operation == ElementwiseOperation::add ? kGuardBits : product_bits);
  std::vector<Values> operands;
  for (std::uint32_t operand = 0; operand < operand_count; ++operand) {
    operands.push_back(draw_values(draw, count));
    layer.sources.push_back(
        {static_cast<std::int32_t>(draw.integer(1U << 30, INT32_MAX)),
         static_cast<int>(draw.integer(static_cast<std::uint32_t>(smallest_shift), 25))});
  }
  const std::vector<std::span<const std::int8_t>> spans(operands.begin(), operands.end());
  Values outputs(count);
  combine(operation, spans, layer, outputs);
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t sum = 0;
    std::int64_t product = 1;
    for (std::uint32_t operand = 0; operand < operand_count; ++operand) {
      sum += rescale(operands[operand][i], layer.sources[operand]);
      product *= operands[operand][i];
    }
    const std::int64_t exact = operation == ElementwiseOperation::add ? sum : product;
    const auto limited =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(exact, INT32_MIN, INT32_MAX));
    ASSERT_EQ(outputs[i], finished(limited, layer.output));
  }
}

TEST(VectorUnit, AddsTwoOperands) {
  Draw draw(5);
  for (int repetition = 0; repetition < 30; ++repetition) {
    expect_combination(draw, ElementwiseOperation::add, 2, 20);
  }
}

TEST(VectorUnit, AddsAnyNumberOfOperandsWithAnyFactors) {
  Draw draw(6);
  for (int repetition = 0; repetition < 60; ++repetition) {
    expect_combination(draw, ElementwiseOperation::add, draw.integer(1, 5), 0);
  }
}

TEST(VectorUnit, MultipliesUpToFourOperands) {
  Draw draw(7);
  for (int repetition = 0; repetition < 60; ++repetition) {
    expect_combination(draw, ElementwiseOperation::multiply, draw.integer(2, 4), 20);
  }
}

TEST(VectorUnit, LimitsGatesOnlyAfterBothProductsAreAdded) {
  GateQuantization gate;
  gate.from_input = requantization_for(1.0);
  gate.from_hidden = requantization_for(1.0);
  for (std::size_t i = 0; i < gate.table.size(); ++i) {
    gate.table[i] = static_cast<std::int8_t>(static_cast<int>(i) - 128);
  }
  Values gates(5);
  // (10^6 + 200 - 10^6 + 184) / 2^8 = 1.5; -1.5; 0.49; beyond 127 and -127.
  finish_gate_row(Sums{1'000'000, -1'000'000, 100, 2'000'000'000, -40'000}, Sums{200, 0, 0, 7, 0},
                  Sums{-999'816, 999'616, 25, 0, 0}, gate, gates);
  EXPECT_THAT(gates, ElementsAre(2, -2, 0, 127, -127));
}

TEST(VectorUnit, FinishesGatesWithAnyFactors) {
  Draw draw(8);
  for (int repetition = 0; repetition < 100; ++repetition) {
    GateQuantization gate;
    gate.from_input = draw_factor(draw, 28);
    gate.from_hidden = draw_factor(draw, 28);
    gate.table = draw_output(draw, Activation::tanh, 31).table;
    const std::size_t count = draw.integer(1, 600);
    const Sums input = draw_sums(draw, count, 50'000);
    const Sums hidden = draw_sums(draw, count, 50'000);
    const Sums bias = draw_sums(draw, count, 10'000);
    Values gates(count);
    finish_gate_row(input, bias, hidden, gate, gates);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t sum = std::int64_t{rescale(input[i] + bias[i], gate.from_input)} +
                               rescale(hidden[i], gate.from_hidden);
      const std::int8_t argument = saturate_int8(shift_half_away(sum, kGuardBits));
      ASSERT_EQ(gates[i], gate.table[static_cast<std::size_t>(argument + 128)]);
    }
  }
}

TEST(VectorUnit, StepsAnLstm) {
  RecurrentQuantization recurrent;
  recurrent.keep = requantization_for(256.0 / 127);
  recurrent.update = requantization_for(256.0 * 1000 / (127 * 127));
  recurrent.cell_to_argument = requantization_for(0.01);
  recurrent.output = requantization_for(1.0 / 127);
  for (std::size_t i = 0; i < 256; ++i) {
    recurrent.cell_table[i] = static_cast<std::int8_t>(127 - static_cast<int>(i) / 2);
  }
  // i f g o, [4, 2].
  const Values gates{127, 127, 127, 127, 127, -127, 127, 64};
  std::vector<std::int16_t> cell{500, 32'767};
  Values hidden(2);
  lstm_step(gates, recurrent, cell, hidden);
  // 500 + 1000; 32767 - 1000.
  EXPECT_THAT(cell, ElementsAre(1500, 31'767));
  // 15 and 127: table entries 127 - 143 / 2 = 56 and 127 - 255 / 2 = 0.
  EXPECT_THAT(hidden, ElementsAre(56, 0));
  lstm_step(Values{127, 127, 127, 127, 127, 127, 64, 64}, recurrent, cell, hidden);
  // 31767 + 1000 = 32767 just fits.
  EXPECT_THAT(cell, ElementsAre(2500, 32'767));
  // 2500 / 100 = 25: 127 - 153 / 2 = 51, x 64 / 127 = 25.7.
  EXPECT_THAT(hidden, ElementsAre(26, 0));
}

TEST(VectorUnit, SaturatesTheCellStateAtSixteenBits) {
  RecurrentQuantization recurrent;
  recurrent.keep = requantization_for(256.0 / 127);
  recurrent.update = requantization_for(256.0 * 1000 / (127 * 127));
  std::vector<std::int16_t> cell{32'000, -32'000};
  Values hidden(2);
  // 32000 + 1000 and -32000 - 1000.
  lstm_step(Values{127, 127, 127, 127, 127, -127, 127, 127}, recurrent, cell, hidden);
  EXPECT_THAT(cell, ElementsAre(32'767, -32'767));
}

TEST(VectorUnit, StepsAGru) {
  RecurrentQuantization recurrent;
  recurrent.reset = requantization_for(1.0 / 127);
  recurrent.keep = requantization_for(256.0 / 127);
  recurrent.update = requantization_for(256.0 / 127);
  Values hidden{100, -50, 100};
  Values reset(3);
  gru_reset(Values{127, 0, 64}, hidden, recurrent, reset);
  // 64 x 100 / 127 = 50.4.
  EXPECT_THAT(reset, ElementsAre(100, 0, 50));
  gru_step(Values{127, 0, 64}, Values{1, 2, -100}, recurrent, hidden);
  // h' alone; n alone; (64 x 100 - 63 x 100) / 127 = 0.79.
  EXPECT_THAT(hidden, ElementsAre(100, 2, 1));
}

LayerSpec pooling(PoolingKind kind) {
  LayerSpec spec;
  spec.type = LayerType::pooling;
  spec.pooling = kind;
  spec.input = {2, 2, 3};
  spec.output = {2, 1, 2};
  spec.kernel = {2, 2};
  spec.stride = {2, 2};
  return spec;
}

// [2, 3, 2 channels].
const Values kMap{1, -1, 2, -2, 3, -3, 4, -4, 4, -6, 6, -7};

TEST(VectorUnit, PoolsEachChannel) {
  Values outputs(4);
  pool(pooling(PoolingKind::maximum), kMap, OutputQuantization{}, outputs);
  // The second window holds one column.
  EXPECT_THAT(outputs, ElementsAre(4, -1, 6, -3));
  pool(pooling(PoolingKind::average), kMap, OutputQuantization{}, outputs);
  // 11 / 4, -13 / 4, 9 / 2, -10 / 2.
  EXPECT_THAT(outputs, ElementsAre(3, -3, 5, -5));
}

TEST(VectorUnit, PoolsOnePlaceAndAppliesTheActivation) {
  OutputQuantization output;
  output.activation = Activation::relu;
  Values outputs(2);
  pool_place(pooling(PoolingKind::maximum), kMap, 0, 1, output, outputs);
  EXPECT_THAT(outputs, ElementsAre(6, 0));
}

TEST(VectorUnit, GivesZeroForAWindowOfPaddingAlone) {
  LayerSpec spec = pooling(PoolingKind::maximum);
  spec.output.width = 3;
  Values outputs(2, 9);
  pool_place(spec, kMap, 0, 2, OutputQuantization{}, outputs);
  EXPECT_THAT(outputs, ElementsAre(0, 0));
  spec.pooling = PoolingKind::average;
  pool_place(spec, kMap, 0, 2, OutputQuantization{}, outputs);
  EXPECT_THAT(outputs, ElementsAre(0, 0));
}

TEST(VectorUnit, RoundsNormalizedHalvesAwayFromZero) {
  LayerSpec spec;
  spec.type = LayerType::normalization;
  spec.normalization = NormalizationKind::layer_normalization;
  spec.input = {2, 1, 1};
  LayerQuantization layer;
  layer.output.before_scale = 0.4;
  Values outputs(2);
  normalize(spec, Values{4, -4}, layer, outputs);
  // n = 2, S = 0, Q = 32: root of n Q - S^2 = 8, and 2 x 4 x (1 / 0.4) / 8 = 2.5.
  EXPECT_THAT(outputs, ElementsAre(3, -3));
}

TEST(VectorUnit, JoinsPartsAtOneScale) {
  const Values first{1, 2, 3, 4};
  const Values second{10, 11};
  const Values third{-7, 5};
  const std::vector<ConcatenatedPart> parts{{first, 2, Requantization{}},
                                            {second, 1, Requantization{}},
                                            {third, 1, requantization_for(0.5)}};
  Values outputs(8);
  concatenate(parts, outputs);
  // -3.5 and 2.5 are rounded away from zero.
  EXPECT_THAT(outputs, ElementsAre(1, 2, 10, -4, 3, 4, 11, 3));
}

}  // namespace
}  // namespace nzsim::systolic
