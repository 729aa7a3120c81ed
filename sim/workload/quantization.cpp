#include "sim/workload/quantization.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/workload/elementary.h"

namespace nzsim {
namespace {

constexpr int kMultiplierBits = 31;
constexpr int kLargestShift = 62;

template <class Real>
std::vector<std::int8_t> quantize_all(std::span<const Real> values, double scale) {
  std::vector<std::int8_t> quantized;
  quantized.reserve(values.size());
  for (const Real value : values) {
    quantized.push_back(quantize_int8(static_cast<double>(value), scale));
  }
  return quantized;
}

/// Longest sum of products that one accumulator holds; 0 for layers without products.
std::uint64_t inner_length(const LayerSpec& layer) {
  if (layer.type == LayerType::lstm || layer.type == LayerType::gru) {
    return std::max(layer.input.channels, layer.output.channels);
  }
  return layer.matrix_product().inner;
}

}  // namespace

double scale_for_range(double largest, std::int32_t largest_integer) {
  return largest < kSmallestRange ? 1.0 : largest / largest_integer;
}

std::int32_t quantize_symmetric(double value, double scale, std::int32_t largest) {
  // std::round: to nearest, halves away from zero.
  const double rounded = std::round(value / scale);
  return static_cast<std::int32_t>(
      std::clamp<double>(rounded, -static_cast<double>(largest), static_cast<double>(largest)));
}

std::int8_t quantize_int8(double value, double scale) {
  return static_cast<std::int8_t>(quantize_symmetric(value, scale, kLargestInt8));
}

std::vector<std::int8_t> quantize_int8(std::span<const float> values, double scale) {
  return quantize_all(values, scale);
}

std::vector<std::int8_t> quantize_int8(std::span<const double> values, double scale) {
  return quantize_all(values, scale);
}

std::vector<std::int32_t> quantize_bias(std::span<const float> bias, double scale) {
  std::vector<std::int32_t> quantized;
  quantized.reserve(bias.size());
  for (const float value : bias) {
    quantized.push_back(quantize_symmetric(static_cast<double>(value), scale, kLargestBias));
  }
  return quantized;
}

std::int8_t saturate_int8(std::int64_t value) {
  return static_cast<std::int8_t>(
      std::clamp<std::int64_t>(value, -std::int64_t{kLargestInt8}, kLargestInt8));
}

std::int64_t shift_half_away(std::int64_t value, int shift) {
  const std::int64_t half = shift == 0 ? 0 : std::int64_t{1} << (shift - 1);
  const std::int64_t magnitude = ((value < 0 ? -value : value) + half) >> shift;
  return value < 0 ? -magnitude : magnitude;
}

Requantization requantization_for(double factor) {
  int exponent = 0;
  std::frexp(factor, &exponent);
  const int shift = std::min(kMultiplierBits - exponent, kLargestShift);
  if (shift < 0) return {INT32_MAX, 0};
  const auto multiplier = static_cast<std::int64_t>(std::round(std::ldexp(factor, shift)));
  if (multiplier <= INT32_MAX) return {static_cast<std::int32_t>(multiplier), shift};
  // Rounded up to 2^31.
  if (shift == 0) return {INT32_MAX, 0};
  return {std::int32_t{1} << (kMultiplierBits - 1), shift - 1};
}

std::int32_t rescale(std::int32_t value, Requantization requantization) {
  const std::int64_t product = std::int64_t{value} * requantization.multiplier;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(
      shift_half_away(product, requantization.shift), INT32_MIN, INT32_MAX));
}

std::int8_t requantize(std::int32_t value, Requantization requantization) {
  return saturate_int8(rescale(value, requantization));
}

double apply(Activation function, double x) {
  switch (function) {
    case Activation::none:
      return x;
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::sigmoid:
      return elementary::sigmoid(x);
    case Activation::tanh:
      return elementary::hyperbolic_tangent(x);
    case Activation::gelu:
      return elementary::gelu(x);
  }
  return x;
}

Int8Table table_of(Activation function, double input_scale, double output_scale) {
  Int8Table table{};
  double integer = -128.0;
  for (std::int8_t& entry : table) {
    entry = quantize_int8(apply(function, integer * input_scale), output_scale);
    integer += 1.0;
  }
  return table;
}

void require_int8_fits(const Network& network) {
  std::vector<Diagnostic> problems;
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    const LayerSpec& layer = network.layers[index];
    const auto limit = [&](std::uint64_t largest, std::uint64_t got, std::string_view what) {
      if (got <= largest) return;
      problems.push_back({network.path.string(), fmt::format("/layers/{}", index),
                          fmt::format("expected at most {} {}, got {} in layer \"{}\"", largest,
                                      what, got, layer.name)});
    };
    limit(kLargestInt8Inner, inner_length(layer),
          "products of int8 numbers in a sum, what an accumulator of 32 bits holds");
    if (layer.type == LayerType::normalization) {
      limit(kLargestNormalization, layer.input.channels / layer.groups,
            "elements that are normalized together");
    }
    if (layer.type == LayerType::elementwise &&
        layer.elementwise == ElementwiseOperation::multiply) {
      limit(kLargestFactorCount, layer.operands, "int8 factors in a product, what 32 bits hold");
    }
  }
  if (!problems.empty()) throw WorkloadError(std::move(problems));
}

}  // namespace nzsim
