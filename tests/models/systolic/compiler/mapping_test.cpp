#include "models/systolic/compiler/mapping.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/systolic/schedule.h"
#include "sim/base/errors.h"
#include "sim/config/node.h"
#include "tests/support/message_of.h"
#include "tests/support/shipped_memory.h"

namespace nzsim::systolic {
namespace {

using ::testing::HasSubstr;

/// A network of the layers in `layers`, JSON; the first one takes values from outside.
Network network(const std::string& layers) {
  ConfigDocument document = ConfigDocument::parse(R"({"layers": [)" + layers + "]}", "n.json");
  ConfigNode root = document.root();
  Network network = network_from(root);
  document.finish_workload();
  network.path = "n.json";
  return network;
}

const std::string kValues =
    R"("activations": {"synthetic": {"density": 1}}, "weights": {"synthetic": {"density": 1}})";

std::string fully_connected(const std::string& shape) {
  return R"({"name": "fc", "type": "fully_connected", )" + shape + ", " + kValues + "}";
}
std::string convolution(const std::string& shape) {
  return R"({"name": "conv", "type": "convolution", )" + shape + ", " + kValues + "}";
}

/// `ACT 5` and the like, for what a program does.
std::vector<std::string> words(const InstructionList& program) {
  std::vector<std::string> all;
  for (const Instruction& i : program) {
    switch (i.opcode) {
      case Opcode::read_weights:
        all.push_back("weights " + std::to_string(i.tiles));
        break;
      case Opcode::matrix_multiply:
      case Opcode::convolve:
        all.push_back(std::string(i.is_new_tile ? "multiply " : "again ") + std::to_string(i.rows) +
                      (i.accumulates ? "+" : ""));
        break;
      case Opcode::activate:
        all.push_back("activate " + std::to_string(i.rows));
        break;
      case Opcode::vector:
        all.push_back("vector " + std::to_string(i.rows));
        break;
      case Opcode::read_host_memory:
        all.push_back("in " + std::to_string(i.bytes));
        break;
      case Opcode::write_host_memory:
        all.push_back("out " + std::to_string(i.bytes));
        break;
      case Opcode::synchronize:
        all.emplace_back(i.waits ? "synchronize all" : "synchronize");
        break;
      case Opcode::set_configuration:
      case Opcode::halt:
        break;
    }
  }
  return all;
}

using Words = std::vector<std::string>;

std::unique_ptr<SystolicProgram> map(const Config& config, const std::string& layers) {
  return compile(config, {network(layers), 1});
}

/// Tiles that a layer fetches.
std::uint64_t tiles(const SystolicProgram& program) {
  std::uint64_t count = 0;
  for (const Instruction& instruction : program.instructions) count += instruction.tiles;
  return count;
}

/// An array of 4 x 4 with 16 accumulator rows: blocks of 8.
Config small() {
  Config config;
  config.rows = 4;
  config.columns = 4;
  config.accumulator_rows = 16;
  config.host_bytes_per_second = 1e9;
  config.memory = nzsim::test::shipped_memory("ideal");
  return config;
}

TEST(Mapping, AFullyConnectedLayerTakesItsTilesStripByStrip) {
  const auto program = map(small(), fully_connected(R"("inputs": 7, "outputs": 6, "batch": 3)"));
  // ceil(7 / 4) = 2 tiles along the inputs, ceil(6 / 4) = 2 strips.
  EXPECT_EQ(words(program->instructions),
            (Words{"in 21", "synchronize", "weights 2", "multiply 3", "multiply 3+", "activate 3",
                   "weights 2", "multiply 3", "multiply 3+", "activate 3", "out 18"}));
  EXPECT_EQ(program->layers.front().weight_bytes, 4U * 16);
  EXPECT_EQ(program->layers.front().spilled_bytes, 0U);
  EXPECT_EQ(program->instructions.back().opcode, Opcode::halt);
}

TEST(Mapping, RowsBeyondHalfTheAccumulatorsAreCutIntoEqualBlocks) {
  // 18 rows over halves of 8: three blocks of 6, each of which fetches both tiles.
  const auto two = map(small(), fully_connected(R"("inputs": 8, "outputs": 4, "batch": 18)"));
  EXPECT_EQ(words(two->instructions),
            (Words{"in 144", "synchronize", "weights 2", "multiply 6", "multiply 6+", "activate 6",
                   "weights 2", "multiply 6", "multiply 6+", "activate 6", "weights 2",
                   "multiply 6", "multiply 6+", "activate 6", "out 72"}));
  EXPECT_EQ(tiles(*two), 6U);
  EXPECT_EQ(two->layers.front().weight_bytes, 2U * 16);
  // One tile along the inputs stays in the array for all blocks.
  const auto one = map(small(), fully_connected(R"("inputs": 4, "outputs": 4, "batch": 18)"));
  EXPECT_EQ(words(one->instructions),
            (Words{"in 72", "synchronize", "weights 1", "multiply 6", "activate 6", "again 6",
                   "activate 6", "again 6", "activate 6", "out 72"}));
}

TEST(Mapping, BlocksAlternateBetweenTheHalvesOfTheAccumulators) {
  const auto program = map(small(), fully_connected(R"("inputs": 4, "outputs": 12, "batch": 2)"));
  std::vector<std::uint32_t> accumulators;
  for (const Instruction& instruction : program->instructions) {
    if (is_multiplication(instruction)) accumulators.push_back(instruction.accumulator);
  }
  EXPECT_EQ(accumulators, (std::vector<std::uint32_t>{0, 8, 0}));
}

TEST(Mapping, AConvolutionPutsChannelsOnRowsPositionByPosition) {
  // 5 channels are 2 tiles at each of 3 x 3 positions; 2 x 2 output pixels, batch 2: 8 rows.
  const std::string layer = convolution(R"("input": {"channels": 5, "height": 4, "width": 4},
                                           "output_channels": 9, "kernel": 3, "batch": 2)");
  const auto program = map(small(), layer);
  EXPECT_EQ(tiles(*program), 9U * 2 * 3);
  const Words all = words(program->instructions);
  EXPECT_EQ(std::count(all.begin(), all.end(), "activate 8"), 3);
  EXPECT_EQ(std::count(all.begin(), all.end(), "multiply 8"), 3);
  EXPECT_EQ(std::count(all.begin(), all.end(), "multiply 8+"), 3 * 17);
  // Flattened: 45 elements are 12 tiles.
  Config flattened = small();
  flattened.window_mapping = WindowMapping::flattened;
  EXPECT_EQ(tiles(*map(flattened, layer)), 12U * 3);
}

TEST(Mapping, GroupsStandSideBySideInATileAsFarAsTheyFit) {
  // Depthwise, 6 channels: 4 of them in one tile, 2 in another, at each of 9 positions.
  const std::string depthwise = convolution(R"("input": {"channels": 6, "height": 3, "width": 3},
                                   "output_channels": 6, "kernel": 3, "groups": 6)");
  EXPECT_EQ(tiles(*map(small(), depthwise)), 2U * 9);
  // Flattened, each group is a product of its own: 9 elements are 3 tiles.
  Config flattened = small();
  flattened.window_mapping = WindowMapping::flattened;
  EXPECT_EQ(tiles(*map(flattened, depthwise)), 6U * 3);
  // Groups of 3 channels and 3 filters: one in a tile of 4 x 4.
  EXPECT_EQ(tiles(*map(small(), convolution(R"("input": {"channels": 6, "height": 3, "width": 3},
                                 "output_channels": 6, "kernel": 1, "groups": 2)"))),
            2U);
}

TEST(Mapping, AStepOfARecurrentLayerIsTwoProductsWhoseSumsAreActivatedTogether) {
  const std::string lstm = R"({"name": "r", "type": "lstm", "inputs": 5, "outputs": 2, "steps": 2,
                              "batch": 2, )" +
                           kValues + "}";
  // x: ceil(5 / 4) = 2 tiles, h: 1; 4 x 2 gates: 2 strips. 5 operations on 2 x 4 elements.
  const Words step{"weights 2",  "multiply 2", "multiply 2+", "weights 1",   "multiply 2",
                   "activate 4", "weights 2",  "multiply 2",  "multiply 2+", "weights 1",
                   "multiply 2", "activate 4", "vector 10"};
  Words expected{"in 20", "synchronize"};
  expected.insert(expected.end(), step.begin(), step.end());
  expected.emplace_back("synchronize");
  expected.insert(expected.end(), step.begin(), step.end());
  expected.emplace_back("out 8");
  const auto program = map(small(), lstm);
  EXPECT_EQ(words(program->instructions), expected);
  EXPECT_EQ(program->layers.front().weight_bytes, 6U * 16);  // both steps read the same tiles
}

TEST(Mapping, TheLastGateOfAGruWaitsForTheFirst) {
  const std::string gru =
      R"({"name": "r", "type": "gru", "inputs": 2, "outputs": 2, "batch": 1, )" + kValues + "}";
  EXPECT_EQ(words(map(small(), gru)->instructions),
            (Words{"in 2", "synchronize", "weights 1", "multiply 1", "weights 1", "multiply 1",
                   "activate 2", "vector 1", "synchronize", "weights 1", "multiply 1", "weights 1",
                   "multiply 1", "activate 2", "vector 4", "out 2"}));
}

TEST(Mapping, LayersWithoutWeightsAreWorkOfTheActivationUnit) {
  const std::string pooling = R"({"name": "pool", "type": "pooling", "kind": "maximum",
      "input": {"channels": 4, "height": 4, "width": 4}, "kernel": 2, "stride": 2,
      "activations": {"synthetic": {"density": 1}}})";
  // 4 x 2 x 2 outputs of 4 elements each over 4 lanes.
  EXPECT_EQ(words(map(small(), pooling)->instructions),
            (Words{"in 64", "synchronize", "vector 16", "out 16"}));
}

TEST(Mapping, HeadsTakeTheirWeightsFromTheUnifiedBuffer) {
  const auto program = map(small(), R"({"name": "m", "type": "matmul", "heads": 2, "rows": 3,
      "inner": 4, "columns": 4, "activations": {"synthetic": {"density": 1}}})");
  EXPECT_EQ(words(program->instructions),
            (Words{"in 24", "in 32", "synchronize", "multiply 3", "activate 3", "multiply 3",
                   "activate 3", "out 24"}));
  EXPECT_TRUE(program->instructions[4].from_buffer);
  EXPECT_FALSE(program->instructions[4].takes_tile);
}

TEST(Mapping, AnInputStationaryArrayStreamsColumnsOfWeights) {
  Config config = small();
  config.dataflow = Dataflow::input_stationary;
  // 5 rows: two strips of pixels; 6 columns: tiles of 4 and 2; 7 inputs: 2 tiles along them.
  const Words strip{"weights 1",   "multiply 4", "weights 1", "again 2",   "weights 1",
                    "multiply 4+", "weights 1",  "again 2+",  "activate 6"};
  Words expected{"in 35", "synchronize"};
  expected.insert(expected.end(), strip.begin(), strip.end());
  expected.insert(expected.end(), strip.begin(), strip.end());
  expected.emplace_back("out 30");
  EXPECT_EQ(
      words(map(config, fully_connected(R"("inputs": 7, "outputs": 6, "batch": 5)"))->instructions),
      expected);
}

TEST(Mapping, AnOutputStationaryArrayStreamsTheInnerDimension) {
  Config config = small();
  config.dataflow = Dataflow::output_stationary;
  const auto program = map(config, fully_connected(R"("inputs": 7, "outputs": 4, "batch": 5)"));
  EXPECT_EQ(words(program->instructions),
            (Words{"in 35", "synchronize", "weights 2", "multiply 4", "again 3+", "activate 4",
                   "weights 2", "multiply 4", "again 3+", "activate 1", "out 20"}));
}

/// Two layers of 4 outputs per input over an input of 4, batch 2, that both take the input's copy.
const std::string kResidual = R"(
  {"name": "a", "type": "fully_connected", "inputs": 4, "outputs": 4, "batch": 2, )" +
                              kValues + R"(},
  {"name": "b", "type": "fully_connected", "outputs": 4, "weights": {"synthetic": {"density": 1}}},
  {"name": "c", "type": "fully_connected", "outputs": 4, "weights": {"synthetic": {"density": 1}}},
  {"name": "d", "type": "elementwise", "operation": "add", "from": ["a", "c"]})";

TEST(Mapping, TensorsStayInTheUnifiedBufferWhileTheyAreNeeded) {
  const auto program = map(small(), kResidual);
  const Words all = words(program->instructions);
  EXPECT_EQ(std::count(all.begin(), all.end(), "in 8"), 1);
  EXPECT_EQ(std::count(all.begin(), all.end(), "out 8"), 1);
  EXPECT_EQ(all[all.size() - 2], "vector 4");
}

TEST(Mapping, LayersThatTakeTheSameSourcesJoinThemOnce) {
  const std::string weights = R"("weights": {"synthetic": {"density": 1}}})";
  const std::string parallel = R"(
  {"name": "a", "type": "fully_connected", "inputs": 4, "outputs": 4, )" +
                               kValues + R"(},
  {"name": "b", "type": "fully_connected", "outputs": 4, )" +
                               weights + R"(,
  {"name": "c", "type": "fully_connected", "from": ["a", "b"], "outputs": 4, )" +
                               weights + R"(,
  {"name": "d", "type": "fully_connected", "from": ["a", "b"], "outputs": 4, )" +
                               weights;
  const Words joined = words(map(small(), parallel)->instructions);
  EXPECT_EQ(std::count(joined.begin(), joined.end(), "vector 2"), 1);
}

TEST(Mapping, LayersRunOnPartsOfTheBatchWhereTheBufferDoesNotHoldAll) {
  // Layer c needs a, b and its own output: 24 bytes for both inputs, 12 for one.
  Config config = small();
  config.unified_buffer_bytes = 24;
  EXPECT_EQ(map(config, kResidual)->layers[2].pieces, 1U);
  config.unified_buffer_bytes = 23;
  const auto program = map(config, kResidual);
  std::vector<std::uint32_t> order;
  for (const Section& section : program->sections) order.push_back(section.layer);
  EXPECT_EQ(program->layers[2].pieces, 2U);
  EXPECT_EQ(program->layers[2].spilled_bytes, 0U);
  // All outputs of a have room; then the others for one input, and for the other.
  EXPECT_EQ(order, (std::vector<std::uint32_t>{0, 1, 2, 3, 1, 2, 3}));
  // Both parts fetch the same weights.
  const auto address = [&](std::size_t section) {
    for (std::size_t n = program->sections[section].first_instruction;; ++n) {
      const Instruction& instruction = program->instructions[n];
      if (instruction.opcode == Opcode::read_weights) return instruction.address;
    }
  };
  EXPECT_EQ(address(1), address(4));
}

/// At batch 1 there are no parts.
const std::string kLongChain = R"(
  {"name": "a", "type": "fully_connected", "inputs": 4, "outputs": 8, "batch": 1, )" +
                               kValues + R"(},
  {"name": "b", "type": "fully_connected", "outputs": 8, "weights": {"synthetic": {"density": 1}}},
  {"name": "c", "type": "fully_connected", "outputs": 8, "weights": {"synthetic": {"density": 1}}},
  {"name": "d", "type": "elementwise", "operation": "add", "from": ["a", "c"]})";

TEST(Mapping, WhatIsNeededLastGoesToTheHostWhenTheUnifiedBufferIsFull) {
  // Layer c needs b and its own output, 16 bytes, while a is needed later; layer d all 24.
  Config config = small();
  config.unified_buffer_bytes = 24;
  const auto held = map(config, kLongChain);
  EXPECT_EQ(held->layers[2].spilled_bytes, 0U);
  config.unified_buffer_bytes = 23;
  EXPECT_THAT(nzsim::test::message_of([&] { (void)map(config, kLongChain); }),
              HasSubstr("/layers/3: expected inputs and outputs of one input of at most 23 bytes"));
  // Without d's third tensor: e takes a and c one after the other.
  const std::string late = R"(
  {"name": "a", "type": "fully_connected", "inputs": 4, "outputs": 8, "batch": 1, )" +
                           kValues + R"(},
  {"name": "b", "type": "fully_connected", "outputs": 8, "weights": {"synthetic": {"density": 1}}},
  {"name": "c", "type": "fully_connected", "outputs": 8, "weights": {"synthetic": {"density": 1}}},
  {"name": "d", "type": "fully_connected", "from": ["a"], "outputs": 8,
   "weights": {"synthetic": {"density": 1}}})";
  const auto program = map(config, late);
  EXPECT_EQ(program->layers[2].spilled_bytes, 8U);
  EXPECT_EQ(program->layers[3].spilled_bytes, 8U);
  const Words all = words(program->instructions);
  EXPECT_EQ(std::count(all.begin(), all.end(), "out 8"), 3);  // a, and the outputs c and d
  EXPECT_EQ(std::count(all.begin(), all.end(), "in 8"), 1);
}

TEST(Mapping, ALayerThatIsTooLargeRunsInPartsOfItsBatch) {
  Config config = small();
  config.unified_buffer_bytes = 26;
  const auto program = map(config, fully_connected(R"("inputs": 7, "outputs": 6, "batch": 4)"));
  // 13 bytes an input: two at a time. The second part lies where the first one's outputs leave.
  EXPECT_EQ(program->layers.front().pieces, 2U);
  const Words work{"synchronize", "weights 2",  "multiply 2",  "multiply 2+", "activate 2",
                   "weights 2",   "multiply 2", "multiply 2+", "activate 2",  "out 12"};
  Words expected{"in 14"};
  expected.insert(expected.end(), work.begin(), work.end());
  expected.insert(expected.end(), {"in 14", "synchronize all"});
  expected.insert(expected.end(), work.begin(), work.end());
  EXPECT_EQ(words(program->instructions), expected);
}

TEST(Mapping, RefusesInputsThatTheUnifiedBufferDoesNotHold) {
  Config config = small();
  config.unified_buffer_bytes = 12;
  const std::string layer = fully_connected(R"("inputs": 7, "outputs": 6, "batch": 3)");
  EXPECT_THAT(nzsim::test::message_of([&] { (void)map(config, layer); }),
              HasSubstr("n.json: /layers/0: expected inputs and outputs of one input of at most 12 "
                        "bytes, what /unified_buffer_bytes holds, got 13"));
  config.host_bytes_per_second.reset();
  EXPECT_THAT(nzsim::test::message_of([&] { (void)map(config, layer); }),
              HasSubstr("where there is no /host_interface to spill to, got inputs and outputs of "
                        "39 bytes"));
}

TEST(Mapping, RefusesWeightsThatTheMemoryDoesNotHold) {
  Config config = small();
  config.memory = nzsim::test::shipped_memory("ideal", {{"/capacity_bytes", "1048576"}});
  EXPECT_THAT(
      nzsim::test::message_of(
          [&] { (void)map(config, fully_connected(R"("inputs": 1024, "outputs": 1028)")); }),
      HasSubstr("n.json: /layers/0/outputs: expected weight tiles of all layers so far of at most "
                "1048576 bytes, what /memory holds, got 1052672"));
}

TEST(Mapping, RefusesSumsThatMightOverflow) {
  EXPECT_THAT(nzsim::test::message_of(
                  [&] { (void)map(small(), fully_connected(R"("inputs": 66573, "outputs": 4)")); }),
              HasSubstr("66572"));
}

/// Microseconds of one input through a layer of 600 x 600 on an array of `size` x `size`.
double microseconds_of_600(std::uint32_t size) {
  Config config;
  config.rows = size;
  config.columns = size;
  config.host_bytes_per_second = 12.5e9;
  config.memory = nzsim::test::shipped_memory("ddr3-2133", {{"/channels", "2"}});
  const auto program = map(config, fully_connected(R"("inputs": 600, "outputs": 600)"));
  const auto memory = make_memory(*config.memory);
  const std::vector<SectionTime> times =
      Schedule(config, memory.get()).run(program->instructions, program->section_ends());
  return static_cast<double>(times.front().counters.cycles) / config.clock_hz * 1e6;
}

// Jouppi et al., ISCA 2017, Section 7: a matrix of 600 x 600 takes 9 tiles of 256 x 256 and 18 us,
// and 4 tiles of 512 x 512 and 32 us.
TEST(PublishedTpu, LargerTilesMake600By600Slower) {
  EXPECT_NEAR(microseconds_of_600(256), 18.0, 0.06 * 18.0);
  EXPECT_NEAR(microseconds_of_600(512), 32.0, 0.1 * 32.0);
}

}  // namespace
}  // namespace nzsim::systolic
