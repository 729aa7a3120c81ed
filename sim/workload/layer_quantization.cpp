#include "sim/workload/layer_quantization.h"

#include <algorithm>
#include <cmath>

#include "sim/workload/elementary.h"

namespace nzsim {
namespace {

/// Scale of gates: 127 stands for 1.
constexpr double kGateScale = 1.0 / kLargestInt8;
constexpr double kGuard = 1 << kGuardBits;

bool has_table(Activation activation) {
  return activation != Activation::none && activation != Activation::relu;
}

/// The scale of int8 values that go into `function`.
double argument_scale(Activation function, const LayerRanges& ranges) {
  switch (function) {
    case Activation::none:
    case Activation::relu:
      return scale_for_range(ranges.output);
    case Activation::sigmoid:
      return scale_for_range(std::min(ranges.before_activation, kSigmoidRange));
    case Activation::tanh:
      return scale_for_range(std::min(ranges.before_activation, kTanhRange));
    case Activation::gelu:
      return scale_for_range(ranges.before_activation);
  }
  return 1.0;
}

bool keeps_scale(LayerType type) {
  return type == LayerType::pooling || type == LayerType::activation;
}

/// Scale of the sums that become outputs.
double sum_scale(const LayerSpec& spec, std::span<const double> source_scales,
                 const LayerQuantization& layer, double before_scale) {
  switch (spec.type) {
    case LayerType::fully_connected:
    case LayerType::convolution:
    case LayerType::matmul:
      return layer.input_scale * layer.weight_scale;
    case LayerType::pooling:
    case LayerType::activation:
      return layer.input_scale;
    case LayerType::elementwise: {
      if (spec.elementwise == ElementwiseOperation::add) return before_scale / kGuard;
      double product = 1.0;
      for (const double scale : source_scales) product *= scale;
      return product;
    }
    case LayerType::lstm:
    case LayerType::gru:
    case LayerType::normalization:
      return before_scale;
  }
  return before_scale;
}

OutputQuantization choose_output(const LayerSpec& spec, std::span<const double> source_scales,
                                 const LayerQuantization& layer, const LayerRanges& ranges) {
  OutputQuantization output;
  output.activation = spec.activation;
  output.before_scale =
      keeps_scale(spec.type) ? layer.input_scale : argument_scale(spec.activation, ranges);
  output.sum_scale = sum_scale(spec, source_scales, layer, output.before_scale);
  output.requantization = requantization_for(output.sum_scale / output.before_scale);
  output.scale = output.before_scale;
  if (has_table(spec.activation)) {
    output.scale = scale_for_range(ranges.output);
    output.table = table_of(spec.activation, output.before_scale, output.scale);
  }
  return output;
}

GateQuantization choose_gate(Activation function, double range, double input_sums,
                             double hidden_sums) {
  GateQuantization gate;
  gate.argument_scale = scale_for_range(range);
  gate.from_input = requantization_for(input_sums * kGuard / gate.argument_scale);
  gate.from_hidden = requantization_for(hidden_sums * kGuard / gate.argument_scale);
  gate.table = table_of(function, gate.argument_scale, kGateScale);
  return gate;
}

RecurrentQuantization choose_recurrent(const LayerSpec& spec, const LayerQuantization& layer,
                                       const LayerRanges& ranges) {
  RecurrentQuantization recurrent;
  const double hidden_scale = layer.output.scale;
  const double input_sums = layer.weight_scale * layer.input_scale;
  const double hidden_sums = layer.weight_scale * hidden_scale;
  recurrent.sigmoid = choose_gate(
      Activation::sigmoid, std::min(ranges.sigmoid_input, kSigmoidRange), input_sums, hidden_sums);
  recurrent.tanh = choose_gate(Activation::tanh, std::min(ranges.tanh_input, kTanhRange),
                               input_sums, hidden_sums);
  recurrent.keep = requantization_for(kGateScale * kGuard);
  recurrent.reset = requantization_for(kGateScale);
  if (spec.type == LayerType::gru) {
    recurrent.update = requantization_for(kGateScale * kGateScale * kGuard / hidden_scale);
    return recurrent;
  }
  recurrent.cell_scale = scale_for_range(ranges.cell_state, kLargestInt16);
  recurrent.update = requantization_for(kGateScale * kGateScale * kGuard / recurrent.cell_scale);
  recurrent.cell_argument_scale = scale_for_range(std::min(ranges.cell_state, kTanhRange));
  recurrent.cell_to_argument =
      requantization_for(recurrent.cell_scale / recurrent.cell_argument_scale);
  recurrent.cell_table = table_of(Activation::tanh, recurrent.cell_argument_scale, kGateScale);
  recurrent.output = requantization_for(kGateScale * kGateScale / hidden_scale);
  return recurrent;
}

NormalizationQuantization choose_normalization(const LayerSpec& spec, double input_scale) {
  NormalizationQuantization normalization;
  if (spec.normalization == NormalizationKind::softmax) {
    for (std::size_t d = 0; d < normalization.exponentials.size(); ++d) {
      const double power = elementary::exponential(-static_cast<double>(d) * input_scale);
      normalization.exponentials[d] =
          static_cast<std::uint32_t>(std::round(std::ldexp(power, kExponentialBits)));
    }
    return normalization;
  }
  const std::uint32_t channels = spec.input.channels / spec.groups;
  const auto length = static_cast<double>(channels);
  normalization.epsilon = kNormalizationEpsilon * (length / input_scale) * (length / input_scale);
  return normalization;
}

/// Factors of sources that are brought to one scale.
std::vector<Requantization> choose_sources(std::span<const double> source_scales,
                                           double target_scale) {
  std::vector<Requantization> sources;
  for (const double scale : source_scales) {
    sources.push_back(requantization_for(scale / target_scale));
  }
  return sources;
}

}  // namespace

LayerQuantization choose_quantization(const LayerSpec& spec, std::span<const double> source_scales,
                                      double largest_weight, const LayerRanges& ranges) {
  LayerQuantization layer;
  layer.input_scale = source_scales[0];
  layer.weight_scale = scale_for_range(largest_weight);
  if (spec.type == LayerType::matmul) {
    layer.weight_scale = source_scales[1];
  } else if (spec.type != LayerType::elementwise) {
    layer.input_scale = *std::max_element(source_scales.begin(), source_scales.end());
    layer.sources = choose_sources(source_scales, layer.input_scale);
  }
  layer.output = choose_output(spec, source_scales, layer, ranges);
  switch (spec.type) {
    case LayerType::elementwise:
      layer.sources = choose_sources(source_scales, layer.output.sum_scale);
      break;
    case LayerType::lstm:
    case LayerType::gru:
      layer.recurrent = choose_recurrent(spec, layer, ranges);
      break;
    case LayerType::normalization:
      layer.normalization = choose_normalization(spec, layer.input_scale);
      break;
    default:
      break;
  }
  return layer;
}

}  // namespace nzsim
