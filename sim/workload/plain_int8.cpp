#include "sim/workload/plain_int8.h"

#include <algorithm>
#include <cmath>

#include "sim/workload/layer_shape.h"
#include "sim/workload/plain_int8_parts.h"
#include "sim/workload/plain_products.h"

namespace nzsim {
namespace {

using Vector = std::vector<std::int8_t>;
using Sums = std::vector<std::int32_t>;

/// The sources as the layer reads them: one vector, or one per operand.
std::vector<Vector> joined(const LayerSpec& spec, const LayerQuantization& quantization,
                           std::span<const Vector> sources) {
  std::vector<Vector> operands;
  if (takes_operands(spec.type)) {
    operands.assign(sources.begin(), sources.end());
  } else {
    operands.emplace_back();
    for (std::size_t source = 0; source < sources.size(); ++source) {
      for (const std::int8_t value : sources[source]) {
        operands[0].push_back(requantize(value, quantization.sources[source]));
      }
    }
  }
  if (!spec.relu_on_input) return operands;
  for (Vector& operand : operands) {
    for (std::int8_t& value : operand) value = std::max(value, std::int8_t{0});
  }
  return operands;
}

/// Bias of each output channel, `[channels, height, width]` sums.
void add_bias(const LayerSpec& spec, std::span<const std::int32_t> bias, Sums& sums) {
  if (bias.empty()) return;
  const std::size_t map = std::size_t{spec.output.height} * spec.output.width;
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += bias[i / map];
}

Int8Outputs finish_products(const LayerQuantization& quantization, Sums sums) {
  Int8Outputs outputs;
  outputs.values = plain::finish(sums, quantization.output);
  outputs.accumulators = std::move(sums);
  return outputs;
}

}  // namespace

namespace plain {

std::int8_t activate(std::int8_t value, const OutputQuantization& output) {
  switch (output.activation) {
    case Activation::none:
      return value;
    case Activation::relu:
      return std::max(value, std::int8_t{0});
    case Activation::sigmoid:
    case Activation::tanh:
    case Activation::gelu:
      break;
  }
  return output.table[static_cast<std::size_t>(value + 128)];
}

std::vector<std::int8_t> finish(std::span<const std::int32_t> sums,
                                const OutputQuantization& output) {
  std::vector<std::int8_t> values;
  values.reserve(sums.size());
  for (const std::int32_t sum : sums) {
    values.push_back(activate(requantize(sum, output.requantization), output));
  }
  return values;
}

}  // namespace plain

Int8Outputs plain_int8(const LayerSpec& spec, const Int8Layer& layer,
                       const LayerQuantization& quantization,
                       std::span<const std::vector<std::int8_t>> sources) {
  const std::vector<Vector> operands = joined(spec, quantization, sources);
  const std::span<const std::int8_t> input = operands[0];
  switch (spec.type) {
    case LayerType::fully_connected: {
      const std::uint64_t rows = std::uint64_t{spec.output.height} * spec.output.width;
      Sums sums = plain::multiply<std::int32_t>(layer.weights, spec.output.channels,
                                                spec.matrix_inputs(), input, rows);
      add_bias(spec, layer.bias, sums);
      return finish_products(quantization, std::move(sums));
    }
    case LayerType::convolution: {
      Sums sums = plain::convolve<std::int32_t>(spec, layer.weights, input);
      add_bias(spec, layer.bias, sums);
      return finish_products(quantization, std::move(sums));
    }
    case LayerType::matmul:
      return finish_products(quantization,
                             plain::multiply_heads<std::int32_t>(
                                 spec, input, std::span<const std::int8_t>(operands[1])));
    case LayerType::lstm:
    case LayerType::gru:
      return plain::int8_recurrent(spec, layer, quantization, input);
    case LayerType::pooling:
      return {plain::finish(plain::int8_pooling(spec, input), quantization.output), {}};
    case LayerType::elementwise:
      return {
          plain::finish(plain::int8_elementwise(spec, quantization, operands), quantization.output),
          {}};
    case LayerType::normalization:
      return {plain::int8_normalization(spec, quantization, input), {}};
    case LayerType::activation:
      break;
  }
  return {plain::finish(Sums(input.begin(), input.end()), quantization.output), {}};
}

void QuantizationError::add(std::span<const std::int8_t> values, double scale,
                            std::span<const double> real) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double difference = values[i] * scale - real[i];
    sum_of_squares += difference * difference;
    largest = std::max(largest, std::abs(difference));
  }
  count += values.size();
}

double QuantizationError::root_mean_square() const {
  return count == 0 ? 0.0 : std::sqrt(sum_of_squares / static_cast<double>(count));
}

}  // namespace nzsim
