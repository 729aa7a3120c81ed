#include "workloads/import/dlmc.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/message_of.h"

namespace nzsim {
namespace {

std::string error_of(const std::string& text) {
  return test::message_of([&] { static_cast<void>(parse_dlmc(text, "p.smtx")); });
}

TEST(Dlmc, ReadsThePattern) {
  const SparsePattern pattern = parse_dlmc("2, 4, 3\n0 1 3\n3 2 0 \n", "p.smtx");
  EXPECT_EQ(pattern.outputs, 2U);
  EXPECT_EQ(pattern.inputs, 4U);
  EXPECT_EQ(pattern.row_starts, (std::vector<std::uint64_t>{0, 1, 3}));
  EXPECT_EQ(pattern.columns, (std::vector<std::uint32_t>{3, 0, 2}));
}

TEST(Dlmc, ReadsAnEmptyPattern) {
  EXPECT_TRUE(parse_dlmc("2,4,0\n0 0 0\n\n", "p.smtx").columns.empty());
}

TEST(Dlmc, DrawsCodesFromItsSeed) {
  const SparsePattern pattern = parse_dlmc("2, 4, 3\n0 1 3\n3 0 2\n", "p.smtx");
  const CompressedMatrix matrix = draw_values(pattern, 16, 7);
  EXPECT_NO_THROW(check(matrix, "drawn"));
  EXPECT_EQ(matrix.columns, pattern.columns);
  EXPECT_EQ(matrix.codebook.size(), 16U);
  EXPECT_EQ(matrix.codes, draw_values(pattern, 16, 7).codes);
}

TEST(Dlmc, DrawsOtherCodesForAnotherSeed) {
  std::string columns;
  for (int i = 0; i < 64; ++i) columns += std::to_string(i) + ' ';
  const SparsePattern pattern = parse_dlmc("1, 64, 64\n0 64\n" + columns, "p.smtx");
  EXPECT_NE(draw_values(pattern, 16, 1).codes, draw_values(pattern, 16, 2).codes);
}

TEST(Dlmc, RefusesSizesBeyondTheFile) {
  EXPECT_EQ(error_of(""),
            "p.smtx: line 1: expected 'rows, columns, non-zeros', got the file's end");
  EXPECT_EQ(error_of("1000, 1000, 5\n0 1\n"),
            "p.smtx: line 1: expected at most 2 offsets and columns in 4 bytes, got 1006");
  EXPECT_EQ(error_of("0, 4, 3\n"),
            "p.smtx: line 1: expected rows, an integer in [1, 1048576], got '0'");
  EXPECT_EQ(error_of("1048576, 1048576, 3\n"),
            "p.smtx: line 1: expected at most 1073741824 elements, got 1048576 x 1048576");
  EXPECT_EQ(error_of("2, 2\n"),
            "p.smtx: line 1: expected non-zeros, an integer in [0, 4], got the end of the line");
}

TEST(Dlmc, RefusesOffsetsThatDoNotAscendToTheCount) {
  EXPECT_EQ(error_of("2, 4, 3\n1 1 3\n3 0 2\n"),
            "p.smtx: line 2: expected row offset 0, an integer in [0, 0], got '1'");
  EXPECT_EQ(error_of("3, 4, 3\n0 2 1 3\n3 0 2\n"),
            "p.smtx: line 2: expected row offset 2, an integer in [2, 3], got '1'");
  EXPECT_EQ(error_of("2, 4, 3\n0 1 2\n3 0 2\n"),
            "p.smtx: line 2: expected row offset 2, an integer in [3, 3], got '2'");
  EXPECT_EQ(error_of("2, 4, 3\n0 1 3 3\n3 0 2\n"),
            "p.smtx: line 2: expected the end of the line, got '3'");
}

TEST(Dlmc, RefusesBadColumns) {
  EXPECT_EQ(error_of("2, 4, 3\n0 1 3\n3 0 4\n"),
            "p.smtx: line 3: expected a column, an integer in [0, 3], got '4'");
  EXPECT_EQ(error_of("2, 4, 3\n0 1 3\n3 2 2\n"),
            "p.smtx: line 3: expected each column once in row 1, got 2 twice");
  EXPECT_EQ(error_of("2, 4, 3\n0 1 3\n3 0  \n"),
            "p.smtx: line 3: expected a column, an integer in [0, 3], got the end of the line");
  EXPECT_EQ(error_of("2, 4, 3\n0 1 3        \n"),
            "p.smtx: line 3: expected a line of columns, got the file's end");
  EXPECT_EQ(error_of("2, 4, 3\n0 1 3\n3 0 2\n1\n"),
            "p.smtx: line 4: expected the end of the file, got another line");
}

}  // namespace
}  // namespace nzsim
