#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <systemc>

#include "models/eie/eie.h"
#include "models/eie/fast_engine.h"
#include "models/eie/reference_machine.h"
#include "tests/support/fork.h"
#include "tests/support/hand_built.h"
#include "tests/support/shipped_memory.h"

namespace nzsim::eie {
namespace {

/// 100 ns to the first byte, then 64 bytes in 40 ns.
MemoryConfig ideal_memory(Femtoseconds latency = 100'000'000) {
  IdealMemoryConfig ideal;
  ideal.latency_femtoseconds = latency;
  ideal.bytes_per_second = 1.6e9;
  ideal.capacity_bytes = 4096;
  return {"ideal", "", ideal};
}

/// One PE at 1 GHz, so that cycle n begins at n ns. Each half of its SRAMs holds 8 entries in two
/// lines: two columns of four.
Config machine(MemoryConfig memory = ideal_memory()) {
  Config config;
  config.clock_hz = 1e9;
  config.pe_count = 1;
  config.activation_registers = 16;
  config.sparse_matrix_width_bits = 32;
  config.sparse_matrix_bytes = 16;
  config.memory = std::move(memory);
  config.matrix_streaming = MatrixStreaming::always;
  return config;
}

/// A matrix `[4, columns]` without zeros.
test::Codes full(std::uint32_t columns) {
  test::Codes codes;
  for (std::uint32_t column = 0; column < columns; ++column) {
    for (std::uint32_t row = 0; row < 4; ++row) codes[{row, column}] = 1;
  }
  return codes;
}

/// Layers of `columns` columns each, streamed or not, with `batch` inputs without zeros.
class Layers {
 public:
  explicit Layers(const Config& config) : config_(config) {}

  void add(const test::Codes& codes, std::uint32_t columns, std::uint32_t batch, bool is_streamed) {
    layers_.push_back(std::make_unique<test::HandBuiltLayer>(config_, 4, columns, codes));
    LayerProgram& layer = layers_.back()->program;
    layer.spec.batch = batch;
    layer.images.front().is_streamed = is_streamed;
    layer.activations =
        program.arena.keep(std::vector<std::int16_t>(std::size_t{columns} * batch, 256));
    program.layers.push_back(layer);
  }

  EieProgram program;

 private:
  const Config& config_;
  std::vector<std::unique_ptr<test::HandBuiltLayer>> layers_;
};

/// Cycles, waits and DRAM bytes of each layer.
std::string text_of(const Statistics& statistics, const std::vector<LayerRun>& runs) {
  std::string text;
  for (const LayerRun& run : runs) {
    text += fmt::format("{} cycles, {} waits, {} segments, {} bytes; ",
                        run.counters[statistics.cycles.value],
                        run.counters[statistics.streaming->matrix_wait_cycles.value],
                        run.counters[statistics.streaming->matrix_segments.value],
                        statistics.streaming->dram.sum(run.counters).bytes);
  }
  return text;
}

/// Clocks that all bursts of the first layer took, from the port to the answer.
std::string latency_of(const Statistics& statistics, const std::vector<LayerRun>& runs) {
  return fmt::format("{}",
                     statistics.streaming->dram.sum(runs.front().counters).read_latency_clocks);
}

using Text = std::function<std::string(const Statistics&, const std::vector<LayerRun>&)>;

/// Hand-built images hold what the machine reads, not what the fast engine takes values from.
std::string fast(const Config& config, const EieProgram& program, const Text& text = text_of) {
  const Statistics statistics(config);
  return text(statistics, run_fast(config, statistics, program, false));
}

std::string reference(const Config& config, const EieProgram& program,
                      const ReferenceOptions& options = {}, const Text& text = text_of) {
  return nzsim::test::fork_and_capture([&] {
    const Statistics statistics(config);
    return text(statistics, ReferenceEie(config, statistics, program, options).run());
  });
}

TEST(Streaming, WaitsForTheFirstSegmentAndOverlapsTheSecond) {
  const Config config = machine();
  Layers layers(config);
  layers.add(full(4), 4, 1, true);
  // Segment 0, sent at 0 ns, is answered at 100 + 40 = 140 ns, so it is taken in cycle 141 and used
  // from 142 on. Two columns of 4 entries: broadcasts in 1 and 2, slots 3 to 10, 10 + 6 = 16
  // cycles, until 158. Segment 1, sent in cycle 1, moves behind segment 0 until 180 ns: from cycle
  // 182 on, 24 cycles later. 182 + 16 = 198.
  const std::string expected = "198 cycles, 166 waits, 2 segments, 128 bytes; ";
  EXPECT_EQ(fast(config, layers.program), expected);
  EXPECT_EQ(reference(config, layers.program), expected);
}

TEST(Streaming, TakesAnAnswerInTheFirstCycleThatBeginsBehindIt) {
  // One segment. Answered at 140 ns less 1 fs: taken in cycle 140, used from 141 to 156.
  const Config before = machine(ideal_memory(100'000'000 - 1));
  Layers early(before);
  early.add(full(2), 2, 1, true);
  EXPECT_EQ(fast(before, early.program), "157 cycles, 141 waits, 1 segments, 64 bytes; ");
  EXPECT_EQ(reference(before, early.program), "157 cycles, 141 waits, 1 segments, 64 bytes; ");
  // Answered at 140 ns: at the begin of cycle 140, so taken in the next.
  const Config at = machine();
  Layers late(at);
  late.add(full(2), 2, 1, true);
  EXPECT_EQ(fast(at, late.program), "158 cycles, 142 waits, 1 segments, 64 bytes; ");
  EXPECT_EQ(reference(at, late.program), "158 cycles, 142 waits, 1 segments, 64 bytes; ");
}

TEST(Streaming, RequestsTheNextSegmentWhenAHalfIsFreeAndTheMatrixAnewForEachInput) {
  const Config config = machine();
  Layers layers(config);
  layers.add(full(4), 4, 2, true);
  // As above until 198. Segment 2 takes the half that is free from cycle 158 on: 258 to 298 ns,
  // used from 300 to 315. Segment 3, requested in cycle 198, moves from 298 to 338 ns: used from
  // 340 to 355. Waits: 166 + (300 - 198) + (340 - 316) = 292.
  const std::string expected = "356 cycles, 292 waits, 4 segments, 256 bytes; ";
  EXPECT_EQ(fast(config, layers.program), expected);
  EXPECT_EQ(reference(config, layers.program), expected);
}

TEST(Streaming, WaitsUntilThePortIsFree) {
  // A read queue of one entry takes the second burst of a segment when the first has its command:
  // the second segment leaves the machine later than in cycle 1. Halves of 64 entries hold 16
  // columns: 64 + 17 x 2 bytes, two bursts.
  MemoryConfig memory = nzsim::test::shipped_memory("ddr3-1600");
  std::get<DramConfig>(memory.memory).controller.read_queue_entries = 1;
  Config narrow = machine(memory);
  narrow.sparse_matrix_bytes = 128;
  // Eight clocks of the channel in a cycle: it tells when a segment leaves.
  narrow.clock_hz = 100e6;
  Layers layers(narrow);
  layers.add(full(32), 32, 1, true);
  EXPECT_THAT(fast(narrow, layers.program), testing::EndsWith("2 segments, 256 bytes; "));
  const std::string latency = fast(narrow, layers.program, latency_of);
  EXPECT_EQ(reference(narrow, layers.program, {}, latency_of), latency);
  // The same bursts stand at the port from cycle 1 on where there is room for them.
  std::get<DramConfig>(narrow.memory->memory).controller.read_queue_entries = 32;
  EXPECT_NE(fast(narrow, layers.program, latency_of), latency);
}

TEST(Streaming, CountsTheTailOfAStreamedPassAlone) {
  // An entry in column 0 (slot 3) and 12 columns without: bubbles in slots 4 to 15. A pass over an
  // SRAM counts until 3 + 6 = 9; streamed, it counts until the machine is drained, 16 cycles, after
  // 142 of waiting. 14 pointers fit.
  const Config config = machine();
  Layers streamed(config);
  streamed.add({{{0, 0}, 1}}, 13, 1, true);
  EXPECT_EQ(fast(config, streamed.program), "158 cycles, 142 waits, 1 segments, 64 bytes; ");
  EXPECT_EQ(reference(config, streamed.program), "158 cycles, 142 waits, 1 segments, 64 bytes; ");
  Layers resident(config);
  resident.add({{{0, 0}, 1}}, 13, 1, false);
  EXPECT_EQ(fast(config, resident.program), "9 cycles, 0 waits, 0 segments, 0 bytes; ");
  EXPECT_EQ(reference(config, resident.program), "9 cycles, 0 waits, 0 segments, 0 bytes; ");
}

TEST(Streaming, LetsTimeGoOnInTheTailOfAPassThatDoesNotCountIt) {
  // Layer 0 counts 9 cycles and takes 16. Layer 1 begins at 16 ns whatever is counted: it waits for
  // 142 cycles, as if it were alone. Refreshes of a DRAM tell the difference.
  const Config config = machine(nzsim::test::shipped_memory("ddr3-1600"));
  Layers layers(config);
  layers.add({{{0, 0}, 1}}, 13, 1, false);
  layers.add(full(4), 4, 40, true);
  layers.add({{{0, 0}, 1}}, 13, 3, false);
  layers.add(full(4), 4, 40, true);
  EXPECT_EQ(fast(config, layers.program), reference(config, layers.program));
}

TEST(Streaming, DoesNotDependOnTheOrderOfModules) {
  const Config config = machine(nzsim::test::shipped_memory("ddr4-2400"));
  Layers layers(config);
  layers.add(full(8), 8, 3, true);
  const std::string expected = fast(config, layers.program);
  EXPECT_EQ(reference(config, layers.program, {.uses_kernel = true, .shuffle_seed = 1}), expected);
  EXPECT_EQ(reference(config, layers.program, {.uses_kernel = true, .shuffle_seed = 2}), expected);
  EXPECT_EQ(reference(config, layers.program, {.uses_kernel = true, .shuffle_seed = 3}), expected);
}

TEST(Streaming, ShowsTheMemoryAndTheStreamerInTheHierarchy) {
  const Config config = machine();
  const Layers layers(config);
  const std::string found = nzsim::test::fork_and_capture([&] {
    const Statistics statistics(config);
    const ReferenceEie machine(config, statistics, layers.program);
    std::string kinds;
    for (const char* name : {"dram", "dram.channel_0", "eie.matrix_streamer"}) {
      kinds += sc_core::sc_find_object(name) == nullptr ? "no " : "yes ";
    }
    return kinds;
  });
  EXPECT_EQ(found, "yes yes yes ");
}

TEST(Streaming, NeedsTheKernelsTime) {
  const Config config = machine();
  const Layers layers(config);
  EXPECT_THAT(
      [&] { (void)reference(config, layers.program, {.uses_kernel = false, .shuffle_seed = {}}); },
      testing::ThrowsMessage<std::runtime_error>(
          testing::HasSubstr("a memory has times of the kernel")));
}

TEST(Streaming, WritesEachSegmentIntoTheSrams) {
  const Config config = machine();
  Layers layers(config);
  layers.add(full(4), 4, 2, true);
  const Statistics statistics(config);
  const CounterValues counters = run_fast(config, statistics, layers.program, false)[0].counters;
  // Per segment 2 columns: 8 entries in 2 lines, 3 pointers; 2 segments per input.
  EXPECT_EQ(counters[statistics.streaming->sparse_matrix_line_writes.value], 8U);
  EXPECT_EQ(counters[statistics.streaming->pointer_writes.value], 12U);
  EXPECT_EQ(counters[statistics.streaming->matrix_bytes.value], 256U);
  // A line is read once, though it lies in the same place as the one before.
  EXPECT_EQ(statistics.sparse_matrix_line_reads.of(counters)[0], 8U);
}

TEST(Streaming, IsWhatTheCompilerSees) {
  Config config = machine();
  const std::string always = Eie(config).compile_key();
  config.matrix_streaming = MatrixStreaming::oversized;
  const std::string oversized = Eie(config).compile_key();
  std::get<IdealMemoryConfig>(config.memory->memory).capacity_bytes = 8192;
  const std::string larger = Eie(config).compile_key();
  EXPECT_NE(always, oversized);
  EXPECT_NE(oversized, larger);
  // How fast it is plays no part.
  std::get<IdealMemoryConfig>(config.memory->memory).latency_femtoseconds = 1;
  EXPECT_EQ(Eie(config).compile_key(), larger);
}

TEST(Streaming, MovesTheRooflineToTheMemoryWhereAllLayersAreStreamed) {
  Config config = machine();
  EXPECT_EQ(Eie(config).ceilings().memory, "dram");
  EXPECT_EQ(Eie(config).ceilings().bytes_per_second, 1.6e9);
  config.matrix_streaming = MatrixStreaming::oversized;
  EXPECT_EQ(Eie(config).ceilings().memory, "sparse_matrix_sram");
}

}  // namespace
}  // namespace nzsim::eie
