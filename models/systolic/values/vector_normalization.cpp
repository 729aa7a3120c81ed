// The activation unit's softmax and layer normalization.

#include <algorithm>
#include <array>
#include <cmath>

#include "models/systolic/values/vector_unit.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

/// Elements whose numerators are kept together.
constexpr std::size_t kBlock = 256;

/// Numerators are integers below 2^53, exact as doubles. Rounding half away from zero in a form
/// that vectorises: the integer part, and one more where at least a half, which is exact, remains.
SIM_VECTOR_CLONES
void round_products(const double* numerators, std::size_t count, double inverse,
                    std::int8_t* outputs) {
  for (std::size_t i = 0; i < count; ++i) {
    const double limited =
        std::min(std::max(numerators[i] * inverse, -double{kLargestInt8}), double{kLargestInt8});
    const auto whole = static_cast<std::int32_t>(limited);
    const double rest = limited - whole;
    outputs[i] = static_cast<std::int8_t>(whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0));
  }
}

/// Multiplies what `numerator` gives of each value by `inverse`.
template <class Numerator>
void scale_part(std::span<const std::int8_t> part, double inverse, const Numerator& numerator,
                std::int8_t* outputs) {
  std::array<double, kBlock> numerators;
  for (std::size_t first = 0; first < part.size(); first += kBlock) {
    const std::size_t count = std::min(part.size() - first, kBlock);
    for (std::size_t i = 0; i < count; ++i) numerators[i] = numerator(part[first + i]);
    round_products(numerators.data(), count, inverse, outputs + first);
  }
}

void softmax(const LayerQuantization& quantization, std::span<const std::int8_t> part,
             std::int8_t* outputs) {
  const int largest = *std::max_element(part.begin(), part.end());
  const auto& exponentials = quantization.normalization.exponentials;
  const auto exponential = [&](std::int8_t value) {
    return exponentials[static_cast<std::size_t>(largest - value)];
  };
  std::int64_t sum = 0;
  for (const std::int8_t value : part) sum += exponential(value);
  const double inverse = (1.0 / quantization.output.before_scale) / static_cast<double>(sum);
  scale_part(
      part, inverse, [&](std::int8_t value) { return static_cast<double>(exponential(value)); },
      outputs);
}

void normalize_part(const LayerQuantization& quantization, std::span<const std::int8_t> part,
                    std::int8_t* outputs) {
  const auto length = static_cast<std::int64_t>(part.size());
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  for (const std::int8_t value : part) {
    sum += value;
    squares += std::int64_t{value} * value;
  }
  const auto variance = static_cast<double>(length * squares - sum * sum);
  const double inverse = (1.0 / quantization.output.before_scale) /
                         std::sqrt(variance + quantization.normalization.epsilon);
  scale_part(
      part, inverse, [&](std::int8_t value) { return static_cast<double>(length * value - sum); },
      outputs);
}

/// The activation function behind, of values at the scale before it.
void activate(const OutputQuantization& output, std::span<std::int8_t> values) {
  OutputQuantization function = output;
  function.requantization = {};
  apply_activation(values, function, values);
}

}  // namespace

void normalize(const LayerSpec& spec, std::span<const std::int8_t> input,
               const LayerQuantization& quantization, std::span<std::int8_t> outputs) {
  const std::size_t length = spec.input.channels / spec.groups;
  for (std::size_t first = 0; first < input.size(); first += length) {
    const std::span<const std::int8_t> part = input.subspan(first, length);
    if (spec.normalization == NormalizationKind::softmax) {
      softmax(quantization, part, outputs.data() + first);
    } else {
      normalize_part(quantization, part, outputs.data() + first);
    }
  }
  if (spec.activation != Activation::none) activate(quantization.output, outputs);
}

}  // namespace nzsim::systolic
