#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "models/systolic/array/matrix_unit.h"
#include "models/systolic/array/output_stationary_unit.h"
#include "models/systolic/systolic.h"
#include "models/systolic/values/bfloat16_kernel.h"
#include "models/systolic/values/fast_values.h"
#include "models/systolic/values/gemm_kernel.h"
#include "sim/memory/config.h"
#include "sim/workload/network.h"

// Speed of the parts of a systolic array's model: values without a pipeline, in multiply-accumulate
// operations per second of one core, and the register-accurate arrays, in their clock cycles.

namespace nzsim::systolic {
namespace {

struct Shape {
  std::size_t m;
  std::size_t k;
  std::size_t n;
  std::size_t count = 1;
};

/// What one 256 x 256 weight tile multiplies in a large layer.
constexpr Shape kTile{1536, 256, 256};

/// The products of ResNet-50 for one image, M = output pixels, with the stride in the 3 x 3
/// convolutions. Source: K. He et al., "Deep Residual Learning for Image Recognition", CVPR 2016,
/// Table 1.
constexpr std::array<Shape, 21> kResNet50{{
    {12544, 147, 64},    {3136, 64, 64},      {3136, 256, 64, 2}, {3136, 576, 64, 3},
    {3136, 64, 256, 4},  {3136, 256, 128},    {784, 512, 128, 3}, {784, 1152, 128, 4},
    {784, 128, 512, 4},  {784, 256, 512},     {784, 512, 256},    {196, 1024, 256, 5},
    {196, 2304, 256, 6}, {196, 256, 1024, 6}, {196, 512, 1024},   {196, 1024, 512},
    {49, 2048, 512, 2},  {49, 4608, 512, 3},  {49, 512, 2048, 3}, {49, 1024, 2048},
    {1, 2048, 1000},
}};

/// Random operands for shapes of up to `elements` each.
template <class Element>
std::vector<Element> random_elements(std::size_t elements) {
  std::mt19937 random(1);
  std::vector<Element> all(elements);
  for (Element& element : all) element = static_cast<Element>(random());
  return all;
}

/// Numbers from 1 to 2 of either sign: subnormal and infinite ones slow the host down.
template <>
std::vector<Bfloat16> random_elements(std::size_t elements) {
  std::mt19937 random(1);
  std::vector<Bfloat16> all(elements);
  for (Bfloat16& element : all) element = static_cast<Bfloat16>((random() & 0x807f) | 0x3f80);
  return all;
}

template <class A, class B>
void pack_and_multiply(const Shape& shape, const std::vector<A>& a, const std::vector<B>& b,
                       std::vector<std::int32_t>& c, InstructionSet set) {
  const PackedWeights packed(MatrixView<const B>{b.data(), shape.k, shape.n, shape.n});
  multiply(MatrixView<const A>{a.data(), shape.m, shape.k, shape.k}, packed,
           {c.data(), shape.m, shape.n, shape.n}, Accumulate::replace, set);
  benchmark::DoNotOptimize(c.data());
}

void report_macs(benchmark::State& state, double macs) {
  state.counters["MAC/s"] = benchmark::Counter(macs, benchmark::Counter::kIsIterationInvariantRate,
                                               benchmark::Counter::OneK::kIs1000);
}

double macs_of(const Shape& shape) {
  return static_cast<double>(shape.m * shape.k * shape.n * shape.count);
}

/// One tile, packing included, with each set of instructions.
template <class A, class B>
void tile(benchmark::State& state, InstructionSet set) {
  const auto a = random_elements<A>(kTile.m * kTile.k);
  const auto b = random_elements<B>(kTile.k * kTile.n);
  std::vector<std::int32_t> c(kTile.m * kTile.n);
  for (auto _ : state) pack_and_multiply(kTile, a, b, c, set);
  report_macs(state, macs_of(kTile));
}

/// All products of ResNet-50, packing included, for a batch.
void BM_GemmResNet50(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto a = random_elements<std::int8_t>(batch * 12544 * 147);
  const auto b = random_elements<std::int8_t>(std::size_t{4608} * 512);
  std::vector<std::int32_t> c(batch * 3136 * 256);
  double macs = 0.0;
  for (Shape shape : kResNet50) {
    shape.m *= batch;
    macs += macs_of(shape);
  }
  for (auto _ : state) {
    for (Shape shape : kResNet50) {
      shape.m *= batch;
      for (std::size_t n = 0; n < shape.count; ++n) {
        pack_and_multiply(shape, a, b, c, fastest_instruction_set());
      }
    }
  }
  report_macs(state, macs);
}
BENCHMARK(BM_GemmResNet50)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);

/// A network of `name` with random values, and factors that bring random sums to 8 bits; quantising
/// real ones takes a pass in double precision.
std::vector<QuantizedLayer> random_network(const std::string& name, std::uint32_t batch) {
  const std::filesystem::path networks = NZSIM_SOURCE_DIR "/workloads/networks";
  std::vector<QuantizedLayer> layers;
  for (const LayerSpec& spec : load_network(networks / (name + ".json"), batch).layers) {
    QuantizedLayer& layer = layers.emplace_back();
    layer.spec = spec;
    layer.weights = random_elements<std::int8_t>(spec.weight_elements());
    layer.bias.assign(spec.matrix_outputs(), 1);
    layer.quantization.output.activation = spec.activation;
    const auto inner = static_cast<double>(spec.matrix_product().inner);
    if (inner > 0) {
      layer.quantization.output.requantization = requantization_for(1.0 / (128 * std::sqrt(inner)));
    }
    layer.quantization.sources.assign(1, requantization_for(1.0));
    if (const auto* chained = std::get_if<ChainedSource>(&spec.activations)) {
      const double factor = spec.type == LayerType::elementwise ? 300.0 : 1.0;
      layer.quantization.sources.assign(chained->layers.size(), requantization_for(factor));
      if (factor > 1) layer.quantization.output.requantization = requantization_for(1.0 / 256);
    } else {
      layer.inputs.assign(batch, {random_elements<std::int8_t>(spec.input.elements())});
    }
  }
  return layers;
}

/// All outputs of a network without the machine, packing of the weights included.
void fast_values(benchmark::State& state, const std::string& name, std::uint32_t batch) {
  const std::vector<QuantizedLayer> layers = random_network(name, batch);
  double macs = 0.0;
  for (const QuantizedLayer& layer : layers) {
    macs += static_cast<double>(layer.spec.dense_multiply_accumulates() * batch);
  }
  for (auto _ : state) benchmark::DoNotOptimize(compute_values(layers));
  report_macs(state, macs);
}

void BM_FastValuesResnet50(benchmark::State& state) {
  fast_values(state, "resnet-50", static_cast<std::uint32_t>(state.range(0)));
}
BENCHMARK(BM_FastValuesResnet50)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);

void BM_FastValuesMobilenetV1(benchmark::State& state) { fast_values(state, "mobilenet-v1", 8); }
BENCHMARK(BM_FastValuesMobilenetV1)->Unit(benchmark::kMillisecond);

void BM_FastValuesVgg16(benchmark::State& state) { fast_values(state, "vgg-16", 1); }
BENCHMARK(BM_FastValuesVgg16)->Unit(benchmark::kMillisecond);

void BM_GemmTileBfloat16(benchmark::State& state) {
  std::vector<Bfloat16> a(kTile.m * kTile.k, Bfloat16{0x3f80});
  std::vector<Bfloat16> b(kTile.k * kTile.n, Bfloat16{0x3fc0});
  std::vector<float> c(kTile.m * kTile.n);
  for (auto _ : state) {
    const PackedBfloat16Weights packed({b.data(), kTile.k, kTile.n, kTile.n});
    multiply({a.data(), kTile.m, kTile.k, kTile.k}, packed, {c.data(), kTile.m, kTile.n, kTile.n},
             Accumulate::replace);
    benchmark::DoNotOptimize(c.data());
  }
  report_macs(state, macs_of(kTile));
}
BENCHMARK(BM_GemmTileBfloat16)->Unit(benchmark::kMillisecond);

constexpr std::uint32_t kArraySize = 256;
/// Cycles of an array per iteration.
constexpr std::uint32_t kCycles = 512;

void report_cycles(benchmark::State& state) {
  state.counters["cycles/s"] = benchmark::Counter(
      kCycles, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::OneK::kIs1000);
}

/// The TPU's array. With argument 0 it multiplies by one tile all the time; with 1 the next tile is
/// always on its way in, and is switched to as soon as it is complete.
template <class Operand, class Sum>
void matrix_unit(benchmark::State& state) {
  const bool shifts = state.range(0) != 0;
  BasicMatrixUnit<Operand, Sum> unit(kArraySize, kArraySize);
  const auto row = random_elements<Operand>(kArraySize);
  for (auto _ : state) {
    for (std::uint32_t cycle = 0; cycle < kCycles; ++cycle) {
      unit.enter_activations(
          row, unit.shadow_rows() == kArraySize ? Weights::switch_to_shadow : Weights::keep);
      if (shifts) unit.enter_weights(row);
      unit.commit();
    }
    benchmark::DoNotOptimize(unit.result().data());
  }
  report_cycles(state);
}
void BM_MatrixUnit256(benchmark::State& state) { matrix_unit<std::int8_t, std::int32_t>(state); }
void BM_Bfloat16MatrixUnit256(benchmark::State& state) { matrix_unit<Bfloat16, float>(state); }
BENCHMARK(BM_MatrixUnit256)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Bfloat16MatrixUnit256)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// An output-stationary array of that size. The argument is the steps of a fold, one every cycle:
/// with 256 the array always drains, with 512 half of the time.
template <class Operand, class Sum>
void output_stationary_unit(benchmark::State& state, Readout readout) {
  const auto steps = static_cast<std::uint32_t>(state.range(0));
  BasicOutputStationaryUnit<Operand, Sum> unit(kArraySize, kArraySize, readout);
  const auto row = random_elements<Operand>(kArraySize);
  for (auto _ : state) {
    for (std::uint32_t cycle = 0; cycle < kCycles; ++cycle) {
      const std::uint32_t step = cycle % steps;
      unit.enter_step(row, row, step == 0, step == steps - 1);
      unit.commit();
    }
    benchmark::DoNotOptimize(unit.result().data());
  }
  report_cycles(state);
}
void BM_OutputStationaryUnit256(benchmark::State& state) {
  output_stationary_unit<std::int8_t, std::int32_t>(state, Readout::drain);
}
void BM_OutputStationaryUnit256Parallel(benchmark::State& state) {
  output_stationary_unit<std::int8_t, std::int32_t>(state, Readout::parallel);
}
void BM_Bfloat16OutputStationaryUnit256(benchmark::State& state) {
  output_stationary_unit<Bfloat16, float>(state, Readout::drain);
}
BENCHMARK(BM_OutputStationaryUnit256)->Arg(256)->Arg(512)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_OutputStationaryUnit256Parallel)->Arg(512)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Bfloat16OutputStationaryUnit256)->Arg(256)->Unit(benchmark::kMillisecond);

/// Registers one benchmark per set of instructions that this machine has.
[[maybe_unused]] const bool kTilesAreRegistered = [] {
  for (const InstructionSet set : available_instruction_sets()) {
    const std::string name(name_of(set));
    benchmark::RegisterBenchmark(("BM_GemmTile8x8/" + name).c_str(), tile<std::int8_t, std::int8_t>,
                                 set)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RegisterBenchmark("BM_GemmTile8x16", tile<std::int8_t, std::int16_t>,
                               fastest_instruction_set())
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("BM_GemmTile16x16", tile<std::int16_t, std::int16_t>,
                               fastest_instruction_set())
      ->Unit(benchmark::kMillisecond);
  return true;
}();

/// Time and counters of ResNet-50, batch 8, on a TPU v1, without values; argument: without memory,
/// or with two channels of DDR3.
void BM_TimeResnet50Batch8(benchmark::State& state) {
  Config config;
  config.host_bytes_per_second = 12.5e9;
  const std::filesystem::path root = NZSIM_SOURCE_DIR;
  if (state.range(0) != 0) {
    config.memory = load_memory(root / "configs/memory/ddr3-2133.json", {{"/channels", "2"}});
  }
  const Systolic machine(config);
  const auto program =
      machine.compile({load_network(root / "workloads/networks/resnet-50.json", 8), 1});
  for (auto _ : state) {
    benchmark::DoNotOptimize(machine.simulate(*program, {.values = false}));
  }
}
BENCHMARK(BM_TimeResnet50Batch8)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nzsim::systolic
