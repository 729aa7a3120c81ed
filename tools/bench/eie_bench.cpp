#include <filesystem>
#include <memory>

#include <benchmark/benchmark.h>
#include <systemc>

#include "models/eie/eie.h"
#include "models/eie/fast_engine.h"
#include "models/eie/image.h"
#include "models/eie/program.h"
#include "models/eie/reference_machine.h"
#include "sim/workload/values.h"

// Speed of EIE on a layer as large as Alex-7: 4096 x 4096 at 9 %, 35.3 % of the activations
// non-zero, 64 PEs, queue depth 8. Times are of one core; `ns/PE-cycle` is the time per PE and
// simulated clock cycle.

/// The SystemC library refers to this symbol; the benchmarks elaborate from `main`.
int sc_main(int, char**) { return 0; }

namespace nzsim::eie {
namespace {

const std::filesystem::path kNetworks =
    std::filesystem::path(NZSIM_SOURCE_DIR) / "workloads/networks";

const EieProgram& alex_7() {
  static const std::unique_ptr<EieProgram> program =
      compile(Config{}, {load_network(kNetworks / "alex-7.json"), 0});
  return *program;
}

const Statistics& statistics() {
  static const Statistics statistics{Config{}};
  return statistics;
}

void report_rate(benchmark::State& state, const LayerRun& run) {
  const double pe_cycles = 64.0 * static_cast<double>(run.counters[statistics().cycles.value]);
  state.counters["cycles"] = static_cast<double>(run.counters[statistics().cycles.value]);
  state.counters["PE-cycles"] = benchmark::Counter(
      pe_cycles, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::OneK::kIs1000);
  state.counters["s/PE-cycle"] = benchmark::Counter(
      pe_cycles, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void BM_FastTimingAndCounters(benchmark::State& state) {
  const Config config;
  std::vector<LayerRun> runs;
  for (auto _ : state) runs = run_fast(config, statistics(), alex_7(), false);
  report_rate(state, runs.front());
}
BENCHMARK(BM_FastTimingAndCounters)->Unit(benchmark::kMillisecond);

void BM_FastWithValues(benchmark::State& state) {
  const Config config;
  std::vector<LayerRun> runs;
  for (auto _ : state) runs = run_fast(config, statistics(), alex_7(), true);
  report_rate(state, runs.front());
}
BENCHMARK(BM_FastWithValues)->Unit(benchmark::kMillisecond);

/// The registers of every PE, stepped by the SystemC kernel, values included; elaborated once.
void BM_Reference(benchmark::State& state) {
  const Config config;
  static ReferenceEie machine(config, statistics(), alex_7());
  LayerRun run;
  for (auto _ : state) run = machine.run_layer(0, alex_7().layers.front().activations);
  report_rate(state, run);
}
BENCHMARK(BM_Reference)->Unit(benchmark::kMillisecond);

/// From weights as codes to the images of all PEs, with what the values kernel needs.
void BM_BuildImage(benchmark::State& state) {
  SyntheticSource source;
  source.density = 0.09;
  const CompressedMatrix matrix = synthetic_matrix(4096, 4096, source, 1);
  const Config config;
  for (auto _ : state) {
    std::vector<std::uint32_t> bases(config.pe_count, 0);
    Arena arena;
    benchmark::DoNotOptimize(build_image(
        config, {4096, 4096, matrix.row_starts, matrix.columns, matrix.codes, {}}, bases, arena));
  }
}
BENCHMARK(BM_BuildImage)->Unit(benchmark::kMillisecond);

/// The whole compiler: drawing the synthetic values, formats by range, images.
void BM_CompileNetwork(benchmark::State& state) {
  const Workload workload{load_network(kNetworks / "alex-7.json"), 0};
  for (auto _ : state) benchmark::DoNotOptimize(compile(Config{}, workload));
}
BENCHMARK(BM_CompileNetwork)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nzsim::eie

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
