#pragma once

#include <span>

#include "models/systolic/values/buffer_layout.h"
#include "sim/base/bfloat16.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

/// What one layer reads for its whole batch: its operands, or its sources concatenated and in the
/// shape that the layer takes; negative values are zero where the layer says so. Sources that fit
/// as they are are not copied.
class Bfloat16Inputs {
 public:
  Bfloat16Inputs(const LayerSpec& spec, std::span<const FeatureMaps<Bfloat16>> sources);
  Bfloat16Inputs(const Bfloat16Inputs&) = delete;
  Bfloat16Inputs& operator=(const Bfloat16Inputs&) = delete;

  /// `[batch, height, width, channels]`; one but for matmul and elementwise layers.
  [[nodiscard]] std::span<const std::span<const Bfloat16>> operands() const {
    return operands_.all();
  }

 private:
  void concatenate_sources(const LayerSpec& spec, std::span<const FeatureMaps<Bfloat16>> sources);

  Operands<Bfloat16> operands_;
};

}  // namespace nzsim::systolic
