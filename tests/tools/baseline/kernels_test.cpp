#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tools/nzsim/baseline/blas.h"
#include "tools/nzsim/baseline/measurement.h"
#include "tools/nzsim/baseline/peak_kernels.h"
#include "tools/nzsim/baseline/problem.h"
#include "tools/nzsim/baseline/sparse_kernels.h"

namespace nzsim::baseline {
namespace {

/// A matrix `[outputs, inputs]` with some of its weights zero, and its first and last row empty.
DenseMatrix random_dense(std::uint32_t outputs, std::uint32_t inputs, std::uint32_t seed) {
  std::mt19937 engine(seed);
  DenseMatrix matrix{outputs, inputs, std::vector<float>(std::size_t{outputs} * inputs)};
  for (std::size_t place = inputs; place + inputs < matrix.weights.size(); ++place) {
    const auto drawn = static_cast<float>(engine() % 4001) / 1000.0F - 2.0F;
    matrix.weights[place] = engine() % 3 == 0 ? drawn : 0.0F;
  }
  return matrix;
}

std::vector<float> random_inputs(std::size_t count, std::uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<float> numbers(count);
  for (float& number : numbers) {
    const auto drawn = static_cast<float>(engine() % 1000) / 300.0F;
    number = engine() % 2 == 0 ? drawn : 0.0F;
  }
  return numbers;
}

/// A product of the dense matrix, written down plainly, and its tolerance.
Reference plain_reference(const DenseMatrix& matrix, const std::vector<float>& inputs,
                          std::uint32_t batch) {
  const std::size_t count = std::size_t{matrix.outputs} * batch;
  Reference reference{batch, std::vector<double>(count), std::vector<double>(count)};
  for (std::size_t place = 0; place < count; ++place) {
    for (std::size_t input = 0; input < matrix.inputs; ++input) {
      const double product =
          static_cast<double>(matrix.weights[place / batch * matrix.inputs + input]) *
          static_cast<double>(inputs[input * batch + place % batch]);
      reference.sums[place] += product;
      reference.tolerances[place] += std::abs(product) * matrix.inputs * 0x1p-23;
    }
  }
  return reference;
}

/// Rows with fewer non-zeros than a gather takes, and with several gathers and a rest.
class BaselineKernels : public testing::TestWithParam<std::uint32_t> {
 protected:
  static constexpr std::uint32_t kOutputs = 37;
  DenseMatrix dense_ = random_dense(kOutputs, GetParam(), GetParam());
  CsrMatrix csr_ = csr_of(dense_);
  std::vector<float> vector_ = random_inputs(GetParam(), 7);
  Reference reference_ = plain_reference(dense_, vector_, 1);
  std::vector<float> result_ = std::vector<float>(kOutputs, NAN);
};

TEST_P(BaselineKernels, MultiplyCompressedRowsOneByOne) {
  for (const RowRange& range : balanced_ranges(csr_, 3)) {
    multiply_csr_plain(csr_, vector_.data(), result_.data(), range);
  }
  EXPECT_NO_THROW(check_result(reference_, result_, "plain"));
}

TEST_P(BaselineKernels, MultiplyCompressedRowsByGathers) {
  if (!has_gathering()) GTEST_SKIP() << "this processor has no AVX2";
  for (const RowRange& range : balanced_ranges(csr_, 3)) {
    multiply_csr_gathering(csr_, vector_.data(), result_.data(), range);
  }
  EXPECT_NO_THROW(check_result(reference_, result_, "gathering"));
}

TEST_P(BaselineKernels, MultiplyColumnsOfNonZeroInputsAlone) {
  for (const RowRange& range : balanced_ranges(csr_, 3)) {
    CscMatrix slice = csc_of(csr_, range);
    // A weight that meets a zero input would show.
    for (std::uint32_t column = 0; column < slice.inputs; ++column) {
      for (std::uint32_t at = slice.column_starts[column]; at < slice.column_starts[column + 1];
           ++at) {
        slice.weights[at] = vector_[column] == 0.0F ? NAN : slice.weights[at];
      }
    }
    multiply_csc_skipping(slice, vector_.data(), result_.data());
  }
  EXPECT_NO_THROW(check_result(reference_, result_, "skipping"));
}

TEST_P(BaselineKernels, MultiplyBatchesOfAnySize) {
  // 3 columns alone, 64 in lanes, and 64 + 64 + 2.
  for (const std::uint32_t batch : {3U, 64U, 130U}) {
    const std::vector<float> inputs = random_inputs(std::size_t{GetParam()} * batch, batch);
    std::vector<float> result(std::size_t{kOutputs} * batch, NAN);
    for (const RowRange& range : balanced_ranges(csr_, 2)) {
      multiply_csr_batch(csr_, inputs.data(), batch, result.data(), range);
    }
    EXPECT_NO_THROW(check_result(plain_reference(dense_, inputs, batch), result, "batch"));
  }
}

TEST_P(BaselineKernels, MultiplyDenseMatricesByTheInstalledBlas) {
  const std::optional<Blas> blas = Blas::find({}, 1);
  if (!blas) GTEST_SKIP() << "no BLAS is installed; tools/setup --with blas installs one";
  blas->multiply_vector(dense_.weights.data(), kOutputs, GetParam(), vector_.data(),
                        result_.data());
  EXPECT_NO_THROW(check_result(reference_, result_, "gemv"));
  const std::vector<float> inputs = random_inputs(std::size_t{GetParam()} * 5, 5);
  std::vector<float> result(std::size_t{kOutputs} * 5, NAN);
  blas->multiply_matrix(dense_.weights.data(), kOutputs, GetParam(), inputs.data(), 5,
                        result.data());
  EXPECT_NO_THROW(check_result(plain_reference(dense_, inputs, 5), result, "gemm"));
}

TEST_P(BaselineKernels, AgreeWithTheReferenceOfTheMeasurement) {
  ThreadTeam team(2);
  const Reference reference = reference_of(csr_, vector_, 1, team);
  for (std::size_t row = 0; row < reference.sums.size(); ++row) {
    EXPECT_NEAR(reference.sums[row], reference_.sums[row], 1e-12);
    // Zero weights are no products there.
    EXPECT_LE(reference.tolerances[row], reference_.tolerances[row] * (1.0 + 1e-12));
  }
}

INSTANTIATE_TEST_SUITE_P(Inputs, BaselineKernels, testing::Values(1U, 5U, 24U, 100U, 333U));

TEST(BaselineCheck, RefusesWrongAndMissingOutputs) {
  const Reference reference{2, {1.0, 2.0, 3.0, 4.0}, {1e-6, 1e-6, 1e-6, 1e-6}};
  EXPECT_NO_THROW(check_result(reference, {1.0F, 2.0F, 3.0F, 4.0F}, "k"));
  EXPECT_THROW(check_result(reference, {1.0F, 2.0F, 3.0F, 4.001F}, "k"), SimulationError);
  EXPECT_THROW(check_result(reference, {1.0F, NAN, 3.0F, 4.0F}, "k"), SimulationError);
}

TEST(BaselineRanges, CoverAllRowsOnceWithAboutEqualWork) {
  const CsrMatrix matrix = csr_of(random_dense(40, 200, 3));
  const std::vector<RowRange> ranges = balanced_ranges(matrix, 4);
  ASSERT_EQ(ranges.size(), 4U);
  EXPECT_EQ(ranges.front().begin, 0U);
  EXPECT_EQ(ranges.back().end, 40U);
  for (std::size_t part = 0; part < 4; ++part) {
    const RowRange range = ranges[part];
    EXPECT_EQ(range.begin, ranges[part - (part > 0)].end * (part > 0));
    const double work = matrix.row_starts[range.end] - matrix.row_starts[range.begin];
    // A row has at most 200 weights more or less.
    EXPECT_NEAR(work, static_cast<double>(matrix.non_zeros()) / 4, 200.0);
  }
}

TEST(BaselineRanges, MayBeEmpty) {
  const CsrMatrix matrix = csr_of(random_dense(3, 8, 3));
  const std::vector<RowRange> ranges = balanced_ranges(matrix, 8);
  std::uint32_t rows = 0;
  for (const RowRange& range : ranges) rows += range.end - range.begin;
  EXPECT_EQ(ranges.size(), 8U);
  EXPECT_EQ(rows, 3U);
}

TEST(BaselineMatrices, DecodeSharedWeights) {
  const CompressedMatrix shared{2, 3, {0, 1, 3}, {2, 0, 1}, {1, 2, 1}, {0.0F, 0.5F, -1.0F}};
  const CsrMatrix matrix = csr_of(shared);
  EXPECT_EQ(matrix.row_starts, (std::vector<std::uint32_t>{0, 1, 3}));
  EXPECT_EQ(matrix.weights, (std::vector<float>{0.5F, -1.0F, 0.5F}));
  // Inputs 0 and 2 are not zero: weights of columns 2 and 0.
  EXPECT_EQ(used_weights(matrix, std::vector<float>{1.0F, 0.0F, 2.0F}), 2U);
}

TEST(BaselinePeaks, CountTwoOperationsPerMultiplyAddWithEveryInstructionSet) {
  for (const InstructionSet set : instruction_sets()) {
    const PeakWork work = run_multiply_adds(set, 100);
    EXPECT_NEAR(work.mean, 2.0, 1e-6) << to_string(set);
    // 100 steps of at least 12 accumulators of 4 numbers; a multiple of 2 x 100.
    EXPECT_GE(work.operations, 2U * 100 * 48);
    EXPECT_EQ(work.operations % 200, 0U);
  }
}

TEST(BaselinePeaks, HaveAccumulatorsThatNoCompilerCanMerge) {
  for (const InstructionSet set : instruction_sets()) {
    // Two steps turn k into k / 4 + 1.5. The mean of 0 to 11, in vectors, is 5.5, and that of 0 to
    // 47 is 23.5.
    const double mean = set == InstructionSet::portable ? 23.5 / 4 + 1.5 : 5.5 / 4 + 1.5;
    EXPECT_NEAR(run_multiply_adds(set, 2).mean, mean, 1e-6) << to_string(set);
  }
}

TEST(BaselineStreams, ReadWhatTheTriadWrote) {
  ThreadTeam team(2);
  // No multiple of the 64 numbers that are added at once.
  StreamArrays arrays(1001, team);
  EXPECT_FALSE(arrays.is_triad_right());
  team.run([&](std::size_t thread) { arrays.triad(thread, 2); });
  EXPECT_TRUE(arrays.is_triad_right());
  EXPECT_EQ(arrays.read(0, 2) + arrays.read(1, 2), arrays.sum_after_triad());
  EXPECT_EQ(arrays.triad_bytes(), 12'012U);
}

TEST(BaselineMeasurement, CountsBytesAndOperationsOfEachFormat) {
  ThreadTeam team(2);
  StreamArrays arrays(1000, team);
  LayerProblem problem{"n", "l", csr_of(random_dense(20, 30, 1)), random_inputs(60, 2), 2};
  const std::vector<std::uint32_t> batches{1, 2};
  const std::vector<Point> points =
      measure(problem, batches, {team, arrays, nullptr, {0.0}, Caches::cold});
  const std::uint64_t stored = problem.weights.non_zeros();
  ASSERT_GE(points.size(), 3U);
  EXPECT_EQ(points.front().kernel, KernelKind::csr_plain);
  EXPECT_EQ(points.front().operations, 2 * stored);
  // Weight and column of 4 bytes each, 21 row starts, 30 inputs and 20 outputs.
  EXPECT_EQ(points.front().bytes, 8 * stored + 4 * 21 + 4 * 50);
  EXPECT_EQ(points.front().timing.repetitions, kFewestRepetitions);
  const Point& skipping = points[points.size() - 2];
  const std::uint64_t used = used_weights(problem.weights, problem.first_columns(1));
  EXPECT_EQ(skipping.kernel, KernelKind::csc_skipping);
  EXPECT_LT(used, stored);
  EXPECT_EQ(skipping.operations, 2 * used);
  // 31 column starts for each of two threads.
  EXPECT_EQ(skipping.bytes, 8 * used + 2 * 4 * 31 + 4 * 50);
  EXPECT_EQ(points.back().kernel, KernelKind::csr_batch);
  EXPECT_EQ(points.back().operations, 4 * stored);
  EXPECT_EQ(points.back().bytes, 8 * stored + 4 * 21 + 2 * 4 * 50);
  EXPECT_TRUE(points.back().is_fastest_of_format);
}

}  // namespace
}  // namespace nzsim::baseline
