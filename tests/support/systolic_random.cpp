#include "tests/support/systolic_random.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "models/systolic/compiler/mapping.h"
#include "sim/base/errors.h"
#include "sim/workload/quantized_network.h"
#include "tests/sim/workload/reading.h"
#include "tests/support/random_memory.h"
#include "tests/support/random_values.h"
#include "tests/support/shipped_memory.h"

namespace nzsim::systolic::test {
namespace {

using nzsim::test::Draw;

template <class T>
T one_of(Draw& draw, std::initializer_list<T> values) {
  return *(values.begin() + draw.integer(0, static_cast<std::uint32_t>(values.size()) - 1));
}

bool chance(Draw& draw, std::uint32_t percent) { return draw.integer(1, 100) <= percent; }

/// Adds layers to a network, as text that the reader checks.
class NetworkDraw {
 public:
  explicit NetworkDraw(Draw& draw)
      : draw_(draw), batch_(chance(draw, 50) ? 1 : draw.integer(2, 4)) {}

  /// Draws layers until `count` of them fit.
  Network draw_network(std::size_t count) {
    while (network_.layers.size() < count) {
      const std::string layer = draw_layer();
      const std::string text = text_.empty() ? layer : text_ + ",\n" + layer;
      try {
        network_ = nzsim::test::read_layers(text);
        text_ = text;
      } catch (const WorkloadError&) {
        // Its shapes do not fit what it takes.
      }
    }
    return network_;
  }

 private:
  /// What the layer takes: values of its own, or earlier layers.
  struct Sources {
    std::string text;
    FeatureShape shape;
    std::size_t count = 1;
  };

  std::string draw_layer() {
    const LayerType type = kLayerTypes[draw_.integer(0, kLayerTypes.size() - 1)];
    const Sources sources = draw_sources(type);
    const std::string keys = draw_keys(type, sources);
    const bool has_weights = type == LayerType::fully_connected || type == LayerType::convolution ||
                             type == LayerType::lstm || type == LayerType::gru;
    const std::string weights =
        has_weights ? fmt::format(R"(, "weights": {{"synthetic": {{"density": {}}}}})",
                                  one_of(draw_, {0.3, 0.9, 1.0}))
                    : "";
    return fmt::format(R"({{"name": "layer-{}", "type": "{}", {}, {}{}{}}})",
                       network_.layers.size(), to_string(type), sources.text, keys, weights,
                       chance(draw_, 30) ? R"(, "relu_on_input": true)" : "");
  }

  Sources draw_sources(LayerType type) {
    if (type == LayerType::elementwise) return earlier_layers(draw_.integer(2, 3));
    if (network_.layers.empty() || chance(draw_, 15)) return own_values();
    if (type == LayerType::matmul) return earlier_layers(2);
    return earlier_layers(chance(draw_, 75) ? 1 : draw_.integer(2, 3));
  }

  Sources own_values() {
    const bool is_vector = chance(draw_, 30);
    const FeatureShape shape{draw_.integer(1, 14), is_vector ? 1 : draw_.integer(1, 5),
                             is_vector ? 1 : draw_.integer(1, 5)};
    return {fmt::format(
                R"("batch": {}, "activations": {{"synthetic": {{"density": {}, "signed": true}}}})",
                batch_, one_of(draw_, {0.4, 1.0})),
            shape, 0};
  }

  Sources earlier_layers(std::size_t count) {
    Sources sources;
    sources.count = count;
    // Where there are not enough layers, the reader refuses it, as it does where shapes differ.
    const auto layers = static_cast<std::uint32_t>(network_.layers.size());
    std::string names;
    std::uint32_t channels = 0;
    for (std::size_t n = 0; n < count; ++n) {
      const std::uint32_t back = std::min(draw_.integer(1, 3), std::max(layers, 1U));
      const std::uint32_t source = layers == 0 ? 0 : layers - back;
      names += fmt::format(R"({}"layer-{}")", n == 0 ? "" : ", ", source);
      if (layers == 0) continue;
      sources.shape = network_.layers[source].output;
      channels += sources.shape.channels;
    }
    sources.text = fmt::format(R"("from": [{}])", names);
    sources.shape.channels = std::max(channels, 1U);
    return sources;
  }

  std::string draw_keys(LayerType type, const Sources& sources) {
    switch (type) {
      case LayerType::fully_connected:
        return vectors("rows", sources, 20) + activation();
      case LayerType::lstm:
      case LayerType::gru:
        return vectors("steps", sources, 7);
      case LayerType::convolution:
        return input(sources) + convolution(sources) + activation();
      case LayerType::matmul:
        return matmul(sources) + activation();
      case LayerType::elementwise:
        return fmt::format(R"("operation": "{}")", one_of(draw_, {"add", "multiply"})) +
               activation();
      case LayerType::pooling:
        return input(sources) + pooling() + activation();
      case LayerType::activation:
        return input(sources) + fmt::format(R"("activation": "{}")",
                                            one_of(draw_, {"relu", "sigmoid", "tanh", "gelu"}));
      case LayerType::normalization:
        break;
    }
    const std::uint32_t groups = sources.shape.channels % 2 == 0 ? draw_.integer(1, 2) : 1;
    return input(sources) + fmt::format(R"("kind": "{}", "groups": {})",
                                        one_of(draw_, {"softmax", "layer_normalization"}), groups);
  }

  std::string activation() {
    return fmt::format(R"(, "activation": "{}")",
                       to_string(kActivations[draw_.integer(0, kActivations.size() - 1)]));
  }

  static std::string input(const Sources& sources) {
    if (sources.count > 0) return "";
    const FeatureShape& shape = sources.shape;
    return fmt::format(R"("input": {{"channels": {}, "height": {}, "width": {}}}, )",
                       shape.channels, shape.height, shape.width);
  }

  /// One vector, flattened from all there is, or as many as there are places.
  std::string vectors(const char* key, const Sources& sources, std::uint32_t most_outputs) {
    const FeatureShape& shape = sources.shape;
    const std::uint32_t count = chance(draw_, 50) ? 1 : shape.height * shape.width;
    const std::string inputs =
        sources.count == 0 ? fmt::format(R"("inputs": {}, )", shape.channels) : "";
    return fmt::format(R"({}"{}": {}, "outputs": {})", inputs, key, count,
                       draw_.integer(1, most_outputs));
  }

  std::string convolution(const Sources& sources) {
    const FeatureShape& shape = sources.shape;
    const std::uint32_t channels = shape.channels;
    std::uint32_t groups = 1;
    if (chance(draw_, 20)) groups = channels;
    if (chance(draw_, 30) && channels % 2 == 0) groups = 2;
    const auto pair = [&](std::uint32_t low, std::uint32_t high) {
      return fmt::format(R"({{"height": {}, "width": {}}})", draw_.integer(low, high),
                         draw_.integer(low, high));
    };
    return fmt::format(
        R"("output_channels": {}, "groups": {}, "kernel": {}, "stride": {}, "padding": {}, )"
        R"("dilation": {})",
        groups * draw_.integer(1, groups > 2 ? 2 : 10), groups, pair(1, 3), pair(1, 2), pair(0, 2),
        chance(draw_, 70) ? "1" : pair(1, 2));
  }

  std::string pooling() {
    const std::string kind =
        fmt::format(R"("kind": "{}", )", one_of(draw_, {"maximum", "average"}));
    if (chance(draw_, 20)) return kind + R"("global": true)";
    const std::uint32_t kernel = draw_.integer(1, 3);
    return kind + fmt::format(R"("kernel": {}, "stride": {}, "padding": {}, "ceil_mode": {})",
                              kernel, draw_.integer(1, 2), draw_.integer(0, kernel - 1),
                              chance(draw_, 30));
  }

  std::string matmul(const Sources& sources) {
    const FeatureShape& shape = sources.shape;
    std::uint32_t rows = draw_.integer(1, 7);
    std::uint32_t inner = draw_.integer(1, 12);
    std::uint32_t columns = draw_.integer(1, 12);
    std::uint32_t heads = draw_.integer(1, 3);
    bool is_transposed = chance(draw_, 50);
    if (sources.count > 0) {
      // Both operands of one shape: as many vectors as both have.
      const std::uint32_t channels = shape.channels / 2;
      rows = shape.height * shape.width;
      if (channels % heads != 0) heads = 1;
      inner = channels / heads;
      columns = rows;
      is_transposed = inner != rows || is_transposed;
      if (!is_transposed) columns = inner;
    }
    return fmt::format(
        R"("heads": {}, "rows": {}, "inner": {}, "columns": {}, "transpose_second": {})", heads,
        rows, std::max(inner, 1U), columns, is_transposed);
  }

  Draw& draw_;
  std::uint32_t batch_;
  Network network_;
  std::string text_;
};

MemoryConfig random_memory(Draw& draw) {
  if (chance(draw, 35)) {
    MemoryConfig memory = nzsim::test::shipped_memory(
        one_of(draw, {"ddr3-1600", "ddr4-2400", "lpddr4-3200", "hbm2-2000"}));
    auto& dram = std::get<DramConfig>(memory.memory);
    dram.channels = one_of(draw, {1U, 1U, 2U});
    dram.controller.read_queue_entries = one_of(draw, {1U, 4U, 32U});
    return memory;
  }
  IdealMemoryConfig ideal;
  ideal.latency_femtoseconds = one_of<Femtoseconds>(draw, {0, 1, 999'999, 50'000'000});
  ideal.bytes_per_second = one_of(draw, {1e9, 5e9, 25.6e9, 1e12});
  ideal.capacity_bytes = std::uint64_t{1} << 40;
  ideal.picojoules_per_bit = 20.0;
  ideal.energy_source = "drawn";
  return {"ideal", "drawn", ideal};
}

Config random_config(Draw& draw) {
  Config config;
  config.clock_hz = one_of(draw, {700e6, 1e9, 123'456'789.0, 3e9});
  config.rows = draw.integer(1, 9);
  config.columns = draw.integer(1, 9);
  config.dataflow = one_of(
      draw, {Dataflow::weight_stationary, Dataflow::output_stationary, Dataflow::input_stationary});
  config.weight_double_buffering = chance(draw, 70);
  config.weight_fifo_tiles = draw.integer(1, 4);
  config.accumulator_rows = one_of(draw, {0U, 4U, 5U, 8U, 17U, 64U, 4096U});
  config.operand_type =
      one_of(draw, {OperandType::int8, OperandType::int8, OperandType::int8x16, OperandType::int16,
                    OperandType::bfloat16, OperandType::bfloat16, OperandType::bfloat16});
  config.window_mapping = one_of(draw, {WindowMapping::by_position, WindowMapping::flattened});
  config.synchronization_wait_cycles = one_of<std::uint64_t>(draw, {0, 0, 1, 2, 40});
  if (chance(draw, 75)) {
    config.host_bytes_per_second = config.clock_hz * one_of(draw, {0.3, 1.0, 4.7, 50.0});
  }
  if (chance(draw, 60)) config.memory = random_memory(draw);
  return config;
}

/// The smallest unified buffer that the compiler takes, from a drawn size on.
void shrink_buffer(Draw& draw, RandomCase& drawn) {
  drawn.config.unified_buffer_bytes = draw.integer(16, 200);
  for (;;) {
    try {
      (void)compile(drawn.config, drawn.workload);
      return;
    } catch (const WorkloadError&) {
      drawn.config.unified_buffer_bytes += drawn.config.unified_buffer_bytes / 24 + 1;
    }
  }
}

std::string describe_config(const Config& config) {
  constexpr const char* kDataflows[] = {"weight", "output", "input"};
  return fmt::format(
      "{} x {} {} stationary, double buffering {}, {} tiles, {} accumulators, type {}, mapping {}, "
      "buffer {}, host {}, wait {}, memory {}",
      config.rows, config.columns, kDataflows[static_cast<int>(config.dataflow)],
      config.weight_double_buffering, config.weight_fifo_tiles, config.accumulator_rows,
      static_cast<int>(config.operand_type), static_cast<int>(config.window_mapping),
      config.unified_buffer_bytes, config.host_bytes_per_second.value_or(0.0),
      config.synchronization_wait_cycles, config.memory ? config.memory->name : "none");
}

std::string describe_layer(const LayerSpec& spec) {
  return fmt::format(" [{} {}x{}x{} -> {}x{}x{}, groups {}]", to_string(spec.type),
                     spec.input.channels, spec.input.height, spec.input.width, spec.output.channels,
                     spec.output.height, spec.output.width, spec.groups);
}

std::string describe_span(const ChannelSpan& span) {
  std::string text;
  for (const ChannelCounters* c : {&span.from, &span.to}) {
    text += fmt::format(
        " ({} reads, {} hits, {} misses, {} conflicts, {} activates, {} "
        "precharges, {} refreshes, {} busy, {} bytes, {} latency, {} active, {} "
        "precharged, {} refreshing, {} clocks)",
        c->reads, c->row_hits, c->row_misses, c->row_conflicts, c->activates, c->precharges,
        c->refreshes, c->busy_clocks, c->bytes, c->read_latency_clocks, c->active_clocks,
        c->precharged_clocks, c->refreshing_clocks, c->clocks);
  }
  return text;
}

}  // namespace

std::unique_ptr<Memory> RandomCase::make_random_memory() const {
  if (!has_random_memory) return nullptr;
  // Some hundredths of a cycle, or some cycles.
  const auto cycle = static_cast<Femtoseconds>(1e15 / config.clock_hz);
  const Femtoseconds unit = seed % 2 == 0 ? cycle / 50 : cycle / 3;
  return std::make_unique<nzsim::test::RandomMemory>(seed, unit, std::uint64_t{1} << 40);
}

RandomCase random_case(std::uint64_t seed, const std::filesystem::path& directory) {
  Draw draw(seed);
  RandomCase drawn;
  drawn.seed = seed;
  drawn.config = random_config(draw);
  drawn.has_random_memory = drawn.config.memory && chance(draw, 40);
  Network& network = drawn.workload.network;
  network = NetworkDraw(draw).draw_network(draw.integer(1, 5));
  const std::string stem = directory / fmt::format("{}-", seed);
  const bool is_bfloat16 = drawn.config.operand_type == OperandType::bfloat16;
  if (is_bfloat16 && chance(draw, 75)) {
    nzsim::test::add_bfloat16_files(draw, stem, network);
  } else {
    nzsim::test::add_real_files(draw, stem, network);
  }
  drawn.workload.seed = draw.integer(0, 3);
  if (chance(draw, 70)) shrink_buffer(draw, drawn);
  drawn.description =
      fmt::format("case {}: {}{}, batch {}:", seed, describe_config(drawn.config),
                  drawn.has_random_memory ? " (random)" : "", network.layers[0].batch);
  for (const LayerSpec& spec : network.layers) drawn.description += describe_layer(spec);
  return drawn;
}

std::string describe(const MachineRun& run) {
  std::string text;
  for (const SectionTime& time : run.times) {
    const ScheduleCounters& c = time.counters;
    text += fmt::format(
        "{} cycles: {} active, {} stall, {} shift, {} non-matrix; {} raw, {} input, "
        "{} synchronization; {} tiles, {} loads, {} drains, {} host\n",
        c.cycles, c.array_active_cycles, c.weight_stall_cycles, c.weight_shift_cycles,
        c.non_matrix_cycles, c.raw_stall_cycles, c.input_stall_cycles, c.synchronization_cycles,
        c.tiles, c.loads, c.drains, c.host_busy_cycles);
    for (const ChannelSpan& span : time.memory) text += describe_span(span) + "\n";
  }
  for (const std::vector<std::int8_t>& outputs : run.outputs) {
    for (const std::int8_t value : outputs) text += fmt::format(" {}", value);
    text += "\n";
  }
  for (const std::vector<Bfloat16>& outputs : run.bfloat16_outputs) {
    for (const Bfloat16 value : outputs) {
      text += fmt::format(" {:04x}", static_cast<std::uint16_t>(value));
    }
    text += "\n";
  }
  return text;
}

std::vector<std::vector<std::int8_t>> plain_outputs(const std::vector<QuantizedLayer>& layers) {
  std::vector<std::vector<std::int8_t>> all(layers.size());
  for (std::uint32_t n = 0; n < layers[0].spec.batch; ++n) {
    const std::vector<Int8Outputs> outputs = plain_int8_network(layers, n);
    for (std::size_t index = 0; index < layers.size(); ++index) {
      const std::vector<std::int8_t>& values = outputs[index].values;
      all[index].insert(all[index].end(), values.begin(), values.end());
    }
  }
  return all;
}

}  // namespace nzsim::systolic::test
