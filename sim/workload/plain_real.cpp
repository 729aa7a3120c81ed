#include "sim/workload/plain_real.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/workload/layer_shape.h"
#include "sim/workload/plain_products.h"
#include "sim/workload/plain_real_parts.h"

namespace nzsim {
namespace {

using Vector = std::vector<double>;

/// The sources as the layer reads them: one vector, or one per operand; negative values count as
/// zero where the layer says so.
std::vector<Vector> joined(const LayerSpec& spec, std::span<const Vector> sources) {
  std::vector<Vector> operands;
  if (takes_operands(spec.type)) {
    operands.assign(sources.begin(), sources.end());
  } else {
    operands.emplace_back();
    for (const Vector& source : sources) {
      operands[0].insert(operands[0].end(), source.begin(), source.end());
    }
  }
  if (!spec.relu_on_input) return operands;
  for (Vector& operand : operands) {
    for (double& value : operand) value = std::max(value, 0.0);
  }
  return operands;
}

void add_bias(const LayerSpec& spec, std::span<const float> bias, Vector& sums) {
  if (bias.empty()) return;
  const std::size_t map = std::size_t{spec.output.height} * spec.output.width;
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(bias[i / map]);
}

Vector before_activation(const LayerSpec& spec, const RealLayer& layer,
                         const std::vector<Vector>& operands) {
  const std::span<const double> input = operands[0];
  switch (spec.type) {
    case LayerType::fully_connected: {
      const std::uint64_t rows = std::uint64_t{spec.output.height} * spec.output.width;
      Vector sums = plain::multiply<double>(layer.weights, spec.output.channels,
                                            spec.matrix_inputs(), input, rows);
      add_bias(spec, layer.bias, sums);
      return sums;
    }
    case LayerType::convolution: {
      Vector sums = plain::convolve<double>(spec, layer.weights, input);
      add_bias(spec, layer.bias, sums);
      return sums;
    }
    case LayerType::matmul:
      return plain::multiply_heads<double>(spec, input, std::span<const double>(operands[1]));
    case LayerType::pooling:
      return plain::real_pooling(spec, input);
    case LayerType::elementwise:
      return plain::real_elementwise(spec, operands);
    case LayerType::normalization:
      return plain::real_normalization(spec, input);
    case LayerType::activation:
    case LayerType::lstm:
    case LayerType::gru:
      break;
  }
  return operands[0];
}

template <class Real>
double largest_of(std::span<const Real> values) {
  double largest = 0.0;
  for (const Real value : values) largest = std::max(largest, std::abs(double{value}));
  return largest;
}

}  // namespace

std::vector<double> plain_real(const LayerSpec& spec, const RealLayer& layer,
                               std::span<const std::vector<double>> sources, LayerRanges& ranges) {
  const std::vector<Vector> operands = joined(spec, sources);
  if (spec.type == LayerType::lstm || spec.type == LayerType::gru) {
    return plain::real_recurrent(spec, layer, operands[0], ranges);
  }
  Vector values = before_activation(spec, layer, operands);
  for (double& value : values) {
    plain::raise_range(ranges.before_activation, value);
    value = apply(spec.activation, value);
    plain::raise_range(ranges.output, value);
  }
  return values;
}

std::vector<std::vector<double>> own_sources(const LayerSpec& spec, const ActivationTensor& tensor,
                                             std::uint32_t index) {
  const auto begin = tensor.values.begin() + static_cast<std::ptrdiff_t>(index) * tensor.length;
  const auto end = begin + tensor.length;
  if (spec.type != LayerType::matmul) return {Vector(begin, end)};
  const auto middle = begin + static_cast<std::ptrdiff_t>(spec.input.elements());
  return {Vector(begin, middle), Vector(middle, end)};
}

std::vector<float> dense_weights(const LayerValues& values) {
  if (const auto* dense = std::get_if<DenseMatrix>(&values.weights)) return dense->weights;
  const auto* matrix = std::get_if<CompressedMatrix>(&values.weights);
  if (matrix == nullptr) return {};
  std::vector<float> weights(std::size_t{matrix->outputs} * matrix->inputs, 0.0F);
  for (std::size_t row = 0; row < matrix->outputs; ++row) {
    for (std::uint64_t n = matrix->row_starts[row]; n < matrix->row_starts[row + 1]; ++n) {
      weights[row * matrix->inputs + matrix->columns[n]] = matrix->codebook[matrix->codes[n]];
    }
  }
  return weights;
}

double largest_magnitude(std::span<const float> values) { return largest_of(values); }
double largest_magnitude(std::span<const double> values) { return largest_of(values); }

}  // namespace nzsim
