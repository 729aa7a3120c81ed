#include "sim/workload/matrix.h"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/message_of.h"

namespace nzsim {
namespace {

/// [[0, a, 0], [b, 0, a]] with a = 1.5, b = -2.
CompressedMatrix small_matrix() {
  return {2, 3, {0, 1, 3}, {1, 0, 2}, {2, 1, 2}, {0.0F, -2.0F, 1.5F}};
}

std::string check_error(const CompressedMatrix& matrix) {
  return test::message_of([&] { check(matrix, "m.npz"); });
}

TEST(CompressedMatrix, PassesItsCheckWhereAllPromisesHold) {
  EXPECT_NO_THROW(check(small_matrix(), "m.npz"));
  EXPECT_EQ(small_matrix().non_zeros(), 3U);
}

TEST(CompressedMatrix, NeedsAZeroFirstInItsCodebook) {
  CompressedMatrix matrix = small_matrix();
  matrix.codebook[0] = 0.25F;
  EXPECT_EQ(check_error(matrix), "m.npz: codebook: expected 0 as entry 0, got 0.25");
  matrix.codebook.clear();
  EXPECT_EQ(check_error(matrix), "m.npz: codebook: expected 1 to 65536 entries, got 0");
}

TEST(CompressedMatrix, NeedsFiniteWeights) {
  CompressedMatrix matrix = small_matrix();
  matrix.codebook[2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(check_error(matrix), "m.npz: codebook: expected finite values, got nan at entry 2");
}

TEST(CompressedMatrix, NeedsAscendingRowStarts) {
  CompressedMatrix matrix = small_matrix();
  matrix.row_starts = {0, 4, 3};
  EXPECT_EQ(check_error(matrix),
            "m.npz: row_starts: expected 3 ascending offsets from 0 to 3, got others");
}

TEST(CompressedMatrix, NeedsAscendingColumnsWithinItsInputs) {
  CompressedMatrix matrix = small_matrix();
  matrix.columns = {1, 2, 2};
  EXPECT_EQ(check_error(matrix),
            "m.npz: columns: expected ascending inputs below 3 in output 1, got 2");
  matrix.columns = {3, 0, 2};
  EXPECT_EQ(check_error(matrix),
            "m.npz: columns: expected ascending inputs below 3 in output 0, got 3");
}

TEST(CompressedMatrix, NeedsCodesOfNonZeroEntries) {
  CompressedMatrix matrix = small_matrix();
  matrix.codes[1] = 0;
  EXPECT_EQ(check_error(matrix), "m.npz: codes: expected codes in [1, 2] in output 1, got 0");
  matrix.codes[1] = 3;
  EXPECT_EQ(check_error(matrix), "m.npz: codes: expected codes in [1, 2] in output 1, got 3");
}

TEST(CompressExactly, SortsTheDistinctValuesBehindZero) {
  const DenseMatrix dense{2, 3, {0.0F, 1.5F, -0.0F, -2.0F, 0.0F, 1.5F}};
  const auto matrix = compress_exactly(dense, 3);
  ASSERT_TRUE(matrix.has_value());
  EXPECT_EQ(matrix->codebook, small_matrix().codebook);
  EXPECT_EQ(matrix->row_starts, small_matrix().row_starts);
  EXPECT_EQ(matrix->columns, small_matrix().columns);
  EXPECT_EQ(matrix->codes, small_matrix().codes);
}

TEST(CompressExactly, GivesUpOneValueAboveTheLimit) {
  const DenseMatrix dense{1, 3, {1.0F, 2.0F, 3.0F}};
  EXPECT_TRUE(compress_exactly(dense, 4).has_value());
  EXPECT_FALSE(compress_exactly(dense, 3).has_value());
}

}  // namespace
}  // namespace nzsim
