#include "models/eie/segments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/eie/segment_order.h"
#include "sim/base/errors.h"
#include "tests/support/eie_layers.h"

namespace nzsim::eie {
namespace {

using test::dense_image;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Two PEs, lines of 4 entries of 8 bits; each half holds 4 lines (16 entries) and 8 pointers.
Config machine() {
  Config config;
  config.pe_count = 2;
  config.activation_registers = 4;
  config.sparse_matrix_width_bits = 32;
  config.sparse_matrix_bytes = 2 * 16;
  config.pointer_bytes = 2 * 8 * 2;
  return config;
}

/// Columns in which PE 0 has as many entries as `entries` says (at most 4) and PE 1 has one.
std::vector<std::vector<int>> rows_of(const std::vector<int>& entries) {
  std::vector<std::vector<int>> rows(8, std::vector<int>(entries.size(), 0));
  for (std::size_t column = 0; column < entries.size(); ++column) {
    rows[1][column] = 1;
    for (int row = 0; row < entries[column]; ++row) {
      rows[static_cast<std::size_t>(2 * row)][column] = 1;
    }
  }
  return rows;
}

std::vector<std::uint32_t> borders(const std::vector<Pass>& passes) {
  std::vector<std::uint32_t> ends;
  for (const Pass& pass : passes) ends.push_back(pass.column_end);
  return ends;
}

std::vector<std::uint32_t> borders_of(const Config& config, const std::vector<int>& entries) {
  Arena arena;
  MatrixImage image = dense_image(config, arena, rows_of(entries));
  image.is_streamed = true;
  return borders(passes_of(config, image));
}

TEST(Segments, FillHalfOfTheSparseMatrixSramAndNoMore) {
  // 4 columns of 4 entries are the 16 that a half holds.
  EXPECT_THAT(borders_of(machine(), {4, 4, 4, 4}), ElementsAre(4));
  // The third row of columns brings PE 0 to 16 entries, then to 17.
  EXPECT_THAT(borders_of(machine(), {3, 3, 3, 3, 2, 2}), ElementsAre(6));
  EXPECT_THAT(borders_of(machine(), {3, 3, 3, 3, 2, 3}), ElementsAre(4, 6));
}

TEST(Segments, FillHalfOfThePointerSramAndNoMore) {
  // 6 columns have 7 pointers, 8 columns 9: a half holds 8.
  EXPECT_THAT(borders_of(machine(), {0, 0, 0, 0, 0, 0}), ElementsAre(6));
  EXPECT_THAT(borders_of(machine(), {0, 0, 0, 0, 0, 0, 0}), ElementsAre(7));
  EXPECT_THAT(borders_of(machine(), {0, 0, 0, 0, 0, 0, 0, 0}), ElementsAre(6, 8));
}

TEST(Segments, HaveNoMoreEntriesThanPointersCanAddress) {
  Config config = machine();
  config.pointer_bits = 4;
  config.pointer_bytes = 16;
  // A pointer of 4 bits holds 15 at most; halves hold 16 entries and 16 pointers.
  EXPECT_THAT(borders_of(config, {4, 4, 4, 3}), ElementsAre(4));
  EXPECT_THAT(borders_of(config, {4, 4, 4, 4}), ElementsAre(2, 4));
}

TEST(Segments, EndAtRowsOfColumnsWithinEachInputBatchAndTheBiasBelongsToTheLast) {
  // 11 inputs are batches of 8 and 3 inputs; a bias. Columns have an entry in PE 1 alone; 8
  // pointers allow 7 columns, so 6.
  const Config config = machine();
  Arena arena;
  MatrixImage image = dense_image(config, arena, rows_of(std::vector<int>(11, 0)),
                                  std::vector<std::uint16_t>(8, 1));
  image.is_streamed = true;
  const std::vector<Pass> passes = passes_of(config, image);
  EXPECT_THAT(borders(passes), ElementsAre(6, 8, 12));
  EXPECT_EQ(passes[1].batch_begin, 0U);
  EXPECT_EQ(passes[2].batch_begin, 8U);
}

TEST(Segments, LoadInTheFirstAndWriteBackInTheLastOfABatch) {
  // 16 inputs and 16 outputs: two batches each, of 8. A dense column has 4 entries in each PE and
  // output batch, a segment 4 columns: 2 segments per pass, 8 in all.
  const Config config = machine();
  Arena arena;
  MatrixImage image = dense_image(config, arena, std::vector(16, std::vector(16, 1)));
  image.is_streamed = true;
  const std::vector<Pass> passes = passes_of(config, image);
  ASSERT_EQ(passes.size(), 8U);
  std::vector<std::uint32_t> loads;
  std::vector<std::uint32_t> write_backs;
  for (const Pass& pass : passes) {
    loads.push_back(pass.source_load_cycles);
    write_backs.push_back(pass.write_back_cycles);
  }
  // 8 values over 2 PEs are 4 registers, one access of 64 bits.
  EXPECT_THAT(loads, ElementsAre(1, 0, 1, 0, 1, 0, 1, 0));
  EXPECT_THAT(write_backs, ElementsAre(0, 0, 0, 1, 0, 0, 0, 1));
}

TEST(Segments, LieBehindEachOtherInDramInWholeLinesAndPointers) {
  const Config config = machine();
  Arena arena;
  MatrixImage image = dense_image(config, arena, rows_of({4, 4, 4, 4, 4, 1}));
  image.is_streamed = true;
  image.dram_address = 640;
  const std::vector<Pass> passes = passes_of(config, image);
  ASSERT_THAT(borders(passes), ElementsAre(4, 6));
  // PE 0: 16 entries, 4 lines; PE 1: 4 entries, a line. 5 pointers in each PE.
  EXPECT_EQ(passes[0].segment.lines, 5U);
  EXPECT_EQ(passes[0].segment.pointers, 10U);
  // 5 x 32 + 10 x 16 bits = 40 bytes, rounded up to 64.
  EXPECT_EQ(passes[0].segment.address, 640U);
  EXPECT_EQ(passes[0].segment.bytes, 64U);
  // PE 0: 5 entries, 2 lines; PE 1: a line.
  EXPECT_EQ(passes[1].segment.lines, 3U);
  EXPECT_EQ(passes[1].segment.pointers, 6U);
  EXPECT_EQ(passes[1].segment.address, 704U);
}

TEST(Segments, AreRoundedUpOnlyWhereTheyEndWithinABurst) {
  // One PE with a column of 28 entries in 7 lines of 4 bytes, and 2 pointers of 16 bits: 32 bytes;
  // with pointers of 32 bits 36. Lines of 60 bytes: 60 + 4 are 64 bytes, 60 + 8 are more.
  Config config;
  config.pe_count = 1;
  config.sparse_matrix_width_bits = 480;
  config.activation_registers = 64;
  Arena arena;
  MatrixImage image = dense_image(config, arena, std::vector(28, std::vector(1, 1)));
  image.is_streamed = true;
  EXPECT_EQ(passes_of(config, image).front().segment.bytes, 64U);
  config.pointer_bits = 32;
  EXPECT_EQ(passes_of(config, image).front().segment.bytes, 128U);
}

TEST(Segments, NameARowOfColumnsThatDoesNotFit) {
  Config config = machine();
  Arena arena;
  const MatrixImage image = dense_image(config, arena, rows_of({4, 4, 4, 4, 4, 4}));
  const std::vector<Pass> passes = passes_of(config, image);
  EXPECT_FALSE(oversized_row(config, image, passes));
  // Two columns have 8 entries in PE 0: two lines. A half of 3 lines / 2 holds one.
  config.sparse_matrix_bytes = 12;
  const std::optional<ColumnsNeed> row = oversized_row(config, image, passes);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->entries, 8U);
  EXPECT_EQ(row->pointers, 3U);
  config.sparse_matrix_bytes = 16;
  EXPECT_FALSE(oversized_row(config, image, passes));
}

/// Segment addresses in the order of use.
std::vector<std::uint64_t> addresses(SegmentOrder order) {
  std::vector<std::uint64_t> all;
  while (const std::optional<MatrixSegment> segment = order.next()) all.push_back(segment->address);
  return all;
}

TEST(SegmentOrder, StreamsEachGroupsMatrixForEachOutputPixelAndInput) {
  LayerProgram layer;
  layer.images.resize(2);
  layer.images.front().is_streamed = true;
  layer.spec.type = LayerType::convolution;
  layer.spec.output = {2, 1, 2};
  layer.spec.batch = 2;
  std::vector<std::vector<Pass>> passes(2);
  passes[0].resize(2);
  passes[0][1].segment.address = 64;
  passes[1].resize(1);
  passes[1][0].segment.address = 128;
  EXPECT_THAT(addresses({layer, passes}),
              ElementsAre(0, 64, 0, 64, 128, 128, 0, 64, 0, 64, 128, 128));
  layer.spec.type = LayerType::fully_connected;
  passes.resize(1);
  EXPECT_THAT(addresses({layer, passes}), ElementsAre(0, 64, 0, 64));
}

TEST(SegmentOrder, IsEmptyWhereNothingIsStreamed) {
  LayerProgram layer;
  layer.images.resize(1);
  const std::vector<std::vector<Pass>> passes(1, std::vector<Pass>(1));
  EXPECT_THAT(addresses({layer, passes}), IsEmpty());
  EXPECT_THAT(addresses({}), IsEmpty());
}

}  // namespace
}  // namespace nzsim::eie
