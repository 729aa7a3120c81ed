#include "models/platform/layer_time.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"

namespace nzsim::platform {
namespace {

using ::testing::HasSubstr;

/// 1 TFLOPS in float32, 8 TFLOPS in float16 by a matrix unit, 100 GB/s, 10 processors, 50 W.
Platform round_platform() {
  Platform platform;
  platform.name = "round";
  platform.memory_gigabytes_per_second = Figure{100.0, false, "s"};
  platform.processors = Figure{10.0, false, "s"};
  platform.busy_watts = Figure{50.0, false, "s"};
  platform.rates = {{NumberType::float32, 1e12, false, {}, "s"},
                    {NumberType::float16, 8e12, true, Tile{16, 8, 16}, "s"}};
  return platform;
}

Platform calibrated_platform() {
  Platform platform = round_platform();
  platform.calibration = Calibration{10e-6,
                                     {{Kernel::dense_vector, 0.5, 1.0, {}},
                                      {Kernel::dense_matrix, 1.0, 0.5, Tile{64, 32, 1}},
                                      {Kernel::sparse_vector, 0.25, 1.0, {}},
                                      {Kernel::sparse_matrix, 1.0, 0.01, {}}},
                                     "s"};
  return platform;
}

constexpr LayerShape kLayer{1000, 1000, 0.1};
constexpr Format kDense{};
constexpr Format kSparse{Layout::compressed_rows, NumberType::float32};
constexpr Format kHalf{Layout::dense, NumberType::float16};

std::string error_of(const Platform& platform, const LayerShape& layer, const Format& format,
                     std::uint64_t batch) {
  try {
    (void)layer_time(platform, layer, format, batch);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(LayerTime, OfADenseVectorProductIsItsBytesOverTheBandwidth) {
  const LayerTime time = layer_time(round_platform(), kLayer, kDense, 1);
  // 4 x (1000 x 1000 + 1000 + 1000) bytes at 100 GB/s.
  EXPECT_EQ(time.bytes.value(), 4'008'000U);
  EXPECT_DOUBLE_EQ(time.seconds, 40.08e-6);
  EXPECT_EQ(time.operations.value(), 2'000'000U);
  EXPECT_EQ(time.kernel, Kernel::dense_vector);
  EXPECT_EQ(time.bound, Bound::memory);
  EXPECT_DOUBLE_EQ(time.joules.value_or(0.0), 50 * 40.08e-6);
}

TEST(LayerTime, OfADenseMatrixProductIsItsOperationsOverTheRate) {
  const LayerTime time = layer_time(round_platform(), kLayer, kDense, 64);
  // 2 x 64 x 1e6 operations at 1e12; bytes take 4 x (1e6 + 2000 x 64) / 100e9 = 45.1 us.
  EXPECT_DOUBLE_EQ(time.seconds, 128e-6);
  EXPECT_DOUBLE_EQ(time.memory_seconds, 45.12e-6);
  EXPECT_EQ(time.bound, Bound::compute);
  EXPECT_EQ(time.kernel, Kernel::dense_matrix);
}

TEST(LayerTime, CountsValuesIndicesAndRowsOfACompressedLayer) {
  const LayerTime time = layer_time(round_platform(), kLayer, kSparse, 1);
  // 100,000 x (4 + 4) + 1001 x 4 + 2000 x 4 bytes.
  EXPECT_EQ(time.bytes.value(), 812'004U);
  EXPECT_EQ(time.operations.value(), 200'000U);
  EXPECT_EQ(time.dense_operations.value(), 2'000'000U);
  EXPECT_EQ(time.kernel, Kernel::sparse_vector);
}

TEST(LayerTime, IsTheRooflinesBoundWhereNothingWasMeasured) {
  const LayerTime time = layer_time(round_platform(), kLayer, kDense, 64);
  EXPECT_FALSE(time.is_measured);
  EXPECT_EQ(time.basis, "roofline bound, not measured");
  EXPECT_EQ(time.launch_seconds, 0.0);
  // Fractions belong to float32 alone.
  EXPECT_FALSE(layer_time(calibrated_platform(), kLayer, kHalf, 64).is_measured);
}

TEST(LayerTime, TakesCalibratedFractionsAndTheLaunch) {
  const Platform platform = calibrated_platform();
  const LayerTime vector = layer_time(platform, kLayer, kDense, 1);
  EXPECT_TRUE(vector.is_measured);
  EXPECT_EQ(vector.basis, "calibrated");
  EXPECT_DOUBLE_EQ(vector.seconds, 10e-6 + 2 * 40.08e-6);
  EXPECT_DOUBLE_EQ(layer_time(platform, kLayer, kSparse, 1).seconds, 10e-6 + 4 * 8.12004e-6);
  // 100,000 x 64 x 2 operations at 1 % of 1e12.
  EXPECT_DOUBLE_EQ(layer_time(platform, kLayer, kSparse, 64).seconds, 10e-6 + 1.28e-3);
}

TEST(LayerTime, FillsTheLastWaveOfBlocks) {
  const Platform platform = calibrated_platform();
  // 1000 outputs are 16 blocks of 64, 64 columns 2 of 32: 32 blocks on 10 processors are 4 waves,
  // 40 blocks of 64 x 32 x 1000.
  const LayerTime time = layer_time(platform, kLayer, kDense, 64);
  EXPECT_EQ(time.executed_operations.value(), 2U * 40 * 64 * 32 * 1000);
  EXPECT_EQ(time.operations.value(), 128'000'000U);
  EXPECT_DOUBLE_EQ(time.seconds, 10e-6 + 163.84e-6 / 0.5);
  // 960 outputs are 15 blocks, 30 with the batch: 3 waves without a rest.
  const LayerTime full = layer_time(platform, {1000, 960, 1.0}, kDense, 64);
  EXPECT_EQ(full.executed_operations, full.operations);
}

TEST(LayerTime, MovesAllNumbersOfAGatherThatARowUses) {
  Platform platform = calibrated_platform();
  platform.calibration->kernels.at(3).gathered_numbers = 8;
  // At a density of 0.5 a row of weights leaves out one gather of eight inputs in 256.
  const LayerTime time = layer_time(platform, {256, 1000, 0.5}, kSparse, 64);
  EXPECT_EQ(time.executed_operations.value(), 2U * 255 * 1000 * 64);
  EXPECT_EQ(time.operations.value(), 2U * 128 * 1000 * 64);
  EXPECT_DOUBLE_EQ(time.compute_seconds, 2.0 * 255 * 1000 * 64 / 1e10);
  // A dense matrix has nothing to leave out.
  EXPECT_EQ(layer_time(platform, {256, 1000, 1.0}, kSparse, 64).executed_operations.value(),
            2U * 256 * 1000 * 64);
}

TEST(LayerTime, PadsToTheTileOfAMatrixUnit) {
  const LayerTime time = layer_time(round_platform(), {1000, 1000, 1.0}, kHalf, 1);
  // 1008 outputs, 8 columns, 1008 inputs.
  EXPECT_EQ(time.executed_operations.value(), 2U * 1008 * 8 * 1008);
  EXPECT_EQ(time.bytes.value(), 2U * 1'002'000);
  EXPECT_EQ(layer_time(round_platform(), {1024, 1024, 1.0}, kHalf, 8).executed_operations.value(),
            2U * 1024 * 8 * 1024);
}

TEST(LayerTime, TakesTheUnitThatIsFastestWithItsTilesFilledUp) {
  Platform platform = round_platform();
  platform.rates.push_back({NumberType::float16, 2e12, false, {}, "s"});
  // One of eight columns: 8e12 / 8 operations per second, less than 2e12 without padding.
  const LayerTime one = layer_time(platform, {1024, 1024, 1.0}, kHalf, 1);
  EXPECT_EQ(one.executed_operations.value(), 2U * 1024 * 1024);
  EXPECT_DOUBLE_EQ(one.compute_seconds, 2.0 * 1024 * 1024 / 2e12);
  const LayerTime eight = layer_time(platform, {1024, 1024, 1.0}, kHalf, 8);
  EXPECT_DOUBLE_EQ(eight.compute_seconds, 2.0 * 1024 * 1024 * 8 / 8e12);
}

TEST(LayerTime, IsBoundByTheLaunchWhereALayerIsSmall) {
  // 4 x (100 + 20) bytes in 9.6 ns.
  EXPECT_EQ(layer_time(calibrated_platform(), {10, 10, 1.0}, kDense, 1).bound, Bound::launch);
}

TEST(LayerTime, NamesTheFigureThatAPlatformLacks) {
  Platform platform = round_platform();
  EXPECT_THAT(error_of(platform, kLayer, {Layout::dense, NumberType::int8}, 1),
              HasSubstr("round: expected a peak rate of int8 of this platform, got none"));
  EXPECT_THAT(error_of(platform, kLayer, {Layout::compressed_rows, NumberType::float16}, 1),
              HasSubstr("a peak rate of float16 outside a unit for dense products"));
  platform.memory_gigabytes_per_second.reset();
  EXPECT_THAT(error_of(platform, kLayer, kDense, 1), HasSubstr("expected a memory bandwidth"));
  EXPECT_FALSE(ridge_operations_per_byte(platform, NumberType::float32).has_value());
}

TEST(LayerTime, RefusesLayersOfNoSize) {
  EXPECT_THAT(error_of(round_platform(), {0, 10, 1.0}, kDense, 1), HasSubstr("got 10 x 0, 1, 1"));
  EXPECT_THAT(error_of(round_platform(), kLayer, kDense, 0), HasSubstr("got 1000 x 1000, 0"));
  EXPECT_THAT(error_of(round_platform(), {10, 10, 1.5}, kDense, 1), HasSubstr("1.5"));
}

TEST(LayerTime, LeavesEnergyOutWhereThePowerIsUnknown) {
  Platform platform = round_platform();
  platform.busy_watts.reset();
  EXPECT_FALSE(layer_time(platform, kLayer, kDense, 1).joules.has_value());
}

Platform shipped(const std::string& name) {
  return load_platform(std::filesystem::path(NZSIM_SOURCE_DIR) / "configs/platforms" /
                       (name + ".json"));
}

TEST(ShippedPlatforms, HaveTheRidgePointsOfTheTpuPaper) {
  // Jouppi et al., ISCA 2017, Figs. 5 to 7 count a multiply-accumulate once: 1350, 13 and 9.
  EXPECT_NEAR(*ridge_operations_per_byte(shipped("tpu-v1"), NumberType::int8) / 2, 1350, 2);
  EXPECT_NEAR(*ridge_operations_per_byte(shipped("xeon-e5-2699-v3"), NumberType::float32) / 2, 13,
              0.5);
  EXPECT_NEAR(*ridge_operations_per_byte(shipped("tesla-k80"), NumberType::float32) / 2, 9, 0.5);
}

TEST(ShippedPlatforms, GiveDadiannaoTheRateOfTheEiePaper) {
  // Table V: 147,938 frames of AlexNet FC7 per second, its weights over the bandwidth.
  const LayerTime time =
      layer_time(shipped("dadiannao"), {4096, 4096, 1.0}, {Layout::dense, NumberType::int16}, 1);
  EXPECT_NEAR(1.0 / time.seconds, 147'938, 150);
  EXPECT_EQ(time.bound, Bound::memory);
}

}  // namespace
}  // namespace nzsim::platform
