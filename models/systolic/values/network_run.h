#pragma once

#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include "models/systolic/values/buffer_layout.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

/// The outputs of the layers of one network, in the buffer's layout as long as they are needed.
/// `Layer` has a `spec` and `inputs` `[batch][source]` of its own.
template <class Layer, class Value>
class NetworkRun {
 public:
  explicit NetworkRun(const std::vector<Layer>& layers)
      : layers_(layers), buffers_(layers.size()), last_uses_(layers.size()) {
    for (std::size_t index = 0; index < layers.size(); ++index) {
      last_uses_[index] = index;
      if (const auto* chained = chain_of(layers[index])) {
        for (const std::size_t source : chained->layers) last_uses_[source] = index;
      }
    }
  }

  /// Per layer `[batch, channels, height, width]`. `run_layer(layer, sources)` gives the outputs of
  /// one, `[batch, height, width, channels]`.
  template <class RunLayer>
  std::vector<std::vector<Value>> run(const RunLayer& run_layer) {
    std::vector<std::vector<Value>> outputs;
    outputs.reserve(layers_.size());
    for (std::size_t index = 0; index < layers_.size(); ++index) {
      buffers_[index] = run_with_sources(index, run_layer);
      outputs.push_back(to_network_layout<Value>(layers_[index].spec.output, buffers_[index]));
      release(index);
    }
    return outputs;
  }

 private:
  using Maps = FeatureMaps<Value>;

  static const ChainedSource* chain_of(const Layer& layer) {
    return std::get_if<ChainedSource>(&layer.spec.activations);
  }

  template <class RunLayer>
  std::vector<Value> run_with_sources(std::size_t index, const RunLayer& run_layer) const {
    const Layer& layer = layers_[index];
    std::vector<Maps> sources;
    if (const auto* chained = chain_of(layer)) {
      for (const std::size_t source : chained->layers) {
        sources.push_back({layers_[source].spec.output, buffers_[source]});
      }
      return run_layer(layer, sources);
    }
    const std::vector<std::vector<Value>> values = own_sources(layer);
    for (std::size_t source = 0; source < values.size(); ++source) {
      sources.push_back({own_shape(layer.spec, source), values[source]});
    }
    return run_layer(layer, sources);
  }

  static const FeatureShape& own_shape(const LayerSpec& spec, std::size_t source) {
    return spec.type == LayerType::matmul && source == 1 ? spec.second_input : spec.input;
  }

  /// The layer's own activations in the buffer's layout, one vector per source.
  static std::vector<std::vector<Value>> own_sources(const Layer& layer) {
    std::vector<std::vector<Value>> sources(layer.inputs[0].size());
    for (std::size_t source = 0; source < sources.size(); ++source) {
      std::vector<Value> values;
      for (const std::vector<std::vector<Value>>& input : layer.inputs) {
        values.insert(values.end(), input[source].begin(), input[source].end());
      }
      sources[source] = to_buffer_layout<Value>(own_shape(layer.spec, source), values);
    }
    return sources;
  }

  /// Frees what no layer behind `index` takes.
  void release(std::size_t index) {
    if (last_uses_[index] == index) buffers_[index] = std::vector<Value>();
    if (const auto* chained = chain_of(layers_[index])) {
      for (const std::size_t source : chained->layers) {
        if (last_uses_[source] == index) buffers_[source] = std::vector<Value>();
      }
    }
  }

  const std::vector<Layer>& layers_;
  std::vector<std::vector<Value>> buffers_;
  /// The last layer that takes each one's outputs; itself where none does.
  std::vector<std::size_t> last_uses_;
};

}  // namespace nzsim::systolic
