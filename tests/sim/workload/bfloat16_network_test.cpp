#include "sim/workload/bfloat16_network.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "tests/sim/workload/reading.h"
#include "tests/support/bfloat16_layers.h"
#include "tests/support/layer_texts.h"

namespace nzsim {
namespace {

using ::testing::SizeIs;

constexpr SummationOrder kOrder{3, true};

std::string digest(const std::vector<RoundedLayer>& layers, const SummationOrder& order) {
  std::string bytes;
  for (std::uint32_t input = 0; input < 2; ++input) {
    for (const std::vector<Bfloat16>& outputs : plain_bfloat16_network(layers, order, input)) {
      for (const std::uint16_t bits : test::bits_of(outputs)) bytes += std::to_string(bits) + ",";
    }
  }
  return sha256(bytes);
}

TEST(Bfloat16Network, GivesTheSameOutputsForEver) {
  // No independent source: what the arithmetic gave first. It changes with any rule of it.
  EXPECT_EQ(digest(round_network(test::read_layers(test::kLayersOfEveryType), 1), kOrder),
            "e325256b747f2b67bf0a23bdfa9e6fa618060eb1fd8d48eb94c2097c22dcf184");
}

TEST(Bfloat16Network, DependsOnTheSeed) {
  const Network network = test::read_layers(test::kLayersOfEveryType);
  EXPECT_EQ(digest(round_network(network, 2), kOrder), digest(round_network(network, 2), kOrder));
  EXPECT_NE(digest(round_network(network, 2), kOrder), digest(round_network(network, 1), kOrder));
}

TEST(Bfloat16Network, DependsOnTheOrderOfSums) {
  test::Draw draw(1);
  LayerSpec spec;
  spec.type = LayerType::convolution;
  spec.input = {5, 6, 6};
  spec.kernel = {3, 3};
  spec.output = {8, 4, 4};
  spec.batch = 2;
  const std::vector<RoundedLayer> layers{
      test::draw_rounded_layer(spec, test::Magnitudes::cancelling, draw)};
  EXPECT_EQ(digest(layers, kOrder), digest(layers, kOrder));
  EXPECT_NE(digest(layers, kOrder), digest(layers, {4, true}));
  EXPECT_NE(digest(layers, kOrder), digest(layers, {3, false}));
  EXPECT_NE(digest(layers, kOrder), digest(layers, {}));
}

/// Root mean square of the error over that of the outputs.
double relative_error(const RoundedLayer& layer, const std::vector<Bfloat16>& outputs) {
  const std::vector<double>& real = layer.real_outputs[0];
  double error = 0.0;
  double magnitude = 0.0;
  for (std::size_t i = 0; i < real.size(); ++i) {
    const double difference = to_float(outputs[i]) - real[i];
    error += difference * difference;
    magnitude += real[i] * real[i];
  }
  return std::sqrt(error / magnitude);
}

double largest_error(const std::vector<RoundedLayer>& layers) {
  const std::vector<std::vector<Bfloat16>> outputs = plain_bfloat16_network(layers, kOrder, 0);
  double largest = 0.0;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    largest = std::max(largest, relative_error(layers[layer], outputs[layer]));
  }
  return largest;
}

TEST(Bfloat16Network, StaysCloseToDoublePrecisionThroughAllLayers) {
  const std::vector<RoundedLayer> layers =
      round_network(test::read_layers(test::kLayersOfEveryType), 1);
  ASSERT_THAT(layers, SizeIs(16));
  // A rounding is within 2^-9 = 0.2 %; a wrong rule anywhere gives errors of the order of the
  // outputs.
  EXPECT_LT(largest_error(layers), 0.01);
}

TEST(Bfloat16Network, StaysCloseToDoublePrecisionOnLenet5) {
  const std::filesystem::path path(NZSIM_SOURCE_DIR "/workloads/networks/lenet-5.json");
  EXPECT_LT(largest_error(round_network(load_network(path), 1)), 0.01);
}

TEST(Bfloat16Network, RoundsWeightsAndInputs) {
  const std::vector<RoundedLayer> layers =
      round_network(test::read_layers(test::kLayersOfEveryType), 1);
  EXPECT_THAT(layers[0].weights, SizeIs(8 * 27));
  EXPECT_THAT(layers[0].inputs, SizeIs(2));
  EXPECT_THAT(layers[0].inputs[0], SizeIs(1));
  EXPECT_THAT(layers[0].inputs[0][0], SizeIs(3 * 8 * 8));
  EXPECT_THAT(layers[1].inputs, SizeIs(0));
  EXPECT_THAT(layers[1].real_outputs, SizeIs(2));
}

TEST(Bfloat16Network, TakesTheOperandsOfAMatmulApart) {
  const std::vector<RoundedLayer> layers = round_network(
      test::read_layers(R"({"name": "m", "type": "matmul", "rows": 2, "inner": 3, "columns": 4,
                           "activations": {"synthetic": {"density": 1.0}}})"),
      1);
  ASSERT_THAT(layers[0].inputs[0], SizeIs(2));
  EXPECT_THAT(layers[0].inputs[0][0], SizeIs(6));
  EXPECT_THAT(layers[0].inputs[0][1], SizeIs(12));
  EXPECT_THAT(plain_bfloat16_network(layers, {}, 0)[0], SizeIs(8));
}

}  // namespace
}  // namespace nzsim
