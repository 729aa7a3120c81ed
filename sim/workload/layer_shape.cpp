#include "sim/workload/layer_shape.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/config/node.h"
#include "sim/workload/shape_reading.h"

namespace nzsim {
namespace {

using namespace shape_reading;

/// Whether the inputs and outputs of the whole batch are few enough.
bool check_batch(ConfigNode& node, const LayerSpec& layer) {
  if (fits({layer.batch, layer.input_elements()}) && fits({layer.batch, layer.output.elements()})) {
    return true;
  }
  node.fail("batch", fmt::format("expected at most {} inputs and outputs, got {} times {} and {}",
                                 kLargestLayerElements, layer.batch, describe(layer.input),
                                 describe(layer.output)));
  return false;
}

/// A layer whose output has the shape of its input.
bool read_same_shape(ConfigNode& node, const std::optional<FeatureShape>& given, LayerSpec& layer) {
  const auto input = read_input(node, given);
  if (!input) {
    require_input(node, layer, "input", "an object for a layer that no other feeds");
    return false;
  }
  layer.input = *input;
  layer.output = *input;
  return true;
}

bool read_activation(ConfigNode& node, const std::optional<FeatureShape>& given, LayerSpec& layer) {
  if (!node.describing() && layer.activation == Activation::none) {
    node.fail("activation", "expected a function for a layer that does nothing else, got \"none\"");
  }
  return read_same_shape(node, given, layer);
}

bool read_normalization(ConfigNode& node, const std::optional<FeatureShape>& given,
                        LayerSpec& layer) {
  const std::string kind = node.choice("kind", {.options = {"softmax", "layer_normalization"},
                                                .description = "What becomes of the channels."});
  layer.normalization =
      kind == "softmax" ? NormalizationKind::softmax : NormalizationKind::layer_normalization;
  layer.groups = read_groups(node, "Equal parts of the channels that are normalized apart.");
  if (!read_same_shape(node, given, layer) || !node.valid("groups")) return false;
  if (layer.input.channels % layer.groups == 0) return true;
  node.fail("groups", fmt::format("expected a divisor of {} channels, got {}", layer.input.channels,
                                  layer.groups));
  return false;
}

bool read_shape(ConfigNode& node, const GivenInputs& given, LayerSpec& layer) {
  switch (layer.type) {
    case LayerType::fully_connected:
      return read_fully_connected(node, given.joined, layer);
    case LayerType::convolution:
      return read_convolution(node, given.joined, layer);
    case LayerType::pooling:
      return read_pooling(node, given.joined, layer);
    case LayerType::lstm:
    case LayerType::gru:
      return read_recurrent(node, given.joined, layer);
    case LayerType::matmul:
      return read_matmul(node, given.operands, layer);
    case LayerType::elementwise:
      return read_elementwise(node, given.operands, layer);
    case LayerType::activation:
      return read_activation(node, given.joined, layer);
    case LayerType::normalization:
      return read_normalization(node, given.joined, layer);
  }
  return false;
}

}  // namespace

bool takes_operands(LayerType type) {
  return type == LayerType::matmul || type == LayerType::elementwise;
}

LayerType layer_type_of(const std::string& name) {
  return *std::find_if(kLayerTypes.begin(), kLayerTypes.end(),
                       [&](LayerType type) { return to_string(type) == name; });
}

std::string describe(const FeatureShape& shape) {
  return fmt::format("{} x {} x {}", shape.channels, shape.height, shape.width);
}

bool read_layer_shape(ConfigNode& node, const GivenInputs& given, LayerSpec& layer) {
  const bool is_known = read_shape(node, given, layer);
  return is_known && node.valid() && check_batch(node, layer);
}

}  // namespace nzsim
