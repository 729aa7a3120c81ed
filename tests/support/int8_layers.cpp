#include "tests/support/int8_layers.h"

#include <algorithm>

namespace nzsim::test {
namespace {

std::vector<std::size_t> source_lengths(const LayerSpec& spec) {
  if (spec.type == LayerType::matmul) {
    return {spec.input.elements(), spec.second_input.elements()};
  }
  return std::vector<std::size_t>(spec.operands, spec.input.elements());
}

}  // namespace

Int8Case draw_int8_case(const LayerSpec& spec, Draw& draw) {
  Int8Case drawn;
  drawn.spec = spec;
  for (std::uint64_t i = 0; i < spec.weight_elements(); ++i) {
    drawn.weights.push_back(static_cast<float>(draw.real(0.5)));
  }
  for (std::uint32_t i = 0; i < spec.matrix_outputs(); ++i) {
    drawn.bias.push_back(static_cast<float>(draw.real(2.0)));
  }
  for (const std::size_t length : source_lengths(spec)) {
    std::vector<double>& source = drawn.sources.emplace_back(length);
    for (double& value : source) value = draw.real(3.0);
    drawn.source_scales.push_back(scale_for_range(largest_magnitude(source)));
    drawn.int8_sources.push_back(
        quantize_int8(std::span<const double>(source), drawn.source_scales.back()));
  }
  LayerRanges ranges;
  drawn.real = plain_real(spec, {drawn.weights, drawn.bias}, drawn.sources, ranges);
  drawn.quantization =
      choose_quantization(spec, drawn.source_scales, largest_magnitude(drawn.weights), ranges);
  drawn.int8_weights = quantize_int8(drawn.weights, drawn.quantization.weight_scale);
  drawn.int8_bias =
      quantize_bias(drawn.bias, drawn.quantization.weight_scale * drawn.quantization.input_scale);
  return drawn;
}

std::int64_t divided(std::int64_t value, Requantization requantization) {
  const std::int64_t divisor = std::int64_t{1} << requantization.shift;
  const std::int64_t product = 2 * value * requantization.multiplier;
  return (product + (product < 0 ? -divisor : divisor)) / (2 * divisor);
}

std::int8_t limited(std::int64_t value) {
  return static_cast<std::int8_t>(std::min<std::int64_t>(std::max<std::int64_t>(value, -127), 127));
}

}  // namespace nzsim::test
