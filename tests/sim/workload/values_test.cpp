#include "sim/workload/values.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "sim/workload/npz.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

using namespace std::string_literals;
using Arrays = std::map<std::string, NumpyArray>;

NumpyArray floats(std::vector<std::uint64_t> shape, const std::vector<float>& values) {
  return {ArrayType::float32, std::move(shape),
          std::string(reinterpret_cast<const char*>(values.data()), 4 * values.size())};
}

/// [[0, 1.5, 0], [-2, 0, 1.5]] and two input vectors.
Arrays compressed_arrays() {
  return {{"codes", {ArrayType::uint8, {2, 3}, "\0\2\0\1\0\2"s}},
          {"codebook", floats({3}, {0.0F, -2.0F, 1.5F})},
          {"bias", floats({2}, {0.5F, -0.5F})},
          {"activations", floats({2, 3}, {1, 2, 3, 4, 5, 6})}};
}

/// A network of one layer whose files lie in a temporary directory.
class Values : public testing::Test {
 protected:
  Values() {
    network.path = directory.path() / "network.json";
    LayerSpec spec;
    spec.name = "layer";
    spec.input = {3, 1, 1};
    spec.output = {2, 1, 1};
    spec.weights = FileSource{"layer.npz"};
    spec.activations = FileSource{"layer.npz"};
    network.layers.push_back(spec);
  }

  LayerSpec& spec() { return network.layers[0]; }
  void write(const Arrays& arrays) const {
    write_file(directory.path() / "layer.npz", format_npz(arrays));
  }
  /// The message of loading `arrays`, without the directory.
  std::string error_of(const Arrays& arrays) const {
    write(arrays);
    const std::string message =
        test::message_of([&] { static_cast<void>(load_values(network, 0, 0)); });
    const std::string prefix = directory.path().string() + "/";
    return message.substr(message.starts_with(prefix) ? prefix.size() : 0);
  }

  test::TemporaryDirectory directory;
  Network network;
};

TEST_F(Values, LoadsACompressedLayer) {
  write(compressed_arrays());
  const LayerValues values = load_values(network, 0, 0);
  const auto& matrix = std::get<CompressedMatrix>(values.weights);
  EXPECT_EQ(matrix.row_starts, (std::vector<std::uint64_t>{0, 1, 3}));
  EXPECT_EQ(matrix.columns, (std::vector<std::uint32_t>{1, 0, 2}));
  EXPECT_EQ(matrix.codes, (std::vector<std::uint16_t>{2, 1, 2}));
  EXPECT_EQ(values.bias, (std::vector<float>{0.5F, -0.5F}));
}

TEST_F(Values, LoadsWideCodes) {
  Arrays arrays = compressed_arrays();
  arrays["codes"] = {ArrayType::uint16, {2, 3}, "\0\0\2\0\0\0\1\0\0\0\2\0"s};
  write(arrays);
  const LayerValues values = load_values(network, 0, 0);
  EXPECT_EQ(std::get<CompressedMatrix>(values.weights).codes,
            (std::vector<std::uint16_t>{2, 1, 2}));
}

TEST_F(Values, LoadsDenseWeights) {
  write({{"weights", floats({2, 3}, {0, 1, 2, 3, 4, 5})}, {"activations", floats({3}, {1, 2, 3})}});
  const LayerValues values = load_values(network, 0, 0);
  EXPECT_EQ(std::get<DenseMatrix>(values.weights).weights, (std::vector<float>{0, 1, 2, 3, 4, 5}));
}

TEST_F(Values, LoadsSingleArrays) {
  write_file(directory.path() / "w.npy", format_npy(floats({2, 3}, {0, 1, 2, 3, 4, 5})));
  write_file(directory.path() / "a.npy", format_npy(floats({3}, {7, 8, 9})));
  spec().weights = FileSource{"w.npy"};
  spec().activations = FileSource{"a.npy"};
  const LayerValues values = load_values(network, 0, 0);
  EXPECT_EQ(std::get<DenseMatrix>(values.weights).weights.size(), 6U);
  EXPECT_EQ(values.activations.values, (std::vector<float>{7, 8, 9}));
}

TEST_F(Values, FlattensTheKernelsOfAConvolution) {
  spec().type = LayerType::convolution;
  spec().input = {2, 4, 4};
  spec().output = {1, 3, 3};
  spec().kernel = {2, 2};
  spec().groups = 2;
  spec().activations = ChainedSource{{0}};
  Arrays arrays{{"codes", {ArrayType::uint8, {1, 1, 2, 2}, "\0\1\0\1"s}},
                {"codebook", floats({2}, {0.0F, 1.0F})}};
  write(arrays);
  const LayerValues values = load_values(network, 0, 0);
  EXPECT_EQ(std::get<CompressedMatrix>(values.weights).columns, (std::vector<std::uint32_t>{1, 3}));
}

TEST_F(Values, TakesTheFirstVectorsOfTheBatch) {
  write(compressed_arrays());
  EXPECT_EQ(load_values(network, 0, 0).activations.values, (std::vector<float>{1, 2, 3}));
  spec().batch = 2;
  EXPECT_EQ(load_values(network, 0, 0).activations.vectors, 2U);
  spec().batch = 3;
  EXPECT_EQ(error_of(compressed_arrays()),
            "layer.npz: activations: expected at least 3 vectors (the batch), got 2");
}

TEST_F(Values, RefusesShapesThatDoNotFitTheLayer) {
  Arrays arrays = compressed_arrays();
  arrays["codes"] = {ArrayType::uint8, {3, 2}, "\0\2\0\1\0\2"s};
  EXPECT_EQ(error_of(arrays), "layer.npz: codes: expected the shape [2, 3], got [3, 2]");
  arrays = compressed_arrays();
  arrays["bias"] = floats({1}, {0.5F});
  EXPECT_EQ(error_of(arrays), "layer.npz: bias: expected the shape [2], got [1]");
  arrays = compressed_arrays();
  arrays["activations"] = floats({4}, {1, 2, 3, 4});
  EXPECT_EQ(error_of(arrays), "layer.npz: activations: expected the shape [3], got [4]");
}

TEST_F(Values, RefusesValuesThatAreNotFinite) {
  Arrays arrays = compressed_arrays();
  arrays["codebook"] = floats({3}, {0.0F, 1.0F, std::nanf("")});
  EXPECT_EQ(error_of(arrays), "layer.npz: codebook: expected finite values, got nan at element 2");
  arrays = compressed_arrays();
  arrays["activations"] = floats({3}, {1.0F, -INFINITY, 0.0F});
  EXPECT_EQ(error_of(arrays),
            "layer.npz: activations: expected finite values, got -inf at element 1");
}

TEST_F(Values, RefusesACodebookWithoutZero) {
  Arrays arrays = compressed_arrays();
  arrays["codebook"] = floats({3}, {1.0F, 2.0F, 3.0F});
  EXPECT_EQ(error_of(arrays), "layer.npz: codebook: expected 0 as entry 0, got 1");
}

TEST_F(Values, RefusesCodesBeyondTheCodebook) {
  Arrays arrays = compressed_arrays();
  arrays["codebook"] = floats({2}, {0.0F, 1.0F});
  EXPECT_EQ(error_of(arrays),
            "layer.npz: codes: expected codes below the codebook's 2 entries, got 2 at element 1");
}

TEST_F(Values, RefusesArraysOfOtherTypesAndNames) {
  Arrays arrays = compressed_arrays();
  arrays["codes"] = floats({2, 3}, {0, 1, 2, 3, 4, 5});
  EXPECT_EQ(error_of(arrays), "layer.npz: codes: expected uint8 or uint16, got float32");
  arrays = compressed_arrays();
  arrays["biass"] = floats({2}, {0, 0});
  EXPECT_EQ(error_of(arrays),
            "layer.npz: biass: expected one of codes, codebook, weights, bias, activations, got "
            "another array");
  EXPECT_EQ(error_of({{"bias", floats({2}, {0, 0})}}),
            "layer.npz: expected either codes or weights, got neither");
}

TEST_F(Values, NeedsEveryArrayThatIsNamed) {
  Arrays arrays = compressed_arrays();
  arrays.erase("activations");
  EXPECT_EQ(error_of(arrays), "layer.npz: activations: expected an array of this name, got none");
  arrays.erase("codebook");
  EXPECT_EQ(error_of(arrays), "layer.npz: codebook: expected an array of this name, got none");
}

TEST_F(Values, DrawsOtherValuesForAnotherRunSeed) {
  spec().weights = SyntheticSource{.density = 0.5};
  spec().activations = SyntheticSource{.density = 0.5};
  spec().input = {256, 1, 1};
  const LayerValues first = load_values(network, 0, 0);
  const LayerValues again = load_values(network, 0, 0);
  const LayerValues other = load_values(network, 0, 1);
  EXPECT_EQ(std::get<CompressedMatrix>(first.weights).columns,
            std::get<CompressedMatrix>(again.weights).columns);
  EXPECT_NE(std::get<CompressedMatrix>(first.weights).columns,
            std::get<CompressedMatrix>(other.weights).columns);
  EXPECT_EQ(first.activations.values, again.activations.values);
  EXPECT_NE(first.activations.values, other.activations.values);
}

TEST_F(Values, ChangeTheirDigestWithTheFileTheSeedAndTheSpec) {
  write(compressed_arrays());
  const std::string digest = values_digest(network, 0, 0);
  EXPECT_EQ(digest.size(), 64U);
  EXPECT_EQ(digest, values_digest(network, 0, 0));
  EXPECT_NE(digest, values_digest(network, 0, 1));
  Network other = network;
  other.layers[0].relu_on_input = true;
  EXPECT_NE(digest, values_digest(other, 0, 0));
  other = network;
  other.layers[0].weights = SyntheticSource{};
  EXPECT_NE(digest, values_digest(other, 0, 0));
  Arrays arrays = compressed_arrays();
  arrays["bias"] = floats({2}, {0.5F, -0.25F});
  write(arrays);
  EXPECT_NE(digest, values_digest(network, 0, 0));
}

TEST_F(Values, LoadTheGatesOfALstmAsOneMatrix) {
  spec().type = LayerType::lstm;
  spec().weights = FileSource{"lstm.npz"};
  spec().activations = SyntheticSource{};
  spec().input = {1, 4, 1};
  spec().output = {2, 4, 1};
  // 4 x 2 rows of 1 input and 2 hidden units.
  write_file(directory.path() / "lstm.npz",
             format_npz({{"weights", floats({8, 3}, std::vector<float>(24, 0.5F))},
                         {"bias", floats({8}, std::vector<float>(8, 1.0F))}}));
  const LayerValues values = load_values(network, 0, 0);
  const auto& matrix = std::get<DenseMatrix>(values.weights);
  EXPECT_EQ(matrix.outputs, 8U);
  EXPECT_EQ(matrix.inputs, 3U);
  EXPECT_EQ(values.bias.size(), 8U);
  EXPECT_EQ(values.activations.length, 4U);
  spec().type = LayerType::gru;
  EXPECT_THAT(test::message_of([&] { static_cast<void>(load_values(network, 0, 0)); }),
              testing::HasSubstr("expected the shape [6, 3], got [8, 3]"));
}

TEST_F(Values, LoadSequencesWithTheirDimensions) {
  spec().input = {3, 2, 1};
  spec().output = {2, 2, 1};
  spec().weights = SyntheticSource{};
  Arrays arrays = compressed_arrays();
  arrays["activations"] = floats({3, 2, 1}, {1, 2, 3, 4, 5, 6});
  write(arrays);
  EXPECT_EQ(load_values(network, 0, 0).activations.values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(load_values(network, 0, 0).activations.length, 6U);
}

TEST_F(Values, HoldBothOperandsOfAMatmul) {
  spec().type = LayerType::matmul;
  spec().operands = 2;
  spec().weights = std::monostate{};
  spec().activations = SyntheticSource{};
  spec().input = {3, 2, 1};
  spec().second_input = {4, 3, 1};
  spec().output = {4, 2, 1};
  const LayerValues values = load_values(network, 0, 0);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(values.weights));
  EXPECT_EQ(values.activations.length, 18U);  // 2 x 3 + 3 x 4
  EXPECT_EQ(values.activations.values.size(), 18U);
}

TEST_F(Values, OfDenseSyntheticWeightsLeaveNoGap) {
  SyntheticSource dense;
  dense.codebook_entries = 255;
  spec().weights = dense;
  spec().activations = SyntheticSource{};
  spec().input = {100, 1, 1};
  spec().output = {200, 1, 1};
  const auto matrix = std::get<CompressedMatrix>(load_values(network, 0, 0).weights);
  EXPECT_EQ(matrix.non_zeros(), 20'000U);
  // Codes 1 to 127 are -127/127 to -1/127, 128 to 254 are 1/127 to 127/127.
  EXPECT_EQ(matrix.codebook[1], -1.0F);
  EXPECT_EQ(matrix.codebook[127], -1.0F / 127.0F);
  EXPECT_EQ(matrix.codebook[128], 1.0F / 127.0F);
  EXPECT_EQ(matrix.codebook[254], 1.0F);
}

TEST_F(Values, ChangeTheirDigestWithEveryNewPartOfTheSpec) {
  spec().weights = SyntheticSource{};
  spec().activations = SyntheticSource{};
  std::set<std::string> digests{values_digest(network, 0, 0)};
  const auto change = [&](const std::function<void(LayerSpec&)>& apply) {
    Network other = network;
    apply(other.layers[0]);
    digests.insert(values_digest(other, 0, 0));
  };
  change([](LayerSpec& layer) { layer.type = LayerType::gru; });
  change([](LayerSpec& layer) { layer.activation = Activation::gelu; });
  change([](LayerSpec& layer) { layer.dilation.width = 2; });
  change([](LayerSpec& layer) { layer.second_input.height = 2; });
  change([](LayerSpec& layer) { layer.transpose_second = true; });
  change([](LayerSpec& layer) { layer.operands = 2; });
  change([](LayerSpec& layer) { layer.elementwise = ElementwiseOperation::multiply; });
  change([](LayerSpec& layer) { layer.normalization = NormalizationKind::layer_normalization; });
  EXPECT_EQ(digests.size(), 9U);
}

}  // namespace
}  // namespace nzsim
