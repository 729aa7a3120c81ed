#include "models/systolic/closed_forms.h"

#include <cstdint>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/message_of.h"
#include "tests/support/systolic_array.h"

namespace nzsim::systolic {
namespace {

using testing::HasSubstr;

TEST(ScalesimCycles, OfWeightStationaryLoadStreamSkewAndDrain) {
  // K = 5 on 4 rows and N = 7 on 3 columns: 2 x 3 folds. Each: load 4, stream M = 10, skew 4 - 1,
  // drain 3 - 1.
  const ScalesimCycles cycles =
      scalesim_cycles(4, 3, Dataflow::weight_stationary, {.rows = 10, .columns = 7, .inner = 5});
  EXPECT_EQ(cycles.folds, 6U);
  EXPECT_EQ(cycles.cycles_per_fold, Cycles{4 + 10 + 3 + 2});
  EXPECT_EQ(cycles.total, Cycles{6 * 19});
  EXPECT_EQ(cycles.printed_total, Cycles{113});
  EXPECT_DOUBLE_EQ(cycles.utilization, 10.0 * 7 * 5 / (114 * 12));
}

TEST(ScalesimCycles, OfOutputStationaryChargeNoLoad) {
  // M = 10 on 4 rows and N = 7 on 3 columns: 3 x 3 folds. Each: stream K = 5, skew 4 - 1 and 3 - 1.
  const ScalesimCycles cycles =
      scalesim_cycles(4, 3, Dataflow::output_stationary, {.rows = 10, .columns = 7, .inner = 5});
  EXPECT_EQ(cycles.folds, 9U);
  EXPECT_EQ(cycles.cycles_per_fold, Cycles{5 + 3 + 2});
  EXPECT_EQ(cycles.total, Cycles{90});
  EXPECT_EQ(cycles.printed_total, Cycles{89});
  EXPECT_DOUBLE_EQ(cycles.utilization, 10.0 * 7 * 5 / (90 * 12));
}

TEST(ScalesimCycles, OfInputStationaryStreamTheWeights) {
  // K = 5 on 4 rows and M = 10 on 3 columns: 2 x 4 folds. Each: load 4, stream N = 7, 4 - 1, 3 - 1.
  const ScalesimCycles cycles =
      scalesim_cycles(4, 3, Dataflow::input_stationary, {.rows = 10, .columns = 7, .inner = 5});
  EXPECT_EQ(cycles.folds, 8U);
  EXPECT_EQ(cycles.cycles_per_fold, Cycles{4 + 7 + 3 + 2});
  EXPECT_EQ(cycles.total, Cycles{128});
  EXPECT_DOUBLE_EQ(cycles.utilization, 10.0 * 7 * 5 / (128 * 12));
}

TEST(ScalesimCycles, ChargeAPartialFoldInFull) {
  // One weight and one row: load 8, stream 1, skew 7, drain 15.
  const ScalesimCycles one = scalesim_cycles(8, 16, Dataflow::weight_stationary, {1, 1, 1});
  EXPECT_EQ(one.total, Cycles{8 + 1 + 7 + 15});
  EXPECT_EQ(scalesim_cycles(8, 16, Dataflow::weight_stationary, {1, 16, 8}).total, one.total);
  EXPECT_EQ(scalesim_cycles(8, 16, Dataflow::weight_stationary, {1, 17, 8}).total, one.total * 2);
  EXPECT_EQ(scalesim_cycles(8, 16, Dataflow::weight_stationary, {1, 17, 9}).total, one.total * 4);
}

TEST(ScalesimCycles, OfATileOnTheTpusArray) {
  // docs/systolic.md: 2 x 256 + 256 + 200 - 2.
  const Gemm tile{.rows = 200, .columns = 256, .inner = 256};
  EXPECT_EQ(scalesim_cycles(256, 256, Dataflow::weight_stationary, tile).total, Cycles{966});
}

TEST(ScalesimCycles, OfOnePeAreTheStreamAlone) {
  EXPECT_EQ(scalesim_cycles(1, 1, Dataflow::output_stationary, {1, 1, 9}).total, Cycles{9});
  EXPECT_EQ(scalesim_cycles(1, 1, Dataflow::output_stationary, {1, 1, 1}).printed_total, Cycles{0});
  EXPECT_DOUBLE_EQ(scalesim_cycles(1, 1, Dataflow::output_stationary, {3, 2, 9}).utilization, 1.0);
  // The load is one more.
  EXPECT_EQ(scalesim_cycles(1, 1, Dataflow::weight_stationary, {9, 1, 1}).total, Cycles{10});
}

TEST(ScalesimCycles, AreExactUpTo64Bits) {
  // 2^60 folds of 16 cycles are 2^64; one column less fits.
  const std::uint64_t most = std::uint64_t{1} << 60;
  EXPECT_EQ(scalesim_cycles(1, 1, Dataflow::output_stationary, {1, most - 1, 16}).total,
            Cycles{16 * (most - 1)});
  const auto error = [](const Gemm& gemm, Dataflow dataflow) {
    return test::message_of([&] { static_cast<void>(scalesim_cycles(1, 1, dataflow, gemm)); });
  };
  EXPECT_EQ(error({1, most, 16}, Dataflow::output_stationary),
            "GEMM: expected cycles that 64 bits hold, got M, N and K of 1, 1152921504606846976 and "
            "16");
  // Folds alone, and the cycles of one fold.
  EXPECT_THAT(error({1, UINT64_MAX, UINT64_MAX}, Dataflow::weight_stationary),
              HasSubstr("64 bits"));
  EXPECT_THAT(error({UINT64_MAX, 1, 1}, Dataflow::weight_stationary), HasSubstr("64 bits"));
}

TEST(ScalesimCycles, RefuseSizesOfZero) {
  const auto error = [](std::uint32_t rows, std::uint32_t columns, const Gemm& gemm) {
    return test::message_of([&] {
      static_cast<void>(scalesim_cycles(rows, columns, Dataflow::weight_stationary, gemm));
    });
  };
  EXPECT_EQ(error(0, 4, {}), "array: expected at least one row and one column, got 0 x 4");
  EXPECT_EQ(error(4, 0, {}), "array: expected at least one row and one column, got 4 x 0");
  EXPECT_EQ(error(4, 4, {1, 0, 2}), "GEMM: expected M, N and K of at least 1, got 1, 0 and 2");
}

/// A random GEMM of at most 9 x 9 x 9 for an array of at most 5 x 5, and small integers in it.
struct RandomCase {
  explicit RandomCase(std::mt19937& engine) {
    const auto draw = [&](std::uint32_t most) {
      return static_cast<std::uint32_t>(engine() % most + 1);
    };
    array_rows = draw(5);
    array_columns = draw(5);
    gemm = {draw(9), draw(9), draw(9)};
    activations = test::Matrix(gemm.rows, gemm.inner);
    weights = test::Matrix(gemm.inner, gemm.columns);
    for (std::int64_t& value : activations.values) value = draw(19) - 10;
    for (std::int64_t& value : weights.values) value = draw(19) - 10;
  }
  std::uint32_t array_rows;
  std::uint32_t array_columns;
  Gemm gemm;
  test::Matrix activations;
  test::Matrix weights;
};

constexpr int kCases = 400;

TEST(ScalesimCycles, AreThoseOfAWeightStationaryArrayStepByStep) {
  std::mt19937 engine(1);
  for (int i = 0; i < kCases; ++i) {
    const RandomCase random(engine);
    const test::SteppedGemm stepped = test::step_stationary(random.array_rows, random.array_columns,
                                                            random.activations, random.weights);
    ASSERT_EQ(stepped.product.values, test::multiply(random.activations, random.weights).values);
    const ScalesimCycles cycles = scalesim_cycles(random.array_rows, random.array_columns,
                                                  Dataflow::weight_stationary, random.gemm);
    ASSERT_EQ(cycles.total, Cycles{stepped.cycles}) << "case " << i;
    ASSERT_EQ(cycles.folds, stepped.folds) << "case " << i;
  }
}

TEST(ScalesimCycles, AreThoseOfAnInputStationaryArrayStepByStep) {
  std::mt19937 engine(2);
  for (int i = 0; i < kCases; ++i) {
    const RandomCase random(engine);
    // The array holds activations and streams weights: (A W)^T = W^T A^T.
    const test::SteppedGemm stepped =
        test::step_stationary(random.array_rows, random.array_columns,
                              test::transpose(random.weights), test::transpose(random.activations));
    ASSERT_EQ(test::transpose(stepped.product).values,
              test::multiply(random.activations, random.weights).values);
    const ScalesimCycles cycles = scalesim_cycles(random.array_rows, random.array_columns,
                                                  Dataflow::input_stationary, random.gemm);
    ASSERT_EQ(cycles.total, Cycles{stepped.cycles}) << "case " << i;
    ASSERT_EQ(cycles.folds, stepped.folds) << "case " << i;
  }
}

TEST(ScalesimCycles, AreThoseOfAnOutputStationaryArrayStepByStep) {
  std::mt19937 engine(3);
  for (int i = 0; i < kCases; ++i) {
    const RandomCase random(engine);
    const test::SteppedGemm stepped = test::step_output_stationary(
        random.array_rows, random.array_columns, random.activations, random.weights);
    ASSERT_EQ(stepped.product.values, test::multiply(random.activations, random.weights).values);
    const ScalesimCycles cycles = scalesim_cycles(random.array_rows, random.array_columns,
                                                  Dataflow::output_stationary, random.gemm);
    ASSERT_EQ(cycles.total, Cycles{stepped.cycles}) << "case " << i;
    ASSERT_EQ(cycles.folds, stepped.folds) << "case " << i;
  }
}

LayerSpec convolution(std::uint32_t groups, std::uint32_t batch) {
  LayerSpec layer;
  layer.type = LayerType::convolution;
  layer.input = {6, 9, 8};
  layer.output = {12, 7, 3};
  layer.kernel = {3, 4};
  layer.groups = groups;
  layer.batch = batch;
  return layer;
}

TEST(GemmOf, AConvolutionHasARowPerOutputPixel) {
  const LayerGemms gemms = gemm_of(convolution(1, 1));
  EXPECT_EQ(gemms.gemm, (Gemm{.rows = 7 * 3, .columns = 12, .inner = 6 * 3 * 4}));
  EXPECT_EQ(gemms.count, 1U);
}

TEST(GemmOf, ABatchMultipliesTheRows) { EXPECT_EQ(gemm_of(convolution(1, 5)).gemm.rows, 5U * 21); }

TEST(GemmOf, EachGroupIsAGemm) {
  const LayerGemms gemms = gemm_of(convolution(3, 1));
  EXPECT_EQ(gemms.gemm, (Gemm{.rows = 21, .columns = 4, .inner = 2 * 12}));
  EXPECT_EQ(gemms.count, 3U);
}

TEST(GemmOf, ADepthwiseConvolutionIsOneGemmPerChannel) {
  const LayerGemms gemms = gemm_of(convolution(6, 1));
  EXPECT_EQ(gemms.gemm, (Gemm{.rows = 21, .columns = 2, .inner = 12}));
  EXPECT_EQ(gemms.count, 6U);
}

TEST(GemmOf, AFullyConnectedLayerHasARowPerInputVector) {
  LayerSpec layer;
  layer.input = {300, 1, 1};
  layer.output = {100, 1, 1};
  layer.batch = 7;
  const LayerGemms gemms = gemm_of(layer);
  EXPECT_EQ(gemms.gemm, (Gemm{.rows = 7, .columns = 100, .inner = 300}));
  EXPECT_EQ(gemms.count, 1U);
}

TEST(GemmOf, RefusesALayerWithoutWeights) {
  LayerSpec layer;
  layer.name = "pool1";
  layer.type = LayerType::pooling;
  EXPECT_EQ(test::message_of([&] { static_cast<void>(gemm_of(layer)); }),
            "pool1: expected a layer with weights, got pooling");
}

}  // namespace
}  // namespace nzsim::systolic
