#include "tests/support/bfloat16_layers.h"

#include <algorithm>

namespace nzsim::test {
namespace {

/// Any significand, exponents from `first` on, of which there are `count`.
Bfloat16 draw_finite(std::uint32_t first, std::uint32_t count, Draw& draw) {
  const std::uint32_t exponent = first + draw.integer(0, count - 1);
  return static_cast<Bfloat16>(draw.integer(0, 1) << 15 | exponent << 7 | draw.integer(0, 127));
}

Bfloat16 draw_number(Magnitudes magnitudes, Draw& draw) {
  if (draw.integer(0, 7) == 0) return round_to_bfloat16(draw.integer(0, 1) == 0 ? 0.0 : -0.0);
  switch (magnitudes) {
    case Magnitudes::moderate:
      break;
    case Magnitudes::cancelling:
      if (draw.integer(0, 1) == 0)
        return round_to_bfloat16(draw.integer(0, 1) == 0 ? 4096.0 : -4096.0);
      return draw_finite(127, 1, draw);
    case Magnitudes::any:
      return draw_finite(0, 255, draw);
    case Magnitudes::overflowing:
      return draw_finite(127 + 58, 70, draw);
  }
  return draw_finite(127 - 4, 8, draw);
}

/// Extents of input and output for the window that is set.
void draw_extents(LayerSpec& spec, Draw& draw) {
  const std::uint32_t height = (spec.kernel.height - 1) * spec.dilation.height + 1;
  const std::uint32_t width = (spec.kernel.width - 1) * spec.dilation.width + 1;
  spec.stride = {draw.integer(1, 2), draw.integer(1, 3)};
  spec.input.height = height + draw.integer(0, 3);
  spec.input.width = width + draw.integer(0, 3);
  spec.output.height =
      (spec.input.height + 2 * spec.padding.height - height) / spec.stride.height + 1;
  spec.output.width = (spec.input.width + 2 * spec.padding.width - width) / spec.stride.width + 1;
}

void draw_convolution(LayerSpec& spec, Draw& draw) {
  spec.kernel = {draw.integer(1, 3), draw.integer(1, 3)};
  spec.padding = {draw.integer(0, 2), draw.integer(0, 2)};
  spec.dilation = {draw.integer(1, 2), draw.integer(1, 2)};
  draw_extents(spec, draw);
  spec.groups = draw.integer(1, 3);
  spec.input.channels = spec.groups * draw.integer(1, 6);
  spec.output.channels = spec.groups * draw.integer(1, 5);
}

void draw_pooling(LayerSpec& spec, Draw& draw) {
  spec.pooling = draw.integer(0, 1) == 0 ? PoolingKind::maximum : PoolingKind::average;
  spec.kernel = {draw.integer(1, 3), draw.integer(1, 3)};
  spec.padding = {draw.integer(0, spec.kernel.height - 1), draw.integer(0, 1)};
  draw_extents(spec, draw);
  spec.input.channels = draw.integer(1, 9);
  spec.output.channels = spec.input.channels;
  // With `ceil_mode` the last window reaches over the end.
  spec.output.width += draw.integer(0, 1);
}

void draw_matmul(LayerSpec& spec, Draw& draw) {
  spec.groups = draw.integer(1, 3);
  spec.operands = 2;
  spec.transpose_second = draw.integer(0, 1) == 0;
  const std::uint32_t rows = draw.integer(1, 5);
  const std::uint32_t inner = draw.integer(1, 20);
  const std::uint32_t columns = draw.integer(1, 9);
  spec.input = {spec.groups * inner, rows, 1};
  spec.second_input = spec.transpose_second ? FeatureShape{spec.groups * inner, columns, 1}
                                            : FeatureShape{spec.groups * columns, inner, 1};
  spec.output = {spec.groups * columns, rows, 1};
}

/// Fully connected and recurrent layers: vectors of a sequence.
void draw_sequence(LayerSpec& spec, Draw& draw) {
  const std::uint32_t vectors = draw.integer(1, 4);
  spec.input = {draw.integer(1, 25), vectors, 1};
  spec.output = {draw.integer(1, 12), vectors, 1};
}

/// Layers whose outputs have the shape of their inputs.
void draw_map(LayerSpec& spec, Draw& draw) {
  spec.elementwise =
      draw.integer(0, 1) == 0 ? ElementwiseOperation::add : ElementwiseOperation::multiply;
  spec.normalization =
      draw.integer(0, 1) == 0 ? NormalizationKind::softmax : NormalizationKind::layer_normalization;
  if (spec.type == LayerType::elementwise) spec.operands = draw.integer(2, 4);
  if (spec.type == LayerType::normalization) spec.groups = draw.integer(1, 3);
  spec.input = {spec.groups * draw.integer(1, 20), draw.integer(1, 4), draw.integer(1, 4)};
  spec.output = spec.input;
}

}  // namespace

std::vector<Bfloat16> draw_numbers(std::size_t count, Magnitudes magnitudes, Draw& draw) {
  std::vector<Bfloat16> drawn(count);
  for (Bfloat16& number : drawn) number = draw_number(magnitudes, draw);
  return drawn;
}

LayerSpec draw_spec(LayerType type, Draw& draw) {
  LayerSpec spec;
  spec.type = type;
  spec.name = to_string(type);
  spec.batch = draw.integer(1, 2);
  spec.relu_on_input = draw.integer(0, 3) == 0;
  if (type != LayerType::lstm && type != LayerType::gru) {
    spec.activation = kActivations[draw.integer(0, kActivations.size() - 1)];
  }
  switch (type) {
    case LayerType::convolution:
      draw_convolution(spec, draw);
      break;
    case LayerType::pooling:
      draw_pooling(spec, draw);
      break;
    case LayerType::matmul:
      draw_matmul(spec, draw);
      break;
    case LayerType::fully_connected:
    case LayerType::lstm:
    case LayerType::gru:
      draw_sequence(spec, draw);
      break;
    case LayerType::elementwise:
    case LayerType::activation:
    case LayerType::normalization:
      draw_map(spec, draw);
      break;
  }
  return spec;
}

RoundedLayer draw_rounded_layer(const LayerSpec& spec, Magnitudes magnitudes, Draw& draw) {
  RoundedLayer layer;
  layer.spec = spec;
  layer.weights = draw_numbers(spec.weight_elements(), magnitudes, draw);
  if (draw.integer(0, 3) != 0) {
    for (std::uint32_t i = 0; i < spec.matrix_outputs(); ++i) {
      layer.bias.push_back(to_float(draw_number(magnitudes, draw)) * 1.001F);
    }
  }
  for (std::uint32_t index = 0; index < spec.batch; ++index) {
    auto& sources = layer.inputs.emplace_back();
    for (std::uint32_t source = 0; source < spec.operands; ++source) {
      const bool is_second = spec.type == LayerType::matmul && source == 1;
      const FeatureShape& shape = is_second ? spec.second_input : spec.input;
      sources.push_back(draw_numbers(shape.elements(), magnitudes, draw));
    }
  }
  return layer;
}

std::vector<std::vector<Bfloat16>> plain_outputs(const std::vector<RoundedLayer>& layers,
                                                 const SummationOrder& order) {
  std::vector<std::vector<Bfloat16>> all(layers.size());
  for (std::uint32_t n = 0; n < layers[0].spec.batch; ++n) {
    const std::vector<std::vector<Bfloat16>> outputs = plain_bfloat16_network(layers, order, n);
    for (std::size_t index = 0; index < layers.size(); ++index) {
      all[index].insert(all[index].end(), outputs[index].begin(), outputs[index].end());
    }
  }
  return all;
}

std::vector<std::uint16_t> bits_of(const std::vector<Bfloat16>& numbers) {
  std::vector<std::uint16_t> bits;
  bits.reserve(numbers.size());
  for (const Bfloat16 number : numbers) bits.push_back(static_cast<std::uint16_t>(number));
  return bits;
}

std::vector<Bfloat16> numbers(const std::vector<double>& values) {
  std::vector<Bfloat16> rounded;
  rounded.reserve(values.size());
  for (const double value : values) rounded.push_back(round_to_bfloat16(value));
  return rounded;
}

std::vector<double> values_of(const std::vector<Bfloat16>& numbers) {
  std::vector<double> values;
  values.reserve(numbers.size());
  for (const Bfloat16 number : numbers) values.push_back(to_float(number));
  return values;
}

}  // namespace nzsim::test
