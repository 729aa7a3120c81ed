#include "tests/support/eie_random.h"

#include <algorithm>
#include <map>
#include <variant>

#include <boost/random/mersenne_twister.hpp>
#include <fmt/format.h>

#include "models/eie/program.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/workload/npz.h"
#include "sim/workload/values.h"
#include "tests/support/shipped_memory.h"

namespace nzsim::eie::test {
namespace {

/// Draws numbers for one case.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  std::uint32_t between(std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(engine_() % (std::uint64_t{high} - low + 1));
  }
  bool chance(std::uint32_t percent) { return between(1, 100) <= percent; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return *(values.begin() + between(0, static_cast<std::uint32_t>(values.size()) - 1));
  }

 private:
  boost::random::mt19937_64 engine_;
};

Config random_config(Dice& dice) {
  Config config;
  config.pe_count = dice.chance(70) ? dice.between(1, 9) : dice.one_of({16U, 33U, 64U, 70U});
  config.activation_queue_depth = dice.one_of({1U, 1U, 2U, 3U, 4U, 8U, 32U});
  config.code_bits = dice.one_of({4U, 4U, 5U, 8U});
  config.skip_bits = dice.one_of({1U, 2U, 4U, 4U, 8U});
  config.codebook_entries = 1U << config.code_bits;
  config.sparse_matrix_width_bits =
      (config.code_bits + config.skip_bits) * dice.one_of({1U, 2U, 3U, 8U, 8U, 64U}) +
      dice.one_of({0U, 0U, 1U});
  config.sparse_matrix_bytes = 1U << 24;
  config.pointer_bytes = 1U << 24;
  config.pointer_bits = 32;
  config.activation_registers = dice.one_of({1U, 2U, 5U, 16U, 64U});
  config.activation_sram_bytes = 1U << 20;
  config.activation_sram_width_bits = 16 * dice.between(1, 5);
  if (dice.chance(30)) config.activation_fraction_bits = static_cast<int>(dice.between(6, 14));
  if (dice.chance(30)) config.weight_fraction_bits = static_cast<int>(dice.between(8, 16));
  if (dice.chance(20)) config.lnzd_tree_latency_cycles = dice.between(1, 6);
  if (dice.chance(20)) config.line_change_penalty_cycles = dice.between(1, 3);
  return config;
}

SyntheticSource random_source(Dice& dice, const Config& config) {
  SyntheticSource source;
  source.density = dice.one_of({0.01, 0.05, 0.1, 0.1, 0.3, 0.7, 1.0});
  if (dice.chance(30)) {
    source.row_spread = dice.one_of({0.5, 1.0});
    source.column_spread = dice.one_of({0.5, 1.0});
  }
  source.codebook_entries = dice.between(2, config.codebook_entries);
  source.seed = dice.between(1, 1'000'000);
  return source;
}

std::string bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// A compressed layer with a bias as a file, drawn like a synthetic one.
FileSource biased_weights(Dice& dice, const Config& config, const LayerSpec& spec,
                          const std::filesystem::path& path) {
  const std::uint64_t inputs = spec.matrix_inputs();
  const CompressedMatrix matrix =
      synthetic_matrix(spec.matrix_outputs(), static_cast<std::uint32_t>(inputs),
                       random_source(dice, config), dice.between(1, 1'000'000));
  std::vector<std::uint16_t> codes(inputs * matrix.outputs, 0);
  for (std::uint32_t row = 0; row < matrix.outputs; ++row) {
    for (std::uint64_t n = matrix.row_starts[row]; n < matrix.row_starts[row + 1]; ++n) {
      codes[row * inputs + matrix.columns[n]] = matrix.codes[n];
    }
  }
  std::vector<float> bias;
  for (std::uint32_t row = 0; row < matrix.outputs; ++row) {
    bias.push_back(static_cast<float>(dice.between(0, 200)) / 100.0F - 1.0F);
  }
  std::map<std::string, NumpyArray> arrays;
  arrays["codes"] = {ArrayType::uint16,
                     {matrix.outputs, inputs},
                     {reinterpret_cast<const char*>(codes.data()), codes.size() * 2}};
  arrays["codebook"] = {ArrayType::float32, {matrix.codebook.size()}, bytes_of(matrix.codebook)};
  arrays["bias"] = {ArrayType::float32, {bias.size()}, bytes_of(bias)};
  write_file(path, format_npz(arrays));
  return {path};
}

std::uint32_t window_steps(std::uint32_t length, std::uint32_t kernel, std::uint32_t stride,
                           std::uint32_t padding) {
  return (length + 2 * padding - kernel) / stride + 1;
}

void make_convolution(Dice& dice, LayerSpec& spec) {
  spec.type = LayerType::convolution;
  spec.groups = spec.input.channels % 2 == 0 && dice.chance(30) ? 2 : 1;
  spec.kernel = {dice.between(1, std::min(3U, spec.input.height)),
                 dice.between(1, std::min(3U, spec.input.width))};
  spec.stride = {dice.between(1, 2), dice.between(1, 2)};
  spec.padding = {dice.between(0, spec.kernel.height - 1), dice.between(0, spec.kernel.width - 1)};
  spec.output = {
      spec.groups * dice.between(1, 20),
      window_steps(spec.input.height, spec.kernel.height, spec.stride.height, spec.padding.height),
      window_steps(spec.input.width, spec.kernel.width, spec.stride.width, spec.padding.width)};
}

void make_pooling(Dice& dice, LayerSpec& spec) {
  spec.type = LayerType::pooling;
  spec.pooling = dice.chance(50) ? PoolingKind::maximum : PoolingKind::average;
  spec.kernel = {std::min(2U, spec.input.height), std::min(2U, spec.input.width)};
  spec.stride = spec.kernel;
  spec.output = {spec.input.channels,
                 window_steps(spec.input.height, spec.kernel.height, spec.stride.height, 0),
                 window_steps(spec.input.width, spec.kernel.width, spec.stride.width, 0)};
}

void make_fully_connected(Dice& dice, LayerSpec& spec) {
  spec.type = LayerType::fully_connected;
  spec.output = {dice.chance(15) ? dice.between(256, 400) : dice.between(1, 120), 1, 1};
}

/// Draws the layer's kind and output; its input is set.
void draw_layer(Dice& dice, const Config& config, LayerSpec& spec,
                const std::filesystem::path& file) {
  const bool is_map = spec.input.height * spec.input.width > 1;
  if (is_map && dice.chance(60)) {
    make_convolution(dice, spec);
  } else if (is_map) {
    make_pooling(dice, spec);
  } else {
    make_fully_connected(dice, spec);
  }
  if (!spec.has_weights()) return;
  spec.activation = dice.chance(50) ? Activation::relu : Activation::none;
  spec.relu_on_input = dice.chance(50);
  if (dice.chance(30)) {
    spec.weights = biased_weights(dice, config, spec, file);
  } else {
    spec.weights = random_source(dice, config);
  }
}

LayerSpec first_layer(Dice& dice) {
  LayerSpec spec;
  spec.batch = dice.chance(80) ? 1 : dice.between(2, 3);
  spec.input = dice.chance(75)
                   ? FeatureShape{dice.between(1, 150), 1, 1}
                   : FeatureShape{dice.between(1, 6), dice.between(1, 5), dice.between(2, 5)};
  SyntheticSource activations;
  activations.density = dice.one_of({0.02, 0.2, 0.4, 1.0});
  activations.is_signed = dice.chance(50);
  activations.seed = dice.between(1, 1'000'000);
  spec.activations = activations;
  return spec;
}

MemoryConfig random_ideal_memory(Dice& dice) {
  IdealMemoryConfig ideal;
  ideal.latency_femtoseconds = dice.one_of({0, 1, 999'999, 50'000'000, 2'000'000'000});
  ideal.bytes_per_second = dice.one_of({1e8, 1e9, 25.6e9, 1e12, 1e15});
  ideal.capacity_bytes = std::uint64_t{1} << 40;
  ideal.picojoules_per_bit = 20.0;
  ideal.energy_source = "drawn";
  return {"ideal", "drawn", ideal};
}

MemoryConfig random_dram(Dice& dice) {
  const auto* name = dice.one_of({"ddr3-1600", "ddr4-2400", "lpddr4-3200", "hbm2-2000"});
  MemoryConfig memory = nzsim::test::shipped_memory(name);
  auto& dram = std::get<DramConfig>(memory.memory);
  dram.channels = dice.one_of({1U, 1U, 2U, 4U});
  dram.controller.read_queue_entries = dice.one_of({1U, 4U, 32U});
  dram.controller.page_policy =
      dice.one_of({PagePolicy::open, PagePolicy::closed, PagePolicy::timeout});
  if (dice.chance(20)) dram.controller.refresh = RefreshPolicy::none;
  return memory;
}

/// Gives the machine a memory, and SRAMs that are often too small: the smallest that the compiler
/// takes, starting from a drawn size.
void add_streaming(Dice& dice, RandomCase& drawn) {
  Config& config = drawn.config;
  config.matrix_streaming = dice.chance(70) ? MatrixStreaming::oversized : MatrixStreaming::always;
  config.memory = dice.chance(50) ? random_ideal_memory(dice) : random_dram(dice);
  config.clock_hz = dice.one_of({800e6, 700e6, 123'456'789.0, 3e9});
  std::uint64_t lines = dice.between(2, 100);
  std::uint64_t pointers = dice.between(4, 300);
  config.pointer_bits = dice.one_of({4U, 8U, 12U, 16U});
  for (;;) {
    config.sparse_matrix_bytes = (lines * config.sparse_matrix_width_bits + 7) / 8;
    config.pointer_bytes = (pointers * config.pointer_bits + 7) / 8;
    try {
      (void)compile(config, drawn.workload);
      return;
    } catch (const WorkloadError&) {
      lines += lines / 2;
      pointers += pointers / 2;
      config.pointer_bits = std::min(config.pointer_bits + 1, 32U);
    }
  }
}

}  // namespace

RandomCase random_case(std::uint64_t seed, const std::filesystem::path& directory) {
  Dice dice(seed);
  RandomCase drawn;
  drawn.config = random_config(dice);
  Network& network = drawn.workload.network;
  network.name = "random";
  network.path = directory / "random.json";
  const std::uint32_t layers = dice.chance(75) ? 1 : dice.between(2, 3);
  for (std::uint32_t index = 0; index < layers; ++index) {
    LayerSpec spec = first_layer(dice);
    if (index > 0) {
      const LayerSpec& before = network.layers.back();
      spec.batch = before.batch;
      spec.input = before.output;
      spec.activations = ChainedSource{{index - 1}};
      // A fully connected layer reads a map as one vector.
      if (dice.chance(50)) {
        spec.input = {static_cast<std::uint32_t>(before.output.elements()), 1, 1};
      }
    }
    spec.name = fmt::format("layer-{}", index);
    draw_layer(dice, drawn.config, spec, directory / fmt::format("{}-{}.npz", seed, index));
    drawn.description += fmt::format(" [{} {}x{}x{} -> {}x{}x{}]", to_string(spec.type),
                                     spec.input.channels, spec.input.height, spec.input.width,
                                     spec.output.channels, spec.output.height, spec.output.width);
    network.layers.push_back(std::move(spec));
  }
  drawn.workload.seed = dice.between(0, 3);
  if (dice.chance(50)) add_streaming(dice, drawn);
  drawn.description =
      fmt::format("case {}: {} PEs, depth {}, memory {},{}", seed, drawn.config.pe_count,
                  drawn.config.activation_queue_depth,
                  drawn.config.memory ? drawn.config.memory->name : "none", drawn.description);
  return drawn;
}

}  // namespace nzsim::eie::test
