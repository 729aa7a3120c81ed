#include <algorithm>
#include <cmath>

#include "sim/workload/plain_int8_parts.h"
#include "sim/workload/plain_products.h"

namespace nzsim::plain {
namespace {

/// sum / count, rounded half away from zero.
std::int32_t average(std::int64_t sum, std::int64_t count) {
  const std::int64_t magnitude = (2 * std::abs(sum) + count) / (2 * count);
  return static_cast<std::int32_t>(sum < 0 ? -magnitude : magnitude);
}

std::int32_t pool(const LayerSpec& spec, std::span<const std::int8_t> input, std::uint32_t channel,
                  std::uint32_t y, std::uint32_t x) {
  std::int64_t sum = 0;
  std::int8_t largest = 0;
  std::int64_t count = 0;
  visit_window(spec, channel, y, x, [&](std::size_t index) {
    const std::int8_t value = input[index];
    largest = count == 0 ? value : std::max(largest, value);
    sum += value;
    ++count;
  });
  if (count == 0) return 0;
  return spec.pooling == PoolingKind::maximum ? largest : average(sum, count);
}

/// Integers of one part of the channels at one place, before they are multiplied by `inverse`.
struct Normalized {
  std::vector<std::int64_t> numerators;
  double inverse = 0.0;
};

Normalized softmax(const LayerQuantization& quantization, std::span<const std::int8_t> part) {
  const int largest = *std::max_element(part.begin(), part.end());
  Normalized result;
  std::int64_t sum = 0;
  for (const std::int8_t value : part) {
    const auto distance = static_cast<std::size_t>(largest - value);
    result.numerators.push_back(quantization.normalization.exponentials[distance]);
    sum += result.numerators.back();
  }
  result.inverse = (1.0 / quantization.output.before_scale) / static_cast<double>(sum);
  return result;
}

Normalized normalize(const LayerQuantization& quantization, std::span<const std::int8_t> part) {
  const auto length = static_cast<std::int64_t>(part.size());
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  for (const std::int8_t value : part) {
    sum += value;
    squares += std::int64_t{value} * value;
  }
  Normalized result;
  for (const std::int8_t value : part) result.numerators.push_back(length * value - sum);
  const auto variance = static_cast<double>(length * squares - sum * sum);
  result.inverse = (1.0 / quantization.output.before_scale) /
                   std::sqrt(variance + quantization.normalization.epsilon);
  return result;
}

std::int8_t round_product(std::int64_t numerator, double inverse) {
  const double rounded = std::round(static_cast<double>(numerator) * inverse);
  return static_cast<std::int8_t>(
      std::clamp<double>(rounded, -double{kLargestInt8}, double{kLargestInt8}));
}

}  // namespace

std::vector<std::int32_t> int8_pooling(const LayerSpec& spec, std::span<const std::int8_t> input) {
  std::vector<std::int32_t> output;
  output.reserve(spec.output.elements());
  for (std::uint32_t channel = 0; channel < spec.output.channels; ++channel) {
    for (std::uint32_t y = 0; y < spec.output.height; ++y) {
      for (std::uint32_t x = 0; x < spec.output.width; ++x) {
        output.push_back(pool(spec, input, channel, y, x));
      }
    }
  }
  return output;
}

std::vector<std::int32_t> int8_elementwise(const LayerSpec& spec,
                                           const LayerQuantization& quantization,
                                           std::span<const std::vector<std::int8_t>> operands) {
  std::vector<std::int32_t> output(spec.output.elements());
  for (std::size_t i = 0; i < output.size(); ++i) {
    std::int64_t sum = 0;
    std::int64_t product = 1;
    for (std::size_t operand = 0; operand < operands.size(); ++operand) {
      const std::int8_t value = operands[operand][i];
      sum += rescale(value, quantization.sources[operand]);
      product *= value;
    }
    const std::int64_t result = spec.elementwise == ElementwiseOperation::add ? sum : product;
    output[i] = static_cast<std::int32_t>(std::clamp<std::int64_t>(result, INT32_MIN, INT32_MAX));
  }
  return output;
}

std::vector<std::int8_t> int8_normalization(const LayerSpec& spec,
                                            const LayerQuantization& quantization,
                                            std::span<const std::int8_t> input) {
  const std::size_t places = std::size_t{spec.input.height} * spec.input.width;
  const std::size_t length = spec.input.channels / spec.groups;
  std::vector<std::int8_t> output(input.size());
  std::vector<std::int8_t> part(length);
  for (std::size_t group = 0; group < spec.groups; ++group) {
    for (std::size_t place = 0; place < places; ++place) {
      const std::size_t first = group * length * places + place;
      for (std::size_t i = 0; i < length; ++i) part[i] = input[first + i * places];
      const Normalized result = spec.normalization == NormalizationKind::softmax
                                    ? softmax(quantization, part)
                                    : normalize(quantization, part);
      for (std::size_t i = 0; i < length; ++i) {
        output[first + i * places] =
            activate(round_product(result.numerators[i], result.inverse), quantization.output);
      }
    }
  }
  return output;
}

}  // namespace nzsim::plain
