#include "models/systolic/array/matrix_unit.h"

#include <cstdint>
#include <ostream>
#include <span>
#include <utility>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <gtest/gtest.h>

#include "models/systolic/values/gemm_kernel.h"
#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

using Row = std::vector<std::int8_t>;
using Sums = std::vector<std::int32_t>;

/// The registers of a 2 x 2 array, row by row.
struct Registers {
  std::vector<int> active;
  std::vector<int> shadow;
  std::vector<int> activations;
  std::vector<int> sums;
  bool operator==(const Registers&) const = default;
};

void PrintTo(const Registers& registers, std::ostream* out) {
  *out << ::testing::PrintToString(registers.active) << ", shadow "
       << ::testing::PrintToString(registers.shadow) << ", activations "
       << ::testing::PrintToString(registers.activations) << ", sums "
       << ::testing::PrintToString(registers.sums);
}

Registers registers_of(const MatrixUnit& unit) {
  Registers registers;
  for (std::uint32_t r = 0; r < unit.rows(); ++r) {
    for (std::uint32_t c = 0; c < unit.columns(); ++c) {
      registers.active.push_back(unit.active_weight(r, c));
      registers.shadow.push_back(unit.shadow_weight(r, c));
      registers.activations.push_back(unit.activation(r, c));
      registers.sums.push_back(unit.partial_sum(r, c));
    }
  }
  return registers;
}

Sums result_of(const MatrixUnit& unit) { return {unit.result().begin(), unit.result().end()}; }

// Tile {{1, 2}, {3, 4}} for the rows (10, 20) and (30, 40), behind it tile {{5, 6}, {7, 8}} for
// (50, 60), all without a gap. `at n` is the state that shows in cycle n.
TEST(MatrixUnit, MovesEveryRegisterOfTwoByTwoElementsAsDerivedByHand) {
  MatrixUnit unit(2, 2);

  unit.enter_weights(Row{3, 4});
  unit.commit();
  // At 1. The bottom row of the tile is in the top row; column 1 follows a cycle later.
  EXPECT_EQ(registers_of(unit),
            (Registers{{0, 0, 0, 0}, {3, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}));

  unit.enter_weights(Row{1, 2});
  unit.commit();
  // At 2.
  EXPECT_EQ(registers_of(unit),
            (Registers{{0, 0, 0, 0}, {1, 4, 3, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}));

  unit.enter_activations(Row{10, 20}, Weights::switch_to_shadow);
  unit.enter_weights(Row{7, 8});
  unit.commit();
  // At 3. PE (0, 0): 10 x 1; its shadow weight is of the next tile already.
  EXPECT_EQ(registers_of(unit),
            (Registers{{1, 0, 0, 0}, {7, 2, 3, 4}, {10, 0, 0, 0}, {10, 0, 0, 0}}));

  unit.enter_activations(Row{30, 40}, Weights::keep);
  unit.enter_weights(Row{5, 6});
  unit.commit();
  // At 4. PE (0, 0): 30 x 1. PE (0, 1): 10 x 2. PE (1, 0): 10 + 20 x 3 = 70.
  EXPECT_EQ(registers_of(unit),
            (Registers{{1, 2, 3, 0}, {5, 8, 7, 4}, {30, 10, 20, 0}, {30, 20, 70, 0}}));
  EXPECT_FALSE(unit.has_result());

  unit.enter_activations(Row{50, 60}, Weights::switch_to_shadow);
  unit.commit();
  // At 5. PE (0, 0): 50 x 5. PE (0, 1): 30 x 2. PE (1, 0): 30 + 40 x 3. PE (1, 1): 20 + 20 x 4.
  EXPECT_EQ(registers_of(unit),
            (Registers{{5, 2, 3, 4}, {5, 6, 7, 8}, {50, 30, 40, 20}, {250, 60, 150, 100}}));
  // Row (10, 20) entered in cycle 2: 2 + 2 + 2 - 1 = 5.
  EXPECT_TRUE(unit.has_result());
  EXPECT_EQ(result_of(unit), (Sums{70, 100}));

  unit.commit();
  // At 6. PE (0, 1): 50 x 6. PE (1, 0): 250 + 60 x 7 = 670. PE (1, 1): 60 + 40 x 4 = 220.
  EXPECT_EQ(registers_of(unit),
            (Registers{{5, 6, 7, 4}, {5, 6, 7, 8}, {0, 50, 60, 40}, {0, 300, 670, 220}}));
  EXPECT_EQ(result_of(unit), (Sums{150, 220}));

  unit.commit();
  // At 7. PE (1, 1): 300 + 60 x 8 = 780.
  EXPECT_EQ(registers_of(unit),
            (Registers{{5, 6, 7, 8}, {5, 6, 7, 8}, {0, 0, 0, 60}, {0, 0, 0, 780}}));
  EXPECT_TRUE(unit.has_result());
  EXPECT_EQ(result_of(unit), (Sums{670, 780}));
  EXPECT_FALSE(unit.is_empty());

  unit.commit();
  EXPECT_FALSE(unit.has_result());
  EXPECT_TRUE(unit.is_empty());
}

/// Lets a whole tile of ones enter, one row per cycle.
void load_ones(MatrixUnit& unit) {
  for (std::uint32_t row = 0; row < unit.rows(); ++row) {
    unit.enter_weights(Row(unit.columns(), 1));
    unit.commit();
  }
}

class MatrixUnitOf : public ::testing::TestWithParam<std::pair<std::uint32_t, std::uint32_t>> {};

TEST_P(MatrixUnitOf, ShowsTheFirstResultAfterRowsPlusColumnsLessOneCycles) {
  const auto [rows, columns] = GetParam();
  MatrixUnit unit(rows, columns);
  load_ones(unit);
  unit.enter_activations(Row(rows, 1), Weights::switch_to_shadow);
  for (std::uint32_t cycle = 0; cycle < rows + columns - 1; ++cycle) {
    EXPECT_FALSE(unit.has_result());
    unit.commit();
  }
  EXPECT_TRUE(unit.has_result());
  EXPECT_EQ(result_of(unit), Sums(columns, static_cast<std::int32_t>(rows)));
  unit.commit();
  EXPECT_FALSE(unit.has_result());
}

INSTANTIATE_TEST_SUITE_P(Shapes, MatrixUnitOf,
                         ::testing::Values(std::pair(1U, 1U), std::pair(1U, 4U), std::pair(4U, 1U),
                                           std::pair(3U, 5U), std::pair(130U, 2U)));

TEST(MatrixUnit, ChangesNothingBeforeTheEndOfTheCycle) {
  MatrixUnit unit(2, 2);
  load_ones(unit);
  const Registers before = registers_of(unit);
  unit.enter_activations(Row{1, 1}, Weights::switch_to_shadow);
  unit.enter_weights(Row{2, 2});
  EXPECT_EQ(registers_of(unit), before);
  EXPECT_EQ(unit.shadow_rows(), 2U);
  unit.commit();
  EXPECT_EQ(unit.shadow_rows(), 1U);
}

TEST(MatrixUnit, RefusesToSwitchToATileThatIsNotComplete) {
  MatrixUnit unit(3, 2);
  EXPECT_NO_THROW(unit.enter_weights(Row{1, 1}));
  unit.commit();
  unit.enter_weights(Row{1, 1});
  unit.commit();
  // The third row enters in the cycle of the switch: one too late.
  unit.enter_weights(Row{1, 1});
  unit.enter_activations(Row{1, 1, 1}, Weights::switch_to_shadow);
  EXPECT_THROW(unit.commit(), SimulationError);
}

TEST(MatrixUnit, RefusesASecondSwitchToTheSameTile) {
  MatrixUnit unit(2, 2);
  load_ones(unit);
  unit.enter_activations(Row{1, 1}, Weights::switch_to_shadow);
  unit.commit();
  unit.enter_activations(Row{1, 1}, Weights::switch_to_shadow);
  EXPECT_THROW(unit.commit(), SimulationError);
}

TEST(MatrixUnit, RefusesWeightsOverATileThatIsNotInUse) {
  MatrixUnit unit(2, 2);
  load_ones(unit);
  unit.enter_activations(Row{1, 1}, Weights::keep);
  unit.enter_weights(Row{2, 2});
  EXPECT_THROW(unit.commit(), SimulationError);
}

TEST(MatrixUnit, RefusesRowsOfAnotherWidthAndTwoInOneCycle) {
  MatrixUnit unit(2, 3);
  EXPECT_THROW(unit.enter_weights(Row(2)), SimulationError);
  EXPECT_THROW(unit.enter_activations(Row(3), Weights::keep), SimulationError);
  unit.enter_weights(Row(3));
  unit.enter_activations(Row(2), Weights::keep);
  EXPECT_THROW(unit.enter_weights(Row(3)), SimulationError);
  EXPECT_THROW(unit.enter_activations(Row(2), Weights::keep), SimulationError);
}

TEST(MatrixUnit, RefusesAnArrayWithoutElements) {
  EXPECT_THROW(MatrixUnit(0, 2), SimulationError);
  EXPECT_THROW(MatrixUnit(2, 0), SimulationError);
  EXPECT_THROW(MatrixUnit(32'768, 1), SimulationError);
}

/// Weight tiles `[rows, columns]` and the rows of activations that each of them multiplies.
struct Work {
  std::vector<std::vector<Row>> tiles;
  std::vector<std::vector<Row>> blocks;
};

Row random_row(std::size_t size, boost::random::mt19937_64& engine) {
  // One element in four is an extreme one.
  Row row(size);
  for (std::int8_t& element : row) {
    const std::uint64_t bits = engine();
    const std::int8_t extreme = bits % 8 < 4 ? -128 : 127;
    element = bits / 8 % 4 == 0 ? extreme : static_cast<std::int8_t>(bits >> 8);
  }
  return row;
}

Work random_work(std::uint32_t rows, std::uint32_t columns, std::size_t tiles,
                 std::size_t largest_block, boost::random::mt19937_64& engine) {
  Work work;
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    work.tiles.emplace_back();
    for (std::uint32_t row = 0; row < rows; ++row) {
      work.tiles.back().push_back(random_row(columns, engine));
    }
    work.blocks.emplace_back();
    for (std::size_t row = 1 + engine() % largest_block; row > 0; --row) {
      work.blocks.back().push_back(random_row(rows, engine));
    }
  }
  return work;
}

/// What a row of activations must give.
struct Expected {
  std::uint64_t cycle_of_entry;
  Sums sums;
};

Sums multiply_row(const Row& activations, const std::vector<Row>& tile) {
  Sums sums(tile.front().size(), 0);
  for (std::size_t r = 0; r < tile.size(); ++r) {
    for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += activations[r] * tile[r][c];
  }
  return sums;
}

/// A control that keeps the unit as busy as it allows, with random gaps, and checks each column at
/// the bottom and each whole row in its cycle.
class Control {
 public:
  /// Each row of weights and of activations waits in a cycle with a chance of `gap` in 256.
  Control(std::uint32_t rows, std::uint32_t columns, const Work& work, std::uint64_t gap)
      : unit_(rows, columns), work_(work), gap_(gap) {}

  /// Returns the cycles until the last result shows.
  std::uint64_t run(boost::random::mt19937_64& engine) {
    while (result_ < expected_.size() || block_ < work_.blocks.size()) {
      check_columns();
      check_result();
      const bool switches = enter_activations(engine() % 256 < gap_);
      enter_weights(switches, engine() % 256 < gap_);
      unit_.commit();
    }
    return unit_.cycle() - 1;
  }

 private:
  bool enter_activations(bool waits) {
    const bool has_row = block_ < work_.blocks.size();
    const bool is_first = row_ == 0;
    if (waits || !has_row || (is_first && unit_.shadow_rows() < unit_.rows())) return false;
    const Row& row = work_.blocks[block_][row_];
    unit_.enter_activations(row, is_first ? Weights::switch_to_shadow : Weights::keep);
    expected_.push_back({unit_.cycle(), multiply_row(row, work_.tiles[block_])});
    if (++row_ == work_.blocks[block_].size()) {
      row_ = 0;
      ++block_;
    }
    return is_first;
  }

  void enter_weights(bool switches, bool waits) {
    const bool is_free = switches || unit_.shadow_rows() < unit_.rows();
    if (waits || !is_free || tile_ == work_.tiles.size()) return;
    unit_.enter_weights(work_.tiles[tile_][unit_.rows() - 1 - tile_row_]);
    if (++tile_row_ == unit_.rows()) {
      tile_row_ = 0;
      ++tile_;
    }
  }

  void check_columns() {
    for (const Expected& expected : expected_) {
      const std::uint64_t column = unit_.cycle() - expected.cycle_of_entry - unit_.rows();
      if (column >= unit_.columns()) continue;
      EXPECT_EQ(unit_.partial_sum(unit_.rows() - 1, static_cast<std::uint32_t>(column)),
                expected.sums[column]);
    }
  }

  void check_result() {
    const bool is_due =
        result_ < expected_.size() &&
        unit_.cycle() == expected_[result_].cycle_of_entry + unit_.rows() + unit_.columns() - 1;
    ASSERT_EQ(unit_.has_result(), is_due);
    if (!is_due) return;
    EXPECT_EQ(result_of(unit_), expected_[result_].sums);
    ++result_;
  }

  MatrixUnit unit_;
  const Work& work_;
  std::uint64_t gap_;
  std::size_t block_ = 0;
  std::size_t row_ = 0;
  std::size_t tile_ = 0;
  std::uint32_t tile_row_ = 0;
  std::size_t result_ = 0;
  std::vector<Expected> expected_;
};

TEST(MatrixUnit, GivesEachSumInItsCycleWithRandomGaps) {
  boost::random::mt19937_64 engine(11);
  for (int round = 0; round < 150; ++round) {
    const auto rows = static_cast<std::uint32_t>(1 + engine() % 9);
    const auto columns = static_cast<std::uint32_t>(1 + engine() % 9);
    const Work work = random_work(rows, columns, 1 + engine() % 6, 12, engine);
    Control(rows, columns, work, engine() % 200).run(engine);
  }
}

TEST(MatrixUnit, GivesEachSumInItsCycleWithVectorsOfColumns) {
  boost::random::mt19937_64 engine(12);
  const Work work = random_work(40, 150, 4, 60, engine);
  Control(40, 150, work, 100).run(engine);
}

TEST(MatrixUnit, LosesNoCycleBetweenTilesWhoseShiftIsHidden) {
  boost::random::mt19937_64 engine(13);
  Work work = random_work(5, 7, 6, 1, engine);
  for (std::vector<Row>& block : work.blocks) block.resize(5, random_row(5, engine));
  // Shift of the first tile 5, 6 blocks of 5 rows without a gap, 5 + 7 - 1 until the last of them,
  // which entered in cycle 34, shows: in cycle 45.
  EXPECT_EQ(Control(5, 7, work, 0).run(engine), 5U + 6 * 5 - 1 + 5 + 7 - 1);
}

TEST(MatrixUnit, FollowsWithTilesOfOneRowEveryShift) {
  boost::random::mt19937_64 engine(14);
  const Work work = random_work(5, 7, 6, 1, engine);
  // The rows enter in cycles 5, 10, ... 30: each waits for the shift of its tile.
  EXPECT_EQ(Control(5, 7, work, 0).run(engine), 30U + 5 + 7 - 1);
}

TEST(MatrixUnit, OfTheTpusSizeGivesTheSumsOfTheKernel) {
  constexpr std::uint32_t kSize = 256;
  constexpr std::size_t kRows = 20;
  boost::random::mt19937_64 engine(15);
  const Row weights = random_row(kSize * kSize, engine);
  const Row activations = random_row(kRows * kSize, engine);
  Sums expected(kRows * kSize);
  multiply(MatrixView<const std::int8_t>{activations.data(), kRows, kSize, kSize},
           PackedWeights(MatrixView<const std::int8_t>{weights.data(), kSize, kSize, kSize}),
           {expected.data(), kRows, kSize, kSize}, Accumulate::replace);

  MatrixUnit unit(kSize, kSize);
  for (std::size_t row = kSize; row-- > 0;) {
    unit.enter_weights(std::span(weights).subspan(row * kSize, kSize));
    unit.commit();
  }
  for (std::size_t row = 0; row < kRows; ++row) {
    unit.enter_activations(std::span(activations).subspan(row * kSize, kSize),
                           row == 0 ? Weights::switch_to_shadow : Weights::keep);
    unit.commit();
  }
  Sums sums;
  for (; !unit.is_empty(); unit.commit()) {
    if (unit.has_result()) sums.insert(sums.end(), unit.result().begin(), unit.result().end());
  }
  EXPECT_EQ(sums, expected);
}

}  // namespace
}  // namespace nzsim::systolic
