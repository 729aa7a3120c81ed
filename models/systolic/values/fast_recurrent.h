#pragma once

#include <cstdint>
#include <span>

#include "sim/workload/quantized_network.h"

namespace nzsim::systolic {

/// The outputs of an lstm or a gru, `[batch, steps, outputs]`, from inputs `[batch, steps,
/// inputs]`.
void run_recurrent(const QuantizedLayer& layer, std::span<const std::int8_t> input,
                   std::span<std::int8_t> output);

}  // namespace nzsim::systolic
