#include "sim/workload/network.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/node.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kValues = R"("weights": {"synthetic": {"density": 0.5}})";
const std::string kSource = R"("activations": {"synthetic": {"density": 0.5}})";

/// A network of `layers`.
std::string network_text(const std::string& layers) { return "{\"layers\": [" + layers + "]}"; }

std::string fully_connected(const std::string& keys) {
  return R"({"type": "fully_connected", )" + kValues + ", " + keys + "}";
}
std::string convolution(const std::string& keys) {
  return R"({"type": "convolution", )" + kValues + ", " + keys + "}";
}
std::string pooling(const std::string& keys) { return R"({"type": "pooling", )" + keys + "}"; }

/// A feature map of 3 x 13 x 13 that other layers may take.
const std::string kMap = convolution(
    R"("name": "map", "output_channels": 3, "kernel": 1, "activation": "relu",
       "input": {"channels": 2, "height": 13, "width": 13}, )" +
    kSource);
const std::string kVector =
    fully_connected(R"("name": "a", "inputs": 6, "outputs": 4, )" + kSource);

Network read(const std::string& layers) {
  ConfigDocument document = ConfigDocument::parse(network_text(layers), "net.json");
  ConfigNode root = document.root();
  Network network = network_from(root);
  document.finish_workload();
  network.resolved = document.resolved();
  return network;
}

std::vector<std::string> errors_of(const std::string& layers) {
  std::vector<std::string> lines;
  try {
    (void)read(layers);
  } catch (const WorkloadError& error) {
    for (const Diagnostic& diagnostic : error.diagnostics()) lines.push_back(to_string(diagnostic));
  }
  return lines;
}

/// Shape of the pooled map `kMap`.
FeatureShape pooled(const std::string& keys) {
  return read(kMap + "," + pooling(R"("name": "p", "kind": "maximum", )" + keys)).layers[1].output;
}
FeatureShape convolved(const std::string& keys) {
  return read(kMap + "," + convolution(R"("name": "c", "output_channels": 6, )" + keys))
      .layers[1]
      .output;
}

TEST(NetworkFile, GivesFullyConnectedLayersTheirShape) {
  const Network network = read(kVector);
  const LayerSpec& layer = network.layers.at(0);
  EXPECT_EQ(network.name, "net");
  EXPECT_EQ(layer.name, "a");
  EXPECT_EQ(layer.type, LayerType::fully_connected);
  EXPECT_EQ(layer.input, (FeatureShape{6, 1, 1}));
  EXPECT_EQ(layer.output, (FeatureShape{4, 1, 1}));
  EXPECT_EQ(layer.matrix_inputs(), 6U);
  EXPECT_EQ(layer.matrix_outputs(), 4U);
  EXPECT_EQ(layer.dense_multiply_accumulates(), 24U);
  EXPECT_EQ(layer.batch, 1U);
  EXPECT_EQ(layer.activation, Activation::none);
}

TEST(NetworkFile, ReadsSyntheticValues) {
  const LayerSpec layer =
      read(R"({"name": "a", "type": "fully_connected", "inputs": 2, "outputs": 3,
               "weights": {"synthetic": {"density": 0.09, "codebook_entries": 4, "seed": 7,
                 "distribution": {"uneven": {"row_spread": 0.37, "column_spread": 0.3}}}},
               "activations": {"synthetic": {"density": 0.351, "signed": true, "seed": 9}}})")
          .layers.at(0);
  const auto& weights = std::get<SyntheticSource>(layer.weights);
  EXPECT_EQ(weights.density, 0.09);
  EXPECT_EQ(weights.row_spread, 0.37);
  EXPECT_EQ(weights.column_spread, 0.3);
  EXPECT_EQ(weights.codebook_entries, 4U);
  EXPECT_EQ(weights.seed, 7U);
  const auto& activations = std::get<SyntheticSource>(layer.activations);
  EXPECT_EQ(activations.density, 0.351);
  EXPECT_TRUE(activations.is_signed);
  EXPECT_EQ(activations.seed, 9U);
}

TEST(NetworkFile, ReadsFilesOfValues) {
  const LayerSpec layer = read(R"({"name": "a", "type": "fully_connected", "inputs": 2,
      "outputs": 3, "weights": {"file": "w.npz"}, "activations": {"file": "x.npy"}})")
                              .layers.at(0);
  EXPECT_EQ(std::get<FileSource>(layer.weights).path, "w.npz");
  EXPECT_EQ(std::get<FileSource>(layer.activations).path, "x.npy");
}

TEST(NetworkFile, EchoesDefaults) {
  EXPECT_THAT(read(kVector).resolved, HasSubstr("\"codebook_entries\": 16"));
  EXPECT_THAT(read(kVector).resolved, HasSubstr("\"relu_on_input\": true"));
}

TEST(NetworkFile, ChainsLayersInTheirOrder) {
  const Network network = read(kVector + "," + fully_connected(R"("name": "b", "outputs": 3)"));
  EXPECT_THAT(std::get<ChainedSource>(network.layers[1].activations).layers, ElementsAre(0U));
  EXPECT_EQ(network.layers[1].input, (FeatureShape{4, 1, 1}));
}

TEST(NetworkFile, FlattensFeatureMapsForFullyConnectedLayers) {
  const Network network = read(kMap + "," + fully_connected(R"("name": "b", "outputs": 3)"));
  EXPECT_EQ(network.layers[1].input, (FeatureShape{507, 1, 1}));  // 3 x 13 x 13
}

TEST(NetworkFile, ConcatenatesChannels) {
  const std::string one = convolution(R"("name": "x", "output_channels": 4, "kernel": 1)");
  const std::string two =
      convolution(R"("name": "y", "output_channels": 5, "kernel": 3, "padding": 1,
                     "from": ["map"])");
  const Network network =
      read(kMap + "," + one + "," + two + "," +
           pooling(R"("name": "p", "kind": "average", "global": true, "from": ["x", "y"])"));
  EXPECT_EQ(network.layers[3].input, (FeatureShape{9, 13, 13}));
  EXPECT_EQ(network.layers[3].output, (FeatureShape{9, 1, 1}));
  EXPECT_EQ(network.layers[3].kernel.height, 13U);
  EXPECT_EQ(network.layers[3].pooling, PoolingKind::average);
  EXPECT_THAT(std::get<ChainedSource>(network.layers[3].activations).layers, ElementsAre(1U, 2U));
}

TEST(NetworkFile, ComputesTheShapeOfConvolutions) {
  EXPECT_EQ(convolved(R"("kernel": 3)"), (FeatureShape{6, 11, 11}));
  EXPECT_EQ(convolved(R"("kernel": 3, "padding": 1)"), (FeatureShape{6, 13, 13}));
  // (13 + 2 - 4) / 3 = 3 steps and 2 left over.
  EXPECT_EQ(convolved(R"("kernel": 4, "padding": 1, "stride": 3)"), (FeatureShape{6, 4, 4}));
  EXPECT_EQ(convolved(R"("kernel": {"height": 1, "width": 13})"), (FeatureShape{6, 13, 1}));
}

TEST(NetworkFile, CountsTheWorkOfGroupedConvolutions) {
  const LayerSpec layer =
      read(kMap + "," +
           convolution(R"("name": "c", "output_channels": 6, "groups": 3, "kernel": 3)"))
          .layers[1];
  EXPECT_EQ(layer.groups, 3U);
  EXPECT_EQ(layer.matrix_inputs(), 9U);                           // 3 / 3 channels x 3 x 3
  EXPECT_EQ(layer.dense_multiply_accumulates(), 6U * 121U * 9U);  // outputs x window
}

TEST(NetworkFile, PoolsLikeCaffeInCeilMode) {
  // 13 - 3 = 10: 3 steps of 3 and 1 left over.
  EXPECT_EQ(pooled(R"("kernel": 3, "stride": 3)"), (FeatureShape{3, 4, 4}));
  EXPECT_EQ(pooled(R"("kernel": 3, "stride": 3, "ceil_mode": true)"), (FeatureShape{3, 5, 5}));
  // 13 + 2 - 2 = 13: 7 steps of 2; the 8th window would start at 14, behind 13 + 1 - 1.
  EXPECT_EQ(pooled(R"("kernel": 2, "stride": 2, "padding": 1, "ceil_mode": true)"),
            (FeatureShape{3, 7, 7}));
}

TEST(NetworkFile, PoolingHasNoWeights) {
  const LayerSpec layer =
      read(kMap + "," + pooling(R"("name": "p", "kind": "maximum", "kernel": 2)")).layers[1];
  EXPECT_FALSE(layer.has_weights());
  EXPECT_EQ(layer.dense_multiply_accumulates(), 0U);
}

TEST(NetworkFile, InheritsTheBatch) {
  const Network network =
      read(fully_connected(R"("name": "a", "inputs": 6, "outputs": 4, "batch": 5, )" + kSource) +
           "," + fully_connected(R"("name": "b", "outputs": 3)"));
  EXPECT_EQ(network.layers[1].batch, 5U);
}

TEST(ReluOnInput, FollowsWhereTheInputsComeFrom) {
  const auto relu = [](const std::string& layers, std::size_t index) {
    return read(layers).layers.at(index).relu_on_input;
  };
  const std::string next = fully_connected(R"("name": "n", "outputs": 3)");
  const std::string pool = pooling(R"("name": "p", "kind": "maximum", "kernel": 2)");
  EXPECT_TRUE(relu(kVector, 0));                         // not signed
  EXPECT_FALSE(relu(kVector + "," + next, 1));           // no ReLU before
  EXPECT_TRUE(relu(kMap + "," + next, 1));               // ReLU before
  EXPECT_TRUE(relu(kMap + "," + pool + "," + next, 2));  // passed on by pooling
  const std::string plain_map =
      convolution(R"("name": "q", "output_channels": 3, "kernel": 1, "from": ["map"])");
  EXPECT_FALSE(relu(kMap + "," + plain_map + "," + pool + "," + next, 3));
  EXPECT_FALSE(relu(kMap + "," + plain_map + "," +
                        fully_connected(R"("name": "n", "outputs": 3, "from": ["map", "q"])"),
                    2));
  EXPECT_FALSE(relu(fully_connected(R"("name": "a", "inputs": 6, "outputs": 4,
      "activations": {"synthetic": {"density": 1, "signed": true}})"),
                    0));
  EXPECT_FALSE(relu(
      fully_connected(R"("name": "a", "inputs": 6, "outputs": 4, "activations": {"file": "x"})"),
      0));
  EXPECT_TRUE(relu(
      kVector + "," + fully_connected(R"("name": "n", "outputs": 3, "relu_on_input": true)"), 1));
}

TEST(NetworkErrors, NameMissingShapesOfTheFirstLayer) {
  EXPECT_THAT(errors_of(fully_connected(R"("name": "a", "outputs": 4, )" + kSource)),
              ElementsAre("net.json: /layers/0/inputs: expected an integer for a layer that no "
                          "other feeds, got nothing"));
  EXPECT_THAT(errors_of(fully_connected(R"("name": "a", "inputs": 3, "outputs": 4)")),
              ElementsAre("net.json: /layers/0: expected \"activations\", for no layer is before "
                          "this one, got nothing"));
  EXPECT_THAT(
      errors_of(convolution(R"("name": "a", "output_channels": 4, "kernel": 1, )" + kSource)),
      ElementsAre("net.json: /layers/0/input: expected an object for a layer that no "
                  "other feeds, got nothing"));
}

TEST(NetworkErrors, NameShapesThatDoNotFit) {
  EXPECT_THAT(
      errors_of(kMap + "," + fully_connected(R"("name": "b", "inputs": 500, "outputs": 3)")),
      ElementsAre("net.json: /layers/1/inputs: expected 507, the outputs it takes (3 x 13 x 13), "
                  "got 500"));
  EXPECT_THAT(errors_of(kMap + "," + convolution(R"("name": "b", "output_channels": 3, "kernel": 1,
                  "input": {"channels": 3, "height": 13, "width": 12})")),
              ElementsAre("net.json: /layers/1/input: expected 3 x 13 x 13, the outputs it takes, "
                          "got 3 x 13 x 12"));
  EXPECT_THAT(errors_of(kMap + "," + convolution(R"("name": "b", "output_channels": 3,
                  "kernel": 16, "padding": 1)")),
              ElementsAre("net.json: /layers/1/kernel: expected at most the padded input, 15 x 15, "
                          "got 16 x 16"));
  EXPECT_THAT(errors_of(kMap + "," + convolution(R"("name": "b", "output_channels": 4,
                  "kernel": 1, "groups": 3)")),
              ElementsAre("net.json: /layers/1/groups: expected a divisor of 3 input and 4 output "
                          "channels, got 3"));
  EXPECT_THAT(errors_of(kMap + "," + pooling(R"("name": "b", "kind": "maximum", "kernel": 2,
                  "padding": 2)")),
              ElementsAre("net.json: /layers/1/padding: expected less than the kernel, 2 x 2, got "
                          "2 x 2"));
}

TEST(NetworkErrors, NameMapsThatCannotBeConcatenated) {
  const std::string small = convolution(R"("name": "s", "output_channels": 4, "kernel": 3)");
  EXPECT_THAT(
      errors_of(kMap + "," + small + "," +
                pooling(R"("name": "p", "kind": "maximum", "kernel": 1, "from": ["map", "s"])")),
      ElementsAre("net.json: /layers/2/from: expected outputs of one height and width, got "
                  "3 x 13 x 13 of \"map\" and 4 x 11 x 11 of \"s\""));
}

TEST(NetworkErrors, NameSizesThatOverflow) {
  EXPECT_THAT(
      errors_of(fully_connected(R"("name": "a", "inputs": 65536, "outputs": 65536, )" + kSource)),
      ElementsAre("net.json: /layers/0/outputs: expected at most 2147483648 weights, got 65536 x "
                  "65536"));
  EXPECT_THAT(errors_of(convolution(R"("name": "a", "output_channels": 1, "kernel": 1, "input":
                  {"channels": 2147483648, "height": 2147483648, "width": 2147483648}, )" +
                                    kSource)),
              ElementsAre("net.json: /layers/0/input: expected at most 2147483648 elements, got "
                          "2147483648 x 2147483648 x 2147483648"));
  EXPECT_THAT(errors_of(fully_connected(
                  R"("name": "a", "inputs": 4, "outputs": 2, "batch": 536870913, )" + kSource)),
              ElementsAre("net.json: /layers/0/batch: expected at most 2147483648 inputs and "
                          "outputs, got 536870913 times 4 x 1 x 1 and 2 x 1 x 1"));
  EXPECT_THAT(errors_of(convolution(R"("name": "a", "output_channels": 2147483648,
                  "kernel": 65536, "padding": 65536,
                  "input": {"channels": 1, "height": 1, "width": 1}, )" +
                                    kSource)),
              ElementsAre("net.json: /layers/0/output_channels: expected at most 2147483648 "
                          "weights, got 2147483648 x 1 x 65536 x 65536"));
  EXPECT_THAT(errors_of(convolution(R"("name": "a", "output_channels": 65536,
                  "kernel": 1, "padding": 65536,
                  "input": {"channels": 1, "height": 1, "width": 1}, )" +
                                    kSource)),
              ElementsAre("net.json: /layers/0: expected at most 2147483648 output elements, got "
                          "65536 x 131073 x 131073"));
}

TEST(NetworkErrors, NameUnknownAndLaterLayers) {
  EXPECT_THAT(
      errors_of(kMap + "," + fully_connected(R"("name": "b", "outputs": 3, "from": ["mpa"])")),
      ElementsAre("net.json: /layers/1/from: expected names of layers before this one, got "
                  "\"mpa\"; did you mean \"map\"?"));
  EXPECT_THAT(
      errors_of(kMap + "," + fully_connected(R"("name": "b", "outputs": 3, "from": ["b"])")),
      ElementsAre("net.json: /layers/1/from: expected names of layers before this one, got "
                  "\"b\""));
}

TEST(NetworkErrors, NameLayersOfOneName) {
  EXPECT_THAT(errors_of(kVector + "," + fully_connected(R"("name": "a", "outputs": 3)")),
              ElementsAre("net.json: /layers/1/name: expected a name that no layer before has, got "
                          "\"a\""));
}

TEST(NetworkErrors, NameBatchesThatDiffer) {
  EXPECT_THAT(
      errors_of(kVector + "," + fully_connected(R"("name": "b", "outputs": 3, "batch": 2)")),
      ElementsAre("net.json: /layers/1/batch: expected 1, the batch of \"a\", got 2"));
}

TEST(NetworkErrors, RefuseTwoSourcesOfInputs) {
  EXPECT_THAT(errors_of(kVector + "," + fully_connected(R"("name": "b", "outputs": 3,
                  "from": ["a"], )" + kSource)),
              ElementsAre("net.json: /layers/1: expected at most one of the keys \"activations\" "
                          "or \"from\", got \"activations\" and \"from\""));
}

TEST(NetworkErrors, NameWrongValues) {
  EXPECT_THAT(errors_of(R"({"name": "a", "type": "fully_connected", "inputs": 2, "outputs": 3,
                  "weights": {"synthetic": {"density": 0}},
                  "activations": {"synthetic": {"density": 1.5, "sined": true}}})"),
              ElementsAre("net.json: /layers/0/weights/synthetic/density: expected a number in "
                          "(0, 1], got 0",
                          "net.json: /layers/0/activations/synthetic/density: expected a number in "
                          "(0, 1], got 1.5",
                          "net.json: /layers/0/activations/synthetic/sined: unknown key; did you "
                          "mean \"signed\"?"));
  EXPECT_THAT(errors_of(pooling(R"("name": "p", "kind": "maximum", "global": false,
                  "input": {"channels": 1, "height": 1, "width": 1}, )" +
                                kSource)),
              ElementsAre("net.json: /layers/0/global: expected true, got false"));
}

TEST(NetworkErrors, DoNotMultiplyAlongTheChain) {
  const std::string broken =
      fully_connected(R"("name": "a", "inputs": 0, "outputs": 4, )" + kSource);
  const std::string next = fully_connected(R"("name": "b", "inputs": 9, "outputs": 4)");
  EXPECT_THAT(errors_of(broken + "," + next),
              ElementsAre("net.json: /layers/0/inputs: expected an integer in [1, 2147483648], got "
                          "0"));
}

TEST(SelectLayers, KeepsTheOrderOfTheNetwork) {
  const std::string own = fully_connected(R"("name": "c", "inputs": 3, "outputs": 3, )" + kSource);
  const std::string next = fully_connected(R"("name": "d", "outputs": 3)");
  const Network network = select_layers(read(kVector + "," + own + "," + next), {"d", "c"});
  ASSERT_EQ(network.layers.size(), 2U);
  EXPECT_EQ(network.layers[0].name, "c");
  EXPECT_EQ(network.layers[1].name, "d");
  EXPECT_THAT(std::get<ChainedSource>(network.layers[1].activations).layers, ElementsAre(0U));
}

TEST(SelectLayers, RefusesUnknownNamesAndBrokenChains) {
  const Network network =
      read(kVector + "," + fully_connected(R"("name": "layer_b", "outputs": 3)"));
  try {
    (void)select_layers(network, {"layer_c", "zzz"});
    FAIL() << "accepted unknown names";
  } catch (const WorkloadError& error) {
    EXPECT_STREQ(error.what(),
                 "/layers: expected a layer named \"layer_c\", got none; did you mean "
                 "\"layer_b\"?\n/layers: expected a layer named \"zzz\", got none");
  }
  try {
    (void)select_layers(network, {"layer_b"});
    FAIL() << "accepted a broken chain";
  } catch (const WorkloadError& error) {
    EXPECT_STREQ(error.what(),
                 "/layers/1: expected the selected layers to hold \"a\", whose outputs \"layer_b\" "
                 "takes, got a selection without it");
  }
}

class NetworkOnDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() /
                 ("nzsim_network_" +
                  std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    write_file(directory_ / "small.json",
               network_text(kVector + "," + fully_connected(R"("name": "b", "outputs": 3)")));
  }
  void TearDown() override { fs::remove_all(directory_); }

  fs::path directory_;
};

TEST_F(NetworkOnDisk, IsNamedAfterItsFile) {
  const Network network = load_network(directory_ / "small.json");
  EXPECT_EQ(network.name, "small");
  EXPECT_EQ(network.path, directory_ / "small.json");
}

TEST_F(NetworkOnDisk, TakesAnotherBatch) {
  const Network network = load_network(directory_ / "small.json", 3);
  EXPECT_EQ(network.layers[0].batch, 3U);
  EXPECT_EQ(network.layers[1].batch, 3U);
  EXPECT_THAT(network.resolved, HasSubstr("\"batch\": 3"));
  EXPECT_THROW((void)load_network(directory_ / "small.json", 0), WorkloadError);
}

TEST_F(NetworkOnDisk, IsChangedByOverrides) {
  const std::vector<Override> overrides{{"/layers/1/outputs", "7"}};
  const Network network = load_network(directory_ / "small.json", {}, overrides);
  EXPECT_EQ(network.layers[1].output.channels, 7U);
  EXPECT_EQ(network.layers[1].batch, 1U);
  EXPECT_THAT(network.resolved, HasSubstr("\"outputs\": 7"));
  const Network both = load_network(directory_ / "small.json", 3, overrides);
  EXPECT_EQ(both.layers[1].output.channels, 7U);
  EXPECT_EQ(both.layers[1].batch, 3U);
}

TEST_F(NetworkOnDisk, ThatIsMissingOrNoJsonIsAWorkloadError) {
  write_file(directory_ / "broken.json", "{");
  EXPECT_THROW((void)load_network(directory_ / "none.json"), WorkloadError);
  EXPECT_THROW((void)load_network(directory_ / "broken.json"), WorkloadError);
}

class ShippedNetworks : public ::testing::TestWithParam<fs::path> {};

TEST_P(ShippedNetworks, AreValid) { EXPECT_NO_THROW((void)load_network(GetParam())); }

std::vector<fs::path> shipped_networks() {
  std::vector<fs::path> paths;
  for (const auto& entry :
       fs::directory_iterator(fs::path(NZSIM_SOURCE_DIR) / "workloads" / "networks")) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

INSTANTIATE_TEST_SUITE_P(All, ShippedNetworks, ::testing::ValuesIn(shipped_networks()),
                         [](const auto& test) {
                           std::string name = test.param.stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace nzsim
