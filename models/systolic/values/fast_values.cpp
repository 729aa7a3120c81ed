#include "models/systolic/values/fast_values.h"

#include <utility>
#include <variant>

#include "models/systolic/values/fast_products.h"
#include "models/systolic/values/fast_recurrent.h"
#include "models/systolic/values/layer_inputs.h"
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

/// The outputs of the layers of one network, in the buffer's layout as long as they are needed.
class ValueRun {
 public:
  explicit ValueRun(const std::vector<QuantizedLayer>& layers)
      : layers_(layers), buffers_(layers.size()), last_uses_(layers.size()) {
    for (std::size_t index = 0; index < layers.size(); ++index) {
      last_uses_[index] = index;
      if (const auto* chained = chain_of(layers[index])) {
        for (const std::size_t source : chained->layers) last_uses_[source] = index;
      }
    }
  }

  std::vector<Vector> run() {
    std::vector<Vector> outputs;
    outputs.reserve(layers_.size());
    for (std::size_t index = 0; index < layers_.size(); ++index) {
      buffers_[index] = run_layer(index);
      outputs.push_back(to_network_layout(layers_[index].spec.output, buffers_[index]));
      release(index);
    }
    return outputs;
  }

 private:
  static const ChainedSource* chain_of(const QuantizedLayer& layer) {
    return std::get_if<ChainedSource>(&layer.spec.activations);
  }

  Vector run_layer(std::size_t index) const {
    const QuantizedLayer& layer = layers_[index];
    if (const auto* chained = chain_of(layer)) {
      std::vector<FeatureMaps> sources;
      for (const std::size_t source : chained->layers) {
        sources.push_back({layers_[source].spec.output, buffers_[source]});
      }
      return systolic::run_layer(layer, sources);
    }
    const std::vector<Vector> values = own_sources(layer);
    std::vector<FeatureMaps> sources;
    for (std::size_t source = 0; source < values.size(); ++source) {
      sources.push_back({own_shape(layer.spec, source), values[source]});
    }
    return systolic::run_layer(layer, sources);
  }

  static const FeatureShape& own_shape(const LayerSpec& spec, std::size_t source) {
    return spec.type == LayerType::matmul && source == 1 ? spec.second_input : spec.input;
  }

  /// The layer's own activations in the buffer's layout, one vector per source.
  static std::vector<Vector> own_sources(const QuantizedLayer& layer) {
    std::vector<Vector> sources(layer.inputs[0].size());
    for (std::size_t source = 0; source < sources.size(); ++source) {
      Vector values;
      for (const std::vector<Vector>& input : layer.inputs) {
        values.insert(values.end(), input[source].begin(), input[source].end());
      }
      sources[source] = to_buffer_layout(own_shape(layer.spec, source), values);
    }
    return sources;
  }

  /// Frees what no layer behind `index` takes.
  void release(std::size_t index) {
    if (last_uses_[index] == index) buffers_[index] = Vector();
    if (const auto* chained = chain_of(layers_[index])) {
      for (const std::size_t source : chained->layers) {
        if (last_uses_[source] == index) buffers_[source] = Vector();
      }
    }
  }

  const std::vector<QuantizedLayer>& layers_;
  std::vector<Vector> buffers_;
  /// The last layer that takes each one's outputs; itself where none does.
  std::vector<std::size_t> last_uses_;
};

}  // namespace

std::vector<std::int8_t> run_layer(const QuantizedLayer& layer,
                                   std::span<const FeatureMaps> sources) {
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
  return ValueRun(layers).run();
}

}  // namespace nzsim::systolic
