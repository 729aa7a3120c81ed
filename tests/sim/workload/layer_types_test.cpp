#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/workload/reading.h"

namespace nzsim {
namespace {

using test::kInputs;
using test::layer_errors;
using test::plain_layer;
using test::read_layers;
using test::weighted_layer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A sequence of 5 vectors of 6 elements.
const std::string kSequence = weighted_layer("sequence", "fully_connected",
                                             R"("inputs": 8, "outputs": 6, "rows": 5, )" + kInputs);
/// A feature map of 4 x 9 x 9.
const std::string kMap = weighted_layer(
    "map", "convolution",
    R"("input": {"channels": 4, "height": 9, "width": 9}, "output_channels": 4, "kernel": 1, )" +
        kInputs);

LayerSpec last(const std::string& layers) { return read_layers(layers).layers.back(); }
LayerSpec after_sequence(const std::string& layer) { return last(kSequence + "," + layer); }
LayerSpec after_map(const std::string& layer) { return last(kMap + "," + layer); }

TEST(FullyConnectedRows, ShareTheWeights) {
  const LayerSpec layer = last(kSequence);
  EXPECT_EQ(layer.input, (FeatureShape{8, 5, 1}));
  EXPECT_EQ(layer.output, (FeatureShape{6, 5, 1}));
  EXPECT_EQ(layer.matrix_inputs(), 8U);
  EXPECT_EQ(layer.matrix_outputs(), 6U);
  EXPECT_EQ(layer.weight_elements(), 48U);
  EXPECT_EQ(layer.matrix_product(), (MatrixProduct{1, 5, 8, 6}));
  EXPECT_EQ(layer.dense_multiply_accumulates(), 240U);  // 5 x 48
}

TEST(FullyConnectedRows, TakeSequencesAndMapsAsVectorsOfTheirChannels) {
  EXPECT_EQ(
      after_sequence(weighted_layer("n", "fully_connected", R"("outputs": 3, "rows": 5)")).input,
      (FeatureShape{6, 5, 1}));
  EXPECT_EQ(after_map(weighted_layer("n", "fully_connected", R"("outputs": 3, "rows": 81)")).output,
            (FeatureShape{3, 81, 1}));
  // One row: flattened, 6 x 5.
  EXPECT_EQ(after_sequence(weighted_layer("n", "fully_connected", R"("outputs": 3)")).input,
            (FeatureShape{30, 1, 1}));
}

TEST(FullyConnectedRows, NameCountsAndLengthsThatDoNotFit) {
  EXPECT_THAT(layer_errors(kSequence + "," +
                           weighted_layer("n", "fully_connected", R"("outputs": 3, "rows": 4)")),
              ElementsAre("net.json: /layers/1/rows: expected 5, the vectors of the outputs it "
                          "takes (6 x 5 x 1), got 4"));
  EXPECT_THAT(
      layer_errors(
          kSequence + "," +
          weighted_layer("n", "fully_connected", R"("inputs": 7, "outputs": 3, "rows": 5)")),
      ElementsAre("net.json: /layers/1/inputs: expected 6, the outputs it takes (6 x 5 x 1), got "
                  "7"));
  EXPECT_THAT(layer_errors(weighted_layer("n", "fully_connected",
                                          R"("inputs": 7, "outputs": 3, "rows": 0, )" + kInputs)),
              ElementsAre("net.json: /layers/0/rows: expected an integer in [1, 2147483648], got "
                          "0"));
  EXPECT_THAT(
      layer_errors(weighted_layer("n", "fully_connected",
                                  R"("inputs": 7, "outputs": 3, "rows": 2147483648, )" + kInputs)),
      ElementsAre("net.json: /layers/0/batch: expected at most 2147483648 inputs and outputs, got "
                  "1 times 7 x 2147483648 x 1 and 3 x 2147483648 x 1"));
}

TEST(Convolution, ReachesFurtherWithDilation) {
  const auto output = [](const std::string& keys) {
    return after_map(weighted_layer("c", "convolution", R"("output_channels": 2, )" + keys)).output;
  };
  // A window of 3 reaches over 2 x 2 + 1 = 5 elements: 9 - 5 + 1 = 5 places.
  EXPECT_EQ(output(R"("kernel": 3, "dilation": 2)"), (FeatureShape{2, 5, 5}));
  EXPECT_EQ(output(R"("kernel": 3, "dilation": 2, "padding": 2)"), (FeatureShape{2, 9, 9}));
  EXPECT_EQ(output(R"("kernel": 3, "dilation": {"height": 4, "width": 1})"),
            (FeatureShape{2, 1, 7}));
  EXPECT_EQ(output(R"("kernel": 1, "dilation": 100)"), (FeatureShape{2, 9, 9}));
  EXPECT_THAT(
      layer_errors(kMap + "," +
                   weighted_layer("c", "convolution",
                                  R"("output_channels": 2, "kernel": 3,
                                                   "dilation": 5)")),
      ElementsAre("net.json: /layers/1/kernel: expected at most the padded input, 9 x 9, got "
                  "11 x 11"));
}

TEST(Convolution, DoesTheSameWorkDilatedAndDepthwise) {
  const LayerSpec dilated = after_map(
      weighted_layer("c", "convolution", R"("output_channels": 2, "kernel": 3, "dilation": 2)"));
  EXPECT_EQ(dilated.weight_elements(), 72U);                   // 2 x 4 x 3 x 3
  EXPECT_EQ(dilated.dense_multiply_accumulates(), 25U * 72U);  // 5 x 5 places
  EXPECT_EQ(dilated.matrix_product(), (MatrixProduct{1, 25, 36, 2}));
  const LayerSpec depthwise = after_map(weighted_layer(
      "c", "convolution", R"("output_channels": 4, "kernel": 3, "padding": 1, "groups": 4)"));
  EXPECT_EQ(depthwise.weight_elements(), 36U);  // 4 x 3 x 3
  EXPECT_EQ(depthwise.dense_multiply_accumulates(), 81U * 36U);
  EXPECT_EQ(depthwise.matrix_product(), (MatrixProduct{4, 81, 9, 1}));
}

TEST(Lstm, HasFourGatesOverInputsAndHiddenUnits) {
  const LayerSpec layer =
      last(weighted_layer("l", "lstm", R"("inputs": 6, "outputs": 3, "steps": 5, )" + kInputs));
  EXPECT_EQ(layer.type, LayerType::lstm);
  EXPECT_EQ(layer.input, (FeatureShape{6, 5, 1}));
  EXPECT_EQ(layer.output, (FeatureShape{3, 5, 1}));
  EXPECT_EQ(layer.matrix_outputs(), 12U);
  EXPECT_EQ(layer.matrix_inputs(), 9U);
  EXPECT_EQ(layer.weight_elements(), 108U);
  EXPECT_EQ(layer.matrix_product(), (MatrixProduct{1, 5, 9, 12}));
  EXPECT_EQ(layer.dense_multiply_accumulates(), 540U);  // 5 steps x 108
}

TEST(Gru, HasThreeGatesOverInputsAndHiddenUnits) {
  const LayerSpec layer = after_sequence(weighted_layer("g", "gru", R"("outputs": 4, "steps": 5)"));
  EXPECT_EQ(layer.type, LayerType::gru);
  EXPECT_EQ(layer.input, (FeatureShape{6, 5, 1}));
  EXPECT_EQ(layer.matrix_outputs(), 12U);
  EXPECT_EQ(layer.matrix_inputs(), 10U);
  EXPECT_EQ(layer.dense_multiply_accumulates(), 600U);  // 5 steps x 120
}

TEST(Recurrent, TakeOneStepByDefault) {
  const LayerSpec layer =
      last(weighted_layer("l", "lstm", R"("inputs": 6, "outputs": 3, )" + kInputs));
  EXPECT_EQ(layer.output, (FeatureShape{3, 1, 1}));
  EXPECT_EQ(layer.dense_multiply_accumulates(), 108U);
}

TEST(Recurrent, NameStepsFunctionsAndSizesThatDoNotFit) {
  EXPECT_THAT(
      layer_errors(kSequence + "," + weighted_layer("l", "lstm", R"("outputs": 3, "steps": 6)")),
      ElementsAre("net.json: /layers/1/steps: expected 5, the vectors of the outputs it takes "
                  "(6 x 5 x 1), got 6"));
  EXPECT_THAT(layer_errors(weighted_layer(
                  "l", "gru", R"("inputs": 6, "outputs": 3, "activation": "tanh", )" + kInputs)),
              ElementsAre("net.json: /layers/0/activation: expected \"none\", for the functions of "
                          "the gates belong to the type, got \"tanh\""));
  EXPECT_THAT(
      layer_errors(weighted_layer("l", "lstm", R"("inputs": -1, "outputs": 0, )" + kInputs)),
      ElementsAre("net.json: /layers/0/inputs: expected an integer in [1, 2147483648], got "
                  "-1",
                  "net.json: /layers/0/outputs: expected an integer in [1, 2147483648], "
                  "got 0"));
  EXPECT_THAT(
      layer_errors(weighted_layer("l", "lstm", R"("inputs": 16384, "outputs": 16384, )" + kInputs)),
      ElementsAre());  // 65536 x 32768 = 2^31 weights
  EXPECT_THAT(
      layer_errors(weighted_layer("l", "lstm", R"("inputs": 16385, "outputs": 16384, )" + kInputs)),
      ElementsAre("net.json: /layers/0/outputs: expected at most 2147483648 weights, got "
                  "65536 x 32769"));
}

/// Queries of 2 heads x 3 elements and 5 rows.
const std::string kScores = R"("heads": 2, "rows": 5, "inner": 3, "columns": 5,
                               "transpose_second": true)";

TEST(Matmul, MultipliesTwoLayersHeadByHead) {
  const Network network = read_layers(
      kSequence + "," +
      weighted_layer("values", "fully_connected",
                     R"("outputs": 8, "rows": 5, "from": ["sequence"])") +
      "," + plain_layer("scores", "matmul", R"("from": ["sequence", "sequence"], )" + kScores) +
      "," + plain_layer("context", "matmul", R"("heads": 2, "rows": 5, "inner": 5, "columns": 4,
                                          "from": ["scores", "values"])"));
  const LayerSpec& scores = network.layers[2];
  EXPECT_EQ(scores.input, (FeatureShape{6, 5, 1}));
  EXPECT_EQ(scores.second_input, (FeatureShape{6, 5, 1}));
  EXPECT_EQ(scores.output, (FeatureShape{10, 5, 1}));
  EXPECT_TRUE(scores.transpose_second);
  EXPECT_EQ(scores.operands, 2U);
  EXPECT_FALSE(scores.has_weights());
  EXPECT_EQ(scores.weight_elements(), 0U);
  EXPECT_EQ(scores.matrix_product(), (MatrixProduct{2, 5, 3, 5}));
  EXPECT_EQ(scores.dense_multiply_accumulates(), 150U);  // 2 x 5 x 3 x 5
  const LayerSpec& context = network.layers[3];
  EXPECT_EQ(context.input, (FeatureShape{10, 5, 1}));
  EXPECT_EQ(context.second_input, (FeatureShape{8, 5, 1}));
  EXPECT_EQ(context.output, (FeatureShape{8, 5, 1}));
  EXPECT_EQ(context.dense_multiply_accumulates(), 200U);  // 2 x 5 x 5 x 4
  EXPECT_THAT(std::get<ChainedSource>(context.activations).layers, ElementsAre(2U, 1U));
}

TEST(Matmul, TakesBothOperandsFromOneSetOfValues) {
  const LayerSpec layer =
      last(plain_layer("m", "matmul", R"("rows": 2, "inner": 3, "columns": 4, )" + kInputs));
  EXPECT_EQ(layer.groups, 1U);
  EXPECT_EQ(layer.input, (FeatureShape{3, 2, 1}));
  EXPECT_EQ(layer.second_input, (FeatureShape{4, 3, 1}));
  EXPECT_EQ(layer.input_elements(), 18U);  // 2 x 3 + 3 x 4
}

TEST(Matmul, NamesOperandsThatDoNotFit) {
  const auto errors = [](const std::string& keys) {
    return layer_errors(kSequence + "," + kMap + "," + plain_layer("m", "matmul", keys));
  };
  EXPECT_THAT(errors(R"("from": ["sequence", "map"], )" + kScores),
              ElementsAre("net.json: /layers/2/from: expected 6 x 5 x 1 as the second operand, got "
                          "4 x 9 x 9 of \"map\""));
  EXPECT_THAT(errors(R"("from": ["map", "sequence"], )" + kScores),
              ElementsAre("net.json: /layers/2/from: expected 6 x 5 x 1 as the first operand, got "
                          "4 x 9 x 9 of \"map\""));
  EXPECT_THAT(errors(R"("from": ["sequence"], )" + kScores),
              ElementsAre("net.json: /layers/2/from: expected two layers, got 1"));
  EXPECT_THAT(errors(kScores),
              ElementsAre("net.json: /layers/2/from: expected two layers, got nothing"));
  EXPECT_THAT(errors(R"("rows": 65536, "inner": 65536, "columns": 1, "from": ["map", "map"])"),
              ElementsAre("net.json: /layers/2: expected at most 2147483648 elements per operand "
                          "and output, got 1 heads of 65536 x 65536 times 65536 x 1"));
  EXPECT_THAT(errors(R"("rows": 0, "inner": 3, "columns": 4, "from": ["map", "map"])"),
              ElementsAre("net.json: /layers/2/rows: expected an integer in [1, 2147483648], got "
                          "0"));
}

TEST(Elementwise, JoinsLayersOfOneShape) {
  const std::string other =
      weighted_layer("other", "convolution", R"("output_channels": 4, "kernel": 1)");
  const LayerSpec layer = after_map(other + "," +
                                    plain_layer("sum", "elementwise",
                                                R"("operation": "multiply", "from": ["map", "other",
                                              "map"], "activation": "relu")"));
  EXPECT_EQ(layer.elementwise, ElementwiseOperation::multiply);
  EXPECT_EQ(layer.operands, 3U);
  EXPECT_EQ(layer.input, (FeatureShape{4, 9, 9}));
  EXPECT_EQ(layer.output, (FeatureShape{4, 9, 9}));
  EXPECT_EQ(layer.input_elements(), 972U);  // 3 x 324
  EXPECT_EQ(layer.activation, Activation::relu);
  EXPECT_EQ(layer.dense_multiply_accumulates(), 0U);
  EXPECT_EQ(layer.weight_elements(), 0U);
}

TEST(Elementwise, NamesLayersThatCannotBeJoined) {
  const auto errors = [](const std::string& keys) {
    return layer_errors(kSequence + "," + kMap + "," +
                        plain_layer("e", "elementwise", R"("operation": "add", )" + keys));
  };
  EXPECT_THAT(errors(R"("from": ["sequence", "map"])"),
              ElementsAre("net.json: /layers/2/from: expected outputs of one shape, got 6 x 5 x 1 "
                          "of \"sequence\" and 4 x 9 x 9 of \"map\""));
  EXPECT_THAT(errors(R"("from": ["map"])"),
              ElementsAre("net.json: /layers/2/from: expected at least two layers, got 1"));
  EXPECT_THAT(errors(R"("activation": "relu")"),
              ElementsAre("net.json: /layers/2/from: expected at least two layers, got nothing"));
  EXPECT_THAT(errors(kInputs), ElementsAre("net.json: /layers/2/activations: expected \"from\" "
                                           "with at least two layers, got values"));
  EXPECT_THAT(errors(R"("from": ["map", "mop"])"),
              ElementsAre("net.json: /layers/2/from: expected names of layers before this one, "
                          "got \"mop\"; did you mean \"map\"?"));
  EXPECT_THAT(layer_errors(kMap + "," +
                           plain_layer("e", "elementwise",
                                       R"("operation": "divide",
                                                        "from": ["map", "map"])")),
              ElementsAre("net.json: /layers/1/operation: expected \"add\" or \"multiply\", got "
                          "\"divide\""));
}

TEST(ActivationLayer, KeepsTheShape) {
  const LayerSpec layer = after_map(plain_layer("a", "activation", R"("activation": "gelu")"));
  EXPECT_EQ(layer.type, LayerType::activation);
  EXPECT_EQ(layer.activation, Activation::gelu);
  EXPECT_EQ(layer.output, (FeatureShape{4, 9, 9}));
  EXPECT_THAT(layer_errors(kMap + "," + plain_layer("a", "activation", R"("batch": 1)")),
              ElementsAre("net.json: /layers/1/activation: expected a function for a layer that "
                          "does nothing else, got \"none\""));
  EXPECT_THAT(layer_errors(plain_layer("a", "activation", R"("activation": "tanh", )" + kInputs)),
              ElementsAre("net.json: /layers/0/input: expected an object for a layer that no other "
                          "feeds, got nothing"));
}

TEST(Normalization, KeepsTheShape) {
  const LayerSpec softmax =
      after_map(plain_layer("s", "normalization", R"("kind": "softmax", "groups": 2)"));
  EXPECT_EQ(softmax.normalization, NormalizationKind::softmax);
  EXPECT_EQ(softmax.groups, 2U);
  EXPECT_EQ(softmax.output, (FeatureShape{4, 9, 9}));
  EXPECT_EQ(after_map(plain_layer("s", "normalization", R"("kind": "layer_normalization")"))
                .normalization,
            NormalizationKind::layer_normalization);
  EXPECT_THAT(layer_errors(kMap + "," +
                           plain_layer("s", "normalization", R"("kind": "softmax", "groups": 3)")),
              ElementsAre("net.json: /layers/1/groups: expected a divisor of 4 channels, got 3"));
}

TEST(Types, AreSpelledAsTheFileSpellsThem) {
  EXPECT_THAT(layer_errors(plain_layer("x", "lstn", kInputs)),
              ElementsAre(HasSubstr("/layers/0/type: expected \"fully_connected\", ")));
  EXPECT_THAT(layer_errors(plain_layer("x", "lstn", kInputs)),
              ElementsAre(HasSubstr("got \"lstn\"; did you mean \"lstm\"?")));
  EXPECT_THAT(layer_errors(kMap + "," + plain_layer("a", "activation", R"("activation": "elu")")),
              ElementsAre("net.json: /layers/1/activation: expected \"none\", \"relu\", "
                          "\"sigmoid\", \"tanh\" or \"gelu\", got \"elu\"; did you mean "
                          "\"relu\"?"));
}

TEST(ReluOnInput, IsPassedOnByElementwiseLayers) {
  const auto after = [](const std::string& activation) {
    const std::string one =
        weighted_layer("one", "convolution",
                       R"("output_channels": 4, "kernel": 1, "activation": ")" + activation + "\"");
    return after_map(
               one + "," +
               plain_layer("sum", "elementwise", R"("operation": "add", "from": ["one", "one"])") +
               "," + weighted_layer("n", "fully_connected", R"("outputs": 2)"))
        .relu_on_input;
  };
  EXPECT_TRUE(after("relu"));
  EXPECT_FALSE(after("none"));
  EXPECT_FALSE(after("sigmoid"));
}

TEST(SelectLayers, KeepsTheOperandsOfALayer) {
  const Network network = read_layers(
      kSequence + "," +
      plain_layer("scores", "matmul", R"("from": ["sequence", "sequence"], )" + kScores));
  EXPECT_EQ(select_layers(network, {"sequence", "scores"}).layers.size(), 2U);
  EXPECT_THROW((void)select_layers(network, {"scores"}), WorkloadError);
}

TEST(LayerSupport, NamesEverythingThatAMachineCannotCompute) {
  const Network network = read_layers(
      kSequence + "," + kMap + "," +
      weighted_layer("c", "convolution",
                     R"("output_channels": 2, "kernel": 2, "dilation": 3, "activation": "tanh")") +
      "," + weighted_layer("l", "lstm", R"("outputs": 3)"));
  const LayerSupport support{.types = {LayerType::fully_connected, LayerType::convolution},
                             .activations = {Activation::none, Activation::relu}};
  std::string message;
  try {
    require_supported(network, support);
  } catch (const WorkloadError& error) {
    message = error.what();
  }
  EXPECT_EQ(message,
            "net.json: /layers/0/rows: expected 1, what this machine computes, got 5\n"
            "net.json: /layers/2/activation: expected \"none\" or \"relu\", what this machine "
            "computes, got \"tanh\"\n"
            "net.json: /layers/2/dilation: expected 1, what this machine computes, got 3 x 3\n"
            "net.json: /layers/3/type: expected \"fully_connected\" or \"convolution\", what this "
            "machine computes, got \"lstm\"");
  EXPECT_NO_THROW(
      require_supported(network, {.types = {kLayerTypes.begin(), kLayerTypes.end()},
                                  .activations = {kActivations.begin(), kActivations.end()},
                                  .dilation = true,
                                  .rows = true}));
}

}  // namespace
}  // namespace nzsim
