#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/workload/network.h"

namespace nzsim {

/// No layer has more inputs, outputs (over its batch) or weights than these: 2^31.
inline constexpr std::int64_t kLargestLayerElements = std::int64_t{1} << 31;

/// Largest height or width of a window, step or padding.
inline constexpr std::int64_t kLargestExtent = 65536;

/// What earlier layers give to one that takes their outputs.
struct GivenInputs {
  struct Operand {
    std::string name;
    FeatureShape shape;
  };
  /// Shape of one input, the outputs concatenated; nothing where no layer gives it.
  std::optional<FeatureShape> joined;
  /// For `takes_operands`: the outputs of each layer; empty where one of them is wrong.
  std::vector<Operand> operands;
};

/// Whether a layer of `type` takes its inputs apart, as operands, and not concatenated.
[[nodiscard]] bool takes_operands(LayerType type);

/// The type that the network file calls `name`; `name` is one of `to_string`'s.
[[nodiscard]] LayerType layer_type_of(const std::string& name);

/// Reads the keys of `layer`, whose type is set, that fix its shapes. Where earlier layers give the
/// sizes of the input, they are optional and checked. Returns whether all shapes are known; errors
/// are recorded in `node`.
bool read_layer_shape(ConfigNode& node, const GivenInputs& given, LayerSpec& layer);

/// `96 x 55 x 55`.
[[nodiscard]] std::string describe(const FeatureShape& shape);

}  // namespace nzsim
