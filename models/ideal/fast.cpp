#include <algorithm>

#include "models/ideal/ideal.h"

namespace nzsim::ideal {
namespace {

std::uint64_t divide_up(std::uint64_t amount, std::uint64_t per_cycle) {
  return (amount + per_cycle - 1) / per_cycle;
}

/// Outputs `[output elements]` of one input, column by column.
void compute(const LayerProgram& layer, std::span<const std::int16_t> input,
             std::span<std::int16_t> outputs) {
  const std::uint64_t row_size = std::uint64_t{layer.spec.output.height} * layer.spec.output.width;
  const int shift = layer.product_shift();
  for (const WorkItem& item : work_of(layer, input)) {
    const std::uint64_t end = layer.column_starts[item.column + 1];
    for (std::uint64_t entry = layer.column_starts[item.column]; entry < end; ++entry) {
      std::int16_t& output = outputs[layer.column_rows[entry] * row_size + item.pixel];
      output = add_saturated(output,
                             multiply_fixed(layer.column_weights[entry], item.activation, shift));
    }
  }
  finish_outputs(layer, outputs);
}

std::vector<std::int16_t> outputs_of(const LayerProgram& layer,
                                     std::span<const std::int16_t> inputs) {
  if (!layer.spec.has_weights()) return pool(layer, inputs);
  const std::uint64_t input_size = layer.spec.input.elements();
  const std::uint64_t output_size = layer.spec.output.elements();
  std::vector<std::int16_t> outputs(layer.spec.batch * output_size, 0);
  for (std::uint32_t vector = 0; vector < layer.spec.batch; ++vector) {
    compute(layer, inputs.subspan(vector * input_size, input_size),
            std::span(outputs).subspan(vector * output_size, output_size));
  }
  return outputs;
}

}  // namespace

RunResult simulate(const Config& config, const Statistics& statistics, const IdealProgram& program,
                   const SimulationOptions& options) {
  RunResult result;
  std::vector<std::vector<std::int16_t>> outputs(program.layers.size());
  for (std::size_t index = 0; index < program.layers.size(); ++index) {
    const LayerProgram& layer = program.layers[index];
    const std::vector<std::int16_t> inputs = inputs_of(program, index, outputs);
    if (options.values || layer.feeds_later_layer) outputs[index] = outputs_of(layer, inputs);

    const Demand demand = demand_of(config, layer, inputs);
    Activity activity;
    activity.multiply_cycles =
        divide_up(demand.multiply_accumulates, config.multiply_accumulates_per_cycle);
    activity.memory_cycles = divide_up(demand.weight_bytes, config.bytes_per_cycle);
    activity.cycles = std::max(activity.multiply_cycles, activity.memory_cycles);
    const std::span<const std::int16_t> checked =
        options.values ? std::span<const std::int16_t>(outputs[index])
                       : std::span<const std::int16_t>{};
    result.layers.push_back(
        layer_result(config, statistics, layer, demand, activity, inputs, checked));
  }
  return result;
}

}  // namespace nzsim::ideal
