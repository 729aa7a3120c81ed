#include "models/systolic/array/data_setup.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace nzsim::systolic {
namespace {

using Row = std::vector<std::int8_t>;

Row step(DataSetup& setup, const Row& entering) {
  Row leaving(entering.size());
  setup.step(entering, leaving);
  return leaving;
}

TEST(DataSetup, DelaysLaneIByICycles) {
  DataSetup setup(3, Slope::rising);
  EXPECT_EQ(step(setup, {1, 2, 3}), (Row{1, 0, 0}));
  EXPECT_EQ(step(setup, {4, 5, 6}), (Row{4, 2, 0}));
  EXPECT_EQ(step(setup, {7, 8, 9}), (Row{7, 5, 3}));
  EXPECT_EQ(step(setup, {0, 0, 0}), (Row{0, 8, 6}));
  EXPECT_EQ(step(setup, {0, 0, 0}), (Row{0, 0, 9}));
  EXPECT_EQ(step(setup, {0, 0, 0}), (Row{0, 0, 0}));
}

TEST(DataSetup, OfOneLaneIsAWire) {
  DataSetup setup(1, Slope::rising);
  EXPECT_EQ(step(setup, {5}), Row{5});
  EXPECT_EQ(step(setup, {6}), Row{6});
}

TEST(DataSetup, MayWriteOverWhatEnters) {
  DataSetup setup(2, Slope::rising);
  Row lanes{1, 2};
  setup.step(lanes, lanes);
  EXPECT_EQ(lanes, (Row{1, 0}));
  setup.step(lanes, lanes);
  EXPECT_EQ(lanes, (Row{1, 2}));
}

TEST(OutputCollector, MakesRowsOfDiagonals) {
  OutputCollector collector(3, Slope::falling);
  std::array<std::int32_t, 3> row{};
  collector.step(std::array{10, 0, 0}, row);
  collector.step(std::array{20, 11, 0}, row);
  // Lane 0 waits for two cycles and lane 2 for none.
  collector.step(std::array{30, 21, 12}, row);
  EXPECT_EQ(row, (std::array{10, 11, 12}));
  collector.step(std::array{0, 31, 22}, row);
  EXPECT_EQ(row, (std::array{20, 21, 22}));
  collector.step(std::array{0, 0, 32}, row);
  EXPECT_EQ(row, (std::array{30, 31, 32}));
}

}  // namespace
}  // namespace nzsim::systolic
