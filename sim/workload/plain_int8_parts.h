#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/workload/plain_int8.h"

namespace nzsim::plain {

// The kinds of layers that `plain_int8` is made of, on inputs that are concatenated already.

/// From sums to outputs.
[[nodiscard]] std::vector<std::int8_t> finish(std::span<const std::int32_t> sums,
                                              const OutputQuantization& output);
/// The activation function alone, of values at the scale before it.
[[nodiscard]] std::int8_t activate(std::int8_t value, const OutputQuantization& output);

[[nodiscard]] Int8Outputs int8_recurrent(const LayerSpec& spec, const Int8Layer& layer,
                                         const LayerQuantization& quantization,
                                         std::span<const std::int8_t> input);
/// Largest or average values of the windows, at the input's scale.
[[nodiscard]] std::vector<std::int32_t> int8_pooling(const LayerSpec& spec,
                                                     std::span<const std::int8_t> input);
/// Sums or products at the scale of `OutputQuantization::sum_scale`.
[[nodiscard]] std::vector<std::int32_t> int8_elementwise(
    const LayerSpec& spec, const LayerQuantization& quantization,
    std::span<const std::vector<std::int8_t>> operands);
[[nodiscard]] std::vector<std::int8_t> int8_normalization(const LayerSpec& spec,
                                                          const LayerQuantization& quantization,
                                                          std::span<const std::int8_t> input);

}  // namespace nzsim::plain
