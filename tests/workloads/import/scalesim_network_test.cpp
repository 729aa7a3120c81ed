#include "workloads/import/scalesim_network.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "sim/workload/values.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"
#include "workloads/import/import.h"

namespace nzsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kConvolutions =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
    "Strides,\n";

/// Imports a topology `net.csv` into the directory `out`.
class ImportTopology : public testing::Test {
 protected:
  ImportTopology() {
    request.input = directory.path() / "net.csv";
    request.output = directory.path() / "out";
  }

  Network import(const std::string& text) {
    write_file(request.input, text);
    notes = import_network(request).notes;
    return load_network(request.output / "out.json");
  }
  std::string error(const std::string& text) {
    const std::string message = test::message_of([&] { static_cast<void>(import(text)); });
    const std::string prefix = directory.path().string() + "/";
    return message.substr(message.starts_with(prefix) ? prefix.size() : 0);
  }

  test::TemporaryDirectory directory;
  ImportRequest request;
  std::vector<std::string> notes;
};

TEST_F(ImportTopology, MakesConvolutionsWithoutPadding) {
  const Network network = import(kConvolutions + "c1, 9, 8, 3, 2, 4, 6, 2, 1,\nc2,4,4,1,1,2,2,1,");
  EXPECT_THAT(network.source, HasSubstr("SCALE-Sim topology net.csv, SHA-256 "));
  ASSERT_EQ(network.layers.size(), 2U);
  const LayerSpec& layer = network.layers[0];
  EXPECT_EQ(layer.name, "c1");
  EXPECT_EQ(layer.type, LayerType::convolution);
  EXPECT_EQ(layer.input, (FeatureShape{4, 9, 8}));
  // (9 - 3) / 2 + 1 and 8 - 2 + 1.
  EXPECT_EQ(layer.output, (FeatureShape{6, 4, 7}));
  EXPECT_EQ(layer.padding.height, 0U);
  EXPECT_EQ(layer.groups, 1U);
  EXPECT_EQ(layer.batch, 1U);
  EXPECT_EQ(layer.activation, Activation::none);
  EXPECT_THAT(notes, ElementsAre("net.csv: 2 convolutions; the file holds no values and no links: "
                                 "each layer has inputs and weights of its own, drawn from seeds"));
}

TEST_F(ImportTopology, MakesGemmsFullyConnectedLayers) {
  const Network network = import("Layer,M,N,K,\nffn up,13,7,5,\n");
  const LayerSpec& layer = network.layers.at(0);
  EXPECT_EQ(layer.name, "ffn up");
  EXPECT_EQ(layer.type, LayerType::fully_connected);
  EXPECT_EQ(layer.batch, 13U);
  EXPECT_EQ(layer.output.channels, 7U);
  EXPECT_EQ(layer.input.channels, 5U);
  EXPECT_THAT(notes.at(0), HasSubstr("net.csv: 1 GEMM; "));
}

TEST_F(ImportTopology, KeepsScalesimsOutputByGrowingTheInput) {
  const Network network = import(kConvolutions + "Conv1, 224, 224, 11, 11, 3, 96, 4,\n");
  EXPECT_EQ(network.layers[0].input, (FeatureShape{3, 227, 227}));
  EXPECT_EQ(network.layers[0].output, (FeatureShape{96, 55, 55}));
  EXPECT_THAT(notes.at(1), HasSubstr("rounds the number of windows up: 1"));
}

TEST_F(ImportTopology, GivesADepthwiseLayerAGroupPerChannel) {
  const Network network = import(kConvolutions + "DP1, 6, 6, 3, 3, 8, 2, 1,\n");
  EXPECT_EQ(network.layers[0].groups, 8U);
  EXPECT_EQ(network.layers[0].output, (FeatureShape{16, 4, 4}));
  EXPECT_EQ(network.layers[0].matrix_inputs(), 9U);
}

TEST_F(ImportTopology, TakesTheBatchOfConvolutions) {
  const Network network = import("a,b,c,d,e,f,g,Strides,Batch\nc,4,4,1,1,2,2,1,5\n");
  EXPECT_EQ(network.layers[0].batch, 5U);
}

TEST_F(ImportTopology, NumbersRepeatedNames) {
  const Network network =
      import("Layer,M,N,K,\nG,1,1,1,\nG,1,1,1,\nG_2,1,1,1,\nG,1,1,1,\nG_2,1,1,1,\nother,1,1,1,\n");
  std::vector<std::string> names;
  for (const LayerSpec& layer : network.layers) names.push_back(layer.name);
  // G_2 is the file's own name, so that the second G is the third.
  EXPECT_THAT(names, ElementsAre("G", "G_3", "G_2", "G_4", "G_2_2", "other"));
  EXPECT_THAT(notes.back(),
              "net.csv: layers whose name an earlier one has, and which got a number: "
              "3, first G_3");
}

TEST_F(ImportTopology, DrawsDenseValuesOfEachLayersOwn) {
  const Network network = import("Layer,M,N,K,\na,2,3,40,\nb,2,3,40,\n");
  const LayerValues first = load_values(network, 0, 0);
  const LayerValues second = load_values(network, 1, 0);
  EXPECT_EQ(std::get<CompressedMatrix>(first.weights).non_zeros(), 120U);
  EXPECT_NE(std::get<CompressedMatrix>(first.weights).codes,
            std::get<CompressedMatrix>(second.weights).codes);
  EXPECT_THAT(first.activations.values, testing::Not(testing::Contains(0.0F)));
  EXPECT_NE(first.activations.values, second.activations.values);
}

TEST_F(ImportTopology, MakesSparsityADensity) {
  const Network network = import("Layer,M,N,K,Sparsity,\na,1,5,16,1:4,\nb,1,5,16,\n");
  EXPECT_EQ(std::get<SyntheticSource>(network.layers[0].weights).density, 0.25);
  EXPECT_EQ(std::get<SyntheticSource>(network.layers[1].weights).density, 1.0);
  EXPECT_THAT(notes.at(1), HasSubstr("drawn uniformly: 1"));
}

TEST_F(ImportTopology, TakesWhatTheRequestSaysOfValues) {
  request.seed = 7;
  request.codebook_entries = 256;
  request.activation = Activation::relu;
  request.synthetic_activations = SyntheticSource{.density = 0.5, .is_signed = true, .seed = 3};
  const Network network = import("Layer,M,N,K,\na,1,5,16,\nb,1,5,16,\n");
  const auto& weights = std::get<SyntheticSource>(network.layers[1].weights);
  EXPECT_EQ(weights.seed, 8U);
  EXPECT_EQ(weights.codebook_entries, 256U);
  const auto& activations = std::get<SyntheticSource>(network.layers[1].activations);
  EXPECT_EQ(activations.density, 0.5);
  EXPECT_TRUE(activations.is_signed);
  EXPECT_EQ(activations.seed, 4U);
  EXPECT_EQ(network.layers[1].activation, Activation::relu);
}

TEST_F(ImportTopology, KeepsTheLargestSeedWithinANetworkFile) {
  request.seed = UINT64_MAX;
  const Network network = import("Layer,M,N,K,\na,1,5,16,\nb,1,5,16,\n");
  EXPECT_EQ(std::get<SyntheticSource>(network.layers[0].weights).seed, std::uint64_t{INT64_MAX});
  EXPECT_EQ(std::get<SyntheticSource>(network.layers[1].weights).seed, 0U);
}

TEST_F(ImportTopology, LoadsALayerAsLargeAsATopologyMayHold) {
  // The limits of the reader are those of a network file.
  const Network network = import(kConvolutions + "c,65536,32768,65536,1,1,1,1,\n");
  EXPECT_EQ(network.layers[0].input.elements(), std::uint64_t{1} << 31);
  std::filesystem::remove_all(request.output);
  EXPECT_EQ(import("Layer,M,N,K,\na,2147483648,1,1,\n").layers[0].batch, 2147483648U);
}

TEST_F(ImportTopology, WritesNothingWhereTheFileIsWrong) {
  EXPECT_EQ(error("Layer,M,N,K,\na,0,2,3,\n"),
            "net.csv: line 2, column 3: expected M, an integer in [1, 2147483648], got '0'");
  EXPECT_EQ(error(""), "net.csv: line 1: expected a header line, got the file's end");
  EXPECT_FALSE(std::filesystem::exists(request.output));
}

TEST_F(ImportTopology, RefusesWhatATopologyDoesNotTake) {
  request.layer_name = "mine";
  EXPECT_EQ(error("Layer,M,N,K,\na,1,2,3,\n"),
            "net.csv: expected a topology's own names of layers, got mine");
  request.activations = "inputs.npy";
  EXPECT_EQ(error("Layer,M,N,K,\na,1,2,3,\n"),
            "net.csv: expected drawn activations for a topology's layers, got inputs.npy");
}

}  // namespace
}  // namespace nzsim
