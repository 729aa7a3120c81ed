#include <fmt/format.h>

#include "sim/workload/shape_reading.h"

namespace nzsim::shape_reading {
namespace {

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

/// Elements from the first to the last of a window along one side.
std::int64_t reach(std::uint32_t kernel, std::uint32_t dilation) {
  return (std::int64_t{kernel} - 1) * dilation + 1;
}

/// Places of a window along one side; 0 where it does not fit. With `ceil_mode` the last window may
/// reach over the end of the padded input, but starts within the input or the padding before it:
/// the rule of Caffe's pooling layer.
std::uint32_t places(std::uint32_t size, std::int64_t window, std::uint32_t stride,
                     std::uint32_t padding, bool ceil_mode) {
  const std::int64_t padded = std::int64_t{size} + 2 * std::int64_t{padding};
  if (padded < window) return 0;
  const std::int64_t steps = padded - window;
  std::int64_t count = (ceil_mode ? (steps + stride - 1) / stride : steps / stride) + 1;
  if (ceil_mode && (count - 1) * stride >= std::int64_t{size} + padding) --count;
  return narrow(count);
}

/// The output's height and width from those of input and window. Returns whether the window fits.
bool place_windows(ConfigNode& node, LayerSpec& layer, bool ceil_mode) {
  const std::int64_t height = reach(layer.kernel.height, layer.dilation.height);
  const std::int64_t width = reach(layer.kernel.width, layer.dilation.width);
  layer.output.height =
      places(layer.input.height, height, layer.stride.height, layer.padding.height, ceil_mode);
  layer.output.width =
      places(layer.input.width, width, layer.stride.width, layer.padding.width, ceil_mode);
  if (layer.output.height == 0 || layer.output.width == 0) {
    node.fail("kernel", fmt::format("expected at most the padded input, {} x {}, got {} x {}",
                                    layer.input.height + 2 * layer.padding.height,
                                    layer.input.width + 2 * layer.padding.width, height, width));
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

}  // namespace

bool read_convolution(ConfigNode& node, const std::optional<FeatureShape>& given,
                      LayerSpec& layer) {
  const auto input = read_input(node, given);
  layer.output.channels =
      narrow(node.integer("output_channels", size_rule("Channels of one output.")));
  layer.kernel = read_extent(node, "kernel", 1, {}, "Height and width of the window.");
  layer.stride = read_extent(node, "stride", 1, 1, "Step of the window.");
  layer.padding = read_extent(node, "padding", 0, 0, "Zeros around the input, on each side.");
  layer.dilation = read_extent(node, "dilation", 1, 1, "Distance of a window's elements.");
  layer.groups = read_groups(node, "Groups of channels that are convolved apart.");
  if (!input) {
    require_input(node, layer, "input", "an object for a layer that no other feeds");
    return false;
  }
  layer.input = *input;
  return node.valid() && check_convolution(node, layer);
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

}  // namespace nzsim::shape_reading
