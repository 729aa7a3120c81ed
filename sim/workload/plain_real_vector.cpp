#include <algorithm>
#include <cmath>

#include "sim/workload/elementary.h"
#include "sim/workload/plain_products.h"
#include "sim/workload/plain_real_parts.h"

namespace nzsim::plain {
namespace {

double pool(const LayerSpec& spec, std::span<const double> input, std::uint32_t channel,
            std::uint32_t y, std::uint32_t x) {
  double sum = 0.0;
  double largest = 0.0;
  std::int64_t count = 0;
  visit_window(spec, channel, y, x, [&](std::size_t index) {
    largest = count == 0 ? input[index] : std::max(largest, input[index]);
    sum += input[index];
    ++count;
  });
  if (count == 0) return 0.0;
  return spec.pooling == PoolingKind::maximum ? largest : sum / static_cast<double>(count);
}

/// exp(x - max) / sum of these.
void softmax(std::span<double> part) {
  const double largest = *std::max_element(part.begin(), part.end());
  double sum = 0.0;
  for (double& value : part) {
    value = elementary::exponential(value - largest);
    sum += value;
  }
  for (double& value : part) value /= sum;
}

/// (x - mean) / sqrt(variance + epsilon).
void normalize(std::span<double> part) {
  const auto length = static_cast<double>(part.size());
  double mean = 0.0;
  for (const double value : part) mean += value;
  mean /= length;
  double variance = 0.0;
  for (const double value : part) variance += (value - mean) * (value - mean);
  variance /= length;
  for (double& value : part) value = (value - mean) / std::sqrt(variance + kNormalizationEpsilon);
}

}  // namespace

std::vector<double> real_pooling(const LayerSpec& spec, std::span<const double> input) {
  std::vector<double> output;
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

std::vector<double> real_elementwise(const LayerSpec& spec,
                                     std::span<const std::vector<double>> operands) {
  std::vector<double> output = operands[0];
  for (std::size_t operand = 1; operand < operands.size(); ++operand) {
    for (std::size_t i = 0; i < output.size(); ++i) {
      const double value = operands[operand][i];
      output[i] =
          spec.elementwise == ElementwiseOperation::add ? output[i] + value : output[i] * value;
    }
  }
  return output;
}

std::vector<double> real_normalization(const LayerSpec& spec, std::span<const double> input) {
  const std::size_t places = std::size_t{spec.input.height} * spec.input.width;
  const std::size_t length = spec.input.channels / spec.groups;
  std::vector<double> output(input.size());
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
      for (std::size_t i = 0; i < length; ++i) output[first + i * places] = part[i];
    }
  }
  return output;
}

}  // namespace nzsim::plain
