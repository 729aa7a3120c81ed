#include "workloads/import/import.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "sim/workload/npz.h"
#include "sim/workload/values.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const fs::path kSource = NZSIM_SOURCE_DIR;
const fs::path kData = kSource / ".." / "shared/data";

NumpyArray floats(std::vector<std::uint64_t> shape, const std::vector<float>& values) {
  return {ArrayType::float32, std::move(shape),
          std::string(reinterpret_cast<const char*>(values.data()), 4 * values.size())};
}

/// Imports files of a temporary directory into its folder `out`.
class Import : public testing::Test {
 protected:
  Import() { request.output = directory.path() / "out"; }

  /// Writes the input file and names it in the request.
  void input(const std::string& name, const std::string& contents) {
    request.input = directory.path() / name;
    write_file(request.input, contents);
  }
  std::string error() const {
    const std::string message =
        test::message_of([&] { static_cast<void>(import_network(request)); });
    const std::string prefix = directory.path().string() + "/";
    return message.substr(message.starts_with(prefix) ? prefix.size() : 0);
  }
  /// Names in the temporary directory.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory.path())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  test::TemporaryDirectory directory;
  ImportRequest request;
};

/// [[0, 0.5, 0], [-1, 0, 0.5]].
const std::string kMatrix =
    "%%MatrixMarket matrix coordinate real general\n2 3 3\n1 2 .5\n2 1 -1\n2 3 .5\n";

TEST_F(Import, WritesANetworkThatLoads) {
  input("small.mtx", kMatrix);
  const ImportSummary summary = import_network(request);
  EXPECT_EQ(summary.network_file, request.output / "out.json");
  ASSERT_EQ(summary.layers.size(), 1U);
  EXPECT_EQ(summary.layers[0].name, "small");
  EXPECT_EQ(summary.layers[0].non_zeros, 3U);
  EXPECT_DOUBLE_EQ(summary.layers[0].density(), 0.5);
  EXPECT_TRUE(summary.notes.empty());

  const Network network = load_network(summary.network_file);
  EXPECT_EQ(network.name, "out");
  EXPECT_THAT(network.source, HasSubstr("small.mtx, SHA-256 "));
  EXPECT_EQ(network.layers[0].activation, Activation::relu);
  const LayerValues values = load_values(network, 0, 0);
  const auto& matrix = std::get<CompressedMatrix>(values.weights);
  EXPECT_THAT(matrix.codebook, ElementsAre(0.0F, -1.0F, 0.5F));
  EXPECT_THAT(matrix.columns, ElementsAre(1, 0, 2));
  EXPECT_THAT(matrix.codes, ElementsAre(2, 1, 2));
  EXPECT_EQ(values.activations.values.size(), 3U);
}

TEST_F(Import, WritesTheSameBytesEachTime) {
  input("small.mtx", kMatrix);
  static_cast<void>(import_network(request));
  const std::string first = read_file(request.output / "out.json");
  const std::string first_values = read_file(request.output / "small.npz");
  fs::remove_all(request.output);
  static_cast<void>(import_network(request));
  EXPECT_EQ(read_file(request.output / "out.json"), first);
  EXPECT_EQ(read_file(request.output / "small.npz"), first_values);
}

TEST_F(Import, SharesWeightsWhereTheCodebookIsTooSmallAndSaysSo) {
  std::string text = "%%MatrixMarket matrix coordinate real general\n1 20 20\n";
  for (int i = 1; i <= 20; ++i) text += "1 " + std::to_string(i) + ' ' + std::to_string(i) + '\n';
  input("many.mtx", text);
  const ImportSummary summary = import_network(request);
  EXPECT_EQ(summary.layers[0].codebook_entries, 16U);
  ASSERT_EQ(summary.notes.size(), 1U);
  EXPECT_THAT(summary.notes[0],
              HasSubstr("many.mtx: 20 non-zero weights share 15 values by k-means; error"));
  EXPECT_THAT(read_file(summary.network_file), HasSubstr("share 15 values"));
}

TEST_F(Import, KeepsAllValuesInALargerCodebook) {
  input("small.mtx", kMatrix);
  request.codebook_entries = 2;
  EXPECT_EQ(import_network(request).notes.size(), 1U);
  fs::remove_all(request.output);
  request.codebook_entries = 3;
  EXPECT_TRUE(import_network(request).notes.empty());
}

TEST_F(Import, SaysThatDlmcValuesAreDrawn) {
  input("pattern.smtx", "2, 4, 3\n0 1 3\n3 0 2\n");
  request.seed = 9;
  const ImportSummary summary = import_network(request);
  EXPECT_THAT(summary.notes,
              ElementsAre("pattern.smtx: the file holds no values; codes of 15 evenly spaced "
                          "weights are drawn from seed 9"));
  EXPECT_EQ(summary.layers[0].non_zeros, 3U);
}

TEST_F(Import, KeepsTheCodesOfACompressedLayer) {
  input("layer.npz", format_npz({{"codes", {ArrayType::uint8, {2, 2}, "\0\2\1\0"s}},
                                 {"codebook", floats({3}, {0.0F, 3.0F, -3.0F})},
                                 {"bias", floats({2}, {0.25F, 0.5F})},
                                 {"activations", floats({3, 2}, {1, 2, 3, 4, 5, 6})}}));
  const ImportSummary summary = import_network(request);
  const Network network = load_network(summary.network_file);
  EXPECT_EQ(network.layers[0].batch, 3U);
  const LayerValues values = load_values(network, 0, 0);
  const auto& matrix = std::get<CompressedMatrix>(values.weights);
  EXPECT_THAT(matrix.codebook, ElementsAre(0.0F, 3.0F, -3.0F));
  EXPECT_THAT(matrix.codes, ElementsAre(2, 1));
  EXPECT_THAT(values.bias, ElementsAre(0.25F, 0.5F));
  EXPECT_THAT(values.activations.values, ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(Import, ReadsADenseKernelArray) {
  input("kernels.npy", format_npy(floats({2, 1, 1, 2}, {0.0F, 1.0F, 2.0F, 0.0F})));
  const ImportSummary summary = import_network(request);
  EXPECT_EQ(summary.layers[0].outputs, 2U);
  EXPECT_EQ(summary.layers[0].inputs, 2U);
  EXPECT_EQ(summary.layers[0].non_zeros, 2U);
}

TEST_F(Import, TakesActivationsFromAMatrix) {
  input("small.mtx", kMatrix);
  request.activations = directory.path() / "inputs.mtx";
  write_file(*request.activations,
             "%%MatrixMarket matrix coordinate pattern general\n2 3 2\n1 3\n2 1\n");
  const Network network = load_network(import_network(request).network_file);
  const ActivationTensor activations = load_values(network, 0, 0).activations;
  EXPECT_EQ(activations.vectors, 2U);
  EXPECT_THAT(activations.values, ElementsAre(0, 0, 1, 1, 0, 0));
}

TEST_F(Import, RefusesActivationsOfAnotherLength) {
  input("small.mtx", kMatrix);
  request.activations = directory.path() / "inputs.npy";
  write_file(*request.activations, format_npy(floats({2}, {1, 2})));
  EXPECT_EQ(error(), "inputs.npy: activations: expected the shape [3] or [3, 1, 1], got [2]");
  write_file(directory.path() / "inputs.mtx",
             "%%MatrixMarket matrix coordinate pattern general\n1 2 0\n");
  request.activations = directory.path() / "inputs.mtx";
  EXPECT_EQ(error(), "inputs.mtx: expected rows of 3 inputs, got 2");
}

TEST_F(Import, DrawsActivationsAtTheGivenDensity) {
  input("small.mtx", kMatrix);
  request.synthetic_activations = SyntheticSource{.density = 0.25, .is_signed = true, .seed = 5};
  const Network network = load_network(import_network(request).network_file);
  const auto& source = std::get<SyntheticSource>(network.layers[0].activations);
  EXPECT_EQ(source.density, 0.25);
  EXPECT_TRUE(source.is_signed);
  EXPECT_EQ(source.seed, 5U);
}

TEST_F(Import, WritesNothingWhereTheInputIsWrong) {
  input("bad.mtx", kMatrix + "1 1 1\n");
  EXPECT_EQ(error(), "bad.mtx: line 6: expected 3 entries, got more");
  EXPECT_THAT(files(), ElementsAre("bad.mtx"));
}

TEST_F(Import, WritesNothingWhereTheLayerNameIsWrong) {
  input("small.mtx", kMatrix);
  request.layer_name = std::string(1000, 'x');
  EXPECT_THAT(error(), HasSubstr("/layers/0/name: expected"));
  EXPECT_THAT(files(), ElementsAre("small.mtx"));
}

TEST_F(Import, RefusesAnOutputThatExists) {
  input("small.mtx", kMatrix);
  fs::create_directory(request.output);
  EXPECT_EQ(error(), "out: expected a directory that does not exist yet, got one");
  EXPECT_TRUE(fs::is_empty(request.output));
}

TEST_F(Import, RefusesArraysThatAreNoMatrix) {
  input("flat.npy", format_npy(floats({4}, {1, 2, 3, 4})));
  EXPECT_EQ(error(), "flat.npy: weights: expected 2 or 4 dimensions, got 1");
  input("empty.npy", format_npy(floats({0, 4}, {})));
  EXPECT_EQ(error(), "empty.npy: weights: expected lengths in [1, 4294967295], got 0");
  input("other.npz", format_npz({{"x", floats({1, 1}, {1})}}));
  EXPECT_EQ(error(), "other.npz: expected an array codes or weights, got neither");
}

TEST_F(Import, KnowsFormatsByNameAndSuffix) {
  EXPECT_EQ(import_format("", "a.MTX"), ImportFormat::matrix_market);
  EXPECT_EQ(import_format("", "a.npy"), ImportFormat::numpy);
  EXPECT_EQ(import_format("net", "a.bin"), ImportFormat::deep_compression);
  EXPECT_EQ(
      test::message_of([] { static_cast<void>(import_format("", "a.txt")); }),
      "a.txt: expected a file named .npz, .npy, .mtx, .smtx, .net or .csv, got another suffix");
  EXPECT_EQ(test::message_of([] { static_cast<void>(import_format("onnx", "a.mtx")); }),
            "format: expected npz, npy, mtx, smtx, net or csv, got onnx");
}

/// A container of a convolution [1, 2 x 1 x 1] and a fully connected layer [2, 1].
class ImportContainer : public Import {
 protected:
  ImportContainer() {
    request.network_template = directory.path() / "template.json";
    write_file(request.network_template, R"({
      "source": "a test",
      "layers": [
        {"name": "c/1", "type": "convolution", "input": {"channels": 2, "height": 1, "width": 1},
         "output_channels": 1, "kernel": 1, "activation": "relu",
         "activations": {"synthetic": {"density": 1.0}}},
        {"name": "c_1", "type": "fully_connected", "outputs": 2}]})");
    std::vector<float> wide(256, 0.5F);
    std::vector<float> narrow(16, 0.25F);
    wide[0] = narrow[0] = 0.0F;
    contents = "\1\0\0\0\2\0\0\0"s;
    add(wide);
    add({1.0F});
    contents += "\xc8\x01";  // Code 200 behind one zero.
    add(narrow);
    add({-1.0F, 1.0F});
    contents += "\x21\0"s;  // Codes 1 and 2 without gaps.
  }

  void add(const std::vector<float>& values) {
    contents.append(reinterpret_cast<const char*>(values.data()), 4 * values.size());
  }
  std::string contents;
};

TEST_F(ImportContainer, GivesEachLayerItsFile) {
  input("two.net", contents);
  const ImportSummary summary = import_network(request);
  ASSERT_EQ(summary.layers.size(), 2U);
  EXPECT_EQ(summary.layers[0].codebook_entries, 256U);
  EXPECT_TRUE(fs::exists(request.output / "c_1.npz"));
  EXPECT_TRUE(fs::exists(request.output / "c_1_2.npz"));
  const Network network = load_network(summary.network_file);
  EXPECT_EQ(network.name, "out");
  const LayerValues first = load_values(network, 0, 0);
  EXPECT_THAT(std::get<CompressedMatrix>(first.weights).columns, ElementsAre(1));
  EXPECT_THAT(std::get<CompressedMatrix>(first.weights).codes, ElementsAre(200));
  EXPECT_THAT(load_values(network, 1, 0).bias, ElementsAre(-1.0F, 1.0F));
  EXPECT_THAT(summary.notes, ElementsAre(HasSubstr("codebooks of up to 256 entries are kept")));
}

TEST_F(ImportContainer, SharesLargeCodebooksOnRequest) {
  input("two.net", contents);
  request.codebook_entries = 16;
  const ImportSummary summary = import_network(request);
  EXPECT_EQ(summary.layers[0].codebook_entries, 2U);
  EXPECT_TRUE(summary.notes.empty());
}

TEST_F(ImportContainer, NeedsATemplateThatFits) {
  input("two.net", contents + "x");
  EXPECT_THAT(error(), HasSubstr("two.net: byte "));
  request.network_template.clear();
  EXPECT_EQ(
      error(),
      "network template: expected a network file that shapes the container's layers, got none");
  EXPECT_THAT(files(), ElementsAre("template.json", "two.net"));
}

TEST_F(ImportContainer, NamesTheTemplateInItsErrors) {
  input("two.net", contents);
  write_file(request.network_template, R"({"layers": [
    {"name": "p", "type": "pooling", "kind": "average", "global": true,
     "input": {"channels": 1, "height": 2, "width": 2},
     "activations": {"synthetic": {"density": 1.0}}}]})");
  EXPECT_EQ(error(), "template.json: /layers: expected layers with weights, got none");
  write_file(request.network_template, R"({"layers": [{"name": "a", "type": "convolution"}]})");
  EXPECT_THAT(error(), HasSubstr("template.json: /layers/0"));
  write_file(request.network_template, "[");
  EXPECT_THAT(error(), HasSubstr("template.json: line 1"));
}

TEST_F(Import, ReadsTheDeepCompressionSqueezeNet) {
  request.input = kData / "squeezenet_deep_compression" / "compressed_SqueezeNet.net";
  if (!fs::exists(request.input)) GTEST_SKIP() << "not there: " << request.input;
  request.network_template = kSource / "workloads" / "import" / "squeezenet_v1.0.json";
  const ImportSummary summary = import_network(request);
  ASSERT_EQ(summary.layers.size(), 26U);
  const ImportedLayer& last = summary.layers.back();
  EXPECT_EQ(last.name, "conv_final");
  EXPECT_EQ(last.outputs, 1000U);
  EXPECT_EQ(last.inputs, 512U);
  EXPECT_EQ(last.non_zeros, 102323U);
  EXPECT_NEAR(last.density(), 0.20, 0.001);

  const Network network = load_network(summary.network_file);
  // The feature maps of the 227 x 227 network: 111 -> 55 -> 27 -> 13, and 15 behind conv_final's
  // padding.
  const LayerSpec& conv_final = network.layers[network.layers.size() - 2];
  EXPECT_EQ(conv_final.input, (FeatureShape{512, 13, 13}));
  EXPECT_EQ(conv_final.output, (FeatureShape{1000, 15, 15}));
  const LayerValues values = load_values(network, network.layers.size() - 2, 0);
  EXPECT_EQ(std::get<CompressedMatrix>(values.weights).non_zeros(), 102323U);
  EXPECT_EQ(values.bias.size(), 1000U);
}

TEST_F(Import, ReadsARealPrunedLayerWithItsInputs) {
  request.input = kData / "graphchallenge_dnn_1024" / "n1024-l1.mtx";
  if (!fs::exists(request.input)) GTEST_SKIP() << "not there: " << request.input;
  request.activations = kData / "graphchallenge_dnn_1024" / "sparse-images-1024_subset.mtx";
  const ImportSummary summary = import_network(request);
  EXPECT_TRUE(summary.notes.empty());
  EXPECT_EQ(summary.layers[0].codebook_entries, 2U);
  const Network network = load_network(summary.network_file);
  const ActivationTensor activations = load_values(network, 0, 0).activations;
  EXPECT_EQ(activations.vectors, 1200U);
  EXPECT_EQ(std::count(activations.values.begin(), activations.values.end(), 1.0F), 122713);
}

}  // namespace
}  // namespace nzsim
