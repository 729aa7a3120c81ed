#include "workloads/compress/weight_sharing.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <gtest/gtest.h>

#include "tests/support/message_of.h"

namespace nzsim {
namespace {

SparseMatrix row_of(const std::vector<float>& values) {
  SparseMatrix matrix;
  matrix.outputs = 1;
  matrix.inputs = static_cast<std::uint32_t>(values.size());
  matrix.row_starts = {0, values.size()};
  for (std::uint32_t i = 0; i < matrix.inputs; ++i) matrix.columns.push_back(i);
  matrix.values = values;
  return matrix;
}

/// Sums of draws from [0, 1): roughly bell-shaped, as trained weights are, and never 0.
SparseMatrix bell_shaped(std::size_t count) {
  boost::random::mt19937_64 engine(1);
  std::vector<float> values(count);
  for (float& value : values) {
    double sum = -2.0;
    for (int i = 0; i < 4; ++i) sum += static_cast<double>(engine() >> 11) / 9007199254740992.0;
    value = static_cast<float>(sum == 0.0 ? 1.0 : sum);
  }
  return row_of(values);
}

TEST(WeightSharing, KeepsFewDistinctValuesExactly) {
  const SharedWeights shared = share_weights(row_of({2.0F, -1.0F, 2.0F}), 3);
  EXPECT_TRUE(shared.exact);
  EXPECT_EQ(shared.matrix.codebook, (std::vector<float>{0.0F, -1.0F, 2.0F}));
  EXPECT_EQ(shared.matrix.codes, (std::vector<std::uint16_t>{2, 1, 2}));
  EXPECT_EQ(shared.root_mean_square_error, 0.0);
}

TEST(WeightSharing, ClustersByKMeansFromLinearCentroids) {
  // Two centroids start at 1 and 11: {1, 2, 3} and {9, 11}, whose means 2 and 10 do not move again.
  const SharedWeights shared = share_weights(row_of({9, 1, 2, 3, 11}), 3);
  EXPECT_FALSE(shared.exact);
  EXPECT_EQ(shared.matrix.codebook, (std::vector<float>{0.0F, 2.0F, 10.0F}));
  EXPECT_EQ(shared.matrix.codes, (std::vector<std::uint16_t>{2, 1, 1, 1, 2}));
  EXPECT_EQ(shared.largest_error, 1.0);
  // Errors -1, 1, 0, -1, 1 in some order: sqrt(4 / 5).
  EXPECT_DOUBLE_EQ(shared.root_mean_square_error, std::sqrt(0.8));
}

TEST(WeightSharing, MovesCentroidsUntilNothingChanges) {
  // Centroids 0.1 and 10 cut at 5.05: {0.1, 1, 5} and {6, 10}; means 2.033 and 8 cut at 5.02: the
  // same.
  const SharedWeights shared = share_weights(row_of({0.1F, 1, 5, 6, 10}), 3);
  EXPECT_EQ(shared.matrix.codes, (std::vector<std::uint16_t>{1, 1, 1, 2, 2}));
  EXPECT_FLOAT_EQ(shared.matrix.codebook[1], 6.1F / 3);
  EXPECT_FLOAT_EQ(shared.matrix.codebook[2], 8.0F);
}

TEST(WeightSharing, UsesTheMeanForASingleSharedWeight) {
  EXPECT_EQ(share_weights(row_of({1, 2, 6}), 2).matrix.codebook, (std::vector<float>{0.0F, 3.0F}));
}

TEST(WeightSharing, GivesEveryWeightItsNearestEntry) {
  const SparseMatrix weights = bell_shaped(5000);
  const SharedWeights shared = share_weights(weights, 16);
  ASSERT_EQ(shared.matrix.codebook.size(), 16U);
  EXPECT_NO_THROW(check(shared.matrix, "shared"));
  for (std::size_t i = 0; i < weights.values.size(); ++i) {
    const float error =
        std::abs(shared.matrix.codebook[shared.matrix.codes[i]] - weights.values[i]);
    for (std::size_t entry = 1; entry < 16; ++entry) {
      EXPECT_LE(error, std::abs(shared.matrix.codebook[entry] - weights.values[i]));
    }
  }
}

TEST(WeightSharing, ErrsLessWithALargerCodebook) {
  const SparseMatrix weights = bell_shaped(5000);
  const double coarse = share_weights(weights, 16).root_mean_square_error;
  EXPECT_LT(share_weights(weights, 256).root_mean_square_error, coarse / 8);
}

TEST(WeightSharing, DependsOnTheValuesAlone) {
  const SparseMatrix weights = bell_shaped(1000);
  EXPECT_EQ(share_weights(weights, 16).matrix.codes, share_weights(weights, 16).matrix.codes);
}

TEST(WeightSharing, AcceptsAMatrixWithoutNonZeros) {
  const SharedWeights shared = share_weights(row_of({}), 16);
  EXPECT_EQ(shared.matrix.codebook, (std::vector<float>{0.0F}));
  EXPECT_TRUE(shared.exact);
}

TEST(WeightSharing, RefusesCodebooksThatCodesCannotAddress) {
  EXPECT_EQ(test::message_of([] { static_cast<void>(share_weights(row_of({1}), 1)); }),
            "codebook entries: expected an integer in [2, 65536], got 1");
  EXPECT_EQ(test::message_of([] { static_cast<void>(share_weights(row_of({1}), 65537)); }),
            "codebook entries: expected an integer in [2, 65536], got 65537");
}

TEST(SparseMatrix, DropsZerosOfDenseAndSharedWeights) {
  const SparseMatrix dense = sparse_matrix(DenseMatrix{2, 2, {0.0F, 1.0F, -0.0F, 2.0F}});
  EXPECT_EQ(dense.row_starts, (std::vector<std::uint64_t>{0, 1, 2}));
  EXPECT_EQ(dense.values, (std::vector<float>{1.0F, 2.0F}));
  const SparseMatrix shared =
      sparse_matrix(CompressedMatrix{1, 3, {0, 2}, {0, 2}, {1, 2}, {0.0F, 0.0F, 3.0F}});
  EXPECT_EQ(shared.columns, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(shared.values, (std::vector<float>{3.0F}));
}

}  // namespace
}  // namespace nzsim
