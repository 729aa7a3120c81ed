#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/workload/network.h"

namespace nzsim {

/// No layer has more inputs, outputs (over its batch) or weights than these: 2^31.
inline constexpr std::int64_t kLargestLayerElements = std::int64_t{1} << 31;

/// Largest height or width of a window, step or padding.
inline constexpr std::int64_t kLargestExtent = 65536;

/// Reads the keys of a layer of `type` that fix its shapes, into `layer`. `given` is the shape of
/// one input where earlier layers give it; the sizes of the input are then optional and checked
/// against it. Returns whether all shapes are known; errors are recorded in `node`.
bool read_layer_shape(ConfigNode& node, const std::string& type,
                      const std::optional<FeatureShape>& given, LayerSpec& layer);

/// `96 x 55 x 55`.
[[nodiscard]] std::string describe(const FeatureShape& shape);

}  // namespace nzsim
