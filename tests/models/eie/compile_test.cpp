#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/eie/program.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/workload/npz.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::eie {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A fully connected layer of synthetic values.
LayerSpec layer_of(std::uint32_t inputs, std::uint32_t outputs, double density = 0.5) {
  LayerSpec spec;
  spec.name = "layer";
  spec.input = {inputs, 1, 1};
  spec.output = {outputs, 1, 1};
  SyntheticSource weights;
  weights.density = density;
  spec.weights = weights;
  SyntheticSource activations;
  activations.density = 0.5;
  spec.activations = activations;
  return spec;
}

Workload workload_of(std::vector<LayerSpec> layers) {
  Workload workload;
  workload.network.name = "net";
  workload.network.path = "net.json";
  workload.network.layers = std::move(layers);
  return workload;
}

std::string compile_error(const Config& config, const Workload& workload) {
  return nzsim::test::message_of([&] { (void)compile(config, workload); });
}

TEST(Compile, NamesThePointerSramAndByHowMuchItIsTooSmall) {
  Config config;
  config.pe_count = 4;
  config.pointer_bytes = 64;
  // 40 inputs take 41 pointers; 64 bytes hold 32 of 16 bits: 82 - 64 = 18 bytes too many.
  EXPECT_EQ(compile_error(config, workload_of({layer_of(40, 8)})),
            "net.json: /layers/0: expected at most 32 column pointers per PE, what "
            "/pointer_sram/capacity_bytes = 64 holds at 16 bits each, got 41: 18 bytes too many");
  config.pointer_bytes = 82;
  EXPECT_NO_THROW((void)compile(config, workload_of({layer_of(40, 8)})));
}

TEST(Compile, NamesTheSparseMatrixSramAndByHowMuchItIsTooSmall) {
  Config config;
  config.pe_count = 1;
  config.sparse_matrix_bytes = 64;
  // A dense matrix of 8 x 10 has 80 entries in the only PE; 64 bytes hold 64.
  const std::string message = compile_error(config, workload_of({layer_of(10, 8, 1.0)}));
  EXPECT_THAT(message, StartsWith("net.json: /layers/0: expected at most 64 entries per PE"));
  EXPECT_THAT(message, HasSubstr("got 80 with padding in the fullest PE: 16 entries too many"));
  config.sparse_matrix_bytes = 80;
  EXPECT_NO_THROW((void)compile(config, workload_of({layer_of(10, 8, 1.0)})));
}

TEST(Compile, RefusesEntriesThatPointersCannotAddress) {
  Config config;
  config.pe_count = 1;
  config.pointer_bits = 6;
  EXPECT_THAT(compile_error(config, workload_of({layer_of(8, 8, 1.0)})),
              HasSubstr("expected at most 63 entries per PE, what /pointer_sram/pointer_bits = 6"));
}

/// A machine of one PE that holds 64 entries, with a memory.
Config streaming_machine(MatrixStreaming streaming) {
  Config config;
  config.pe_count = 1;
  config.sparse_matrix_bytes = 64;
  config.memory = MemoryConfig{"m", "", IdealMemoryConfig{0, 1e9, 4096, {}, ""}};
  config.matrix_streaming = streaming;
  return config;
}

/// Whether each layer is streamed.
std::vector<bool> streamed(const Config& config, const Workload& workload) {
  std::vector<bool> layers;
  const auto program = compile(config, workload);
  for (const LayerProgram& layer : program->layers) layers.push_back(layer.is_streamed());
  return layers;
}

TEST(Compile, StreamsTheLayersThatExceedTheSramsOrAll) {
  // Dense matrices of 64 and of 72 entries.
  const Workload workload = workload_of({layer_of(8, 8, 1.0), layer_of(9, 8, 1.0)});
  EXPECT_THAT(streamed(streaming_machine(MatrixStreaming::oversized), workload),
              ElementsAre(false, true));
  EXPECT_THAT(streamed(streaming_machine(MatrixStreaming::always), workload),
              ElementsAre(true, true));
}

TEST(Compile, StreamsLayersOfMorePointersThanTheSramHolds) {
  Config config = streaming_machine(MatrixStreaming::oversized);
  config.pointer_bytes = 18;
  // 9 pointers of 16 bits: those of 8 columns.
  const Workload workload = workload_of({layer_of(8, 2, 0.1), layer_of(9, 2, 0.1)});
  EXPECT_THAT(streamed(config, workload), ElementsAre(false, true));
}

TEST(Compile, PutsStreamedLayersOneBehindTheOther) {
  const auto program = compile(streaming_machine(MatrixStreaming::always),
                               workload_of({layer_of(8, 8, 1.0), layer_of(8, 8, 1.0)}));
  EXPECT_EQ(program->layers[0].images[0].dram_address, 0U);
  // Halves of 4 lines: two segments of 4 columns, 4 x 8 + 5 x 2 bytes, so 64 each.
  EXPECT_EQ(program->layers[1].images[0].dram_address, 128U);
}

TEST(Compile, RefusesARowOfColumnsThatHalfOfAnSramDoesNotHold) {
  Config config = streaming_machine(MatrixStreaming::always);
  config.sparse_matrix_bytes = 15;
  // One line of 8 entries, so no half of one.
  EXPECT_EQ(compile_error(config, workload_of({layer_of(8, 8, 1.0)})),
            "net.json: /layers/0: expected rows of 1 columns that fit halves of the SRAMs, since "
            "/matrix_streaming streams the layer: at most 0 entries and 8192 pointers per PE by "
            "/sparse_matrix_sram/capacity_bytes = 15 and /pointer_sram/capacity_bytes = 32768, and "
            "65535 entries by /pointer_sram/pointer_bits = 16; got 8 entries in the fullest PE and "
            "2 pointers");
  config.sparse_matrix_bytes = 16;
  EXPECT_NO_THROW((void)compile(config, workload_of({layer_of(8, 8, 1.0)})));
}

TEST(Compile, RefusesMoreMatricesThanTheMemoryHolds) {
  Config config = streaming_machine(MatrixStreaming::always);
  const Workload workload = workload_of({layer_of(8, 8, 1.0), layer_of(8, 8, 1.0)});
  std::get<IdealMemoryConfig>(config.memory->memory).capacity_bytes = 255;
  EXPECT_EQ(compile_error(config, workload),
            "net.json: /layers/1: expected streamed matrices that fit /memory, 255 bytes, got 256 "
            "bytes for this layer's and those of the layers before");
  std::get<IdealMemoryConfig>(config.memory->memory).capacity_bytes = 256;
  EXPECT_NO_THROW((void)compile(config, workload));
}

TEST(Compile, RefusesVectorsThatExceedTheActivationSram) {
  Config config;
  config.pe_count = 1;
  config.activation_registers = 4;
  config.activation_sram_bytes = 20;
  // 6 inputs and 5 outputs exceed the 4 registers: 11 words of 2 bytes.
  EXPECT_THAT(
      compile_error(config, workload_of({layer_of(6, 5)})),
      HasSubstr("/activation_sram/capacity_bytes = 20 per PE, got 22 bytes for 6 inputs and 5 "
                "outputs"));
  config.activation_sram_bytes = 22;
  EXPECT_NO_THROW((void)compile(config, workload_of({layer_of(6, 5)})));
}

TEST(Compile, RefusesCodebooksWiderThanTheMachinesWithAHint) {
  LayerSpec spec = layer_of(4, 4);
  std::get<SyntheticSource>(spec.weights).codebook_entries = 17;
  EXPECT_THAT(compile_error({}, workload_of({spec})),
              AllOf(HasSubstr("expected a codebook of at most 16 entries"), HasSubstr("got 17"),
                    HasSubstr("eie-8bit")));
}

TEST(Compile, RefusesLayersThatTheMachineCannotCompute) {
  LayerSpec gru = layer_of(4, 4);
  gru.type = LayerType::gru;
  LayerSpec tokens = layer_of(4, 4);
  tokens.input.height = 3;
  tokens.output.height = 3;
  LayerSpec squashed = layer_of(4, 4);
  squashed.activation = Activation::sigmoid;
  LayerSpec pool = layer_of(4, 4);
  pool.type = LayerType::pooling;
  pool.activation = Activation::relu;
  EXPECT_EQ(
      compile_error(Config{}, workload_of({gru, tokens, squashed, pool})),
      "net.json: /layers/0/type: expected \"fully_connected\", \"convolution\" or "
      "\"pooling\", what this machine computes, got \"gru\"\n"
      "net.json: /layers/1/rows: expected 1, what this machine computes, got 3\n"
      "net.json: /layers/2/activation: expected \"none\" or \"relu\", what this machine "
      "computes, got \"sigmoid\"\n"
      "net.json: /layers/3/activation: expected \"none\" of a pooling layer, what this machine "
      "computes, got \"relu\"");
}

TEST(Compile, ChoosesFormatsByRange) {
  const auto program = compile({}, workload_of({layer_of(64, 32)}));
  const LayerProgram& layer = program->layers.front();
  // The largest activation uses all 15 bits of magnitude. Weights reach 1.0 = 2^14 / 2^14.
  const std::int16_t largest =
      *std::max_element(layer.activations.begin(), layer.activations.end());
  EXPECT_GE(largest, 1 << 14);
  EXPECT_EQ(layer.weight_format.fraction_bits, 14);
}

TEST(Compile, TakesGivenFormats) {
  Config config;
  config.activation_fraction_bits = 7;
  config.weight_fraction_bits = 10;
  const auto program = compile(config, workload_of({layer_of(64, 32)}));
  const LayerProgram& layer = program->layers.front();
  EXPECT_EQ(layer.source_format.fraction_bits, 7);
  EXPECT_EQ(layer.destination_format.fraction_bits, 7);
  EXPECT_EQ(layer.product_shift(), 10);
}

TEST(Compile, GivesChainedLayersTheFormatThatTheirInputsWereWrittenIn) {
  LayerSpec second = layer_of(32, 8);
  second.name = "second";
  second.activations = ChainedSource{{0}};
  const auto program = compile({}, workload_of({layer_of(64, 32), second}));
  EXPECT_EQ(program->layers[1].source_format, program->layers[0].destination_format);
  EXPECT_TRUE(program->layers[1].activations.empty());
}

/// A file with two rows of codes, a codebook 0, 1, -2 and a bias.
void write_biased_layer(const std::filesystem::path& path, std::vector<float> bias) {
  const std::vector<float> codebook{0.0F, 1.0F, -2.0F};
  const auto bytes = [](const std::vector<float>& values) {
    return std::string(reinterpret_cast<const char*>(values.data()), values.size() * 4);
  };
  write_file(path, format_npz({{"codes", {ArrayType::uint8, {2, 2}, std::string("\1\0\2\1", 4)}},
                               {"codebook", {ArrayType::float32, {3}, bytes(codebook)}},
                               {"bias", {ArrayType::float32, {2}, bytes(bias)}}}));
}

TEST(Compile, CodesABiasByTheNearestWeightAndStatesTheDifference) {
  const nzsim::test::TemporaryDirectory directory;
  write_biased_layer(directory.path() / "layer.npz", {0.75F, -0.5F});
  LayerSpec spec = layer_of(2, 2);
  spec.weights = FileSource{directory.path() / "layer.npz"};
  const auto program = compile({}, workload_of({spec}));
  const LayerProgram& layer = program->layers.front();
  // 0.75 is nearest to 1 (code 1); -0.5 is nearer to 0 (no entry) than to -2.
  EXPECT_THAT(layer.plain.bias_codes, ElementsAre(1, 0));
  EXPECT_DOUBLE_EQ(layer.largest_bias_error, 0.5);
  EXPECT_EQ(layer.images.front().columns, 3U);
}

}  // namespace
}  // namespace nzsim::eie
