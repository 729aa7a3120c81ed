#include "models/systolic/values/bfloat16_values.h"

#include "models/systolic/values/bfloat16_inputs.h"
#include "models/systolic/values/bfloat16_products.h"
#include "models/systolic/values/bfloat16_vector_unit.h"
#include "models/systolic/values/network_run.h"

namespace nzsim::systolic {
namespace {

using Vector = std::vector<Bfloat16>;

/// Pooling, input by input.
void run_pooling(const LayerSpec& spec, std::span<const Bfloat16> input,
                 std::span<Bfloat16> output) {
  const std::size_t inputs = spec.input.elements();
  const std::size_t outputs = spec.output.elements();
  for (std::size_t n = 0; n < spec.batch; ++n) {
    pool(spec, input.subspan(n * inputs, inputs), output.subspan(n * outputs, outputs));
  }
}

}  // namespace

std::vector<Bfloat16> run_bfloat16_layer(const RoundedLayer& layer, const SummationOrder& order,
                                         std::span<const FeatureMaps<Bfloat16>> sources) {
  const LayerSpec& spec = layer.spec;
  const Bfloat16Inputs inputs(spec, sources);
  const std::span<const Bfloat16> input = inputs.operands()[0];
  Vector output(spec.output.elements() * spec.batch);
  switch (spec.type) {
    case LayerType::fully_connected:
    case LayerType::convolution:
      run_weighted(layer, order, input, output);
      break;
    case LayerType::matmul:
      run_matmul(layer, order, input, inputs.operands()[1], output);
      break;
    case LayerType::lstm:
    case LayerType::gru:
      run_recurrent(layer, order, input, output);
      break;
    case LayerType::pooling:
      run_pooling(spec, input, output);
      break;
    case LayerType::elementwise:
      combine(spec.elementwise, inputs.operands(), spec.activation, output);
      break;
    case LayerType::normalization:
      normalize(spec, input, output);
      break;
    case LayerType::activation:
      apply_activation(input, spec.activation, output);
      break;
  }
  return output;
}

std::vector<std::vector<Bfloat16>> compute_bfloat16_values(const std::vector<RoundedLayer>& layers,
                                                           const SummationOrder& order) {
  return NetworkRun<RoundedLayer, Bfloat16>(layers).run(
      [&](const RoundedLayer& layer, std::span<const FeatureMaps<Bfloat16>> sources) {
        return run_bfloat16_layer(layer, order, sources);
      });
}

}  // namespace nzsim::systolic
