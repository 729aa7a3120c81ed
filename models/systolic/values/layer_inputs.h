#pragma once

#include <cstdint>
#include <span>

#include "models/systolic/values/buffer_layout.h"
#include "sim/workload/quantized_network.h"

namespace nzsim::systolic {

/// What one layer reads for its whole batch: its operands, or its sources concatenated at one scale
/// and in the shape that the layer takes; negative values are zero where the layer says so. Sources
/// that fit as they are are not copied.
class LayerInputs {
 public:
  LayerInputs(const QuantizedLayer& layer, std::span<const FeatureMaps<std::int8_t>> sources);
  LayerInputs(const LayerInputs&) = delete;
  LayerInputs& operator=(const LayerInputs&) = delete;

  /// `[batch, height, width, channels]`; one but for matmul and elementwise layers.
  [[nodiscard]] std::span<const std::span<const std::int8_t>> operands() const {
    return operands_.all();
  }

 private:
  void concatenate_sources(const QuantizedLayer& layer,
                           std::span<const FeatureMaps<std::int8_t>> sources);
  void clamp_operands();

  Operands<std::int8_t> operands_;
};

}  // namespace nzsim::systolic
