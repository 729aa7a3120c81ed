// The parts of the machine that hold data, one by one.

#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/systolic/reference/accumulators.h"
#include "models/systolic/reference/unified_buffer.h"
#include "models/systolic/reference/weight_fifo.h"
#include "sim/base/bfloat16.h"
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

TEST(SumRows, AreOverwrittenAndAddedTo) {
  SumRows<std::int32_t> sums(small());
  sums.write(5, std::vector<std::int32_t>{1, 2, 3}, false);
  sums.write(5, std::vector<std::int32_t>{10, 20, 30}, true);
  EXPECT_THAT(sums.row(5), ElementsAre(11, 22, 33));
  sums.write(5, std::vector<std::int32_t>{4, 5, 6}, false);
  EXPECT_THAT(sums.row(5), ElementsAre(4, 5, 6));
}

TEST(SumRows, AreRoundedToBinary32AtEachAddition) {
  SumRows<float> sums(small());
  // 2^24 + 1 lies between two numbers of 24 bits; of these 2^24 is even.
  constexpr float kLarge = 16777216.0F;
  sums.write(0, std::vector<float>{kLarge, 1.0F, 1.0F}, false);
  sums.write(0, std::vector<float>{1.0F, 1.0F, kLarge}, true);
  sums.write(0, std::vector<float>{1.0F, kLarge, 1.0F}, true);
  EXPECT_THAT(sums.row(0), ElementsAre(kLarge, kLarge + 2.0F, kLarge));
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
  WeightFifo fifo(small());
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

/// The FIFO has two places.
TEST(WeightTiles, TakeThePlacesOfTilesThatHaveLeft) {
  Config config = small();
  config.memory = MemoryConfig{"ideal", "drawn", IdealMemoryConfig()};
  WeightTiles<std::int8_t> tiles(config);
  const std::vector<std::int8_t> tile{1, 2, 3, 4, 5, 6};
  std::copy(tile.begin(), tile.end(), tiles.tile(1).begin());
  EXPECT_THAT(tiles.row(0, 1), ElementsAre(0, 0, 0));
  EXPECT_THAT(tiles.row(1, 1), ElementsAre(4, 5, 6));
  std::copy(tile.begin(), tile.end(), tiles.tile(2).begin());
  EXPECT_THAT(tiles.row(2, 0), ElementsAre(1, 2, 3));
  EXPECT_THAT(tiles.row(0, 0), ElementsAre(1, 2, 3));
}

/// Values are one element each, whatever the width of the operands.
template <class Operand>
class UnifiedBufferOf : public ::testing::Test {};
using Operands = ::testing::Types<std::int8_t, Bfloat16>;
TYPED_TEST_SUITE(UnifiedBufferOf, Operands);

TYPED_TEST(UnifiedBufferOf, OperandsHasOneElementForTwoBytes) {
  Config config = small();
  config.operand_type = OperandType::int16;
  config.unified_buffer_bytes = 20;
  SystolicProgram program({}, 0);
  program.tensors = {{.address = 4, .shape = {3, 1, 1}}, {.address = 10, .shape = {5, 1, 1}}};
  UnifiedBuffer<TypeParam> buffer(config, program);
  constexpr TypeParam k0{0};
  constexpr TypeParam k7{7};
  constexpr TypeParam k8{8};
  constexpr TypeParam k9{9};
  buffer.write(0, 1, std::vector{k7, k8});
  buffer.write(1, 0, std::vector{k9});
  EXPECT_THAT(buffer.tensor(0), ElementsAre(k0, k7, k8));
  EXPECT_THAT(buffer.tensor(1), ElementsAre(k9, k0, k0, k0, k0));
  program.tensors.push_back({.address = 12, .shape = {5, 1, 1}});
  EXPECT_THROW(UnifiedBuffer<TypeParam>(config, program), SimulationError);
}

}  // namespace
}  // namespace nzsim::systolic
