#include "sim/workload/quantized_network.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "sim/workload/plain_real.h"
#include "tests/sim/workload/reading.h"
#include "tests/support/layer_texts.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Network small_network() { return test::read_layers(test::kLayersOfEveryType); }

std::string digest(const std::vector<QuantizedLayer>& layers) {
  std::string bytes;
  for (std::uint32_t input = 0; input < 2; ++input) {
    for (const Int8Outputs& outputs : plain_int8_network(layers, input)) {
      bytes.append(reinterpret_cast<const char*>(outputs.values.data()), outputs.values.size());
      for (const std::int32_t sum : outputs.accumulators) bytes += std::to_string(sum) + ",";
    }
  }
  return sha256(bytes);
}

TEST(QuantizedNetwork, GivesTheSameOutputsForEver) {
  // No independent source: what the arithmetic gave first. It changes with any rule of it.
  EXPECT_EQ(digest(quantize_network(small_network(), 1)),
            "f3d0cc91e3b329fd43a5ebc51c43fe4f1aac1b115e1a44aac0aa48e81cb99640");
}

TEST(QuantizedNetwork, DependsOnTheSeed) {
  const Network network = small_network();
  EXPECT_EQ(digest(quantize_network(network, 2)), digest(quantize_network(network, 2)));
  EXPECT_NE(digest(quantize_network(network, 2)), digest(quantize_network(network, 1)));
}

/// Root mean square of the error over that of the outputs.
double relative_error(const QuantizedLayer& layer, const std::vector<std::int8_t>& values) {
  QuantizationError error;
  error.add(values, layer.quantization.output.scale, layer.real_outputs[0]);
  QuantizationError magnitude;
  magnitude.add(std::vector<std::int8_t>(values.size(), 0), 1.0, layer.real_outputs[0]);
  return error.root_mean_square() / magnitude.root_mean_square();
}

TEST(QuantizedNetwork, StaysCloseToDoublePrecisionThroughAllLayers) {
  const std::vector<QuantizedLayer> layers = quantize_network(small_network(), 1);
  const std::vector<Int8Outputs> outputs = plain_int8_network(layers, 0);
  ASSERT_THAT(outputs, SizeIs(16));
  double largest = 0.0;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    largest = std::max(largest, relative_error(layers[layer], outputs[layer].values));
  }
  // A wrong scale anywhere gives errors of the order of the outputs.
  EXPECT_LT(largest, 0.2);
  // One layer alone: steps of 1/127 of the largest magnitudes.
  EXPECT_LT(relative_error(layers[0], outputs[0].values), 0.02);
}

TEST(QuantizedNetwork, QuantizesWeightsAndInputsByTheirLargestMagnitude) {
  const std::vector<QuantizedLayer> layers = quantize_network(small_network(), 1);
  const auto largest = [](const std::vector<std::int8_t>& values) {
    return std::max(-*std::min_element(values.begin(), values.end()),
                    int{*std::max_element(values.begin(), values.end())});
  };
  EXPECT_EQ(largest(layers[0].weights), 127);
  // The largest input of the batch is 127.
  EXPECT_EQ(std::max(largest(layers[0].inputs[0][0]), largest(layers[0].inputs[1][0])), 127);
  EXPECT_THAT(layers[0].weights, SizeIs(8 * 27));
  EXPECT_THAT(layers[1].inputs, SizeIs(0));
  EXPECT_THAT(layers[2].source_scales, SizeIs(2));
  EXPECT_EQ(layers[2].source_scales[1], layers[1].quantization.output.scale);
}

/// Two layers, without an activation function, that a batch of `batch` runs through.
std::vector<QuantizedLayer> layers_of_batch(int batch) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "batch.json";
  write_file(path, fmt::format(R"({{"layers": [
      {{"name": "a", "type": "fully_connected", "inputs": 20, "outputs": 10, "batch": {},
       "weights": {{"synthetic": {{"density": 1}}}}, "activations": {{"synthetic": {{"density": 1}}}}}},
      {{"name": "b", "type": "fully_connected", "outputs": 10,
       "weights": {{"synthetic": {{"density": 1}}}}}}]}})",
                               batch));
  return quantize_network(load_network(path), 1);
}

TEST(QuantizedNetwork, TakesTheRangesOfComputedValuesFromTheFirstTwoInputs) {
  const std::vector<QuantizedLayer> layers = layers_of_batch(9);
  ASSERT_THAT(layers[1].real_outputs, SizeIs(2));
  const double largest = std::max(largest_magnitude(layers[1].real_outputs[0]),
                                  largest_magnitude(layers[1].real_outputs[1]));
  EXPECT_EQ(layers[1].quantization.output.scale, largest / 127.0);
  EXPECT_THAT(layers_of_batch(1)[1].real_outputs, SizeIs(1));
}

TEST(QuantizedNetwork, TakesTheRangeOfOwnActivationsFromAllInputs) {
  const std::vector<QuantizedLayer> layers = layers_of_batch(9);
  ASSERT_THAT(layers[0].inputs, SizeIs(9));
  std::vector<int> largest;
  for (const std::vector<std::vector<std::int8_t>>& input : layers[0].inputs) {
    largest.push_back(*std::max_element(input[0].begin(), input[0].end()));
  }
  EXPECT_THAT(largest, Contains(127));
  // What this seed draws: the largest value is in neither of the first two.
  EXPECT_LT(std::max(largest[0], largest[1]), 127);
}

TEST(QuantizedNetwork, TakesTheOperandsOfAMatmulApart) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "matmul.json";
  write_file(path, R"({"layers": [{"name": "m", "type": "matmul", "rows": 2, "inner": 3,
      "columns": 4, "activations": {"synthetic": {"density": 1.0}}}]})");
  const std::vector<QuantizedLayer> layers = quantize_network(load_network(path), 1);
  ASSERT_THAT(layers[0].inputs[0], SizeIs(2));
  EXPECT_THAT(layers[0].inputs[0][0], SizeIs(6));
  EXPECT_THAT(layers[0].inputs[0][1], SizeIs(12));
  EXPECT_THAT(plain_int8_network(layers, 0)[0].values, SizeIs(8));
}

TEST(QuantizedNetwork, RefusesLayersThatMightOverflow) {
  Network network = small_network();
  network.layers[10].input.channels = 70000;
  EXPECT_THAT(test::message_of([&] { (void)quantize_network(network, 1); }),
              HasSubstr("/layers/10: expected at most 66572"));
}

}  // namespace
}  // namespace nzsim
