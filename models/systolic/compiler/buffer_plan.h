#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/systolic/compiler/batch_segments.h"
#include "models/systolic/compiler/tensor_places.h"

namespace nzsim::systolic {

/// Addresses of all tensors of a network, so that none needs to leave the unified buffer.
struct BufferPlan {
  /// By layer and role; nothing where the layer has no such tensor.
  std::vector<std::array<std::optional<std::uint64_t>, kTensorRoles>> addresses;
  std::vector<BatchSegment> segments;
  /// By layer: the one that joins its sources, an earlier one where both take the same; itself
  /// where nothing is shared.
  std::vector<std::uint32_t> joins;
};

/// A plan for the whole batch where there is one, else one with segments. Tensors are placed by
/// size, the largest first, each at the lowest address that no tensor of an overlapping lifetime
/// has (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020,
/// greedy by size). Nothing where neither helps: then tensors have to go to the host.
[[nodiscard]] std::optional<BufferPlan> plan_buffer(const Config& config, const Network& network);

}  // namespace nzsim::systolic
