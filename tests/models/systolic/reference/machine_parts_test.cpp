// The parts of the machine that hold data, one by one.

#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/systolic/reference/accumulators.h"
#include "models/systolic/reference/unified_buffer.h"
#include "models/systolic/reference/weight_fifo.h"
#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

using ::testing::ElementsAre;

Config small() {
  Config config;
  config.rows = 2;
  config.columns = 3;
  config.accumulator_rows = 8;
  config.weight_fifo_tiles = 2;
  return config;
}

TEST(Accumulators, OverwriteAndAdd) {
  Accumulators accumulators(small());
  accumulators.write(5, std::vector<std::int32_t>{1, 2, 3}, false);
  accumulators.write(5, std::vector<std::int32_t>{10, 20, 30}, true);
  EXPECT_THAT(accumulators.row(5), ElementsAre(11, 22, 33));
  accumulators.write(5, std::vector<std::int32_t>{4, 5, 6}, false);
  EXPECT_THAT(accumulators.row(5), ElementsAre(4, 5, 6));
}

TEST(Accumulators, RowsAreFreeAgainWhenTheyAreActivated) {
  Accumulators accumulators(small());
  accumulators.reserve(2, 3);
  EXPECT_TRUE(accumulators.is_free(0, 2));
  EXPECT_FALSE(accumulators.is_free(1, 2));
  EXPECT_FALSE(accumulators.is_free(4, 1));
  EXPECT_TRUE(accumulators.is_free(5, 3));
  // One activation takes the rows of two multiplications.
  accumulators.reserve(5, 1);
  accumulators.release(2, 4);
  EXPECT_TRUE(accumulators.is_free(0, 8));
}

TEST(Accumulators, SumsOfAMachineWithoutThemNeverWait) {
  Config config = small();
  config.accumulator_rows = 0;
  Accumulators accumulators(config);
  accumulators.reserve(0, 100);
  EXPECT_TRUE(accumulators.is_free(0, 1));
}

TEST(WeightFifo, PlacesAreGivenInTheOrderOfRequests) {
  WeightFifo fifo(small(), false);
  EXPECT_TRUE(fifo.has_place(1));
  EXPECT_FALSE(fifo.has_place(2));
  // The memory answers the second tile first.
  fifo.arrive(1);
  EXPECT_FALSE(fifo.is_whole(0));
  EXPECT_TRUE(fifo.is_whole(1));
  fifo.arrive(0);
  EXPECT_TRUE(fifo.is_whole(0));
  fifo.release();
  EXPECT_EQ(fifo.front(), 1U);
  EXPECT_TRUE(fifo.has_place(2));
  // It has the place of the tile that has left, and is not there yet.
  EXPECT_FALSE(fifo.is_whole(2));
  EXPECT_TRUE(fifo.is_whole(0));
}

TEST(WeightFifo, ShowsTheRowsOfTheFront) {
  WeightFifo fifo(small(), true);
  const std::vector<std::int8_t> tile{1, 2, 3, 4, 5, 6};
  std::copy(tile.begin(), tile.end(), fifo.bytes(1).begin());
  fifo.arrive(0);
  fifo.arrive(1);
  EXPECT_THAT(fifo.front_row(1), ElementsAre(0, 0, 0));
  fifo.release();
  EXPECT_THAT(fifo.front_row(1), ElementsAre(4, 5, 6));
}

/// Values are one byte each, whatever the width of the operands.
TEST(UnifiedBuffer, ElementsOfTwoBytesHaveOneValueEach) {
  Config config = small();
  config.operand_type = OperandType::int16;
  config.unified_buffer_bytes = 20;
  SystolicProgram program({}, 0);
  program.tensors = {{.address = 4, .shape = {3, 1, 1}}, {.address = 10, .shape = {5, 1, 1}}};
  UnifiedBuffer buffer(config, program, true);
  buffer.write(0, 1, std::vector<std::int8_t>{7, 8});
  buffer.write(1, 0, std::vector<std::int8_t>{9});
  EXPECT_THAT(buffer.tensor(0), ElementsAre(0, 7, 8));
  EXPECT_THAT(buffer.tensor(1), ElementsAre(9, 0, 0, 0, 0));
  program.tensors.push_back({.address = 12, .shape = {5, 1, 1}});
  EXPECT_THROW(UnifiedBuffer(config, program, true), SimulationError);
}

}  // namespace
}  // namespace nzsim::systolic
