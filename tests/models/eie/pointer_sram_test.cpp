#include "models/eie/pointer_sram.h"

#include <gtest/gtest.h>

#include "tests/support/hand_built.h"

namespace nzsim::eie {
namespace {

TEST(PointerSram, ReadsBothPointersOfEvenAndOddColumnsOfEachPe) {
  Config config;
  config.pe_count = 2;
  // PE 0 holds row 0, PE 1 row 1. PE 0: columns 0, 2; PE 1: column 1.
  const test::HandBuiltLayer layer(config, 2, 3, {{{0, 0}, 1}, {{0, 2}, 1}, {{1, 1}, 1}});
  PointerSram sram;
  sram.connect(layer.image(), 0, 0);
  EXPECT_EQ(sram.read(0).begin, 0U);
  EXPECT_EQ(sram.read(0).end, 1U);
  EXPECT_EQ(sram.read(1).begin, 1U);
  EXPECT_EQ(sram.read(1).end, 1U);
  EXPECT_EQ(sram.read(2).begin, 1U);
  EXPECT_EQ(sram.read(2).end, 2U);
  sram.connect(layer.image(), 0, 1);
  EXPECT_EQ(sram.read(0).end, 0U);
  EXPECT_EQ(sram.read(1).begin, 0U);
  EXPECT_EQ(sram.read(1).end, 1U);
  EXPECT_EQ(sram.read(2).begin, 1U);
  EXPECT_EQ(sram.read(2).end, 1U);
}

TEST(PointerSram, StartsAnOutputBatchWhereTheOneBeforeEnds) {
  Config config;
  config.pe_count = 1;
  config.activation_registers = 2;
  // Rows 0, 1 are batch 0 and row 2 is batch 1.
  const test::HandBuiltLayer layer(config, 3, 1, {{{0, 0}, 1}, {{1, 0}, 1}, {{2, 0}, 1}});
  PointerSram sram;
  sram.connect(layer.image(), 1, 0);
  EXPECT_EQ(sram.read(0).begin, 2U);
  EXPECT_EQ(sram.read(0).end, 3U);
}

TEST(PointerBank, ReadsWordsAtItsStride) {
  const std::uint32_t words[] = {10, 11, 12, 13, 14};
  const PointerBank bank(words + 1, 2);
  EXPECT_EQ(bank.read(0), 11U);
  EXPECT_EQ(bank.read(1), 13U);
}

}  // namespace
}  // namespace nzsim::eie
