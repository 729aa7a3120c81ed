#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/platform/layer_time.h"
#include "sim/workload/network.h"

namespace nzsim::platform {

/// What `layer` asks of a platform, for its batch:
///
/// * fully connected: one product with all vectors of the batch;
/// * convolution: a product per group with all output pixels as vectors. Feature maps are moved as
///   they are, not as the overlapping windows that the product consists of;
/// * lstm, gru: a product per step, one after the other, each with all gates, and each reads the
///   weights;
/// * matmul: a product per head and input of the batch, of activations alone;
/// * pooling, elementwise, activation, normalization: no product, inputs and outputs are moved.
[[nodiscard]] LayerWork work_of(const LayerSpec& layer);

/// Why `network_time` has no answer; nothing where it has.
[[nodiscard]] std::optional<std::string> obstacle(const Platform& platform, const Format& format,
                                                  const Network& network);

/// The time of each layer of a network, with the batch that it states. Layers run one after the
/// other, and each moves its inputs and outputs. Activation functions cost nothing. Throws
/// `ConfigError` where a figure is missing.
[[nodiscard]] std::vector<LayerTime> network_time(const Platform& platform, const Format& format,
                                                  const Network& network);

}  // namespace nzsim::platform
