#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/values/buffer_layout.h"
#include "sim/workload/quantized_network.h"

namespace nzsim::systolic {

/// The outputs of one layer for its whole batch, `[batch, height, width, channels]`. `sources`:
/// what the layer takes its inputs from, as `plain_int8` has it, at the scales that the
/// quantisation was chosen for. A layer whose input has another shape than these together takes
/// them flattened, in the order channels, height, width. The layer satisfies `require_int8_fits`.
[[nodiscard]] std::vector<std::int8_t> run_layer(const QuantizedLayer& layer,
                                                 std::span<const FeatureMaps<std::int8_t>> sources);

/// The outputs of all layers of a network, without the machine: per layer `[batch, channels,
/// height, width]`, equal to those of `plain_int8_network` for each input.
[[nodiscard]] std::vector<std::vector<std::int8_t>> compute_values(
    const std::vector<QuantizedLayer>& layers);

}  // namespace nzsim::systolic
