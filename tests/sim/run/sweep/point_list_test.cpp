#include "sim/run/sweep/point_list.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"

namespace nzsim::sweep {
namespace {

using testing::ElementsAre;

TEST(PointKey, IsItsText) {
  const std::string text = "0123456789abcdef00000000000000ff";
  const std::optional<PointKey> key = PointKey::parse(text);
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->halves[0], 0x0123456789abcdefU);
  EXPECT_EQ(key->halves[1], 0xffU);
  EXPECT_EQ(key->text(), text);
  EXPECT_NE(*key, *PointKey::parse("0123456789abcdef00000000000000fe"));
}

TEST(PointKey, IsNoOtherText) {
  for (const std::string text :
       {"", "0123456789abcdef00000000000000f", "0123456789abcdef00000000000000fff",
        "0123456789ABCDEF00000000000000FF", "0123456789abcdeg00000000000000ff",
        "+123456789abcdef00000000000000ff", " 123456789abcdef00000000000000ff"}) {
    EXPECT_FALSE(PointKey::parse(text).has_value()) << text;
  }
}

/// Points over two axes with few values, as of a grid.
std::vector<Point> grid() {
  std::vector<Point> points;
  for (std::uint64_t index = 0; index < 6; ++index) {
    points.push_back({index,
                      fmt::format("{:032x}", 7 * index),
                      index % 2,
                      {index < 3 ? "1" : R"("a")", fmt::format("{}", index % 3)},
                      index / 2});
  }
  return points;
}

TEST(PointList, GivesBackItsPoints) {
  PointList list;
  for (const Point& point : grid()) list.push_back(point);
  ASSERT_EQ(list.size(), 6U);
  std::size_t index = 0;
  for (const Point& point : list) {
    const Point expected = grid()[index];
    EXPECT_EQ(point.index, index);
    EXPECT_EQ(point.key, expected.key);
    EXPECT_EQ(point.workload, expected.workload);
    EXPECT_EQ(point.values, expected.values);
    EXPECT_EQ(point.program, expected.program);
    EXPECT_EQ(list.key(index).text(), expected.key);
    EXPECT_EQ(list.workload(index), expected.workload);
    EXPECT_EQ(list.program(index), expected.program);
    ++index;
  }
  EXPECT_EQ(index, 6U);
  EXPECT_THAT(list.front().values, ElementsAre("1", "0"));
  EXPECT_THAT(list.back().values, ElementsAre(R"("a")", "2"));
}

TEST(PointList, StaysWholeWhenItIsCopiedAndMoved) {
  PointList list;
  for (const Point& point : grid()) list.push_back(point);
  PointList copy = list;
  const PointList moved = std::move(list);
  copy.push_back({6, fmt::format("{:032x}", 1), 0, {"2", "0"}, 0});
  EXPECT_EQ(moved.size(), 6U);
  EXPECT_THAT(moved[5].values, ElementsAre(R"("a")", "2"));
  EXPECT_THAT(copy[6].values, ElementsAre("2", "0"));
}

TEST(PointList, TakesPointsInTheirOrderAlone) {
  PointList list;
  list.push_back(grid()[0]);
  EXPECT_THROW(list.push_back(grid()[2]), SimulationError);
  Point other = grid()[1];
  other.values.pop_back();
  EXPECT_THROW(list.push_back(other), SimulationError);
  other = grid()[1];
  other.key = "none";
  EXPECT_THROW(list.push_back(other), SimulationError);
  EXPECT_EQ(list.size(), 1U);
}

}  // namespace
}  // namespace nzsim::sweep
