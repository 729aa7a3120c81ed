#include "models/eie/timing_kernel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eie_layers.h"

namespace nzsim::eie {
namespace {

using test::dense_image;
using ::testing::ElementsAre;

/// Times one pass over a small matrix (rows of codes); every column in `active` is broadcast.
struct Timed {
  Timed(const Config& config, const std::vector<std::vector<int>>& rows,
        const std::vector<std::uint32_t>& active, bool is_streamed = false)
      : totals(config.pe_count) {
    Arena arena;
    MatrixImage image = dense_image(config, arena, rows);
    image.is_streamed = is_streamed;
    std::vector<Item> items;
    for (const std::uint32_t column : active) items.push_back({column, 1});
    TimingKernel kernel(config);
    cycles = kernel.run(image, passes_of(config, image).front(), items, totals, broadcast);
    drained = kernel.drained_cycles();
  }

  PeTotals totals;
  BroadcastCycles broadcast;
  std::uint64_t cycles = 0;
  std::uint64_t drained = 0;
};

Config machine(std::uint32_t pes, std::uint32_t depth = 8) {
  Config config;
  config.pe_count = pes;
  config.activation_queue_depth = depth;
  return config;
}

TEST(TimingKernel, TakesNineCyclesWithoutAnyActivation) {
  const Timed timed(machine(2), {{1}, {1}}, {});
  EXPECT_EQ(timed.cycles, 9U);
  EXPECT_EQ(timed.broadcast.idle, 9U);
}

TEST(TimingKernel, FinishesEightCyclesAfterTheSlotsOfABusyPe) {
  // Broadcast in cycle 1, slots 3..3+n-1, last value readable 5 cycles after its slot: n + 8
  // cycles.
  const Timed timed(machine(1), std::vector(20, std::vector{1}), {0});
  EXPECT_EQ(timed.cycles, 28U);
  EXPECT_THAT(timed.totals.busy, ElementsAre(20));
}

TEST(TimingKernel, RunsColumnsBackToBack) {
  // Three columns of 4 entries each: broadcasts in 1, 2, 3; slots 3..14: 15 - 1 + 6 = 20 cycles.
  const Timed timed(machine(1), std::vector(4, std::vector{1, 1, 1}), {0, 1, 2});
  EXPECT_EQ(timed.cycles, 20U);
}

TEST(TimingKernel, LosesOneSlotToAnEmptyColumn) {
  // Column 1 is empty: slots 3, bubble 4, entry 5: 5 + 6 = 11 cycles.
  const Timed timed(machine(4), {{1, 0, 1}}, {0, 1, 2});
  EXPECT_EQ(timed.cycles, 11U);
  EXPECT_EQ(timed.totals.empty_columns[0], 1U);
  // The other PEs see three empty columns each.
  EXPECT_EQ(timed.totals.empty_columns[1], 3U);
}

TEST(TimingKernel, DoesNotCountSlotsBehindTheLastCycle) {
  // One entry in slot 3 makes 9 cycles; the 20 empty columns behind it take slots 4..23, of
  // which 4..8 lie within. Broadcasts go on in every cycle from 1 to 21, of which 1..8 lie within.
  std::vector<std::vector<int>> rows(1, std::vector<int>(21, 0));
  rows[0][0] = 1;
  std::vector<std::uint32_t> active;
  for (std::uint32_t column = 0; column < 21; ++column) active.push_back(column);
  const Timed timed(machine(1), rows, active);
  EXPECT_EQ(timed.cycles, 9U);
  EXPECT_THAT(timed.totals.empty_columns, ElementsAre(5));
  EXPECT_THAT(timed.totals.pointer_reads, ElementsAre(6));
  EXPECT_EQ(timed.broadcast.broadcasts, 8U);
  EXPECT_EQ(timed.broadcast.idle, 1U);
}

TEST(TimingKernel, DrainsWhenTheLastRowIsScannedOrTheLastSlotIsOver) {
  // 24 columns are 12 rows of 2: row 0 is held in cycle 1, and a row without items takes a cycle.
  // An item in lane 0 of row 0: found in 1, row 0 is done in 2, the last row in 13.
  const std::vector<std::vector<int>> row(1, std::vector<int>(24, 1));
  EXPECT_EQ(Timed(machine(2), row, {0}).drained, 14U);
  // In lane 1: row 0 is done in 1.
  EXPECT_EQ(Timed(machine(2), row, {1}).drained, 13U);
  EXPECT_EQ(Timed(machine(2), row, {}).drained, 13U);
  // The last lane of the last row: found in 12, one entry in slot 14, 14 + 6 = 20 cycles as
  // counted.
  EXPECT_EQ(Timed(machine(2), row, {23}).drained, 20U);
  EXPECT_EQ(Timed(machine(2), row, {23}).cycles, 20U);
}

TEST(TimingKernel, CountsEveryCycleUntilItIsDrainedWhereTheMatrixIsStreamed) {
  // One entry in slot 3, then bubbles in slots 4 to 12: counted are 9 cycles, or 13.
  const std::vector<std::vector<int>> row{{1, 0, 0, 0, 0, 0, 0, 0, 0, 0}};
  const std::vector<std::uint32_t> all{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_EQ(Timed(machine(1), row, all).cycles, 9U);
  const Timed streamed(machine(1), row, all, true);
  EXPECT_EQ(streamed.cycles, 13U);
  EXPECT_THAT(streamed.totals.empty_columns, ElementsAre(9));
  EXPECT_EQ(streamed.broadcast.broadcasts, 10U);
}

TEST(TimingKernel, SpendsOneDeadCyclePerActivationRow) {
  // Two PEs: column 0 is lane 0 of row 0, column 2 lane 0 of row 1. Broadcasts in cycles 1 and 3 (2
  // finds nothing): slot 5, 11 cycles.
  const Timed timed(machine(2), {{1, 0, 1}, {1, 0, 1}}, {0, 2});
  EXPECT_EQ(timed.cycles, 11U);
  EXPECT_EQ(timed.broadcast.idle, 9U);
}

TEST(TimingKernel, LoadsTheNextRowAtNoCostAfterTheLastLane) {
  // Column 1 is lane 1 of 2: broadcasts in cycles 1 and 2, slot 4, 10 cycles.
  const Timed timed(machine(2), {{0, 1, 1}, {0, 1, 1}}, {1, 2});
  EXPECT_EQ(timed.cycles, 10U);
}

TEST(TimingKernel, SpendsOneCyclePerAllZeroRow) {
  // Column 6 is in row 3 of 2 lanes: rows 0..2 hold nothing in cycles 1..3; broadcast in 4, slot 6.
  const Timed timed(machine(2), {{1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1}}, {6});
  EXPECT_EQ(timed.cycles, 12U);
}

TEST(TimingKernel, StallsTheBroadcastWhenAnyQueueIsFull) {
  // Depth 1; PE 0 has 5 entries per column, PE 1 none. Item 0: b=1, slots 3..7. Item 1 may be
  // broadcast when item 0 has left the queue by registered state: b=3, slots 8..12. Item 2: b=8,
  // slots 13..17: 17 + 6 = 23 cycles. Blocked: item 1 found in 2, item 2 found in 4: 1 + 4 cycles.
  std::vector<std::vector<int>> rows(10, std::vector<int>(3, 0));
  for (std::size_t row = 0; row < 10; row += 2) rows[row] = {1, 1, 1};
  Config config = machine(2, 1);
  const Timed timed(config, rows, {0, 1, 2});
  // Two lanes: items 0 and 1 are row 0 (lanes 0 and 1), item 2 follows lane 1 at no cost.
  EXPECT_EQ(timed.cycles, 23U);
  EXPECT_EQ(timed.broadcast.blocked, 5U);
  EXPECT_EQ(timed.broadcast.broadcasts, 3U);
}

TEST(TimingKernel, DelaysItemsByTheTreeLatencyAndCountsThemAsQueued) {
  Config config = machine(1);
  config.lnzd_tree_latency_cycles = 3;
  // Slot 1 + 2 + 3 = 6: 12 cycles.
  EXPECT_EQ(Timed(config, {{1}}, {0}).cycles, 12U);
  // Depth 1: the second broadcast waits until the first item has its slot (6), then 6 + 5 = 11: 17.
  config.activation_queue_depth = 1;
  EXPECT_EQ(Timed(config, {{1, 1}}, {0, 1}).cycles, 17U);
}

TEST(TimingKernel, ReadsALineOnlyWhenItChanges) {
  Config config = machine(1);
  config.sparse_matrix_width_bits = 32;  // 4 entries
  // Columns of 3, 3 and 3 entries at addresses 0..2, 3..5, 6..8: lines 0 | 0 1 | 1 2: 3 reads.
  const Timed timed(config, std::vector(3, std::vector{1, 1, 1}), {0, 1, 2});
  EXPECT_THAT(timed.totals.line_reads, ElementsAre(3));
  // Without the middle column: 0 | 1 2.
  EXPECT_THAT(Timed(config, std::vector(3, std::vector{1, 1, 1}), {0, 2}).totals.line_reads,
              ElementsAre(3));
}

TEST(TimingKernel, ReadsLinesOfAnyWidth) {
  Config config = machine(1);
  config.sparse_matrix_width_bits = 24;  // 3 entries
  const Timed timed(config, std::vector(2, std::vector{1, 1, 1}), {0, 1, 2});
  // Addresses 0..5: lines 0 and 1.
  EXPECT_THAT(timed.totals.line_reads, ElementsAre(2));
}

TEST(TimingKernel, AddsThePenaltyOfEachLineChange) {
  Config config = machine(1);
  config.sparse_matrix_width_bits = 16;  // 2 entries
  config.line_change_penalty_cycles = 2;
  // 4 entries on 2 lines: 4 + 2 x 2 slots from 3: last slot 10, 16 cycles.
  const Timed timed(config, std::vector(4, std::vector{1}), {0});
  EXPECT_EQ(timed.cycles, 16U);
  EXPECT_THAT(timed.totals.line_stalls, ElementsAre(4));
}

}  // namespace
}  // namespace nzsim::eie
