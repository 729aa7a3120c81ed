#include "sim/workload/quantized_network.h"

#include <algorithm>
#include <utility>

#include "sim/workload/plain_real.h"
#include "sim/workload/values.h"

namespace nzsim {
namespace {

using Vector = std::vector<double>;

std::uint32_t calibration_inputs(const LayerSpec& spec) {
  return std::min(spec.batch, kCalibrationInputs);
}

/// Largest magnitude of those values that count.
double largest_input(const LayerSpec& spec, std::span<const double> values) {
  double largest = 0.0;
  for (const double value : values) {
    largest = std::max(largest, spec.relu_on_input ? value : std::max(value, -value));
  }
  return largest;
}

/// Quantises the layers of one network in order.
class Quantizer {
 public:
  Quantizer(const Network& network, std::uint64_t seed) : network_(network), seed_(seed) {}

  std::vector<QuantizedLayer> quantize() {
    layers_.reserve(network_.layers.size());
    for (std::size_t index = 0; index < network_.layers.size(); ++index) quantize_layer(index);
    return std::move(layers_);
  }

 private:
  void quantize_layer(std::size_t index) {
    QuantizedLayer layer;
    layer.spec = network_.layers[index];
    const LayerValues values = load_values(network_, index, seed_);
    const std::vector<std::vector<Vector>> sources = real_sources(layer.spec, values.activations);
    const std::vector<float> weights = dense_weights(values);
    LayerRanges ranges;
    for (std::uint32_t n = 0; n < calibration_inputs(layer.spec); ++n) {
      layer.real_outputs.push_back(
          plain_real(layer.spec, {weights, values.bias}, sources[n], ranges));
    }
    layer.source_scales = source_scales(layer.spec, sources);
    layer.quantization =
        choose_quantization(layer.spec, layer.source_scales, largest_magnitude(weights), ranges);
    layer.weights = quantize_int8(weights, layer.quantization.weight_scale);
    layer.bias = quantize_bias(values.bias,
                               layer.quantization.weight_scale * layer.quantization.input_scale);
    if (!std::holds_alternative<ChainedSource>(layer.spec.activations)) {
      quantize_inputs(layer, sources);
    }
    layers_.push_back(std::move(layer));
  }

  /// Chained: `[calibration inputs][source][elements]`; otherwise `[batch][source][elements]`.
  std::vector<std::vector<Vector>> real_sources(const LayerSpec& spec,
                                                const ActivationTensor& tensor) const {
    const auto* chained = std::get_if<ChainedSource>(&spec.activations);
    std::vector<std::vector<Vector>> sources(chained ? calibration_inputs(spec) : spec.batch);
    for (std::uint32_t n = 0; n < sources.size(); ++n) {
      if (chained == nullptr) {
        sources[n] = own_sources(spec, tensor, n);
        continue;
      }
      for (const std::size_t source : chained->layers) {
        sources[n].push_back(layers_[source].real_outputs[n]);
      }
    }
    return sources;
  }

  /// Chained: those of the layers it takes; otherwise by the range of all inputs.
  std::vector<double> source_scales(const LayerSpec& spec,
                                    const std::vector<std::vector<Vector>>& sources) const {
    std::vector<double> scales;
    if (const auto* chained = std::get_if<ChainedSource>(&spec.activations)) {
      for (const std::size_t source : chained->layers) {
        scales.push_back(layers_[source].quantization.output.scale);
      }
      return scales;
    }
    for (std::size_t source = 0; source < sources[0].size(); ++source) {
      double largest = 0.0;
      for (const std::vector<Vector>& input : sources) {
        largest = std::max(largest, largest_input(spec, input[source]));
      }
      scales.push_back(scale_for_range(largest));
    }
    return scales;
  }

  static void quantize_inputs(QuantizedLayer& layer,
                              const std::vector<std::vector<Vector>>& sources) {
    for (const std::vector<Vector>& input : sources) {
      layer.inputs.emplace_back();
      for (std::size_t source = 0; source < input.size(); ++source) {
        layer.inputs.back().push_back(
            quantize_int8(std::span<const double>(input[source]), layer.source_scales[source]));
      }
    }
  }

  const Network& network_;
  std::uint64_t seed_;
  std::vector<QuantizedLayer> layers_;
};

}  // namespace

std::vector<QuantizedLayer> quantize_network(const Network& network, std::uint64_t seed) {
  require_int8_fits(network);
  return Quantizer(network, seed).quantize();
}

std::vector<Int8Outputs> plain_int8_network(const std::vector<QuantizedLayer>& layers,
                                            std::uint32_t index) {
  std::vector<Int8Outputs> outputs;
  outputs.reserve(layers.size());
  for (const QuantizedLayer& layer : layers) {
    std::vector<std::vector<std::int8_t>> sources;
    if (const auto* chained = std::get_if<ChainedSource>(&layer.spec.activations)) {
      for (const std::size_t source : chained->layers) sources.push_back(outputs[source].values);
    } else {
      sources = layer.inputs[index];
    }
    outputs.push_back(plain_int8(layer.spec, layer.plain(), layer.quantization, sources));
  }
  return outputs;
}

}  // namespace nzsim
