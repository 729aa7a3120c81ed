#include "models/systolic/values/fast_values.h"

#include "models/systolic/values/fast_products.h"
#include "models/systolic/values/fast_recurrent.h"
#include "models/systolic/values/layer_inputs.h"
#include "models/systolic/values/network_run.h"
#include "models/systolic/values/vector_unit.h"

namespace nzsim::systolic {
namespace {

using Vector = std::vector<std::int8_t>;

/// Pooling, input by input.
void run_pooling(const QuantizedLayer& layer, std::span<const std::int8_t> input,
                 std::span<std::int8_t> output) {
  const std::size_t inputs = layer.spec.input.elements();
  const std::size_t outputs = layer.spec.output.elements();
  for (std::size_t n = 0; n < layer.spec.batch; ++n) {
    pool(layer.spec, input.subspan(n * inputs, inputs), layer.quantization.output,
         output.subspan(n * outputs, outputs));
  }
}

}  // namespace

std::vector<std::int8_t> run_layer(const QuantizedLayer& layer,
                                   std::span<const FeatureMaps<std::int8_t>> sources) {
  const LayerInputs inputs(layer, sources);
  const std::span<const std::int8_t> input = inputs.operands()[0];
  Vector output(layer.spec.output.elements() * layer.spec.batch);
  switch (layer.spec.type) {
    case LayerType::fully_connected:
    case LayerType::convolution:
      run_weighted(layer, input, output);
      break;
    case LayerType::matmul:
      run_matmul(layer, input, inputs.operands()[1], output);
      break;
    case LayerType::lstm:
    case LayerType::gru:
      run_recurrent(layer, input, output);
      break;
    case LayerType::pooling:
      run_pooling(layer, input, output);
      break;
    case LayerType::elementwise:
      combine(layer.spec.elementwise, inputs.operands(), layer.quantization, output);
      break;
    case LayerType::normalization:
      normalize(layer.spec, input, layer.quantization, output);
      break;
    case LayerType::activation:
      apply_activation(input, layer.quantization.output, output);
      break;
  }
  return output;
}

std::vector<std::vector<std::int8_t>> compute_values(const std::vector<QuantizedLayer>& layers) {
  return NetworkRun<QuantizedLayer, std::int8_t>(layers).run(run_layer);
}

}  // namespace nzsim::systolic
