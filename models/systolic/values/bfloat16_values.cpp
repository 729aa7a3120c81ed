#include "models/systolic/values/bfloat16_values.h"

#include <utility>
#include <variant>

#include "models/systolic/values/bfloat16_products.h"
#include "models/systolic/values/bfloat16_vector_unit.h"

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

/// The outputs of the layers of one network, in the buffer's layout as long as they are needed.
class Bfloat16Run {
 public:
  Bfloat16Run(const std::vector<RoundedLayer>& layers, const SummationOrder& order)
      : layers_(layers), order_(order), buffers_(layers.size()), last_uses_(layers.size()) {
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
  static const ChainedSource* chain_of(const RoundedLayer& layer) {
    return std::get_if<ChainedSource>(&layer.spec.activations);
  }

  [[nodiscard]] Vector run_layer(std::size_t index) const {
    const RoundedLayer& layer = layers_[index];
    std::vector<Bfloat16Maps> sources;
    if (const auto* chained = chain_of(layer)) {
      for (const std::size_t source : chained->layers) {
        sources.push_back({layers_[source].spec.output, buffers_[source]});
      }
      return run_bfloat16_layer(layer, order_, sources);
    }
    const std::vector<Vector> values = own_sources(layer);
    for (std::size_t source = 0; source < values.size(); ++source) {
      sources.push_back({own_shape(layer.spec, source), values[source]});
    }
    return run_bfloat16_layer(layer, order_, sources);
  }

  static const FeatureShape& own_shape(const LayerSpec& spec, std::size_t source) {
    return spec.type == LayerType::matmul && source == 1 ? spec.second_input : spec.input;
  }

  /// The layer's own activations in the buffer's layout, one vector per source.
  static std::vector<Vector> own_sources(const RoundedLayer& layer) {
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

  const std::vector<RoundedLayer>& layers_;
  const SummationOrder& order_;
  std::vector<Vector> buffers_;
  /// The last layer that takes each one's outputs; itself where none does.
  std::vector<std::size_t> last_uses_;
};

}  // namespace

std::vector<Bfloat16> run_bfloat16_layer(const RoundedLayer& layer, const SummationOrder& order,
                                         std::span<const Bfloat16Maps> sources) {
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
  return Bfloat16Run(layers, order).run();
}

}  // namespace nzsim::systolic
