#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/config/node.h"
#include "sim/workload/layer_shape.h"

/// The parts of `read_layer_shape`: each reads the keys of some types. All return whether the
/// layer's shapes are known, with `given` as `GivenInputs` has it, and record errors in `node`.
namespace nzsim::shape_reading {

[[nodiscard]] inline std::uint32_t narrow(std::int64_t checked) {
  return static_cast<std::uint32_t>(checked);
}

[[nodiscard]] inline IntegerRule size_rule(std::string_view description) {
  return {.minimum = 1, .maximum = kLargestLayerElements, .description = description};
}

/// Whether the product of positive factors is at most `kLargestLayerElements`.
[[nodiscard]] bool fits(std::initializer_list<std::uint64_t> factors);

/// The shape of one input, at `input`: `given`, or as the file says.
[[nodiscard]] std::optional<FeatureShape> read_input(ConfigNode& node,
                                                     const std::optional<FeatureShape>& given);

/// Records that the input's shape, at `key`, is missing, unless other errors explain that.
void require_input(ConfigNode& node, const LayerSpec& layer, std::string_view key,
                   std::string_view expected);

/// The key `groups`, 1 by default.
[[nodiscard]] std::uint32_t read_groups(ConfigNode& node, std::string_view description);

bool read_fully_connected(ConfigNode& node, const std::optional<FeatureShape>& given,
                          LayerSpec& layer);
bool read_recurrent(ConfigNode& node, const std::optional<FeatureShape>& given, LayerSpec& layer);
bool read_convolution(ConfigNode& node, const std::optional<FeatureShape>& given, LayerSpec& layer);
bool read_pooling(ConfigNode& node, const std::optional<FeatureShape>& given, LayerSpec& layer);
bool read_matmul(ConfigNode& node, const std::vector<GivenInputs::Operand>& given,
                 LayerSpec& layer);
bool read_elementwise(ConfigNode& node, const std::vector<GivenInputs::Operand>& given,
                      LayerSpec& layer);

}  // namespace nzsim::shape_reading
