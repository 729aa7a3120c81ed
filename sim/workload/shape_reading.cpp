#include "sim/workload/shape_reading.h"

#include <fmt/format.h>

namespace nzsim::shape_reading {

bool fits(std::initializer_list<std::uint64_t> factors) {
  std::uint64_t room = kLargestLayerElements;
  for (const std::uint64_t factor : factors) room /= factor;
  return room > 0;
}

std::optional<FeatureShape> read_input(ConfigNode& node, const std::optional<FeatureShape>& given) {
  FeatureShape shape;
  const bool is_there =
      node.optional_object("input", "Shape of one input; optional where earlier layers give it.",
                           [&](ConfigNode& input) {
                             shape.channels = narrow(input.integer("channels", size_rule("")));
                             shape.height = narrow(input.integer("height", size_rule("")));
                             shape.width = narrow(input.integer("width", size_rule("")));
                           });
  if (node.describing() || !node.valid("input")) return std::nullopt;
  if (!is_there) return given;
  if (!fits({shape.channels, shape.height, shape.width})) {
    node.fail("input", fmt::format("expected at most {} elements, got {}", kLargestLayerElements,
                                   describe(shape)));
    return std::nullopt;
  }
  if (given && shape != *given) {
    node.fail("input", fmt::format("expected {}, the outputs it takes, got {}", describe(*given),
                                   describe(shape)));
    return std::nullopt;
  }
  return shape;
}

void require_input(ConfigNode& node, const LayerSpec& layer, std::string_view key,
                   std::string_view expected) {
  const auto* chain = std::get_if<ChainedSource>(&layer.activations);
  if (node.describing() || node.has(key) || node.has("from") || chain != nullptr) return;
  node.fail(key, fmt::format("expected {}, got nothing", expected));
}

std::uint32_t read_groups(ConfigNode& node, std::string_view description) {
  return narrow(node.integer("groups", {.minimum = 1,
                                        .maximum = kLargestLayerElements,
                                        .default_value = 1,
                                        .description = description}));
}

}  // namespace nzsim::shape_reading
