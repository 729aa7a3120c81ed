#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/values/fast_values.h"

namespace nzsim::systolic {

/// `[batch, channels, height, width]` to `[batch, height, width, channels]`, and back.
[[nodiscard]] std::vector<std::int8_t> to_buffer_layout(const FeatureShape& shape,
                                                        std::span<const std::int8_t> values);
[[nodiscard]] std::vector<std::int8_t> to_network_layout(const FeatureShape& shape,
                                                         std::span<const std::int8_t> values);

/// What one layer reads for its whole batch: its operands, or its sources concatenated at one scale
/// and in the shape that the layer takes; negative values are zero where the layer says so. Sources
/// that fit as they are are not copied.
class LayerInputs {
 public:
  LayerInputs(const QuantizedLayer& layer, std::span<const FeatureMaps> sources);
  LayerInputs(const LayerInputs&) = delete;
  LayerInputs& operator=(const LayerInputs&) = delete;

  /// `[batch, height, width, channels]`; one but for matmul and elementwise layers.
  [[nodiscard]] std::span<const std::span<const std::int8_t>> operands() const { return operands_; }

 private:
  void concatenate_sources(const QuantizedLayer& layer, std::span<const FeatureMaps> sources);
  /// Points the last operand to values that are kept here.
  void keep(std::vector<std::int8_t> values);
  void clamp_operands();

  std::vector<std::span<const std::int8_t>> operands_;
  std::vector<std::vector<std::int8_t>> kept_;
};

}  // namespace nzsim::systolic
