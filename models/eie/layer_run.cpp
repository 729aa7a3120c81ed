#include "models/eie/layer_run.h"

#include <algorithm>
#include <variant>

#include "sim/base/errors.h"
#include "sim/base/fixed_point.h"
#include "sim/workload/plain.h"

namespace nzsim::eie {
namespace {

/// Copies `values` in format `from` to `target` in format `to`.
void realign(std::span<const std::int16_t> values, FixedPointFormat from, FixedPointFormat to,
             std::int16_t* target) {
  const int shift = from.fraction_bits - to.fraction_bits;
  if (shift == 0) {
    std::copy(values.begin(), values.end(), target);
    return;
  }
  std::transform(values.begin(), values.end(), target,
                 [shift](std::int16_t value) { return saturate16(shift_rounded(value, shift)); });
}

}  // namespace

std::vector<std::int16_t> gather_inputs(const EieProgram& program, std::size_t index,
                                        std::span<const LayerRun> previous) {
  const LayerProgram& layer = program.layers.at(index);
  const std::size_t batch = layer.spec.batch;
  const std::size_t elements = layer.spec.input.elements();
  const auto* chained = std::get_if<ChainedSource>(&layer.spec.activations);
  if (chained == nullptr) {
    SIM_ASSERT(layer.activations.size() == batch * elements, layer.spec.name, 0,
               "{} activations for {} inputs of {} elements", layer.activations.size(), batch,
               elements);
    return {layer.activations.begin(), layer.activations.end()};
  }

  std::vector<std::int16_t> inputs(batch * elements);
  std::size_t offset = 0;
  for (const std::size_t source : chained->layers) {
    SIM_ASSERT(source < index && source < previous.size(), layer.spec.name, 0,
               "takes its inputs from layer {}, which has not run", source);
    const std::vector<std::int16_t>& outputs = previous[source].outputs;
    const std::size_t count = program.layers[source].spec.output.elements();
    SIM_ASSERT(outputs.size() == batch * count && offset + count <= elements, layer.spec.name, 0,
               "{} outputs of layer {} do not fit {} inputs of {} elements", outputs.size(), source,
               batch, elements);
    for (std::size_t input = 0; input < batch; ++input) {
      realign(std::span(outputs).subspan(input * count, count),
              program.layers[source].destination_format, layer.source_format,
              inputs.data() + input * elements + offset);
    }
    offset += count;
  }
  SIM_ASSERT(offset == elements, layer.spec.name, 0, "sources have {} elements, inputs {}", offset,
             elements);
  return inputs;
}

std::vector<std::int16_t> pool_on_host(const LayerProgram& layer,
                                       std::span<const std::int16_t> inputs) {
  const std::size_t elements = layer.spec.input.elements();
  std::vector<std::int16_t> outputs;
  outputs.reserve(layer.spec.batch * layer.spec.output.elements());
  for (std::size_t input = 0; input < layer.spec.batch; ++input) {
    const auto pooled = plain_pooling(layer.spec, inputs.subspan(input * elements, elements));
    outputs.insert(outputs.end(), pooled.begin(), pooled.end());
  }
  return outputs;
}

}  // namespace nzsim::eie
