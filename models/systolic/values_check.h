#pragma once

#include <cstdint>
#include <vector>

#include "sim/report/result.h"
#include "sim/workload/bfloat16_network.h"
#include "sim/workload/quantized_network.h"

namespace nzsim::systolic {

/// Compares the outputs of every layer, `[batch, output elements]`, bit for bit with the plain
/// computation of the whole network, and the real values of the calibration inputs with those in
/// double precision; fills `LayerResult::values`.
void check_values(const std::vector<QuantizedLayer>& layers,
                  const std::vector<std::vector<std::int8_t>>& outputs, RunResult& result);
/// The same in bfloat16, by a machine that adds products in `order`.
void check_values(const std::vector<RoundedLayer>& layers, const SummationOrder& order,
                  const std::vector<std::vector<Bfloat16>>& outputs, RunResult& result);

}  // namespace nzsim::systolic
