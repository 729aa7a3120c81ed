#include "models/platform/network_time.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::platform {
namespace {

using ::testing::HasSubstr;

constexpr Format kDense{};
constexpr Format kSparse{Layout::compressed_rows, NumberType::float32};

/// 1 TFLOPS in float32, 100 GB/s; products of vectors get half the bandwidth, and 10 us a call.
Platform round_platform() {
  Platform platform;
  platform.name = "round";
  platform.memory_gigabytes_per_second = Figure{100.0, false, "s"};
  platform.rates = {{NumberType::float32, 1e12, false, {}, "s"}};
  platform.calibration = Calibration{10e-6, {{Kernel::dense_vector, 0.5, 1.0, {}}}, "s"};
  return platform;
}

Network network_of(const std::string& layers) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "n.json";
  write_file(path,
             R"({"name": "n", "description": "d", "source": "s", "layers": [)" + layers + "]}");
  return load_network(path);
}

const std::string kValues =
    R"("weights": {"synthetic": {"density": 0.5}}, "activations": {"synthetic": {"density": 1}}})";

LayerTime time_of(const std::string& layer, const Format& format = kDense) {
  return network_time(round_platform(), format, network_of(layer)).front();
}

TEST(NetworkTime, OfAConvolutionIsThatOfItsProductWithPixelsAsVectors) {
  const LayerTime time = time_of(
      R"({"name": "c", "type": "convolution", "batch": 2, "output_channels": 8, "kernel": 3,
          "padding": 1, "input": {"channels": 4, "height": 10, "width": 10}, )" +
      kValues);
  // 8 x (4 x 3 x 3) weights and 2 x 100 pixels; feature maps of 2 x (4 + 8) x 100 numbers.
  EXPECT_EQ(time.operations.value(), 2U * 8 * 36 * 200);
  EXPECT_EQ(time.bytes.value(), 4U * (8 * 36 + 2 * 1200));
  EXPECT_EQ(time.kernel, Kernel::dense_matrix);
  EXPECT_FALSE(time.is_measured);
  // 10,752 bytes take 107.5 ns.
  EXPECT_DOUBLE_EQ(time.seconds, 115'200 / 1e12);
}

TEST(NetworkTime, OfAGroupedConvolutionHasAProductPerGroup) {
  const LayerTime time = time_of(
      R"({"name": "c", "type": "convolution", "output_channels": 4, "kernel": 3, "groups": 4,
          "padding": 1, "input": {"channels": 4, "height": 10, "width": 10}, )" +
      kValues);
  // Four products of [1, 9] weights with 100 pixels.
  EXPECT_EQ(time.dense_operations.value(), 2U * 4 * 9 * 100);
  EXPECT_EQ(time.bytes.value(), 4U * (4 * 9 + 800));
}

TEST(NetworkTime, OfConvolutionsIsNotCalibratedByFullyConnectedLayers) {
  // One output pixel is a product with a vector, of which the platform has a measurement.
  const LayerTime time = time_of(
      R"({"name": "c", "type": "convolution", "output_channels": 8, "kernel": 3,
          "input": {"channels": 4, "height": 3, "width": 3}, )" +
      kValues);
  EXPECT_EQ(time.kernel, Kernel::dense_vector);
  EXPECT_EQ(time.basis, kRooflineBound);
}

TEST(NetworkTime, OfAnLstmReadsTheWeightsInEachStep) {
  const LayerTime time = time_of(
      R"({"name": "l", "type": "lstm", "inputs": 100, "outputs": 50, "steps": 3, )" + kValues);
  // [4 x 50, 100 + 50] weights per step, 150 numbers in and 200 out.
  EXPECT_EQ(time.operations.value(), 3U * 2 * 200 * 150);
  EXPECT_EQ(time.bytes.value(), 3U * 4 * (200 * 150 + 350));
  // Each step is a call of the measured product.
  EXPECT_EQ(time.basis, kCalibrated);
  EXPECT_DOUBLE_EQ(time.seconds, 30e-6 + 364'200.0 / 50e9);
}

TEST(NetworkTime, OfAMatmulMovesNoWeights) {
  const LayerTime time = time_of(
      R"({"name": "m", "type": "matmul", "batch": 2, "heads": 4, "rows": 6, "inner": 5,
          "columns": 7, "activations": {"synthetic": {"density": 1}}})");
  EXPECT_EQ(time.operations.value(), 2U * 2 * 4 * 6 * 5 * 7);
  // Per input and head 6 x 5 and 5 x 7 numbers in, 6 x 7 out.
  EXPECT_EQ(time.bytes.value(), 4U * 2 * 4 * (30 + 35 + 42));
  EXPECT_EQ(time.basis, kRooflineBound);
}

TEST(NetworkTime, OfPoolingIsThatOfMovingItsNumbers) {
  const LayerTime time = time_of(
      R"({"name": "p", "type": "pooling", "kind": "maximum", "kernel": 2, "stride": 2,
          "input": {"channels": 3, "height": 4, "width": 4},
          "activations": {"synthetic": {"density": 1}}})");
  EXPECT_EQ(time.operations.value(), 0U);
  EXPECT_EQ(time.bytes.value(), 4U * (48 + 12));
  EXPECT_FALSE(time.kernel.has_value());
  EXPECT_EQ(time.bound, Bound::memory);
  EXPECT_DOUBLE_EQ(time.seconds, 240 / 100e9);
}

TEST(NetworkTime, LeavesOutActivationsThatStayOnTheChip) {
  Platform platform = round_platform();
  platform.activations_on_chip = "s";
  const Network network = network_of(
      R"({"name": "f", "type": "fully_connected", "inputs": 30, "outputs": 20, "batch": 8, )" +
      kValues + R"(, {"name": "a", "type": "activation", "activation": "relu"})");
  const std::vector<LayerTime> times = network_time(platform, kDense, network);
  EXPECT_EQ(times.at(0).bytes.value(), 4U * 20 * 30);
  EXPECT_EQ(times.at(1).bytes.value(), 0U);
  EXPECT_EQ(times.at(1).seconds, 0.0);
}

TEST(NetworkTime, OfCompressedRowsTakesTheStatedDensity) {
  const LayerTime time =
      time_of(R"({"name": "f", "type": "fully_connected", "inputs": 30, "outputs": 20, )" + kValues,
              kSparse);
  EXPECT_EQ(time.operations.value(), 2U * 300);
  EXPECT_EQ(time.dense_operations.value(), 2U * 600);
}

TEST(NetworkTime, SaysWhatAPlatformLacks) {
  Platform platform = round_platform();
  const Network network = network_of(
      R"({"name": "f", "type": "fully_connected", "inputs": 3, "outputs": 2,
          "weights": {"file": "w.npz"}, "activations": {"synthetic": {"density": 1}}})");
  EXPECT_FALSE(obstacle(platform, kDense, network).has_value());
  EXPECT_EQ(obstacle(platform, kSparse, network),
            "layer f has weights from a file, whose density is not stated");
  platform.rates.clear();
  EXPECT_EQ(obstacle(platform, kDense, network), "the platform lacks a peak rate of float32");
  EXPECT_THROW((void)network_time(platform, kDense, network), ConfigError);
}

}  // namespace
}  // namespace nzsim::platform
