#pragma once

#include <span>
#include <vector>

#include "models/systolic/values/buffer_layout.h"
#include "sim/workload/bfloat16_network.h"

namespace nzsim::systolic {

/// The outputs of one layer for its whole batch, `[batch, height, width, channels]`. `sources`:
/// what the layer takes its inputs from, as `plain_bfloat16` has it. A layer whose input has
/// another shape than these together takes them flattened, in the order channels, height, width.
[[nodiscard]] std::vector<Bfloat16> run_bfloat16_layer(
    const RoundedLayer& layer, const SummationOrder& order,
    std::span<const FeatureMaps<Bfloat16>> sources);

/// The outputs of all layers of a network, without the machine: per layer `[batch, channels,
/// height, width]`, equal to those of `plain_bfloat16_network` for each input.
[[nodiscard]] std::vector<std::vector<Bfloat16>> compute_bfloat16_values(
    const std::vector<RoundedLayer>& layers, const SummationOrder& order);

}  // namespace nzsim::systolic
