#include "sim/workload/bfloat16_network.h"

#include <utility>
#include <variant>

#include "sim/workload/plain_real.h"
#include "sim/workload/quantized_network.h"
#include "sim/workload/values.h"

namespace nzsim {
namespace {

using Vector = std::vector<double>;

template <class Real>
std::vector<Bfloat16> rounded(const std::vector<Real>& values) {
  std::vector<Bfloat16> numbers;
  numbers.reserve(values.size());
  for (const Real value : values) numbers.push_back(round_to_bfloat16(value));
  return numbers;
}

/// What one input of a layer is computed from in double precision, one vector per source.
std::vector<Vector> real_sources(const std::vector<RoundedLayer>& layers, const LayerSpec& spec,
                                 const ActivationTensor& tensor, std::uint32_t index) {
  const auto* chained = std::get_if<ChainedSource>(&spec.activations);
  if (chained == nullptr) return own_sources(spec, tensor, index);
  std::vector<Vector> sources;
  for (const std::size_t source : chained->layers) {
    sources.push_back(layers[source].real_outputs[index]);
  }
  return sources;
}

/// `layers`: those before it.
RoundedLayer round_layer(const std::vector<RoundedLayer>& layers, const LayerSpec& spec,
                         const LayerValues& values) {
  RoundedLayer layer;
  layer.spec = spec;
  const std::vector<float> weights = dense_weights(values);
  const bool is_chained = std::holds_alternative<ChainedSource>(spec.activations);
  LayerRanges ranges;
  for (std::uint32_t index = 0; index < spec.batch; ++index) {
    const bool is_measured = index < kCalibrationInputs;
    if (is_chained && !is_measured) break;
    const std::vector<Vector> sources = real_sources(layers, spec, values.activations, index);
    if (is_measured) {
      layer.real_outputs.push_back(plain_real(spec, {weights, values.bias}, sources, ranges));
    }
    if (is_chained) continue;
    layer.inputs.emplace_back();
    for (const Vector& source : sources) layer.inputs.back().push_back(rounded(source));
  }
  layer.weights = rounded(weights);
  layer.bias = values.bias;
  return layer;
}

}  // namespace

std::vector<RoundedLayer> round_network(const Network& network, std::uint64_t seed) {
  std::vector<RoundedLayer> layers;
  layers.reserve(network.layers.size());
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    layers.push_back(round_layer(layers, network.layers[index], load_values(network, index, seed)));
  }
  return layers;
}

std::vector<std::vector<Bfloat16>> plain_bfloat16_network(const std::vector<RoundedLayer>& layers,
                                                          const SummationOrder& order,
                                                          std::uint32_t index) {
  std::vector<std::vector<Bfloat16>> outputs;
  outputs.reserve(layers.size());
  for (const RoundedLayer& layer : layers) {
    std::vector<std::vector<Bfloat16>> sources;
    if (const auto* chained = std::get_if<ChainedSource>(&layer.spec.activations)) {
      for (const std::size_t source : chained->layers) sources.push_back(outputs[source]);
    } else {
      sources = layer.inputs[index];
    }
    outputs.push_back(plain_bfloat16(layer.spec, layer.plain(), order, sources));
  }
  return outputs;
}

}  // namespace nzsim
