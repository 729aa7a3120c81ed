#include "sim/workload/vector_operations.h"

namespace nzsim {
namespace {

void add_activation(const LayerSpec& layer, VectorOperations& operations) {
  const std::uint64_t outputs = layer.output.elements();
  switch (layer.activation) {
    case Activation::none:
      return;
    case Activation::relu:
      operations.maxima += outputs;
      return;
    case Activation::sigmoid:
      operations.sigmoids += outputs;
      return;
    case Activation::tanh:
      operations.tanhs += outputs;
      return;
    case Activation::gelu:
      operations.gelus += outputs;
      return;
  }
}

void add_pooling(const LayerSpec& layer, VectorOperations& operations) {
  const std::uint64_t outputs = layer.output.elements();
  const std::uint64_t window = std::uint64_t{layer.kernel.height} * layer.kernel.width;
  if (layer.pooling == PoolingKind::maximum) {
    operations.maxima += outputs * (window - 1);
    return;
  }
  operations.additions += outputs * (window - 1);
  operations.multiplications += outputs;
}

void add_elementwise(const LayerSpec& layer, VectorOperations& operations) {
  const std::uint64_t count = (layer.operands - 1) * layer.output.elements();
  if (layer.elementwise == ElementwiseOperation::add) {
    operations.additions += count;
  } else {
    operations.multiplications += count;
  }
}

void add_normalization(const LayerSpec& layer, VectorOperations& operations) {
  const std::uint64_t parts =
      std::uint64_t{layer.groups} * layer.output.height * layer.output.width;
  const std::uint64_t length = layer.output.channels / layer.groups;
  if (layer.normalization == NormalizationKind::softmax) {
    operations.maxima += parts * (length - 1);
    operations.additions += parts * (2 * length - 1);
    operations.exponentials += parts * length;
    operations.divisions += parts;
    operations.multiplications += parts * length;
    return;
  }
  operations.additions += parts * (4 * length - 1);
  operations.multiplications += parts * (3 * length + 2);
  operations.reciprocal_square_roots += parts;
}

}  // namespace

std::uint64_t VectorOperations::total() const {
  return additions + multiplications + maxima + sigmoids + tanhs + gelus + exponentials +
         divisions + reciprocal_square_roots;
}

VectorOperations vector_operations(const LayerSpec& layer) {
  VectorOperations operations;
  const std::uint64_t outputs = layer.output.elements();
  switch (layer.type) {
    case LayerType::lstm:
      operations.sigmoids += 3 * outputs;
      operations.tanhs += 2 * outputs;
      operations.multiplications += 3 * outputs;
      operations.additions += outputs;
      break;
    case LayerType::gru:
      operations.sigmoids += 2 * outputs;
      operations.tanhs += outputs;
      operations.multiplications += 3 * outputs;
      operations.additions += 2 * outputs;
      break;
    case LayerType::pooling:
      add_pooling(layer, operations);
      break;
    case LayerType::elementwise:
      add_elementwise(layer, operations);
      break;
    case LayerType::normalization:
      add_normalization(layer, operations);
      break;
    case LayerType::fully_connected:
    case LayerType::convolution:
    case LayerType::matmul:
    case LayerType::activation:
      break;
  }
  add_activation(layer, operations);
  return operations;
}

}  // namespace nzsim
