#include "models/eie/results.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "models/eie/energy.h"
#include "sim/base/files.h"
#include "sim/workload/plain.h"

namespace nzsim::eie {
namespace {

std::uint64_t sum(const CounterVector& counters, const CounterValues& values) {
  const std::span<const std::uint64_t> part = counters.of(values);
  return std::accumulate(part.begin(), part.end(), std::uint64_t{0});
}

double ratio(double numerator, double denominator) {
  return denominator == 0.0 ? 0.0 : numerator / denominator;
}

/// The share of inputs that are broadcast: non-zero, and positive where negative ones count as
/// zero.
double activation_density(const LayerSpec& spec, std::span<const std::int16_t> inputs) {
  const std::int16_t smallest = spec.relu_on_input ? 1 : INT16_MIN;
  const auto active = std::count_if(inputs.begin(), inputs.end(), [smallest](std::int16_t value) {
    return value != 0 && value >= smallest;
  });
  return ratio(static_cast<double>(active), static_cast<double>(inputs.size()));
}

/// Where most PE cycles went, named by what would have to change.
std::string bottleneck(const Statistics& statistics, const CounterValues& values) {
  const std::uint64_t transfers = values[statistics.activation_transfer_cycles.value];
  const std::uint64_t cycles = values[statistics.cycles.value];
  if (cycles == 0) return "host";
  const std::uint64_t waits =
      statistics.streaming ? values[statistics.streaming->matrix_wait_cycles.value] : 0;
  const std::uint64_t waiting_pes = waits * statistics.starved_cycles.count;
  const std::uint64_t starved = sum(statistics.starved_cycles, values) - waiting_pes;
  const bool is_blocked = values[statistics.broadcast_blocked_cycles.value] >
                          values[statistics.scan_idle_cycles.value] - transfers - waits;
  struct Cause {
    const char* name;
    std::uint64_t pe_cycles;
  };
  const std::array<Cause, 5> causes{{
      {"arithmetic", sum(statistics.busy_cycles, values)},
      {is_blocked ? "load_imbalance" : "broadcast", starved},
      {"empty_columns", sum(statistics.empty_column_cycles, values)},
      {"line_stalls", sum(statistics.line_stall_cycles, values)},
      {"dram", waiting_pes},
  }};
  return std::max_element(causes.begin(), causes.end(),
                          [](const Cause& a, const Cause& b) { return a.pe_cycles < b.pe_cycles; })
      ->name;
}

std::vector<std::int16_t> expected_outputs(const LayerProgram& layer,
                                           std::span<const std::int16_t> input) {
  if (!layer.spec.has_weights()) return plain_pooling(layer.spec, input);
  return plain_fixed_point(layer.spec, layer.plain,
                           {layer.codebook, layer.product_shift(), layer.one}, input);
}

/// Adds one input's difference from double precision to the running sums of `check`.
void compare_with_double(const LayerProgram& layer, std::span<const std::int16_t> input,
                         std::span<const std::int16_t> output, ValuesCheck& check,
                         double& squares) {
  std::vector<double> real_input(input.size());
  std::transform(input.begin(), input.end(), real_input.begin(),
                 [&](std::int16_t raw) { return dequantize(raw, layer.source_format); });
  const std::vector<double> exact =
      layer.spec.has_weights()
          ? plain_double(layer.spec, layer.plain, layer.real_codebook, real_input)
          : plain_pooling(layer.spec, real_input);
  for (std::size_t n = 0; n < exact.size(); ++n) {
    const double error = std::abs(dequantize(output[n], layer.destination_format) - exact[n]);
    check.largest_error = std::max(check.largest_error, error);
    check.largest_output = std::max(check.largest_output, std::abs(exact[n]));
    squares += error * error;
  }
}

ValuesCheck check_values(const LayerProgram& layer, std::span<const std::int16_t> inputs,
                         std::span<const std::int16_t> outputs) {
  ValuesCheck check;
  check.checked = true;
  check.matches = true;
  check.sha256 = sha256(std::as_bytes(outputs));
  const std::size_t in_length = layer.spec.input.elements();
  const std::size_t out_length = layer.spec.output.elements();
  double squares = 0.0;
  for (std::uint32_t n = 0; n < layer.spec.batch; ++n) {
    const std::span<const std::int16_t> input = inputs.subspan(n * in_length, in_length);
    const std::span<const std::int16_t> output = outputs.subspan(n * out_length, out_length);
    const std::vector<std::int16_t> expected = expected_outputs(layer, input);
    const auto difference = std::mismatch(expected.begin(), expected.end(), output.begin());
    if (check.matches && difference.first != expected.end()) {
      check.matches = false;
      check.difference = fmt::format("layer {}: output {} of input {}: expected {}, got {}",
                                     layer.spec.name, difference.first - expected.begin(), n,
                                     *difference.first, *difference.second);
    }
    compare_with_double(layer, input, output, check, squares);
  }
  check.rms_error = std::sqrt(ratio(squares, static_cast<double>(outputs.size())));
  return check;
}

/// Non-zeros, entries with padding and coded bytes of a layer's matrix.
struct Storage {
  std::uint64_t non_zeros = 0;
  std::uint64_t entries = 0;
  std::uint64_t pointers = 0;
  std::uint64_t compressed_bytes = 0;
};

Storage storage_of(const Config& config, const LayerProgram& layer) {
  Storage storage;
  for (const MatrixImage& image : layer.images) {
    storage.non_zeros += image.value_offsets.back();
    storage.entries += image.pe_offsets.back();
    storage.pointers += std::uint64_t{config.pe_count} * image.output_batches * image.columns;
  }
  // A column ends where the next one starts; the last one has an end of its own.
  storage.pointers += config.pe_count;
  const std::uint64_t bits = storage.entries * (config.code_bits + config.skip_bits) +
                             storage.pointers * config.pointer_bits +
                             layer.codebook.size() * std::uint64_t{16};
  storage.compressed_bytes = (bits + 7) / 8;
  return storage;
}

void add_details(const Config& config, const Statistics& statistics, const LayerProgram& layer,
                 std::span<const std::int16_t> inputs, LayerResult& result) {
  const LayerSpec& spec = layer.spec;
  const CounterValues& counters = result.counters;
  const Storage storage = storage_of(config, layer);
  const std::uint64_t weights =
      spec.matrix_inputs() * spec.matrix_outputs() + (layer.has_bias ? spec.matrix_outputs() : 0);
  const auto busy = static_cast<double>(sum(statistics.busy_cycles, counters));
  const double pe_cycles =
      static_cast<double>(config.pe_count) * static_cast<double>(counters[statistics.cycles.value]);
  const double theoretical = busy / static_cast<double>(config.pe_count);
  const auto add = [&](const char* name, auto value, const char* unit, const char* description) {
    result.details.push_back({name, value, unit, description});
  };
  add("weight_density", ratio(static_cast<double>(storage.non_zeros), static_cast<double>(weights)),
      "ratio", "Non-zero weights over all weights.");
  add("activation_density", activation_density(spec, inputs), "ratio",
      "Inputs that are broadcast over all inputs of the layer.");
  add("non_zeros", storage.non_zeros, "count", "Non-zero weights, coded biases included.");
  add("padding_entries", storage.entries - storage.non_zeros, "entries",
      "Padding entries stored because a run of zeros exceeds the largest skip.");
  add("load_balance", ratio(busy, pe_cycles), "ratio",
      "Share of all PE cycles that process an entry, padding included.");
  add("theoretical_cycles", theoretical, "cycles",
      "Entries of the broadcast columns, padding included, over the PEs: perfect balance.");
  add("compressed_bytes", storage.compressed_bytes, "bytes",
      "Entries, column pointers and codebook as the machine stores them.");
  add("dense_fp32_bytes", weights * 4, "bytes", "The uncompressed layer in 32-bit floats.");
  add("dense_int8_bytes", weights, "bytes", "The uncompressed layer in 8-bit integers.");
  add("source_fraction_bits", fmt::format("{}", layer.source_format.fraction_bits), "bits",
      "Bits behind the point of the inputs.");
  add("weight_fraction_bits", fmt::format("{}", layer.weight_format.fraction_bits), "bits",
      "Bits behind the point of the shared weights.");
  add("destination_fraction_bits", fmt::format("{}", layer.destination_format.fraction_bits),
      "bits", "Bits behind the point of the accumulators and outputs.");
  if (layer.has_bias) {
    add("largest_bias_error", layer.largest_bias_error, "value",
        "Largest difference between a bias and the shared weight that codes it.");
  }
}

void add_streaming_details(const StreamingStatistics& statistics, LayerResult& result) {
  const CounterValues& counters = result.counters;
  const std::uint64_t bytes = counters[statistics.matrix_bytes.value];
  const double macs = static_cast<double>(result.operations.value()) / 2;
  result.details.push_back({"streamed_segments", counters[statistics.matrix_segments.value],
                            "count", "Segments of the matrix that came from DRAM."});
  result.details.push_back({"streamed_bytes", bytes, "bytes",
                            "Bytes of these segments; once per matrix-vector product."});
  result.details.push_back({"streamed_bytes_per_multiply_accumulate",
                            ratio(static_cast<double>(bytes), macs), "bytes",
                            "Bytes that came from DRAM per effective multiply-accumulate."});
}

/// Whether a matrix of the program comes from DRAM: then its roofline is that of this memory.
bool is_streamed(const EieProgram& program) {
  return std::any_of(program.layers.begin(), program.layers.end(), [](const LayerProgram& layer) {
    return !layer.images.empty() && layer.images.front().is_streamed;
  });
}

/// Bytes that crossed the memory of the roofline.
Bytes roofline_bytes(const Config& config, const Statistics& statistics, bool has_streamed_layer,
                     const LayerResult& result) {
  if (has_streamed_layer) return result.dram_bytes;
  const std::uint64_t lines = sum(statistics.sparse_matrix_line_reads, result.counters);
  return Bytes{lines * config.sparse_matrix_width_bits / 8};
}

LayerResult layer_result(const Config& config, const Statistics& statistics,
                         const LayerProgram& layer, const LayerRun& run,
                         std::span<const std::int16_t> inputs, bool has_streamed_layer) {
  const LayerSpec& spec = layer.spec;
  LayerResult result;
  result.name = spec.name;
  result.type = to_string(spec.type);
  result.counters = run.counters;
  result.cycles = Cycles{run.counters[statistics.cycles.value]};
  const std::uint64_t macs = sum(statistics.multiply_accumulates, run.counters);
  result.operations = Operations{2 * macs};
  result.dense_operations =
      Operations{std::uint64_t{2} * spec.batch * spec.dense_multiply_accumulates()};
  if (statistics.streaming) {
    result.dram_bytes = Bytes{statistics.streaming->dram.sum(run.counters).bytes};
  }
  result.roofline_bytes = roofline_bytes(config, statistics, has_streamed_layer, result);
  result.utilization =
      ratio(static_cast<double>(macs),
            static_cast<double>(config.pe_count) * static_cast<double>(result.cycles.value()));
  result.bottleneck = bottleneck(statistics, run.counters);
  if (!spec.has_weights()) return result;
  if (run.busy) result.timeline = CounterTimeline{"busy_cycles", *run.busy};
  result.events = energy_events(config, statistics, run.counters);
  add_details(config, statistics, layer, inputs, result);
  if (statistics.streaming) add_streaming_details(*statistics.streaming, result);
  return result;
}

}  // namespace

Ceilings ceilings_of(const Config& config, bool is_streamed) {
  const double pes = config.pe_count;
  const double operations_per_second = 2.0 * pes * config.clock_hz;
  if (is_streamed) return {operations_per_second, config.memory->peak_bytes_per_second(), "dram"};
  return {operations_per_second, pes * config.sparse_matrix_width_bits / 8.0 * config.clock_hz,
          "sparse_matrix_sram"};
}

RunResult to_result(const Config& config, const Statistics& statistics, const EieProgram& program,
                    const std::vector<LayerRun>& runs, bool values) {
  RunResult result;
  const bool has_streamed_layer = is_streamed(program);
  result.ceilings = ceilings_of(config, has_streamed_layer);
  for (std::size_t index = 0; index < program.layers.size(); ++index) {
    const LayerProgram& layer = program.layers[index];
    const std::vector<std::int16_t> inputs = gather_inputs(program, index, runs);
    result.layers.push_back(
        layer_result(config, statistics, layer, runs[index], inputs, has_streamed_layer));
    if (values) result.layers.back().values = check_values(layer, inputs, runs[index].outputs);
  }
  return result;
}

}  // namespace nzsim::eie
