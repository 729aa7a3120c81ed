#pragma once

#include <cstdint>
#include <span>

#include "sim/workload/quantized_network.h"

namespace nzsim::systolic {

/// Whether each output channel of a convolution sees one input channel, so that matrices would have
/// one column per group or few.
[[nodiscard]] bool is_depthwise(const LayerSpec& spec);

/// The outputs of such a layer, `[batch, height, width, channels]`, from inputs of the same layout.
void run_depthwise(const QuantizedLayer& layer, std::span<const std::int8_t> input,
                   std::span<std::int8_t> output);

}  // namespace nzsim::systolic
