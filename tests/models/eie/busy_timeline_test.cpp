#include "models/eie/busy_timeline.h"

#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/eie/fast_engine.h"
#include "models/eie/reference_machine.h"
#include "tests/support/eie_random.h"
#include "tests/support/hand_built.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::eie {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The cycles in which one PE is busy, of a timeline whose windows are one cycle long.
std::vector<std::uint64_t> busy_cycles(const Timeline& timeline, std::size_t pe) {
  EXPECT_EQ(timeline.window_cycles(), 1U);
  std::vector<std::uint64_t> cycles;
  const auto counts = timeline.of(pe);
  for (std::uint64_t cycle = 0; cycle < counts.size(); ++cycle) {
    if (counts[cycle] > 0) cycles.push_back(cycle);
  }
  return cycles;
}

/// A hand-built layer in both modes, on all its inputs in turn.
struct Timelines {
  Timelines(const Config& config, test::HandBuiltLayer& layer, std::vector<std::int16_t> values)
      : inputs(std::move(values)) {
    layer.program.spec.batch = static_cast<std::uint32_t>(inputs.size() / layer.image().inputs);
    layer.program.activations = inputs;
    EieProgram program;
    program.layers.push_back(layer.program);
    const Statistics statistics(config);
    fast = run_fast(config, statistics, program, false, true).front().busy;
    const ReferenceOptions options{.uses_kernel = false, .timeline = true};
    reference = ReferenceEie(config, statistics, program, options).run().front().busy;
  }

  std::vector<std::int16_t> inputs;
  std::optional<Timeline> fast;
  std::optional<Timeline> reference;
};

Config machine(std::uint32_t pes) {
  Config config;
  config.pe_count = pes;
  return config;
}

TEST(BusyTimeline, HasTheSlotsOfTheEntriesWithoutThoseOfEmptyColumns) {
  const Config config = machine(2);
  // PE 0 has rows 0 and 2, PE 1 row 1. Broadcasts in 1, 2 and 3: PE 0 has slots 3 and 4 of column
  // 0, bubble 5 of column 1, slot 6 of column 2; PE 1 bubble 3, slot 4, bubble 5. T = 12.
  test::HandBuiltLayer layer(config, 3, 3, {{{0, 0}, 1}, {{2, 0}, 1}, {{1, 1}, 1}, {{2, 2}, 1}});
  // Columns 0 and 1 are a row of two lanes, column 2 follows lane 1 at no cost.
  const Timelines timelines(config, layer, {256, 256, 256});
  EXPECT_THAT(busy_cycles(*timelines.fast, 0), ElementsAre(3, 4, 6));
  EXPECT_THAT(busy_cycles(*timelines.fast, 1), ElementsAre(4));
  EXPECT_THAT(busy_cycles(*timelines.reference, 0), ElementsAre(3, 4, 6));
  EXPECT_THAT(busy_cycles(*timelines.reference, 1), ElementsAre(4));
  EXPECT_EQ(timelines.fast->of(1).size(), 12U);
  EXPECT_EQ(timelines.reference->of(1).size(), 12U);
}

TEST(BusyTimeline, HasStallsInFrontOfTheEntryThatNeedsTheLine) {
  Config config = machine(1);
  // Lines of two entries: 16 bits over 4 + 4.
  config.sparse_matrix_width_bits = 16;
  config.line_change_penalty_cycles = 2;
  test::Codes codes;
  for (std::uint32_t row = 0; row < 3; ++row) codes[{row, 0}] = 1;
  for (std::uint32_t row = 0; row < 2; ++row) codes[{row, 1}] = 1;
  test::HandBuiltLayer layer(config, 3, 2, codes);
  // Column 0 is addresses 0 to 2, column 1 addresses 3 and 4. Stalls 3 and 4, entries 5 and 6,
  // stalls 7 and 8, entry 9; column 1: entry 10 of the same line, stalls 11 and 12, entry 13.
  // T = 13 + 6 = 19. The second input begins there and finds address 4's line, not address 0's:
  // the same again.
  const Timelines timelines(config, layer, {256, 256, 256, 256});
  const auto slots = ElementsAre(5, 6, 9, 10, 13, 24, 25, 28, 29, 32);
  EXPECT_THAT(busy_cycles(*timelines.fast, 0), slots);
  EXPECT_THAT(busy_cycles(*timelines.reference, 0), slots);
}

TEST(BusyTimeline, KeepsALineFromOneProductToTheNext) {
  Config config = machine(1);
  config.line_change_penalty_cycles = 4;
  test::HandBuiltLayer layer(config, 1, 1, {{{0, 0}, 1}});
  // Stalls 3 to 6, entry 7: T = 13. The second product has the line: entry in 13 + 3.
  const Timelines timelines(config, layer, {256, 256});
  EXPECT_THAT(busy_cycles(*timelines.fast, 0), ElementsAre(7, 16));
  EXPECT_THAT(busy_cycles(*timelines.reference, 0), ElementsAre(7, 16));
}

TEST(BusyTimeline, BeginsAPassBehindTheTransfersThatCount) {
  Config config = machine(1);
  config.activation_registers = 2;
  config.activation_sram_width_bits = 16;
  // Two output batches of two rows; entries in row 0 of column 0 and row 2 of column 1. Pass 0:
  // entry in slot 3, T = 9; then 2 cycles to write 2 registers back. Pass 1 begins in cycle 11,
  // column 1 is broadcast in 2 and has slot 4: cycle 15.
  test::HandBuiltLayer layer(config, 4, 2, {{{0, 0}, 1}, {{2, 1}, 1}});
  const Timelines timelines(config, layer, {256, 256});
  EXPECT_THAT(busy_cycles(*timelines.fast, 0), ElementsAre(3, 15));
  EXPECT_THAT(busy_cycles(*timelines.reference, 0), ElementsAre(3, 15));
}

TEST(BusyTimeline, DropsTheTailOfAPassThatDoesNotCount) {
  const Config config = machine(1);
  // One entry in slot 3, then 20 empty columns to slot 23: the pass counts 9 cycles, and the second
  // input's entry is in 9 + 3.
  test::HandBuiltLayer layer(config, 1, 21, {{{0, 0}, 1}});
  const Timelines timelines(config, layer, std::vector<std::int16_t>(42, 256));
  EXPECT_THAT(busy_cycles(*timelines.fast, 0), ElementsAre(3, 12));
  EXPECT_THAT(busy_cycles(*timelines.reference, 0), ElementsAre(3, 12));
  EXPECT_EQ(timelines.fast->of(0).size(), 18U);
}

TEST(BusyTimeline, IsNotRecordedUnlessItIsAskedFor) {
  const Config config = machine(1);
  test::HandBuiltLayer layer(config, 1, 1, {{{0, 0}, 1}});
  const std::vector<std::int16_t> inputs{256};
  layer.program.activations = inputs;
  EieProgram program;
  program.layers.push_back(layer.program);
  const Statistics statistics(config);
  EXPECT_FALSE(run_fast(config, statistics, program, false).front().busy);
  const ReferenceOptions options{.uses_kernel = false};
  EXPECT_FALSE(ReferenceEie(config, statistics, program, options).run().front().busy);
}

/// What the random cases have come across; sums of all PEs.
struct Coverage {
  std::uint64_t resident_layers = 0;
  std::uint64_t streamed_layers = 0;
  std::uint64_t convolutions = 0;
  std::uint64_t layers_of_several_passes = 0;
  std::uint64_t layers_with_stalls = 0;
  std::uint64_t layers_of_long_windows = 0;
  std::uint64_t pes = 0;
  std::vector<std::uint64_t> pes_that_differ;
};

void cover(const Config& config, const Statistics& statistics, const LayerProgram& layer,
           const LayerRun& run, Coverage& coverage) {
  ++(layer.is_streamed() ? coverage.streamed_layers : coverage.resident_layers);
  coverage.convolutions += layer.spec.type == LayerType::convolution ? 1 : 0;
  coverage.layers_of_several_passes += passes_of(config, layer.images.front()).size() > 1 ? 1 : 0;
  const auto stalls = statistics.line_stall_cycles.of(run.counters);
  coverage.layers_with_stalls += std::accumulate(stalls.begin(), stalls.end(), 0U) > 0 ? 1 : 0;
  coverage.layers_of_long_windows += run.busy->window_cycles() > 1 ? 1 : 0;
  for (std::uint32_t pe = 0; pe < config.pe_count; ++pe) {
    const auto counts = run.busy->of(pe);
    const std::uint64_t busy = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    ++coverage.pes;
    if (busy != statistics.busy_cycles.of(run.counters)[pe]) coverage.pes_that_differ.push_back(pe);
  }
}

TEST(BusyTimeline, AddsUpToTheBusyCyclesOfEachPe) {
  const nzsim::test::TemporaryDirectory directory;
  Coverage coverage;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const test::RandomCase random = test::random_case(seed, directory.path());
    const Statistics statistics(random.config);
    const std::unique_ptr<EieProgram> program = compile(random.config, random.workload);
    const std::vector<LayerRun> runs = run_fast(random.config, statistics, *program, false, true);
    for (std::size_t index = 0; index < runs.size(); ++index) {
      const LayerProgram& layer = program->layers[index];
      ASSERT_EQ(runs[index].busy.has_value(), layer.spec.has_weights()) << random.description;
      if (runs[index].busy) cover(random.config, statistics, layer, runs[index], coverage);
    }
  }
  EXPECT_THAT(coverage.pes_that_differ, IsEmpty());
  EXPECT_GT(coverage.pes, 1000U);
  EXPECT_GT(coverage.resident_layers, 50U);
  EXPECT_GT(coverage.streamed_layers, 50U);
  EXPECT_GT(coverage.convolutions, 40U);
  EXPECT_GT(coverage.layers_of_several_passes, 50U);
  EXPECT_GT(coverage.layers_with_stalls, 50U);
  EXPECT_GT(coverage.layers_of_long_windows, 50U);
}

}  // namespace
}  // namespace nzsim::eie
