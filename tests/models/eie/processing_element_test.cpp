#include "models/eie/processing_element.h"

#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "sim/kernel/clock_domain.h"
#include "tests/support/hand_built.h"

namespace nzsim::eie {
namespace {

/// What the test broadcasts: in which cycle, which column, and which value.
struct Broadcast {
  std::uint64_t cycle = 0;
  std::uint32_t column = 0;
  std::int16_t value = 256;
};

/// Stands in for the central control.
class Driver final : public ClockedModule {
 public:
  Driver(const sc_core::sc_module_name& name, ClockDomain& domain, SharedWires& wires,
         std::uint32_t latency, const std::vector<Broadcast>& broadcasts)
      : ClockedModule(name, domain), wires_(wires), latency_(latency), left_(broadcasts) {}

  void compute() override {
    wires_.bus.is_valid = false;
    if (next_ == left_.size() || left_[next_].cycle > domain().cycle()) return;
    // A broadcast waits for room, as in the machine.
    if (wires_.status.full_queues > 0) return;
    const Broadcast& item = left_[next_++];
    wires_.bus = {true, {domain().cycle() + 1 + latency_, item.column, item.value}};
  }
  void commit() override {}
  std::string waits_for() const override { return {}; }

 private:
  SharedWires& wires_;
  std::uint32_t latency_;
  std::vector<Broadcast> left_;
  std::size_t next_ = 0;
};

/// One PE under test, connected to a hand-built matrix of one PE. `at(cycle)` is what its state is
/// at the start of that cycle, that is after the clock edge before it.
class Bench final : private CycleObserver {
 public:
  Bench(const Config& config, const test::HandBuiltLayer& layer,
        const std::vector<Broadcast>& broadcasts, std::uint64_t cycles)
      : cycles_(cycles),
        parts_(config, wires_),
        domain_("clock", 800e6, Stepping::direct),
        driver_("driver", domain_, wires_, config.lnzd_tree_latency_cycles, broadcasts),
        pe_("pe_0", domain_, parts_, wires_) {
    wires_.layer = {layer.program.codebook.data(), layer.program.product_shift()};
    parts_.pointer_read.sram().connect(layer.image(), 0, 0);
    parts_.sparse_matrix_sram.connect(layer.image(), 0);
    states_.push_back(state());
    domain_.run(*this);
  }

  struct State {
    std::vector<std::int16_t> destination;
    PeCounters counters;
    bool wrote = false;
    bool empty = true;
  };
  [[nodiscard]] const State& at(std::uint64_t cycle) const { return states_.at(cycle); }
  [[nodiscard]] const State& end() const { return states_.back(); }

 private:
  [[nodiscard]] State state() const {
    State now;
    for (std::uint32_t row = 0; row < parts_.activation_registers.size(); ++row) {
      now.destination.push_back(parts_.activation_registers.destination(row));
    }
    now.counters = parts_.counters;
    now.wrote = parts_.arithmetic_unit.wrote();
    now.empty = parts_.empty();
    return now;
  }
  bool after_cycle(std::uint64_t cycle) override {
    states_.push_back(state());
    return cycle + 1 < cycles_;
  }

  std::uint64_t cycles_;
  SharedWires wires_;
  PeParts parts_;
  ClockDomain domain_;
  Driver driver_;
  ProcessingElement pe_;
  std::vector<State> states_;
};

Config one_pe() {
  Config config;
  config.pe_count = 1;
  return config;
}

TEST(ProcessingElement, MakesASumReadableFiveCyclesAfterItsSlotNotFour) {
  const Config config = one_pe();
  const test::HandBuiltLayer layer(config, 4, 1, {{{2, 0}, 3}});
  const Bench bench(config, layer, {{0, 0}}, 12);
  // Broadcast in 0, popped in 1, slot c = 2; weight 3.0 x 1.0 is readable, and the write strobe is
  // seen, in c + 5 = 7.
  EXPECT_EQ(bench.at(2).counters.busy_cycles, 0U);
  EXPECT_EQ(bench.at(3).counters.busy_cycles, 1U);
  EXPECT_EQ(bench.at(6).destination[2], 0);
  EXPECT_FALSE(bench.at(6).wrote);
  EXPECT_EQ(bench.at(7).destination[2], 3 << 8);
  EXPECT_TRUE(bench.at(7).wrote);
  EXPECT_FALSE(bench.at(8).wrote);
  EXPECT_FALSE(bench.at(7).empty);
  EXPECT_TRUE(bench.at(8).empty);
}

TEST(ProcessingElement, CountsAnItemsPointerReadInItsFirstSlotNotWhenItIsPopped) {
  const Config config = one_pe();
  const test::HandBuiltLayer layer(config, 2, 1, {{{0, 0}, 1}, {{1, 0}, 1}});
  const Bench bench(config, layer, {{0, 0}}, 10);
  EXPECT_EQ(bench.at(2).counters.pointer_reads, 0U);
  EXPECT_EQ(bench.at(3).counters.pointer_reads, 1U);
  EXPECT_EQ(bench.end().counters.pointer_reads, 1U);
}

TEST(ProcessingElement, BypassesTheAdderForOneRowInAdjacentCycles) {
  const Config config = one_pe();
  const test::HandBuiltLayer layer(config, 1, 2, {{{0, 0}, 1}, {{0, 1}, 2}});
  const Bench bench(config, layer, {{0, 0}, {1, 1}}, 12);
  // Slots 2 and 3. The second reads the file in 3 + 3 = 6, when the first sum (readable from 7) is
  // not there yet.
  EXPECT_EQ(bench.at(6).destination[0], 0);
  EXPECT_EQ(bench.at(7).destination[0], 1 << 8);
  EXPECT_EQ(bench.at(8).destination[0], 3 << 8);
}

TEST(ProcessingElement, ReadsTheRegisterFileForOneRowTwoCyclesApart) {
  const Config config = one_pe();
  // Column 1 is empty: slots 2, 3 (bubble), 4.
  const test::HandBuiltLayer layer(config, 1, 3, {{{0, 0}, 1}, {{0, 2}, 2}});
  const Bench bench(config, layer, {{0, 0}, {1, 1}, {2, 2}}, 12);
  EXPECT_EQ(bench.at(8).destination[0], 1 << 8);
  EXPECT_EQ(bench.at(9).destination[0], 3 << 8);
}

TEST(ProcessingElement, KeepsRowsApartThatAreInThePipelineTogether) {
  const Config config = one_pe();
  const test::HandBuiltLayer layer(config, 3, 2,
                                   {{{0, 0}, 1}, {{2, 0}, 2}, {{0, 1}, 3}, {{2, 1}, 4}});
  const Bench bench(config, layer, {{0, 0}, {1, 1}}, 16);
  EXPECT_EQ(bench.end().destination[0], 4 << 8);
  EXPECT_EQ(bench.end().destination[1], 0);
  EXPECT_EQ(bench.end().destination[2], 6 << 8);
}

TEST(ProcessingElement, GivesAPaddingEntryAFullSlotThatAdvancesTheRowBySixteen) {
  const Config config = one_pe();
  // Row 20 after 20 zeros: padding (code 0, skip 15) for rows 0 to 15, then skip 4.
  const test::HandBuiltLayer layer(config, 21, 1, {{{20, 0}, 2}});
  ASSERT_EQ(layer.image().entries.size(), 2U);
  const Bench bench(config, layer, {{0, 0}}, 12);
  // Slots 2 (padding) and 3: readable in 8. The padding's strobe in 7 is suppressed.
  EXPECT_FALSE(bench.at(7).wrote);
  EXPECT_EQ(bench.at(7).destination[20], 0);
  EXPECT_EQ(bench.at(8).destination[20], 2 << 8);
  EXPECT_EQ(bench.end().counters.busy_cycles, 2U);
  EXPECT_EQ(bench.end().counters.padding_entries, 1U);
  EXPECT_EQ(bench.end().counters.multiply_accumulates, 1U);
}

TEST(ProcessingElement, StartsEachColumnAboveTheTop) {
  const Config config = one_pe();
  const test::HandBuiltLayer layer(config, 8, 2, {{{5, 0}, 1}, {{1, 1}, 2}});
  const Bench bench(config, layer, {{0, 0}, {1, 1}}, 12);
  EXPECT_EQ(bench.end().destination[5], 1 << 8);
  EXPECT_EQ(bench.end().destination[1], 2 << 8);
}

TEST(ProcessingElement, SaturatesSumsAtSixteenBits) {
  const Config config = one_pe();
  const test::HandBuiltLayer layer(config, 1, 2, {{{0, 0}, 15}, {{0, 1}, 15}});
  // 15.0 x 8.0 = 120.0, twice: 240.0 does not fit 8 fraction bits; the same below.
  const std::vector<Broadcast> above = {{0, 0, 8 << 8}, {1, 1, 8 << 8}};
  const std::vector<Broadcast> below = {{0, 0, -8 * 256}, {1, 1, -8 * 256}};
  EXPECT_EQ(Bench(config, layer, above, 12).at(7).destination[0], 120 << 8);
  EXPECT_EQ(Bench(config, layer, above, 12).end().destination[0], INT16_MAX);
  EXPECT_EQ(Bench(config, layer, below, 12).end().destination[0], INT16_MIN);
}

TEST(ProcessingElement, LetsColumnsFollowEachOtherBackToBack) {
  const Config config = one_pe();
  const test::HandBuiltLayer layer(
      config, 4, 2, {{{0, 0}, 1}, {{1, 0}, 1}, {{2, 0}, 1}, {{0, 1}, 1}, {{3, 1}, 1}});
  const Bench bench(config, layer, {{0, 0}, {1, 1}}, 14);
  // Slots 2, 3, 4 and 5, 6; starved in 0, 1 and from 7.
  EXPECT_EQ(bench.at(7).counters.busy_cycles, 5U);
  EXPECT_EQ(bench.at(7).counters.starved_cycles, 2U);
  EXPECT_EQ(bench.at(8).counters.starved_cycles, 3U);
}

TEST(ProcessingElement, SpendsOneBubbleOnAnEmptyColumn) {
  const Config config = one_pe();
  const test::HandBuiltLayer layer(config, 1, 3, {{{0, 2}, 1}});
  const Bench bench(config, layer, {{0, 0}, {1, 1}, {2, 2}}, 12);
  // Bubbles in 2 and 3, the entry in 4: readable in 9.
  EXPECT_EQ(bench.at(4).counters.empty_column_cycles, 2U);
  EXPECT_EQ(bench.at(4).counters.busy_cycles, 0U);
  EXPECT_EQ(bench.at(8).destination[0], 0);
  EXPECT_EQ(bench.at(9).destination[0], 1 << 8);
  EXPECT_EQ(bench.end().counters.empty_column_cycles, 2U);
}

TEST(ProcessingElement, WaitsForAnItemThatIsStillInTheDetectionTree) {
  Config config = one_pe();
  config.lnzd_tree_latency_cycles = 3;
  const test::HandBuiltLayer layer(config, 1, 1, {{{0, 0}, 1}});
  const Bench bench(config, layer, {{0, 0}}, 14);
  // Popped in 0 + 1 + 3 = 4, slot 5, readable in 10.
  EXPECT_EQ(bench.at(5).counters.starved_cycles, 5U);
  EXPECT_EQ(bench.at(6).counters.busy_cycles, 1U);
  EXPECT_EQ(bench.at(9).destination[0], 0);
  EXPECT_EQ(bench.at(10).destination[0], 1 << 8);
}

TEST(ProcessingElement, ReadsALineOnlyWhenItDiffersFromTheLastAlsoAcrossColumns) {
  Config config = one_pe();
  config.sparse_matrix_width_bits = 16;
  // Two entries per line. Column 0: addresses 0, 1, 2; column 1: 3; column 2: 4.
  const test::HandBuiltLayer layer(
      config, 3, 3, {{{0, 0}, 1}, {{1, 0}, 1}, {{2, 0}, 1}, {{0, 1}, 1}, {{0, 2}, 1}});
  const Bench bench(config, layer, {{0, 0}, {1, 1}, {2, 2}}, 16);
  // Lines 0, 1, 2, read one cycle after slots 2, 4 and 6.
  EXPECT_EQ(bench.at(3).counters.sparse_matrix_line_reads, 0U);
  EXPECT_EQ(bench.at(4).counters.sparse_matrix_line_reads, 1U);
  EXPECT_EQ(bench.at(5).counters.sparse_matrix_line_reads, 1U);
  EXPECT_EQ(bench.at(6).counters.sparse_matrix_line_reads, 2U);
  EXPECT_EQ(bench.end().counters.sparse_matrix_line_reads, 3U);
}

TEST(ProcessingElement, ReadsALineAgainAfterAnother) {
  Config config = one_pe();
  config.sparse_matrix_width_bits = 16;
  // Column 0: lines 0 and 1; column 1: line 1.
  const test::HandBuiltLayer layer(config, 3, 2,
                                   {{{0, 0}, 1}, {{1, 0}, 1}, {{2, 0}, 1}, {{0, 1}, 1}});
  const Bench bench(config, layer, {{0, 1}, {1, 0}}, 16);
  EXPECT_EQ(bench.end().counters.sparse_matrix_line_reads, 3U);
}

TEST(ProcessingElement, PaysTheLineChangePenaltyBeforeTheEntrysSlot) {
  Config config = one_pe();
  config.sparse_matrix_width_bits = 16;
  config.line_change_penalty_cycles = 2;
  // Addresses 0, 1, 2: lines 0 and 1 are new.
  const test::HandBuiltLayer layer(config, 3, 1, {{{0, 0}, 1}, {{1, 0}, 1}, {{2, 0}, 1}});
  const Bench bench(config, layer, {{0, 0}}, 20);
  // Stalls in 2, 3; slots 4, 5; stalls in 6, 7; slot 8. Sums are readable in 9, 10 and 13.
  EXPECT_EQ(bench.at(4).counters.line_stall_cycles, 2U);
  EXPECT_EQ(bench.at(4).counters.busy_cycles, 0U);
  EXPECT_EQ(bench.at(6).counters.busy_cycles, 2U);
  EXPECT_EQ(bench.at(8).counters.line_stall_cycles, 4U);
  EXPECT_EQ(bench.at(9).counters.busy_cycles, 3U);
  EXPECT_EQ(bench.at(8).destination[0], 0);
  EXPECT_EQ(bench.at(9).destination[0], 1 << 8);
  EXPECT_EQ(bench.at(12).destination[2], 0);
  EXPECT_EQ(bench.at(13).destination[2], 1 << 8);
}

TEST(ProcessingElement, TakesNoPenaltyAgainForTheLineInUse) {
  Config config = one_pe();
  config.line_change_penalty_cycles = 3;
  const test::HandBuiltLayer layer(config, 1, 2, {{{0, 0}, 1}, {{0, 1}, 1}});
  const Bench bench(config, layer, {{0, 0}, {1, 1}}, 14);
  // Stalls in 2 to 4, slots 5 and 6.
  EXPECT_EQ(bench.at(7).counters.busy_cycles, 2U);
  EXPECT_EQ(bench.end().counters.line_stall_cycles, 3U);
  EXPECT_EQ(bench.end().counters.sparse_matrix_line_reads, 1U);
}

TEST(ProcessingElement, GivesTheSameSumsWhenBroadcastsStallAtRandom) {
  Config config = one_pe();
  config.activation_queue_depth = 2;
  test::Codes codes;
  std::mt19937_64 random(7);
  for (std::uint32_t row = 0; row < 40; ++row) {
    for (std::uint32_t column = 0; column < 30; ++column) {
      if (random() % 8 == 0) codes[{row, column}] = static_cast<std::uint16_t>(1 + random() % 15);
    }
  }
  const test::HandBuiltLayer layer(config, 40, 30, codes);
  const auto run = [&](std::uint64_t seed) {
    std::mt19937_64 pauses(seed);
    std::vector<Broadcast> broadcasts;
    std::uint64_t cycle = 0;
    for (std::uint32_t column = 0; column < 30; ++column) {
      broadcasts.push_back({cycle, column, static_cast<std::int16_t>(column * 7 - 90)});
      cycle += 1 + (seed == 0 ? 0 : pauses() % 20);
    }
    return Bench(config, layer, broadcasts, 900).end();
  };
  const Bench::State undisturbed = run(0);
  EXPECT_TRUE(undisturbed.empty);
  EXPECT_EQ(undisturbed.counters.busy_cycles, layer.image().entries.size());
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Bench::State stalled = run(seed);
    EXPECT_EQ(stalled.destination, undisturbed.destination);
    EXPECT_EQ(stalled.counters.busy_cycles, undisturbed.counters.busy_cycles);
    EXPECT_EQ(stalled.counters.sparse_matrix_line_reads,
              undisturbed.counters.sparse_matrix_line_reads);
    EXPECT_GT(stalled.counters.busy_cycles, 0U);
  }
}

}  // namespace
}  // namespace nzsim::eie
