#include <algorithm>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "sim/workload/values.h"

namespace nzsim {
namespace {

using ::testing::ElementsAre;

SyntheticSource source_of(double density) {
  SyntheticSource source;
  source.density = density;
  return source;
}

template <class T>
std::string hash_of(const std::vector<T>& values) {
  return sha256(std::as_bytes(std::span(values)));
}

TEST(SyntheticMatrix, IsTheSameOnEveryMachine) {
  // Pinned: a change here changes every published figure of the project.
  SyntheticSource source = source_of(0.09);
  const CompressedMatrix uniform = synthetic_matrix(300, 200, source, 1);
  EXPECT_EQ(hash_of(uniform.columns),
            "495c3f061454a6d087f3507a555563e217e18cde6887bba1549db98ceef70eb0");
  EXPECT_EQ(hash_of(uniform.codes),
            "16063976affb6934da3eac6c77ae882924d126a8357b6d41fea1a3418d735dee");
  source.row_spread = 0.4;
  source.column_spread = 0.3;
  EXPECT_EQ(hash_of(synthetic_matrix(300, 200, source, 1).columns),
            "4696e72e6998a90a5fc70cc8f8ef851e535687ad869f3a6f3b0cc7423e73d7e8");
}

TEST(SyntheticMatrix, HasTheDensityWithinFiveStandardDeviations) {
  for (const double density : {0.001, 0.04, 0.5, 1.0}) {
    const CompressedMatrix matrix = synthetic_matrix(500, 400, source_of(density), 3);
    const double expected = 200'000 * density;
    const double deviation = std::sqrt(expected * (1.0 - density));
    EXPECT_NEAR(static_cast<double>(matrix.non_zeros()), expected, 5.0 * deviation + 1e-9);
  }
}

TEST(SyntheticMatrix, KeepsThePromisesOfCompressedMatrix) {
  SyntheticSource source = source_of(0.3);
  source.codebook_entries = 7;
  const CompressedMatrix matrix = synthetic_matrix(40, 30, source, 2);
  EXPECT_NO_THROW(check(matrix, "synthetic"));
  const std::set<std::uint16_t> codes(matrix.codes.begin(), matrix.codes.end());
  EXPECT_THAT(codes, ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(SyntheticMatrix, HasAnEvenCodebookWithoutASecondZero) {
  SyntheticSource source = source_of(1.0);
  source.codebook_entries = 6;
  // Five values: two negative, three positive, steps of 1/3.
  EXPECT_THAT(synthetic_matrix(1, 1, source, 1).codebook,
              ElementsAre(0.0F, -2.0F / 3.0F, -1.0F / 3.0F, 1.0F / 3.0F, 2.0F / 3.0F, 1.0F));
}

/// Coefficient of variation of the non-zeros per row.
double row_variation(const CompressedMatrix& matrix) {
  const double mean = static_cast<double>(matrix.non_zeros()) / matrix.outputs;
  double squares = 0.0;
  for (std::uint32_t row = 0; row < matrix.outputs; ++row) {
    const double count = static_cast<double>(matrix.row_starts[row + 1] - matrix.row_starts[row]);
    squares += (count - mean) * (count - mean);
  }
  return std::sqrt(squares / matrix.outputs) / mean;
}

TEST(SyntheticMatrix, SpreadsRowsAsStated) {
  SyntheticSource source = source_of(0.2);
  EXPECT_LT(row_variation(synthetic_matrix(2000, 2000, source, 4)), 0.06);
  source.row_spread = 0.6;
  // A uniform factor in [0.4, 1.6) has the variation 0.6 / sqrt(3) = 0.346.
  EXPECT_NEAR(row_variation(synthetic_matrix(2000, 2000, source, 4)), 0.346, 0.03);
}

TEST(SyntheticMatrix, OfOtherSeedsDiffer) {
  const SyntheticSource source = source_of(0.1);
  EXPECT_NE(synthetic_matrix(50, 50, source, 1).columns,
            synthetic_matrix(50, 50, source, 2).columns);
}

TEST(SyntheticActivations, AreMultiplesOfAStepUpToFour) {
  const ActivationTensor tensor = synthetic_activations(2, 5000, source_of(0.35), 1);
  double non_zeros = 0.0;
  for (const float value : tensor.values) {
    ASSERT_GE(value, 0.0F);
    ASSERT_LE(value, 4.0F);
    ASSERT_EQ(value * 256.0F, std::floor(value * 256.0F));
    non_zeros += value != 0.0F ? 1.0 : 0.0;
  }
  EXPECT_NEAR(non_zeros, 3500.0, 5.0 * std::sqrt(3500.0 * 0.65));
  EXPECT_EQ(hash_of(tensor.values),
            "8a103da924bd6642ee9fd9decb4bb15b6ebb715d834a5bf310c72444d66cc733");
}

TEST(SyntheticActivations, AreNegativeHalfOfTheTimeWhereSigned) {
  SyntheticSource source = source_of(1.0);
  source.is_signed = true;
  const ActivationTensor tensor = synthetic_activations(1, 10'000, source, 1);
  const auto negative = std::count_if(tensor.values.begin(), tensor.values.end(),
                                      [](float value) { return value < 0.0F; });
  EXPECT_NEAR(static_cast<double>(negative), 5000.0, 250.0);
}

}  // namespace
}  // namespace nzsim
