#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/ideal/ideal.h"
#include "sim/base/files.h"

namespace nzsim::ideal {
namespace {

std::uint64_t pixels(const LayerSpec& spec) {
  return std::uint64_t{spec.output.height} * spec.output.width;
}

/// The activation that kernel position (`row`, `column`) of `channel` meets at output pixel (`y`,
/// `x`): 0 in the padding, and where a negative input counts as zero.
std::int16_t activation_at(const LayerSpec& spec, std::span<const std::int16_t> input,
                           std::uint32_t channel, std::int64_t y, std::int64_t x) {
  if (y < 0 || x < 0 || y >= spec.input.height || x >= spec.input.width) return 0;
  const auto height = std::uint64_t{spec.input.height};
  const std::int16_t value =
      input[(channel * height + static_cast<std::uint64_t>(y)) * spec.input.width +
            static_cast<std::uint64_t>(x)];
  return spec.relu_on_input && value < 0 ? std::int16_t{0} : value;
}

/// Appends the work of one output pixel.
void add_pixel(const LayerProgram& layer, std::span<const std::int16_t> input, std::uint32_t y,
               std::uint32_t x, std::vector<WorkItem>& items) {
  const LayerSpec& spec = layer.spec;
  const std::int64_t top = std::int64_t{y} * spec.stride.height - spec.padding.height;
  const std::int64_t left = std::int64_t{x} * spec.stride.width - spec.padding.width;
  const std::uint32_t pixel = y * spec.output.width + x;
  std::uint32_t column = 0;
  for (std::uint32_t channel = 0; channel < spec.input.channels; ++channel) {
    for (std::uint32_t row = 0; row < spec.kernel.height; ++row) {
      for (std::uint32_t step = 0; step < spec.kernel.width; ++step, ++column) {
        const std::int16_t value = activation_at(spec, input, channel, top + row, left + step);
        if (value == 0 || layer.column_starts[column] == layer.column_starts[column + 1]) continue;
        items.push_back({column, pixel, value});
      }
    }
  }
}

/// Compares with the plain computation and with double precision, input after input.
ValuesCheck check_values(const LayerProgram& layer, std::span<const std::int16_t> inputs,
                         std::span<const std::int16_t> outputs) {
  const std::uint64_t input_size = layer.spec.input.elements();
  const std::uint64_t output_size = layer.spec.output.elements();
  ValuesCheck check;
  check.checked = layer.spec.has_weights();
  check.matches = true;
  check.sha256 = sha256(std::as_bytes(outputs));
  if (!check.checked) return check;
  double squares = 0.0;
  for (std::uint32_t vector = 0; vector < layer.spec.batch; ++vector) {
    const auto input = inputs.subspan(vector * input_size, input_size);
    const auto output = outputs.subspan(vector * output_size, output_size);
    std::vector<double> real(input_size);
    std::transform(input.begin(), input.end(), real.begin(),
                   [&](std::int16_t raw) { return dequantize(raw, layer.activation_format); });
    const std::vector<std::int16_t> expected = plain_fixed_point(
        layer.spec, layer.plain(), {layer.codebook, layer.product_shift(), layer.one()}, input);
    const std::vector<double> exact =
        plain_double(layer.spec, layer.plain(), layer.real_codebook, real);
    for (std::uint64_t place = 0; place < output_size; ++place) {
      if (check.matches && output[place] != expected[place]) {
        check.matches = false;
        check.difference = fmt::format("input {}: output {}: expected {}, got {}", vector, place,
                                       expected[place], output[place]);
      }
      const double error =
          std::abs(dequantize(output[place], layer.activation_format) - exact[place]);
      squares += error * error;
      check.largest_error = std::max(check.largest_error, error);
      check.largest_output = std::max(check.largest_output, std::abs(exact[place]));
    }
  }
  check.rms_error = std::sqrt(squares / static_cast<double>(outputs.size()));
  return check;
}

}  // namespace

std::vector<WorkItem> work_of(const LayerProgram& layer, std::span<const std::int16_t> input) {
  std::vector<WorkItem> items;
  for (std::uint32_t y = 0; y < layer.spec.output.height; ++y) {
    for (std::uint32_t x = 0; x < layer.spec.output.width; ++x) {
      add_pixel(layer, input, y, x, items);
    }
  }
  return items;
}

Demand demand_of(const Config& config, const LayerProgram& layer,
                 std::span<const std::int16_t> inputs) {
  if (!layer.spec.has_weights()) return {};
  Demand demand;
  std::vector<bool> touched(layer.column_starts.size(), false);
  std::uint64_t weights = 0;
  const std::uint64_t input_size = layer.spec.input.elements();
  for (std::uint32_t vector = 0; vector < layer.spec.batch; ++vector) {
    for (const WorkItem& item : work_of(layer, inputs.subspan(vector * input_size, input_size))) {
      const std::uint64_t entries =
          layer.column_starts[item.column + 1] - layer.column_starts[item.column];
      demand.multiply_accumulates += entries;
      if (!touched[item.column]) weights += entries;
      touched[item.column] = true;
    }
  }
  demand.weight_bytes = (weights * config.bits_per_weight + 7) / 8;
  return demand;
}

void finish_outputs(const LayerProgram& layer, std::span<std::int16_t> outputs) {
  const std::uint64_t row_size = pixels(layer.spec);
  for (std::size_t place = 0; place < outputs.size(); ++place) {
    std::int16_t& output = outputs[place];
    if (!layer.bias_codes.empty()) {
      const std::int16_t bias = layer.codebook[layer.bias_codes[place / row_size]];
      output = add_saturated(output, multiply_fixed(bias, layer.one(), layer.product_shift()));
    }
    if (layer.spec.activation == Activation::relu) output = std::max(output, std::int16_t{0});
  }
}

std::vector<std::int16_t> inputs_of(const IdealProgram& program, std::size_t index,
                                    const std::vector<std::vector<std::int16_t>>& outputs) {
  const LayerProgram& layer = program.layers[index];
  const auto* chained = std::get_if<ChainedSource>(&layer.spec.activations);
  if (chained == nullptr) return layer.activations;
  std::vector<std::int16_t> inputs;
  for (std::uint32_t vector = 0; vector < layer.spec.batch; ++vector) {
    for (const std::size_t source : chained->layers) {
      const std::uint64_t size = program.layers[source].spec.output.elements();
      const auto first = outputs[source].begin() + static_cast<std::ptrdiff_t>(vector * size);
      inputs.insert(inputs.end(), first, first + static_cast<std::ptrdiff_t>(size));
    }
  }
  return inputs;
}

std::vector<std::int16_t> pool(const LayerProgram& layer, std::span<const std::int16_t> inputs) {
  const std::uint64_t size = layer.spec.input.elements();
  std::vector<std::int16_t> outputs;
  for (std::uint32_t vector = 0; vector < layer.spec.batch; ++vector) {
    const std::vector<std::int16_t> pooled =
        plain_pooling(layer.spec, inputs.subspan(vector * size, size));
    outputs.insert(outputs.end(), pooled.begin(), pooled.end());
  }
  return outputs;
}

LayerResult layer_result(const Config& config, const Statistics& statistics,
                         const LayerProgram& layer, const Demand& demand, const Activity& activity,
                         std::span<const std::int16_t> inputs,
                         std::span<const std::int16_t> outputs) {
  const double peak = static_cast<double>(activity.cycles) * config.multiply_accumulates_per_cycle;
  LayerResult result;
  result.name = layer.spec.name;
  result.type = to_string(layer.spec.type);
  result.cycles = Cycles{activity.cycles};
  result.operations = Operations{2 * demand.multiply_accumulates};
  if (layer.spec.has_weights()) {
    result.dense_operations =
        Operations{2 * layer.spec.dense_multiply_accumulates() * layer.spec.batch};
  }
  result.roofline_bytes = Bytes{demand.weight_bytes};
  if (peak > 0) result.utilization = static_cast<double>(demand.multiply_accumulates) / peak;
  result.bottleneck = activity.cycles == 0                                 ? "none"
                      : activity.multiply_cycles >= activity.memory_cycles ? "multiply_accumulators"
                                                                           : "weight_memory";
  result.counters = statistics.registry.zeros();
  result.counters[statistics.cycles.value] = activity.cycles;
  result.counters[statistics.multiply_cycles.value] = activity.multiply_cycles;
  result.counters[statistics.memory_cycles.value] = activity.memory_cycles;
  result.counters[statistics.multiply_accumulates.value] = demand.multiply_accumulates;
  result.counters[statistics.weight_bytes.value] = demand.weight_bytes;
  result.events = {{.module = "ideal",
                    .component = "multiply_accumulator",
                    .action = "multiply_accumulate",
                    .count = demand.multiply_accumulates},
                   {.module = "ideal",
                    .component = "weight_memory",
                    .action = "read_byte",
                    .count = demand.weight_bytes}};
  if (!outputs.empty()) result.values = check_values(layer, inputs, outputs);
  return result;
}

}  // namespace nzsim::ideal
