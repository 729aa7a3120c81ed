#pragma once

#include <span>

#include "sim/base/bfloat16.h"
#include "sim/workload/bfloat16_network.h"

namespace nzsim::systolic {

/// The outputs of a fully connected layer or a convolution, `[batch, height, width, channels]`,
/// from inputs of the same layout: `spec.input`.
void run_weighted(const RoundedLayer& layer, const SummationOrder& order,
                  std::span<const Bfloat16> input, std::span<Bfloat16> output);

/// The same of a convolution whose groups have one input channel each.
void run_depthwise(const RoundedLayer& layer, const SummationOrder& order,
                   std::span<const Bfloat16> input, std::span<Bfloat16> output);

/// The outputs of a matmul, `[batch, rows, heads x columns]`, from both operands, sequences per
/// input of the batch.
void run_matmul(const RoundedLayer& layer, const SummationOrder& order,
                std::span<const Bfloat16> first, std::span<const Bfloat16> second,
                std::span<Bfloat16> output);

/// The outputs of an lstm or a gru, `[batch, steps, outputs]`, from inputs `[batch, steps,
/// inputs]`.
void run_recurrent(const RoundedLayer& layer, const SummationOrder& order,
                   std::span<const Bfloat16> input, std::span<Bfloat16> output);

}  // namespace nzsim::systolic
