#include "models/eie/core.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tests/support/fork.h"
#include "tests/support/hand_built.h"

namespace nzsim::eie {
namespace {

Config machine(std::uint32_t pes, std::uint32_t depth = 8) {
  Config config;
  config.pe_count = pes;
  config.activation_queue_depth = depth;
  return config;
}

/// One pass over a hand-built layer.
struct PassRun {
  std::uint64_t cycles = 0;
  BroadcastCounters broadcast;
  std::vector<PeCounters> pes;
  std::vector<std::int16_t> outputs;
};

PassRun run(const Config& config, const test::HandBuiltLayer& layer,
            const std::vector<std::int16_t>& inputs, std::optional<std::uint64_t> shuffle = {},
            Stepping stepping = Stepping::direct) {
  Core core("eie", config, stepping);
  if (shuffle) core.clock().shuffle(*shuffle);
  core.start_layer(layer.program);
  core.write_inputs(inputs);
  core.clear_destinations();
  core.run_pass(layer.image(), layer.whole_pass());
  const Statistics statistics(config);
  const CounterValues values = core.counters(statistics);
  PassRun result;
  result.cycles = values[statistics.cycles.value];
  result.broadcast = {values[statistics.broadcasts.value],
                      values[statistics.broadcast_blocked_cycles.value],
                      values[statistics.scan_idle_cycles.value]};
  for (const PeParts& pe : core.pes()) result.pes.push_back(pe.counters);
  result.outputs.resize(layer.image().outputs);
  core.read_results(layer.image(), layer.whole_pass(), result.outputs);
  return result;
}

/// Row 0 of PE 0 has a weight 1.0 in each column.
test::Codes row_of_ones(std::uint32_t columns) {
  test::Codes codes;
  for (std::uint32_t column = 0; column < columns; ++column) codes[{0, column}] = 1;
  return codes;
}

TEST(Core, TakesNineCyclesAtLeast) {
  const Config config = machine(2);
  const test::HandBuiltLayer layer(config, 2, 2, row_of_ones(2));
  const PassRun nothing = run(config, layer, {0, 0});
  EXPECT_EQ(nothing.cycles, 9U);
  EXPECT_EQ(nothing.broadcast.broadcasts, 0U);
  EXPECT_EQ(nothing.broadcast.scan_idle_cycles, 9U);
  EXPECT_EQ(nothing.pes[0].starved_cycles, 9U);
  // Row 0 held in 1, either lane broadcast in 1, slot 3: T = 3 + 6 = 9 as well.
  EXPECT_EQ(run(config, layer, {256, 0}).cycles, 9U);
  EXPECT_EQ(run(config, layer, {0, 256}).cycles, 9U);
  // Both: the second one in 2, slot 4.
  EXPECT_EQ(run(config, layer, {256, 256}).cycles, 10U);
}

TEST(Core, FinishesAnAlwaysBusyPeEightCyclesAfterItsSlots) {
  const Config config = machine(1);
  test::Codes codes;
  for (std::uint32_t row = 0; row < 20; ++row) codes[{row, 0}] = 1;
  const test::HandBuiltLayer layer(config, 20, 1, codes);
  // Slots 3 to 22, T = 22 + 6 = 28.
  const PassRun result = run(config, layer, {256});
  EXPECT_EQ(result.cycles, 28U);
  EXPECT_EQ(result.pes[0].busy_cycles, 20U);
  EXPECT_EQ(result.pes[0].starved_cycles, 8U);
}

TEST(Core, LoadsTheNextRowAtNoCostAfterABroadcastFromTheLastLane) {
  const Config config = machine(4);
  const test::HandBuiltLayer layer(config, 4, 8, row_of_ones(8));
  // Lane 3 in cycle 1, row 1 held in 2, its lane 0 in 2: slots 3, 4; T = 10.
  EXPECT_EQ(run(config, layer, {0, 0, 0, 256, 256, 0, 0, 0}).cycles, 10U);
  // Lane 2 in 1, nothing more in 2, row 1 held in 3: slots 3, 5; T = 11.
  EXPECT_EQ(run(config, layer, {0, 0, 256, 0, 256, 0, 0, 0}).cycles, 11U);
}

TEST(Core, SpendsOneCycleOnEachRowOfZeros) {
  const Config config = machine(2);
  const test::HandBuiltLayer layer(config, 2, 12, row_of_ones(12));
  // Rows 0 to 4 are zero: scanned in 1 to 5; lane 0 of row 5 in 6, slot 8, T = 14.
  std::vector<std::int16_t> inputs(12, 0);
  inputs[10] = 256;
  const PassRun last = run(config, layer, inputs);
  EXPECT_EQ(last.cycles, 14U);
  EXPECT_EQ(last.broadcast.scan_idle_cycles, 13U);
  // After lane 1 of row 0 in 1: rows 1 to 4 in 2 to 5, row 5 in 6 again.
  inputs[1] = 256;
  EXPECT_EQ(run(config, layer, inputs).cycles, 14U);
  // After lane 0 of row 0: its dead cycle 2, rows 1 to 4 in 3 to 6, row 5 in 7.
  inputs[0] = 256;
  inputs[1] = 0;
  EXPECT_EQ(run(config, layer, inputs).cycles, 15U);
}

TEST(Core, BlocksTheBroadcastByTheRegisteredStateOfOneFullQueue) {
  const Config config = machine(2, 1);
  const test::HandBuiltLayer layer(config, 2, 4, row_of_ones(4));
  // PE 1 has empty columns only. b0 = 1, slot 3; the queue is seen to have room in the slot of the
  // item before: b1 = 3, slot 5; b2 = 5, slot 7; b3 = 7, slot 9; T = 15. Blocked in 2, 4 and 6.
  const PassRun result = run(config, layer, {256, 256, 256, 256});
  EXPECT_EQ(result.cycles, 15U);
  EXPECT_EQ(result.broadcast.broadcasts, 4U);
  EXPECT_EQ(result.broadcast.blocked_cycles, 3U);
  EXPECT_EQ(result.broadcast.scan_idle_cycles, 8U);
  EXPECT_EQ(result.pes[0].busy_cycles, 4U);
  EXPECT_EQ(result.pes[1].empty_column_cycles, 4U);
  EXPECT_EQ(result.outputs[0], 4 << 8);
}

TEST(Core, SendsOneItemPerCycleWhileEveryQueueOfTwoHasRoom) {
  const Config config = machine(2, 2);
  const test::HandBuiltLayer layer(config, 2, 4, row_of_ones(4));
  // b = 1, 2, then max(3, slot of item 0 = 3) = 3, and 4: never blocked. Slots 3 to 6, T = 12.
  const PassRun result = run(config, layer, {256, 256, 256, 256});
  EXPECT_EQ(result.cycles, 12U);
  EXPECT_EQ(result.broadcast.blocked_cycles, 0U);
}

TEST(Core, ScansRowsOfZerosWhileQueuesAreFull) {
  const Config config = machine(1, 1);
  test::Codes codes;
  for (std::uint32_t row = 0; row < 10; ++row) codes[{row, 0}] = 1;
  codes[{0, 3}] = 1;
  codes[{0, 4}] = 1;
  const test::HandBuiltLayer layer(config, 10, 5, codes);
  // b0 = 1, slots 3 to 12. Columns 1, 2 are zero rows (cycles 2, 3); column 3 in 4, as the queue
  // was emptied for slot 3: slot 13. Column 4 is found in 5 and waits for slot 13: b = 13, slot 15.
  const PassRun result = run(config, layer, {256, 0, 0, 256, 256});
  EXPECT_EQ(result.cycles, 21U);
  EXPECT_EQ(result.broadcast.blocked_cycles, 8U);
}

TEST(Core, DelaysItemsByTheDetectionTreeAndCountsThemAsHeld) {
  Config config = machine(2, 1);
  config.lnzd_tree_latency_cycles = 4;
  const test::HandBuiltLayer layer(config, 2, 2, row_of_ones(2));
  // b0 = 1, slot 1 + 2 + 4 = 7; the only place is taken until then: b1 = 7, slot 13, T = 19.
  const PassRun result = run(config, layer, {256, 256});
  EXPECT_EQ(result.cycles, 19U);
  EXPECT_EQ(result.broadcast.blocked_cycles, 5U);
}

TEST(Core, DropsCyclesBehindTheLastEntryFromAllCounters) {
  const Config config = machine(1);
  // One entry in column 0 of 40: slot 3, T = 9; the columns behind it are empty.
  const test::HandBuiltLayer layer(config, 1, 40, {{{0, 0}, 1}});
  const PassRun result = run(config, layer, std::vector<std::int16_t>(40, 256));
  EXPECT_EQ(result.cycles, 9U);
  // Broadcasts in 1 to 8; slots in 3 to 8, of which the first is the entry's.
  EXPECT_EQ(result.broadcast.broadcasts, 8U);
  EXPECT_EQ(result.broadcast.scan_idle_cycles, 1U);
  EXPECT_EQ(result.pes[0].busy_cycles, 1U);
  EXPECT_EQ(result.pes[0].empty_column_cycles, 5U);
  EXPECT_EQ(result.pes[0].pointer_reads, 6U);
  EXPECT_EQ(result.pes[0].starved_cycles, 3U);
}

TEST(Core, CountsCyclesBeyondTheHorizonWhenAnotherEntryFollows) {
  const Config config = machine(1);
  const test::HandBuiltLayer layer(config, 1, 40, {{{0, 0}, 1}, {{0, 29}, 1}});
  const PassRun result = run(config, layer, std::vector<std::int16_t>(40, 256));
  // Column 29 is broadcast in 30, slot 32: T = 38. Column 39 has been broadcast in 40, behind it.
  EXPECT_EQ(result.cycles, 38U);
  EXPECT_EQ(result.broadcast.broadcasts, 37U);
  EXPECT_EQ(result.pes[0].busy_cycles, 2U);
  // Slots 3 to 37 without the two entries.
  EXPECT_EQ(result.pes[0].empty_column_cycles, 33U);
  EXPECT_EQ(result.pes[0].starved_cycles, 3U);
}

TEST(Core, BroadcastsTheBiasBehindTheLastInput) {
  const Config config = machine(2);
  const test::HandBuiltLayer layer(config, 2, 2, {{{0, 0}, 2}, {{0, 2}, 3}, {{1, 2}, 4}}, true);
  // The bias is lane 0 of row 1. Inputs broadcast in 1 and 2 (the last lane), bias in 3, slot 5.
  const PassRun result = run(config, layer, {256, 256});
  EXPECT_EQ(result.cycles, 11U);
  EXPECT_EQ(result.outputs, (std::vector<std::int16_t>{5 << 8, 4 << 8}));
}

TEST(Core, SkipsABiasWhoseActivationIsZero) {
  const Config config = machine(2);
  test::HandBuiltLayer layer(config, 2, 2, {{{0, 0}, 2}, {{0, 2}, 3}}, true);
  layer.program.one = 0;
  const PassRun result = run(config, layer, {256, 0});
  EXPECT_EQ(result.broadcast.broadcasts, 1U);
  EXPECT_EQ(result.outputs[0], 2 << 8);
}

TEST(Core, TreatsNegativeInputsAsZeroOnlyBehindAReLU) {
  const Config config = machine(2);
  test::HandBuiltLayer layer(config, 2, 2, row_of_ones(2));
  EXPECT_EQ(run(config, layer, {-256, 512}).outputs[0], 256);
  layer.program.spec.relu_on_input = true;
  EXPECT_EQ(run(config, layer, {-256, 512}).outputs[0], 512);
}

TEST(Core, AppliesTheReLUToResults) {
  const Config config = machine(2);
  test::HandBuiltLayer layer(config, 2, 1, {{{0, 0}, 1}});
  EXPECT_EQ(run(config, layer, {-256}).outputs[0], -256);
  layer.program.spec.activation = Activation::relu;
  EXPECT_EQ(run(config, layer, {-256}).outputs[0], 0);
}

TEST(Core, CountsTransfersAsStarvedAndIdle) {
  const Config config = machine(2);
  const test::HandBuiltLayer layer(config, 2, 2, row_of_ones(2));
  Core core("eie", config, Stepping::direct);
  core.start_layer(layer.program);
  const std::vector<std::int16_t> inputs = {256, 512};
  core.write_inputs(inputs);
  core.clear_destinations();
  Pass pass = layer.whole_pass();
  pass.source_load_cycles = 3;
  pass.source_load_registers = 1;
  pass.write_back_cycles = 2;
  pass.write_back_registers = 1;
  core.run_pass(layer.image(), pass);
  const Statistics statistics(config);
  const CounterValues values = core.counters(statistics);
  // 3 + T + 2 with T = 10 (slots 3 and 4).
  EXPECT_EQ(values[statistics.cycles.value], 15U);
  EXPECT_EQ(values[statistics.activation_transfer_cycles.value], 5U);
  EXPECT_EQ(values[statistics.scan_idle_cycles.value], 13U);
  EXPECT_EQ(values[statistics.activation_sram_reads.value], 6U);
  EXPECT_EQ(values[statistics.activation_sram_writes.value], 4U);
  EXPECT_EQ(statistics.starved_cycles.of(values)[0], 13U);
  std::vector<std::int16_t> outputs(2);
  core.read_results(layer.image(), pass, outputs);
  EXPECT_EQ(outputs, (std::vector<std::int16_t>{768, 0}));
}

TEST(Core, KeepsItsLineAcrossPassesAndForgetsItBetweenLayers) {
  const Config config = machine(1);
  const test::HandBuiltLayer layer(config, 1, 1, {{{0, 0}, 1}});
  Core core("eie", config, Stepping::direct);
  const std::vector<std::int16_t> inputs = {256};
  for (int repeat = 0; repeat < 2; ++repeat) {
    core.start_layer(layer.program);
    core.write_inputs(inputs);
    core.run_pass(layer.image(), layer.whole_pass());
    core.run_pass(layer.image(), layer.whole_pass());
    EXPECT_EQ(core.pes()[0].counters.sparse_matrix_line_reads, 1U);
    EXPECT_EQ(core.pes()[0].counters.busy_cycles, 2U);
    EXPECT_EQ(core.layer_cycles(), 18U);
  }
}

test::Codes scattered(std::uint32_t rows, std::uint32_t columns) {
  test::Codes codes;
  std::uint32_t hash = 1;
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint32_t column = 0; column < columns; ++column) {
      hash = hash * 1664525 + 1013904223;
      if (hash >> 29 == 0) codes[{row, column}] = static_cast<std::uint16_t>(1 + (hash >> 8) % 15);
    }
  }
  return codes;
}

std::string text_of(const PassRun& run) {
  std::string text = fmt::format("{} {} {} {}", run.cycles, run.broadcast.broadcasts,
                                 run.broadcast.blocked_cycles, run.broadcast.scan_idle_cycles);
  for (const PeCounters& pe : run.pes) {
    text += fmt::format("; {} {} {} {} {} {}", pe.busy_cycles, pe.empty_column_cycles,
                        pe.line_stall_cycles, pe.starved_cycles, pe.pointer_reads,
                        pe.sparse_matrix_line_reads);
  }
  for (const std::int16_t output : run.outputs) text += fmt::format(" {}", output);
  return text;
}

TEST(Core, GivesTheSameResultInAnyOrderOfModules) {
  Config config = machine(5, 2);
  config.line_change_penalty_cycles = 1;
  config.lnzd_tree_latency_cycles = 2;
  const test::HandBuiltLayer layer(config, 100, 60, scattered(100, 60));
  const std::vector<std::int16_t> inputs(60, 77);
  const std::string in_order = text_of(run(config, layer, inputs));
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_EQ(text_of(run(config, layer, inputs, seed)), in_order);
  }
}

TEST(Core, GivesTheSameResultInTheKernelAtItsClock) {
  const Config config = machine(5, 2);
  const test::HandBuiltLayer layer(config, 100, 60, scattered(100, 60));
  const std::vector<std::int16_t> inputs(60, 77);
  const PassRun direct = run(config, layer, inputs);
  const std::string in_kernel = nzsim::test::fork_and_capture([&] {
    const PassRun result = run(config, layer, inputs, {}, Stepping::kernel);
    return fmt::format("{} at {}", text_of(result), sc_core::sc_time_stamp().value());
  });
  // 800 MHz: the last cycle, T - 1 as nothing follows the last entry, begins at (T - 1) x 1.25 ns.
  EXPECT_EQ(in_kernel, text_of(direct) + " at " + std::to_string((direct.cycles - 1) * 1'250'000));
}

void append_names(const sc_core::sc_object& object, std::vector<std::string>& names) {
  names.emplace_back(object.name());
  for (const sc_core::sc_object* child : object.get_child_objects()) append_names(*child, names);
}

TEST(Core, CarriesTheHardwaresNamesInTheHierarchy) {
  const Config config = machine(13);
  const Core core("eie", config, Stepping::direct);
  std::vector<std::string> names;
  append_names(core, names);
  for (const char* name :
       {"eie", "eie.central_control", "eie.leading_nonzero_detector", "eie.pe_0", "eie.pe_12",
        "eie.pe_12.activation_queue", "eie.pe_12.pointer_sram", "eie.pe_12.sparse_matrix_sram",
        "eie.pe_12.arithmetic_unit", "eie.pe_12.activation_registers"}) {
    EXPECT_THAT(names, testing::Contains(name));
  }
}

TEST(Core, RefusesAPassLongerThanTheSourceRegisters) {
  Config config = machine(1);
  config.activation_registers = 2;
  const test::HandBuiltLayer layer(config, 1, 3, row_of_ones(3));
  Core core("eie", config, Stepping::direct);
  core.start_layer(layer.program);
  EXPECT_THROW(core.run_pass(layer.image(), layer.whole_pass()), SimulationError);
}

}  // namespace
}  // namespace nzsim::eie
