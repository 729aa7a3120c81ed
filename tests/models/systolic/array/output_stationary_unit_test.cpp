#include "models/systolic/array/output_stationary_unit.h"

#include <cstdint>
#include <limits>
#include <ostream>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <gtest/gtest.h>

#include "models/systolic/closed_forms.h"
#include "models/systolic/values/gemm_kernel.h"
#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

using Row = std::vector<std::int8_t>;
using Sums = std::vector<std::int32_t>;

/// The registers of a 2 x 2 array, row by row.
struct Registers {
  std::vector<int> activations;
  std::vector<int> weights;
  std::vector<int> sums;
  std::vector<int> drained;
  bool operator==(const Registers&) const = default;
};

void PrintTo(const Registers& registers, std::ostream* out) {
  *out << "activations " << ::testing::PrintToString(registers.activations) << ", weights "
       << ::testing::PrintToString(registers.weights) << ", sums "
       << ::testing::PrintToString(registers.sums) << ", drained "
       << ::testing::PrintToString(registers.drained);
}

Registers registers_of(const OutputStationaryUnit& unit) {
  Registers registers;
  for (std::uint32_t r = 0; r < unit.rows(); ++r) {
    for (std::uint32_t c = 0; c < unit.columns(); ++c) {
      registers.activations.push_back(unit.activation(r, c));
      registers.weights.push_back(unit.weight(r, c));
      registers.sums.push_back(unit.partial_sum(r, c));
      registers.drained.push_back(unit.drain_register(r, c));
    }
  }
  return registers;
}

Sums result_of(const OutputStationaryUnit& unit) {
  return {unit.result().begin(), unit.result().end()};
}

// Fold {{1, 2}, {3, 4}} x {{5, 6}, {7, 8}} = {{19, 22}, {43, 50}}, whose last step enters in cycle
// 1, and as early as it may fold {{1, 2}, {0, 3}} x {{1, 2}, {4, 5}} = {{9, 12}, {12, 15}}, whose
// last step enters in cycle 1 + 2. `At n` is the state that shows in cycle n.
TEST(OutputStationaryUnit, MovesEveryRegisterOfTwoByTwoElementsAsDerivedByHand) {
  OutputStationaryUnit unit(2, 2, Readout::drain);

  unit.enter_step(Row{1, 3}, Row{5, 6}, true, false);
  unit.commit();
  // At 1. PE (0, 0): 1 x 5.
  EXPECT_EQ(registers_of(unit),
            (Registers{{1, 0, 0, 0}, {5, 0, 0, 0}, {5, 0, 0, 0}, {0, 0, 0, 0}}));

  unit.enter_step(Row{2, 4}, Row{7, 8}, false, true);
  unit.commit();
  // At 2. PE (0, 0): 5 + 2 x 7, complete. PE (0, 1): 1 x 6. PE (1, 0): 3 x 5.
  EXPECT_EQ(registers_of(unit),
            (Registers{{2, 1, 3, 0}, {7, 6, 5, 0}, {19, 6, 15, 0}, {19, 0, 0, 0}}));
  EXPECT_FALSE(unit.may_end_fold());

  unit.enter_step(Row{1, 0}, Row{1, 2}, true, false);
  unit.commit();
  // At 3. PE (0, 0): 1 x 1, a new fold. PE (0, 1): 6 + 2 x 8 and PE (1, 0): 15 + 4 x 7, complete.
  // PE (1, 1): 3 x 6.
  EXPECT_EQ(registers_of(unit),
            (Registers{{1, 2, 4, 3}, {1, 8, 7, 6}, {1, 22, 43, 18}, {19, 22, 43, 0}}));
  EXPECT_FALSE(unit.has_result());
  EXPECT_TRUE(unit.may_end_fold());

  unit.enter_step(Row{2, 3}, Row{4, 5}, false, true);
  unit.commit();
  // At 4. PE (0, 0): 1 + 2 x 4, complete. PE (0, 1): 1 x 2. PE (1, 0): 0 x 1; column 0 has shifted.
  // PE (1, 1): 18 + 4 x 8, complete.
  EXPECT_EQ(registers_of(unit),
            (Registers{{2, 1, 0, 4}, {4, 2, 1, 8}, {9, 2, 0, 50}, {9, 22, 19, 50}}));
  // The last step entered in cycle 1: 1 + 2 + 2 - 1 = 4.
  EXPECT_TRUE(unit.has_result());
  EXPECT_EQ(unit.result_row(), 1U);
  EXPECT_EQ(result_of(unit), (Sums{43, 50}));

  unit.commit();
  // At 5. PE (0, 1): 2 + 2 x 5 and PE (1, 0): 0 + 3 x 4, complete. PE (1, 1): 0 x 2; column 1 has
  // shifted.
  EXPECT_EQ(registers_of(unit),
            (Registers{{0, 2, 3, 0}, {0, 5, 4, 2}, {9, 12, 12, 0}, {9, 12, 12, 22}}));
  EXPECT_EQ(unit.result_row(), 0U);
  EXPECT_EQ(result_of(unit), (Sums{19, 22}));
  EXPECT_TRUE(unit.is_computing());

  unit.commit();
  // At 6. PE (1, 1): 0 + 3 x 5, complete; column 0 has shifted.
  EXPECT_EQ(registers_of(unit),
            (Registers{{0, 0, 0, 3}, {0, 0, 0, 5}, {9, 12, 12, 15}, {9, 12, 9, 15}}));
  EXPECT_EQ(unit.result_row(), 1U);
  EXPECT_EQ(result_of(unit), (Sums{12, 15}));
  EXPECT_FALSE(unit.is_computing());

  unit.commit();
  // At 7. Column 1 has shifted.
  EXPECT_EQ(registers_of(unit),
            (Registers{{0, 0, 0, 0}, {0, 0, 0, 0}, {9, 12, 12, 15}, {9, 12, 9, 12}}));
  EXPECT_EQ(unit.result_row(), 0U);
  EXPECT_EQ(result_of(unit), (Sums{9, 12}));
  EXPECT_FALSE(unit.is_empty());

  unit.commit();
  EXPECT_FALSE(unit.has_result());
  EXPECT_TRUE(unit.is_empty());
}

TEST(OutputStationaryUnit, ChangesNothingBeforeTheEndOfTheCycle) {
  OutputStationaryUnit unit(2, 2, Readout::drain);
  unit.enter_step(Row{1, 1}, Row{1, 1}, true, true);
  unit.commit();
  const Registers before = registers_of(unit);
  unit.enter_step(Row{2, 2}, Row{2, 2}, true, false);
  EXPECT_EQ(registers_of(unit), before);
  unit.commit();
  EXPECT_NE(registers_of(unit), before);
}

TEST(OutputStationaryUnit, ComputesForTheCyclesOfTheClosedForm) {
  boost::random::mt19937_64 engine(30);
  for (int round = 0; round < 100; ++round) {
    const auto rows = static_cast<std::uint32_t>(1 + engine() % 9);
    const auto columns = static_cast<std::uint32_t>(1 + engine() % 9);
    const std::uint64_t steps = 1 + engine() % 12;
    OutputStationaryUnit unit(rows, columns, Readout::drain);
    for (std::uint64_t step = 0; step < steps; ++step) {
      unit.enter_step(Row(rows), Row(columns), step == 0, step == steps - 1);
      EXPECT_TRUE(unit.is_computing());
      unit.commit();
    }
    for (; unit.is_computing(); unit.commit()) EXPECT_FALSE(unit.has_result());
    // R + C + T - 2: what leaves is not charged.
    EXPECT_EQ(Cycles{unit.cycle()},
              scalesim_cycles(rows, columns, Dataflow::output_stationary, {rows, columns, steps})
                  .cycles_per_fold);
    EXPECT_TRUE(unit.has_result());
  }
}

/// Lets a fold of one step enter.
void enter_fold(OutputStationaryUnit& unit) {
  unit.enter_step(Row(unit.rows()), Row(unit.columns()), true, true);
}

TEST(OutputStationaryUnit, RefusesAFoldThatEndsLessThanItsRowsBehindTheOneBefore) {
  OutputStationaryUnit unit(3, 4, Readout::drain);
  enter_fold(unit);
  for (int cycle = 0; cycle < 3; ++cycle) {
    EXPECT_THROW(enter_fold(unit), SimulationError);
    unit.commit();
  }
  EXPECT_NO_THROW(enter_fold(unit));
}

TEST(OutputStationaryUnit, RefusesAFoldThatEndsBeforeTheOneBeforeCanBeReadInParallel) {
  OutputStationaryUnit unit(3, 4, Readout::parallel);
  enter_fold(unit);
  // 3 + 4 - 1.
  for (int cycle = 0; cycle < 6; ++cycle) {
    EXPECT_FALSE(unit.has_fold());
    EXPECT_THROW(enter_fold(unit), SimulationError);
    unit.commit();
  }
  EXPECT_TRUE(unit.has_fold());
  EXPECT_NO_THROW(enter_fold(unit));
  EXPECT_TRUE(unit.has_fold());
}

TEST(OutputStationaryUnit, RefusesFoldsWithoutAFirstOrWithTwoFirstSteps) {
  OutputStationaryUnit unit(1, 1, Readout::drain);
  EXPECT_THROW(unit.enter_step(Row{1}, Row{1}, false, false), SimulationError);
  unit.enter_step(Row{1}, Row{1}, true, false);
  unit.commit();
  EXPECT_FALSE(unit.is_empty());
  EXPECT_THROW(unit.enter_step(Row{1}, Row{1}, true, false), SimulationError);
  unit.enter_step(Row{1}, Row{1}, false, true);
  unit.commit();
  EXPECT_THROW(unit.enter_step(Row{1}, Row{1}, false, true), SimulationError);
}

TEST(OutputStationaryUnit, RefusesStepsOfAnotherShapeAndTwoInOneCycle) {
  OutputStationaryUnit unit(2, 3, Readout::drain);
  EXPECT_THROW(unit.enter_step(Row(3), Row(3), true, true), SimulationError);
  EXPECT_THROW(unit.enter_step(Row(2), Row(2), true, true), SimulationError);
  unit.enter_step(Row(2), Row(3), true, false);
  EXPECT_THROW(unit.enter_step(Row(2), Row(3), false, false), SimulationError);
}

TEST(OutputStationaryUnit, RefusesAnArrayWithoutElementsAndARowThatIsNotThere) {
  EXPECT_THROW(OutputStationaryUnit(0, 2, Readout::drain), SimulationError);
  EXPECT_THROW(OutputStationaryUnit(2, 0, Readout::parallel), SimulationError);
  EXPECT_THROW(static_cast<void>(OutputStationaryUnit(2, 2, Readout::drain).result_row()),
               SimulationError);
}

TEST(OutputStationaryUnit, AddsModulo32Bits) {
  OutputStationaryUnit unit(1, 1, Readout::parallel);
  // 2^17 products of 2^14, one more than 32 bits hold: 2^31 is -2^31.
  for (std::size_t step = 0; step <= kLargestDepth8x8; ++step) {
    unit.enter_step(Row{-128}, Row{-128}, step == 0, step == kLargestDepth8x8);
    unit.commit();
  }
  EXPECT_TRUE(unit.has_fold());
  EXPECT_EQ(unit.drain_register(0, 0), std::numeric_limits<std::int32_t>::min());
}

}  // namespace
}  // namespace nzsim::systolic
