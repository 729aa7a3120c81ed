#include <cstdint>
#include <span>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <gtest/gtest.h>

#include "models/systolic/array/output_stationary_unit.h"
#include "models/systolic/values/bfloat16_kernel.h"
#include "models/systolic/values/gemm_kernel.h"
#include "tests/support/random_bfloat16.h"

namespace nzsim::systolic {
namespace {

using Row = std::vector<std::int8_t>;
using Sums = std::vector<std::int32_t>;

/// The steps of a fold.
struct Fold {
  std::vector<Row> activations;
  std::vector<Row> weights;
};

Row random_row(std::size_t size, boost::random::mt19937_64& engine) {
  Row row(size);
  for (std::int8_t& element : row) element = static_cast<std::int8_t>(engine());
  return row;
}

Fold random_fold(std::uint32_t rows, std::uint32_t columns, std::size_t steps,
                 boost::random::mt19937_64& engine) {
  Fold fold;
  for (std::size_t step = 0; step < steps; ++step) {
    fold.activations.push_back(random_row(rows, engine));
    fold.weights.push_back(random_row(columns, engine));
  }
  return fold;
}

std::vector<Fold> random_folds(std::uint32_t rows, std::uint32_t columns, std::size_t largest_depth,
                               boost::random::mt19937_64& engine) {
  std::vector<Fold> folds;
  for (std::size_t fold = 1 + engine() % 6; fold > 0; --fold) {
    folds.push_back(random_fold(rows, columns, 1 + engine() % largest_depth, engine));
  }
  return folds;
}

std::int32_t sum_of(const Fold& fold, std::size_t r, std::size_t c) {
  std::int32_t sum = 0;
  for (std::size_t k = 0; k < fold.weights.size(); ++k) {
    sum += fold.activations[k][r] * fold.weights[k][c];
  }
  return sum;
}

/// What a fold must give.
struct Expected {
  std::uint64_t cycle_of_last_step;
  /// `[rows]` of `[columns]`.
  std::vector<Sums> rows;
};

/// A control that keeps the unit as busy as it allows, with random gaps, and checks in each cycle
/// all that leaves the array.
class Control {
 public:
  /// Each step waits in a cycle with a chance of `gap` in 256.
  Control(std::uint32_t rows, std::uint32_t columns, Readout readout,
          const std::vector<Fold>& folds, std::uint64_t gap)
      : unit_(rows, columns, readout), readout_(readout), folds_(folds), gap_(gap) {}

  /// Returns the cycle in which the last sum leaves.
  std::uint64_t run(boost::random::mt19937_64& engine) {
    while (left_ < folds_.size()) {
      check_end_of_folds();
      if (engine() % 256 >= gap_) enter_step();
      EXPECT_EQ(unit_.is_computing(),
                newest_step_ >= 0 && cycle() <= newest_step_ + rows() + columns() - 2);
      EXPECT_EQ(unit_.is_empty(), step_ == 0 && left_ == fold_);
      for (const Expected& expected : expected_) check_bottom(expected);
      check_result();
      check_fold();
      unit_.commit();
    }
    EXPECT_TRUE(unit_.is_empty());
    return unit_.cycle() - 1;
  }

 private:
  [[nodiscard]] std::int64_t rows() const { return unit_.rows(); }
  [[nodiscard]] std::int64_t columns() const { return unit_.columns(); }
  [[nodiscard]] std::int64_t cycle() const { return static_cast<std::int64_t>(unit_.cycle()); }
  /// Cycles since the last step of a fold entered.
  [[nodiscard]] std::int64_t since(const Expected& expected) const {
    return cycle() - static_cast<std::int64_t>(expected.cycle_of_last_step);
  }

  void check_end_of_folds() {
    const std::int64_t distance = readout_ == Readout::drain ? rows() : rows() + columns() - 1;
    EXPECT_EQ(unit_.may_end_fold(), expected_.empty() || since(expected_.back()) >= distance);
  }

  void enter_step() {
    if (fold_ == folds_.size()) return;
    const Fold& fold = folds_[fold_];
    const bool is_last = step_ + 1 == fold.weights.size();
    if (is_last && !unit_.may_end_fold()) return;
    unit_.enter_step(fold.activations[step_], fold.weights[step_], step_ == 0, is_last);
    newest_step_ = cycle();
    ++step_;
    if (is_last) expect(fold);
  }

  void expect(const Fold& fold) {
    expected_.push_back({unit_.cycle(), {}});
    for (std::uint32_t r = 0; r < unit_.rows(); ++r) {
      expected_.back().rows.emplace_back();
      for (std::uint32_t c = 0; c < unit_.columns(); ++c) {
        expected_.back().rows.back().push_back(sum_of(fold, r, c));
      }
    }
    step_ = 0;
    ++fold_;
  }

  void check_bottom(const Expected& expected) {
    if (readout_ == Readout::parallel) return;
    for (std::uint32_t c = 0; c < unit_.columns(); ++c) {
      const std::int64_t row = rows() - 1 - (since(expected) - rows() - c);
      if (row < 0 || row >= rows()) continue;
      EXPECT_EQ(unit_.drain_register(unit_.rows() - 1, c),
                expected.rows[static_cast<std::size_t>(row)][c]);
    }
  }

  void check_result() {
    const std::int64_t row = left_ < expected_.size()
                                 ? rows() - 1 - (since(expected_[left_]) - rows() - columns() + 1)
                                 : rows();
    const bool is_due = readout_ == Readout::drain && row < rows();
    ASSERT_EQ(unit_.has_result(), is_due);
    if (!is_due) return;
    EXPECT_EQ(unit_.result_row(), row);
    EXPECT_EQ(Sums(unit_.result().begin(), unit_.result().end()),
              expected_[left_].rows[static_cast<std::size_t>(row)]);
    if (row == 0) ++left_;
  }

  void check_fold() {
    const bool is_due = readout_ == Readout::parallel && left_ < expected_.size() &&
                        since(expected_[left_]) == rows() + columns() - 1;
    ASSERT_EQ(unit_.has_fold(), is_due);
    if (!is_due) return;
    for (std::uint32_t r = 0; r < unit_.rows(); ++r) {
      for (std::uint32_t c = 0; c < unit_.columns(); ++c) {
        EXPECT_EQ(unit_.drain_register(r, c), expected_[left_].rows[r][c]);
      }
    }
    ++left_;
  }

  OutputStationaryUnit unit_;
  Readout readout_;
  const std::vector<Fold>& folds_;
  std::uint64_t gap_;
  std::size_t fold_ = 0;
  std::size_t step_ = 0;
  std::size_t left_ = 0;
  std::int64_t newest_step_ = -1;
  std::vector<Expected> expected_;
};

class OutputStationaryUnitWith : public ::testing::TestWithParam<Readout> {};

TEST_P(OutputStationaryUnitWith, GivesEachSumInItsCycleWithRandomGaps) {
  boost::random::mt19937_64 engine(31);
  for (int round = 0; round < 150; ++round) {
    const auto rows = static_cast<std::uint32_t>(1 + engine() % 9);
    const auto columns = static_cast<std::uint32_t>(1 + engine() % 9);
    const std::vector<Fold> folds = random_folds(rows, columns, 1 + engine() % 20, engine);
    Control(rows, columns, GetParam(), folds, engine() % 200).run(engine);
  }
}

TEST_P(OutputStationaryUnitWith, GivesEachSumInItsCycleWithoutGaps) {
  boost::random::mt19937_64 engine(32);
  for (int round = 0; round < 100; ++round) {
    const auto rows = static_cast<std::uint32_t>(1 + engine() % 9);
    const auto columns = static_cast<std::uint32_t>(1 + engine() % 9);
    const std::vector<Fold> folds = random_folds(rows, columns, 1 + engine() % 20, engine);
    Control(rows, columns, GetParam(), folds, 0).run(engine);
  }
}

TEST_P(OutputStationaryUnitWith, GivesEachSumInItsCycleWithVectorsOfColumns) {
  boost::random::mt19937_64 engine(33);
  Control(40, 150, GetParam(), random_folds(40, 150, 60, engine), 100).run(engine);
}

INSTANTIATE_TEST_SUITE_P(Readouts, OutputStationaryUnitWith,
                         ::testing::Values(Readout::drain, Readout::parallel));

TEST(OutputStationaryUnit, LosesNoCycleBetweenFoldsOfItsRowsInSteps) {
  boost::random::mt19937_64 engine(34);
  const std::vector<Fold> folds(4, random_fold(5, 7, 5, engine));
  // 4 folds of 5 steps; the last enters in cycle 19. Its top row leaves 2 x 5 + 7 - 2 later.
  EXPECT_EQ(Control(5, 7, Readout::drain, folds, 0).run(engine), 19U + 15);
}

TEST(OutputStationaryUnit, LetsFoldsOfOneStepFollowEveryDrain) {
  boost::random::mt19937_64 engine(35);
  const std::vector<Fold> folds(4, random_fold(5, 7, 1, engine));
  // In cycles 0, 5, 10 and 15.
  EXPECT_EQ(Control(5, 7, Readout::drain, folds, 0).run(engine), 15U + 15);
}

TEST(OutputStationaryUnit, LosesNoCycleBetweenFoldsAsLongAsTheWayThroughWhenReadInParallel) {
  boost::random::mt19937_64 engine(36);
  // 5 + 7 - 1 = 11 steps: 4 folds end in cycle 43, and the last is there 11 cycles later.
  const std::vector<Fold> folds(4, random_fold(5, 7, 11, engine));
  EXPECT_EQ(Control(5, 7, Readout::parallel, folds, 0).run(engine), 43U + 11);
  // With one step less each fold but the first waits for one cycle.
  const std::vector<Fold> shorter(4, random_fold(5, 7, 10, engine));
  EXPECT_EQ(Control(5, 7, Readout::parallel, shorter, 0).run(engine), 9U + 3 * 11 + 11);
}

/// The rows that leave `unit` behind one fold `a` `[rows, depth]` x `b` `[depth, columns]`, row 0
/// first.
template <class Operand, class Sum>
std::vector<Sum> product_of(BasicOutputStationaryUnit<Operand, Sum>& unit,
                            const std::vector<Operand>& a, const std::vector<Operand>& b) {
  const std::size_t depth = a.size() / unit.rows();
  for (std::size_t k = 0; k < depth; ++k) {
    std::vector<Operand> column;
    for (std::size_t r = 0; r < unit.rows(); ++r) column.push_back(a[r * depth + k]);
    unit.enter_step(column, std::span(b).subspan(k * unit.columns(), unit.columns()), k == 0,
                    k + 1 == depth);
    unit.commit();
  }
  std::vector<Sum> sums;
  for (; !unit.is_empty(); unit.commit()) {
    if (unit.has_result()) sums.insert(sums.begin(), unit.result().begin(), unit.result().end());
  }
  return sums;
}

TEST(OutputStationaryUnit, OfTheTpusSizeGivesTheSumsOfTheKernel) {
  constexpr std::size_t kSize = 256;
  constexpr std::size_t kDepth = 300;
  boost::random::mt19937_64 engine(37);
  const Row a = random_row(kSize * kDepth, engine);
  const Row b = random_row(kDepth * kSize, engine);
  Sums expected(kSize * kSize);
  multiply(MatrixView<const std::int8_t>{a.data(), kSize, kDepth, kDepth},
           PackedWeights(MatrixView<const std::int8_t>{b.data(), kDepth, kSize, kSize}),
           {expected.data(), kSize, kSize, kSize}, Accumulate::replace);
  OutputStationaryUnit unit(kSize, kSize, Readout::drain);
  EXPECT_EQ(product_of(unit, a, b), expected);
}

/// A fold of random shape, of operands whose biased exponents lie in `[first, first + 25)`.
void expect_bits_of_the_kernel(std::uint64_t first, boost::random::mt19937_64& engine) {
  const auto rows = static_cast<std::uint32_t>(1 + engine() % 20);
  const auto columns = static_cast<std::uint32_t>(1 + engine() % 40);
  const std::size_t depth = 1 + engine() % 60;
  const std::vector<Bfloat16> a = test::random_bfloat16(rows * depth, first, 25, engine);
  const std::vector<Bfloat16> b = test::random_bfloat16(depth * columns, first, 25, engine);
  std::vector<float> expected(rows * columns);
  multiply({a.data(), rows, depth, depth},
           PackedBfloat16Weights({b.data(), depth, columns, columns}),
           {expected.data(), rows, columns, columns}, Accumulate::replace);
  Bfloat16OutputStationaryUnit unit(rows, columns, Readout::drain);
  EXPECT_EQ(test::bits_of(product_of(unit, a, b)), test::bits_of(expected));
}

TEST(Bfloat16OutputStationaryUnit, GivesTheBitsOfTheKernel) {
  boost::random::mt19937_64 engine(38);
  for (int round = 0; round < 40; ++round) {
    // From 2^-12 to 2^12, so that the order of additions shows.
    expect_bits_of_the_kernel(127 - 12, engine);
    // From 2^-84 to 2^-60: many products are subnormal.
    expect_bits_of_the_kernel(127 - 84, engine);
  }
}

}  // namespace
}  // namespace nzsim::systolic
