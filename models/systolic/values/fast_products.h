#pragma once

#include <cstdint>
#include <span>

#include "sim/workload/quantized_network.h"

namespace nzsim::systolic {

/// The outputs of a fully connected layer or a convolution, `[batch, height, width, channels]`,
/// from inputs of the same layout: `spec.input`.
void run_weighted(const QuantizedLayer& layer, std::span<const std::int8_t> input,
                  std::span<std::int8_t> output);

/// The outputs of a matmul, `[batch, rows, heads x columns]`, from both operands, sequences per
/// input of the batch.
void run_matmul(const QuantizedLayer& layer, std::span<const std::int8_t> first,
                std::span<const std::int8_t> second, std::span<std::int8_t> output);

}  // namespace nzsim::systolic
