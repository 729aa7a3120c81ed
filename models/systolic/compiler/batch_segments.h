#pragma once

#include <cstdint>
#include <vector>

#include "models/systolic/config.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

/// Layers that run one after the other on a part of the batch, part after part, since the unified
/// buffer does not hold the tensors of the whole batch.
struct BatchSegment {
  /// Layers [first, end).
  std::uint32_t first = 0;
  std::uint32_t end = 0;
  /// Inputs of the batch that run together.
  std::uint32_t inputs = 1;
};

/// What one input of a layer needs in the unified buffer beside the outputs of other layers and its
/// own: own inputs, joined sources, gates and states. In bytes.
[[nodiscard]] std::uint64_t bytes_beside_outputs(const Config& config, const LayerSpec& spec);

/// By layer: the last one that takes its outputs, itself where none does.
[[nodiscard]] std::vector<std::uint32_t> last_uses(const Network& network);

/// Segments, in the order of layers, that keep all tensors in the unified buffer where the layers'
/// whole batch does not: tensors that come in or are needed behind a segment are there as a whole,
/// all others for one part of the batch. Of the segments around neighbouring layers that need one,
/// that which fetches the fewest weight bytes again, each layer and part counted as a tile more.
/// Layers that no segment helps are in none.
[[nodiscard]] std::vector<BatchSegment> batch_segments(const Config& config,
                                                       const Network& network);

}  // namespace nzsim::systolic
