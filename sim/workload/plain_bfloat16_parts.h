#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/workload/plain_bfloat16.h"

namespace nzsim::plain {

// The kinds of layers that `plain_bfloat16` is made of, on inputs that are concatenated already, in
// binary32.

/// Rows of a weight matrix, `stride` elements apart.
struct Bfloat16Rows {
  const Bfloat16* weights = nullptr;
  std::size_t rows = 0;
  std::size_t inner = 0;
  std::size_t stride = 0;
};

/// `[rows, inner]` times `inner` rows of `count` inputs: `[rows, count]`.
[[nodiscard]] std::vector<float> bfloat16_product(const Bfloat16Rows& matrix,
                                                  const SummationOrder& order,
                                                  std::span<const float> inputs, std::size_t count);

/// The activation function of a value, rounded.
[[nodiscard]] Bfloat16 finish_bfloat16(Activation function, double value);

[[nodiscard]] std::vector<Bfloat16> bfloat16_recurrent(const LayerSpec& spec,
                                                       const Bfloat16Layer& layer,
                                                       const SummationOrder& order,
                                                       std::span<const float> input);
[[nodiscard]] std::vector<Bfloat16> bfloat16_pooling(const LayerSpec& spec,
                                                     std::span<const float> input);
[[nodiscard]] std::vector<Bfloat16> bfloat16_elementwise(
    const LayerSpec& spec, std::span<const std::vector<float>> operands);
[[nodiscard]] std::vector<Bfloat16> bfloat16_normalization(const LayerSpec& spec,
                                                           std::span<const float> input);

}  // namespace nzsim::plain
