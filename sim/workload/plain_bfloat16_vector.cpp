#include <algorithm>
#include <cmath>

#include "sim/workload/elementary.h"
#include "sim/workload/layer_quantization.h"
#include "sim/workload/plain_bfloat16_parts.h"
#include "sim/workload/plain_products.h"

namespace nzsim::plain {
namespace {

double pool(const LayerSpec& spec, std::span<const float> input, std::uint32_t channel,
            std::uint32_t y, std::uint32_t x) {
  float sum = 0.0F;
  float largest = 0.0F;
  std::int64_t count = 0;
  visit_window(spec, channel, y, x, [&](std::size_t index) {
    largest = count == 0 ? input[index] : std::max(largest, input[index]);
    sum += input[index];
    ++count;
  });
  if (count == 0) return 0.0;
  if (spec.pooling == PoolingKind::maximum) return largest;
  return double{limit_to_finite(sum)} / static_cast<double>(count);
}

void softmax(std::span<double> part) {
  const double largest = *std::max_element(part.begin(), part.end());
  double sum = 0.0;
  for (double& value : part) {
    value = elementary::exponential(value - largest);
    sum += value;
  }
  const double inverse = 1.0 / sum;
  for (double& value : part) value *= inverse;
}

void normalize(std::span<double> part) {
  const auto length = static_cast<double>(part.size());
  double sum = 0.0;
  for (const double value : part) sum += value;
  const double mean = sum / length;
  double squares = 0.0;
  for (double& value : part) {
    value -= mean;
    squares += value * value;
  }
  const double inverse = 1.0 / std::sqrt(squares / length + kNormalizationEpsilon);
  for (double& value : part) value *= inverse;
}

}  // namespace

std::vector<Bfloat16> bfloat16_pooling(const LayerSpec& spec, std::span<const float> input) {
  std::vector<Bfloat16> output;
  output.reserve(spec.output.elements());
  for (std::uint32_t channel = 0; channel < spec.output.channels; ++channel) {
    for (std::uint32_t y = 0; y < spec.output.height; ++y) {
      for (std::uint32_t x = 0; x < spec.output.width; ++x) {
        output.push_back(finish_bfloat16(spec.activation, pool(spec, input, channel, y, x)));
      }
    }
  }
  return output;
}

std::vector<Bfloat16> bfloat16_elementwise(const LayerSpec& spec,
                                           std::span<const std::vector<float>> operands) {
  std::vector<Bfloat16> output;
  output.reserve(spec.output.elements());
  for (std::size_t i = 0; i < spec.output.elements(); ++i) {
    float result = operands[0][i];
    for (std::size_t operand = 1; operand < operands.size(); ++operand) {
      const float value = operands[operand][i];
      result = spec.elementwise == ElementwiseOperation::add ? result + value : result * value;
    }
    output.push_back(finish_bfloat16(spec.activation, limit_to_finite(result)));
  }
  return output;
}

std::vector<Bfloat16> bfloat16_normalization(const LayerSpec& spec, std::span<const float> input) {
  const std::size_t places = std::size_t{spec.input.height} * spec.input.width;
  const std::size_t length = spec.input.channels / spec.groups;
  std::vector<Bfloat16> output(input.size());
  std::vector<double> part(length);
  for (std::size_t group = 0; group < spec.groups; ++group) {
    for (std::size_t place = 0; place < places; ++place) {
      const std::size_t first = group * length * places + place;
      for (std::size_t i = 0; i < length; ++i) part[i] = input[first + i * places];
      if (spec.normalization == NormalizationKind::softmax) {
        softmax(part);
      } else {
        normalize(part);
      }
      for (std::size_t i = 0; i < length; ++i) {
        output[first + i * places] = finish_bfloat16(spec.activation, part[i]);
      }
    }
  }
  return output;
}

}  // namespace nzsim::plain
