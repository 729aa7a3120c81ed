#include "sim/workload/layer_shape.h"

#include <initializer_list>

#include <fmt/format.h>

#include "sim/config/node.h"

namespace nzsim {
namespace {

std::uint32_t narrow(std::int64_t checked) { return static_cast<std::uint32_t>(checked); }

IntegerRule size_rule(std::string_view description) {
  return {.minimum = 1, .maximum = kLargestLayerElements, .description = description};
}

/// Whether the product of positive factors is at most `kLargestLayerElements`.
bool fits(std::initializer_list<std::uint64_t> factors) {
  std::uint64_t room = kLargestLayerElements;
  for (const std::uint64_t factor : factors) room /= factor;
  return room > 0;
}

/// An integer for both directions, or `{"height": ..., "width": ...}`.
Extent2 read_extent(ConfigNode& node, std::string_view key, std::int64_t minimum,
                    std::optional<std::int64_t> default_value, std::string_view description) {
  const IntegerRule rule{.minimum = minimum,
                         .maximum = kLargestExtent,
                         .default_value = default_value,
                         .description = description};
  const IntegerRule side{.minimum = minimum, .maximum = kLargestExtent};
  Extent2 extent;
  const auto both = node.integer_or_object(key, rule, [&](ConfigNode& sides) {
    extent.height = narrow(sides.integer("height", side));
    extent.width = narrow(sides.integer("width", side));
  });
  if (both) extent = {narrow(*both), narrow(*both)};
  return extent;
}

/// The shape of one input of a convolution or pooling: `given`, or as the file says.
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

/// Records that the input's shape, at `key`, is missing, unless other errors explain that.
void require_input(ConfigNode& node, const LayerSpec& layer, std::string_view key,
                   std::string_view expected) {
  const auto* chain = std::get_if<ChainedSource>(&layer.activations);
  if (node.describing() || node.has(key) || node.has("from") || chain != nullptr) return;
  node.fail(key, fmt::format("expected {}, got nothing", expected));
}

bool read_fully_connected(ConfigNode& node, const std::optional<FeatureShape>& given,
                          LayerSpec& layer) {
  const auto inputs = node.optional_integer(
      "inputs", size_rule("Length of one input; optional where earlier layers give it."));
  const std::int64_t outputs = node.integer("outputs", size_rule("Length of one output."));
  layer.output = {narrow(outputs), 1, 1};
  if (node.describing()) return false;
  if (!inputs && !given) {
    require_input(node, layer, "inputs", "an integer for a layer that no other feeds");
    return false;
  }
  const auto length = static_cast<std::int64_t>(given ? given->elements() : 0);
  if (inputs && given && *inputs != length) {
    node.fail("inputs", fmt::format("expected {}, the outputs it takes ({}), got {}", length,
                                    describe(*given), *inputs));
    return false;
  }
  layer.input = {narrow(inputs.value_or(length)), 1, 1};
  if (fits({layer.input.channels, layer.output.channels})) return true;
  node.fail("outputs", fmt::format("expected at most {} weights, got {} x {}",
                                   kLargestLayerElements, outputs, layer.input.channels));
  return false;
}

/// Places of a window along one side; 0 where it does not fit. With `ceil_mode` the last window may
/// reach over the end of the padded input, but starts within the input or the padding before it:
/// the rule of Caffe's pooling layer.
std::uint32_t places(std::uint32_t size, std::uint32_t kernel, std::uint32_t stride,
                     std::uint32_t padding, bool ceil_mode) {
  const std::int64_t padded = std::int64_t{size} + 2 * std::int64_t{padding};
  if (padded < kernel) return 0;
  const std::int64_t steps = padded - kernel;
  std::int64_t count = (ceil_mode ? (steps + stride - 1) / stride : steps / stride) + 1;
  if (ceil_mode && (count - 1) * stride >= std::int64_t{size} + padding) --count;
  return narrow(count);
}

/// The output's height and width from those of input and window. Returns whether the window fits.
bool place_windows(ConfigNode& node, LayerSpec& layer, bool ceil_mode) {
  layer.output.height = places(layer.input.height, layer.kernel.height, layer.stride.height,
                               layer.padding.height, ceil_mode);
  layer.output.width = places(layer.input.width, layer.kernel.width, layer.stride.width,
                              layer.padding.width, ceil_mode);
  if (layer.output.height == 0 || layer.output.width == 0) {
    node.fail("kernel", fmt::format("expected at most the padded input, {} x {}, got {} x {}",
                                    layer.input.height + 2 * layer.padding.height,
                                    layer.input.width + 2 * layer.padding.width,
                                    layer.kernel.height, layer.kernel.width));
    return false;
  }
  if (fits({layer.output.channels, layer.output.height, layer.output.width})) return true;
  node.fail({}, fmt::format("expected at most {} output elements, got {}", kLargestLayerElements,
                            describe(layer.output)));
  return false;
}

bool check_convolution(ConfigNode& node, LayerSpec& layer) {
  if (layer.input.channels % layer.groups != 0 || layer.output.channels % layer.groups != 0) {
    node.fail("groups", fmt::format("expected a divisor of {} input and {} output channels, got {}",
                                    layer.input.channels, layer.output.channels, layer.groups));
    return false;
  }
  if (!fits({layer.output.channels, layer.input.channels / layer.groups, layer.kernel.height,
             layer.kernel.width})) {
    node.fail("output_channels", fmt::format("expected at most {} weights, got {} x {} x {} x {}",
                                             kLargestLayerElements, layer.output.channels,
                                             layer.input.channels / layer.groups,
                                             layer.kernel.height, layer.kernel.width));
    return false;
  }
  return place_windows(node, layer, false);
}

bool read_convolution(ConfigNode& node, const std::optional<FeatureShape>& given,
                      LayerSpec& layer) {
  const auto input = read_input(node, given);
  layer.output.channels =
      narrow(node.integer("output_channels", size_rule("Channels of one output.")));
  layer.kernel = read_extent(node, "kernel", 1, {}, "Height and width of the window.");
  layer.stride = read_extent(node, "stride", 1, 1, "Step of the window.");
  layer.padding = read_extent(node, "padding", 0, 0, "Zeros around the input, on each side.");
  layer.groups = narrow(
      node.integer("groups", {.minimum = 1,
                              .maximum = kLargestLayerElements,
                              .default_value = 1,
                              .description = "Groups of channels that are convolved apart."}));
  if (!input) {
    require_input(node, layer, "input", "an object for a layer that no other feeds");
    return false;
  }
  layer.input = *input;
  return node.valid() && check_convolution(node, layer);
}

bool check_pooling(ConfigNode& node, LayerSpec& layer, bool is_global, bool ceil_mode) {
  layer.output.channels = layer.input.channels;
  if (is_global) {
    layer.kernel = {layer.input.height, layer.input.width};
    layer.output.height = 1;
    layer.output.width = 1;
    return true;
  }
  if (layer.padding.height >= layer.kernel.height || layer.padding.width >= layer.kernel.width) {
    node.fail("padding", fmt::format("expected less than the kernel, {} x {}, got {} x {}",
                                     layer.kernel.height, layer.kernel.width, layer.padding.height,
                                     layer.padding.width));
    return false;
  }
  return place_windows(node, layer, ceil_mode);
}

bool read_pooling(ConfigNode& node, const std::optional<FeatureShape>& given, LayerSpec& layer) {
  const auto input = read_input(node, given);
  const std::string kind = node.choice(
      "kind", {.options = {"maximum", "average"}, .description = "What becomes of a window."});
  layer.pooling = kind == "maximum" ? PoolingKind::maximum : PoolingKind::average;
  bool is_global = false;
  bool ceil_mode = false;
  node.one_of({"kernel", "global"}, true, [&](const std::string& key) {
    is_global = key == "global";
    if (is_global) {
      node.marker("global", "The window is the whole feature map.");
      return;
    }
    layer.kernel = read_extent(node, "kernel", 1, {}, "Height and width of the window.");
    layer.stride = read_extent(node, "stride", 1, 1, "Step of the window.");
    layer.padding = read_extent(node, "padding", 0, 0,
                                "Rows and columns around the input, on "
                                "each side, that take no part.");
    ceil_mode = node.boolean("ceil_mode", false,
                             "Round the number of windows up, as Caffe does, instead of down.");
  });
  if (!input) {
    require_input(node, layer, "input", "an object for a layer that no other feeds");
    return false;
  }
  layer.input = *input;
  return node.valid() && check_pooling(node, layer, is_global, ceil_mode);
}

/// Whether the inputs and outputs of the whole batch are few enough.
bool check_batch(ConfigNode& node, const LayerSpec& layer) {
  if (fits({layer.batch, layer.input.elements()}) && fits({layer.batch, layer.output.elements()})) {
    return true;
  }
  node.fail("batch", fmt::format("expected at most {} inputs and outputs, got {} times {} and {}",
                                 kLargestLayerElements, layer.batch, describe(layer.input),
                                 describe(layer.output)));
  return false;
}

}  // namespace

std::string describe(const FeatureShape& shape) {
  return fmt::format("{} x {} x {}", shape.channels, shape.height, shape.width);
}

bool read_layer_shape(ConfigNode& node, const std::string& type,
                      const std::optional<FeatureShape>& given, LayerSpec& layer) {
  bool is_known = false;
  if (type == "fully_connected") {
    layer.type = LayerType::fully_connected;
    is_known = read_fully_connected(node, given, layer);
  } else if (type == "convolution") {
    layer.type = LayerType::convolution;
    is_known = read_convolution(node, given, layer);
  } else {
    layer.type = LayerType::pooling;
    is_known = read_pooling(node, given, layer);
  }
  return is_known && node.valid() && check_batch(node, layer);
}

}  // namespace nzsim
