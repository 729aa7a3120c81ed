#include "models/systolic/mapping.h"

#include <algorithm>
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
        all.emplace_back("synchronize");
        break;
    }
  }
  return all;
}

using Words = std::vector<std::string>;

/// An array of 4 x 4 with 16 accumulator rows: blocks of 8.
ArrayShape small() {
  ArrayShape shape;
  shape.rows = 4;
  shape.columns = 4;
  shape.accumulator_rows = 16;
  return shape;
}

TEST(Mapping, AFullyConnectedLayerTakesItsTilesStripByStrip) {
  const MappedNetwork mapped =
      map_network(small(), network(fully_connected(R"("inputs": 7, "outputs": 6, "batch": 3)")));
  // ceil(7 / 4) = 2 tiles along the inputs, ceil(6 / 4) = 2 strips.
  EXPECT_EQ(words(mapped.instructions),
            (Words{"in 21", "synchronize", "weights 2", "multiply 3", "multiply 3+", "activate 3",
                   "weights 2", "multiply 3", "multiply 3+", "activate 3", "out 18"}));
  const MappedLayer& layer = mapped.layers.front();
  EXPECT_EQ(layer.tiles, 4U);
  EXPECT_EQ(layer.weight_bytes, 4U * 16);
  EXPECT_EQ(layer.multiply_accumulates, 3U * 7 * 6);
  EXPECT_EQ(layer.buffer_bytes, 3U * (7 + 6));
}

TEST(Mapping, RowsBeyondHalfTheAccumulatorsAreCutIntoEqualBlocks) {
  // 18 rows over halves of 8: three blocks of 6, each of which fetches both tiles.
  const MappedNetwork two =
      map_network(small(), network(fully_connected(R"("inputs": 8, "outputs": 4, "batch": 18)")));
  EXPECT_EQ(words(two.instructions),
            (Words{"in 144", "synchronize", "weights 2", "multiply 6", "multiply 6+", "activate 6",
                   "weights 2", "multiply 6", "multiply 6+", "activate 6", "weights 2",
                   "multiply 6", "multiply 6+", "activate 6", "out 72"}));
  EXPECT_EQ(two.layers.front().tiles, 6U);
  EXPECT_EQ(two.layers.front().weight_bytes, 2U * 16);
  // One tile along the inputs stays in the array for all blocks.
  const MappedNetwork one =
      map_network(small(), network(fully_connected(R"("inputs": 4, "outputs": 4, "batch": 18)")));
  EXPECT_EQ(words(one.instructions),
            (Words{"in 72", "synchronize", "weights 1", "multiply 6", "activate 6", "again 6",
                   "activate 6", "again 6", "activate 6", "out 72"}));
}

TEST(Mapping, BlocksAlternateBetweenTheHalvesOfTheAccumulators) {
  const MappedNetwork mapped =
      map_network(small(), network(fully_connected(R"("inputs": 4, "outputs": 12, "batch": 2)")));
  std::vector<std::uint32_t> accumulators;
  for (const Instruction& instruction : mapped.instructions) {
    if (instruction.opcode == Opcode::matrix_multiply) {
      accumulators.push_back(instruction.accumulator);
    }
  }
  EXPECT_EQ(accumulators, (std::vector<std::uint32_t>{0, 8, 0}));
}

TEST(Mapping, AConvolutionPutsChannelsOnRowsPositionByPosition) {
  // 5 channels are 2 tiles at each of 3 x 3 positions; 2 x 2 output pixels, batch 2: 8 rows.
  const MappedNetwork mapped =
      map_network(small(), network(convolution(R"("input": {"channels": 5, "height": 4, "width": 4},
                                      "output_channels": 9, "kernel": 3, "batch": 2)")));
  const MappedLayer& layer = mapped.layers.front();
  EXPECT_EQ(layer.tiles, 9U * 2 * 3);
  EXPECT_EQ(layer.multiply_accumulates, 2U * 4 * 9 * 5 * 9);
  const Words all = words(mapped.instructions);
  EXPECT_EQ(std::count(all.begin(), all.end(), "activate 8"), 3);
  EXPECT_EQ(std::count(all.begin(), all.end(), "multiply 8"), 3);
  EXPECT_EQ(std::count(all.begin(), all.end(), "multiply 8+"), 3 * 17);
}

TEST(Mapping, GroupsStandSideBySideInATileAsFarAsTheyFit) {
  // Depthwise, 6 channels: 4 of them in one tile, 2 in another, at each of 9 positions.
  const std::string depthwise = R"("input": {"channels": 6, "height": 3, "width": 3},
                                   "output_channels": 6, "kernel": 3, "groups": 6)";
  EXPECT_EQ(map_network(small(), network(convolution(depthwise))).layers.front().tiles, 2U * 9);
  // Groups of 3 channels and 3 filters: one in a tile of 4 x 4.
  const std::string grouped = R"("input": {"channels": 6, "height": 3, "width": 3},
                                 "output_channels": 6, "kernel": 1, "groups": 2)";
  EXPECT_EQ(map_network(small(), network(convolution(grouped))).layers.front().tiles, 2U);
}

TEST(Mapping, StepsOfARecurrentLayerWaitForEachOther) {
  const std::string lstm = R"({"name": "r", "type": "lstm", "inputs": 3, "outputs": 2, "steps": 2,
                              "batch": 2, )" +
                           kValues + "}";
  // x and h together: ceil(5 / 4) = 2 tiles; 4 x 2 gates: 2 strips. 5 operations on 2 x 4 elements.
  const Words step{"weights 2",  "multiply 2",  "multiply 2+", "activate 2", "weights 2",
                   "multiply 2", "multiply 2+", "activate 2",  "vector 10"};
  Words expected{"in 12", "synchronize"};
  expected.insert(expected.end(), step.begin(), step.end());
  expected.emplace_back("synchronize");
  expected.insert(expected.end(), step.begin(), step.end());
  expected.emplace_back("out 8");
  const MappedNetwork mapped = map_network(small(), network(lstm));
  EXPECT_EQ(words(mapped.instructions), expected);
  EXPECT_EQ(mapped.layers.front().weight_bytes, 4U * 16);  // both steps read the same tiles
}

TEST(Mapping, TheLastGateOfAGruWaitsForTheFirst) {
  const std::string gru =
      R"({"name": "r", "type": "gru", "inputs": 2, "outputs": 2, "batch": 1, )" + kValues + "}";
  EXPECT_EQ(words(map_network(small(), network(gru)).instructions),
            (Words{"in 2", "synchronize", "weights 1", "multiply 1", "activate 1", "vector 1",
                   "synchronize", "weights 1", "multiply 1", "activate 1", "vector 4", "out 2"}));
}

TEST(Mapping, LayersWithoutWeightsAreWorkOfTheActivationUnit) {
  const std::string pooling = R"({"name": "pool", "type": "pooling", "kind": "maximum",
      "input": {"channels": 4, "height": 4, "width": 4}, "kernel": 2, "stride": 2,
      "activations": {"synthetic": {"density": 1}}})";
  // 4 x 2 x 2 outputs of 4 elements each over 4 lanes.
  EXPECT_EQ(words(map_network(small(), network(pooling)).instructions),
            (Words{"in 64", "synchronize", "vector 16", "out 16"}));
}

TEST(Mapping, RefusesWhatTheUnifiedBufferDoesNotHoldAndAttention) {
  ArrayShape shape = small();
  shape.unified_buffer_bytes = 38;
  const Network fits = network(fully_connected(R"("inputs": 7, "outputs": 6, "batch": 3)"));
  EXPECT_THAT(nzsim::test::message_of([&] { (void)map_network(shape, fits); }),
              HasSubstr("n.json: /layers/0: expected inputs and outputs of at most 38 bytes"));
  shape.unified_buffer_bytes = 39;
  EXPECT_EQ(map_network(shape, fits).layers.size(), 1U);

  const Network attention = network(R"({"name": "m", "type": "matmul", "rows": 2, "inner": 2,
      "columns": 2, "activations": {"synthetic": {"density": 1}}})");
  EXPECT_THAT(
      nzsim::test::message_of([&] { (void)map_network(small(), attention); }),
      HasSubstr("n.json: /layers/0/type: expected a layer whose second operand is weights"));
}

/// Microseconds of one input through a layer of 600 x 600 on an array of `size` x `size`.
double microseconds_of_600(std::uint32_t size) {
  ArrayShape shape;
  shape.rows = size;
  shape.columns = size;
  ScheduleConfig config;
  config.rows = size;
  config.columns = size;
  config.tile_bytes = shape.tile_bytes();
  const MappedNetwork mapped =
      map_network(shape, network(fully_connected(R"("inputs": 600, "outputs": 600)")));
  const MemoryConfig ddr3 = nzsim::test::shipped_memory("ddr3-2133", {{"/channels", "2"}});
  const auto memory = make_memory(ddr3);
  const ScheduleCounters counters = Schedule(config, *memory).run(mapped.instructions);
  return static_cast<double>(counters.cycles) / config.clock_hz * 1e6;
}

// Jouppi et al., ISCA 2017, Section 7: a matrix of 600 x 600 takes 9 tiles of 256 x 256 and 18 us,
// and 4 tiles of 512 x 512 and 32 us.
TEST(PublishedTpu, LargerTilesMake600By600Slower) {
  EXPECT_NEAR(microseconds_of_600(256), 18.0, 0.06 * 18.0);
  EXPECT_NEAR(microseconds_of_600(512), 32.0, 0.1 * 32.0);
}

}  // namespace
}  // namespace nzsim::systolic
