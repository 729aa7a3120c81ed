#include "sim/workload/network.h"

namespace nzsim {
namespace {

/// Matrices of `outputs` rows that lie one below the other in the weights of a recurrent layer.
std::uint32_t gate_count(LayerType type) {
  if (type == LayerType::lstm) return 4;
  return type == LayerType::gru ? 3 : 1;
}

}  // namespace

bool LayerSpec::has_weights() const {
  return type == LayerType::fully_connected || type == LayerType::convolution ||
         type == LayerType::lstm || type == LayerType::gru;
}

std::uint32_t LayerSpec::matrix_outputs() const {
  return has_weights() ? gate_count(type) * output.channels : 0;
}

std::uint64_t LayerSpec::matrix_inputs() const {
  switch (type) {
    case LayerType::fully_connected:
      return input.channels;
    case LayerType::convolution:
      return std::uint64_t{input.channels / groups} * kernel.height * kernel.width;
    case LayerType::lstm:
    case LayerType::gru:
      return std::uint64_t{input.channels} + output.channels;
    default:
      return 0;
  }
}

MatrixProduct LayerSpec::matrix_product() const {
  const std::uint64_t places = std::uint64_t{output.height} * output.width;
  if (type == LayerType::matmul) {
    return {groups, places, input.channels / groups, output.channels / groups};
  }
  if (!has_weights()) return {};
  return {groups, places, matrix_inputs(), matrix_outputs() / groups};
}

std::uint64_t LayerSpec::dense_multiply_accumulates() const {
  const MatrixProduct product = matrix_product();
  return product.groups * product.rows * product.inner * product.columns;
}

std::uint64_t LayerSpec::input_elements() const {
  if (type == LayerType::matmul) return input.elements() + second_input.elements();
  return operands * input.elements();
}

}  // namespace nzsim
