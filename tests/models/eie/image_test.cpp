#include "models/eie/image.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workload/values.h"
#include "tests/support/eie_layers.h"

namespace nzsim::eie {
namespace {

using test::dense_image;
using ::testing::ElementsAre;

/// (code, skip) pairs of one PE.
std::vector<std::pair<int, int>> entries_of(const MatrixImage& image, std::uint32_t pe) {
  std::vector<std::pair<int, int>> pairs;
  for (const Entry& entry : image.pe_entries(pe)) pairs.emplace_back(entry.code, entry.skip);
  return pairs;
}

TEST(Image, InterleavesRowsOverThePes) {
  Config config;
  config.pe_count = 2;
  Arena arena;
  // Rows 0 and 2 belong to PE 0 as local rows 0 and 1, rows 1 and 3 to PE 1.
  const MatrixImage image = dense_image(config, arena, {{1, 0}, {2, 0}, {3, 4}, {0, 5}});

  EXPECT_THAT(entries_of(image, 0), ElementsAre(std::pair(1, 0), std::pair(3, 0), std::pair(4, 1)));
  EXPECT_THAT(entries_of(image, 1), ElementsAre(std::pair(2, 0), std::pair(5, 1)));
  EXPECT_THAT(image.starts, ElementsAre(0, 0, 2, 1, 3, 2));
  EXPECT_THAT(image.value_rows, ElementsAre(0, 1, 2, 2, 3));
  EXPECT_THAT(image.value_codes, ElementsAre(1, 2, 3, 4, 5));
}

TEST(Image, PadsRunsOfMoreThanFifteenZeros) {
  Config config;
  config.pe_count = 1;
  Arena arena;
  // Gap of 15 zeros: no padding. Gap of 16: one padding entry, then skip 0. Gap of 33: two, then
  // skip 1.
  std::vector<std::vector<int>> rows(67, {0});
  rows[15] = {1};
  rows[32] = {2};
  rows[66] = {3};
  config.activation_registers = 128;
  const MatrixImage image = dense_image(config, arena, rows);

  EXPECT_THAT(entries_of(image, 0),
              ElementsAre(std::pair(1, 15), std::pair(0, 15), std::pair(2, 0), std::pair(0, 15),
                          std::pair(0, 15), std::pair(3, 1)));
  EXPECT_THAT(image.paddings, ElementsAre(3));
}

TEST(Image, StoresNothingBehindTheLastNonZeroOfAColumn) {
  Config config;
  config.pe_count = 1;
  Arena arena;
  std::vector<std::vector<int>> rows(60, {0});
  rows[0] = {7};
  const MatrixImage image = dense_image(config, arena, rows);
  EXPECT_THAT(entries_of(image, 0), ElementsAre(std::pair(7, 0)));
}

TEST(Image, CountsRowsAnewInEachOutputBatch) {
  Config config;
  config.pe_count = 1;
  config.activation_registers = 4;
  Arena arena;
  std::vector<std::vector<int>> rows(6, {0});
  rows[3] = {1};
  rows[5] = {2};
  const MatrixImage image = dense_image(config, arena, rows);
  ASSERT_EQ(image.output_batches, 2U);
  EXPECT_THAT(entries_of(image, 0), ElementsAre(std::pair(1, 3), std::pair(2, 1)));
  // Batch 0: [0, 1), batch 1: [1, 2).
  EXPECT_THAT(image.starts, ElementsAre(0, 1, 1, 2));
}

TEST(Image, AppendsTheBiasAsLastColumn) {
  Config config;
  config.pe_count = 2;
  Arena arena;
  const MatrixImage image = dense_image(config, arena, {{1}, {0}, {2}}, {0, 3, 4});
  EXPECT_EQ(image.columns, 2U);
  EXPECT_THAT(entries_of(image, 0), ElementsAre(std::pair(1, 0), std::pair(2, 0), std::pair(4, 1)));
  EXPECT_THAT(entries_of(image, 1), ElementsAre(std::pair(3, 0)));
}

TEST(Image, StartsBehindTheImageBefore) {
  Config config;
  config.pe_count = 1;
  Arena arena;
  std::vector<std::uint32_t> bases{5};
  const MatrixImage image = dense_image(config, arena, {{1, 2}, {3, 0}}, {}, &bases);
  EXPECT_THAT(image.starts, ElementsAre(5, 7, 8));
  EXPECT_EQ(image.pe_entries(0).size(), 3U);
  EXPECT_THAT(bases, ElementsAre(8));
}

/// Decodes an image back to (row, column) -> code.
std::map<std::pair<std::uint32_t, std::uint32_t>, int> decode(const Config& config,
                                                              const MatrixImage& image) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> codes;
  for (std::uint32_t batch = 0; batch < image.output_batches; ++batch) {
    for (std::uint32_t column = 0; column < image.columns; ++column) {
      const std::uint32_t* begin = image.column_starts(batch, column);
      for (std::uint32_t pe = 0; pe < image.pe_count; ++pe) {
        std::int64_t row = -1;
        for (std::uint32_t address = begin[pe]; address < begin[image.pe_count + pe]; ++address) {
          const Entry entry = image.pe_entries(pe)[address];
          row += 1 + entry.skip;
          const auto local = static_cast<std::uint32_t>(batch * config.activation_registers + row);
          if (entry.code != 0) codes[{local * image.pe_count + pe, column}] = entry.code;
        }
      }
    }
  }
  return codes;
}

TEST(Image, HoldsEveryNonZeroOfARandomMatrixInItsPlace) {
  Config config;
  config.pe_count = 3;
  config.skip_bits = 2;
  config.activation_registers = 9;
  SyntheticSource source;
  source.density = 0.2;
  const CompressedMatrix matrix = synthetic_matrix(100, 37, source, 5);
  std::vector<std::uint32_t> bases(3, 0);
  Arena arena;
  const MatrixImage image = build_image(
      config, {100, 37, matrix.row_starts, matrix.columns, matrix.codes, {}}, bases, arena);

  std::map<std::pair<std::uint32_t, std::uint32_t>, int> expected;
  for (std::uint32_t row = 0; row < 100; ++row) {
    for (std::uint64_t n = matrix.row_starts[row]; n < matrix.row_starts[row + 1]; ++n) {
      expected[{row, matrix.columns[n]}] = matrix.codes[n];
    }
  }
  EXPECT_EQ(decode(config, image), expected);
}

TEST(Passes, OfAMatrixThatFitsTheRegistersIsOneWithoutTransfers) {
  Config config;
  config.pe_count = 2;
  config.activation_registers = 4;
  Arena arena;
  const MatrixImage image = dense_image(config, arena, std::vector(8, std::vector(8, 1)));
  const std::vector<Pass> passes = passes_of(config, image);
  ASSERT_EQ(passes.size(), 1U);
  EXPECT_EQ(passes[0].column_end, 8U);
  EXPECT_EQ(passes[0].source_load_cycles + passes[0].write_back_cycles, 0U);
}

TEST(Passes, OfLongVectorsLoadEachInputBatchAndWriteBackEachOutputBatch) {
  Config config;
  config.pe_count = 2;
  config.activation_registers = 4;
  config.activation_sram_width_bits = 48;
  Arena arena;
  // 9 outputs and 11 inputs in batches of 8, and a bias.
  const MatrixImage image = dense_image(config, arena, std::vector(9, std::vector(11, 1)),
                                        std::vector<std::uint16_t>(9, 1));
  const std::vector<Pass> passes = passes_of(config, image);
  ASSERT_EQ(passes.size(), 4U);
  EXPECT_EQ(passes[0].column_end, 8U);
  // 8 inputs over 2 PEs are 4 registers each: 2 cycles at 3 registers per cycle.
  EXPECT_EQ(passes[0].source_load_cycles, 2U);
  EXPECT_EQ(passes[0].write_back_cycles, 0U);
  EXPECT_EQ(passes[1].column_begin, 8U);
  EXPECT_EQ(passes[1].column_end, 12U);         // the bias is column 11
  EXPECT_EQ(passes[1].source_load_cycles, 1U);  // 3 inputs: 2 registers
  EXPECT_EQ(passes[1].write_back_cycles, 2U);
  EXPECT_EQ(passes[3].output_batch, 1U);
  EXPECT_EQ(passes[3].write_back_cycles, 1U);  // one row
}

}  // namespace
}  // namespace nzsim::eie
