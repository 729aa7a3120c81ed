#pragma once

#include <cstddef>

#include "models/systolic/config.h"
#include "models/systolic/program.h"
#include "models/systolic/statistics.h"
#include "sim/stats/registry.h"

namespace nzsim::systolic {

/// Sets the counters of layer `layer` that say how much work it is, whenever it is done: products,
/// accumulator rows, rows of the activation unit, bytes of the unified buffer and of the host.
///
/// * A multiplication writes an accumulator row per row (output stationary: per row of the fold)
///   and reads it first where it adds. Without accumulators, rows of C sums of 4 bytes go through
///   the unified buffer instead.
/// * It reads R activations a row from the unified buffer; an input-stationary operand, and the
///   weights of a head, once each.
/// * The activation unit reads accumulator rows and writes rows of C outputs. Vector work reads C
///   elements in each cycle, and writes its outputs once.
void count_work(const Config& config, const Statistics& statistics, const SystolicProgram& program,
                std::size_t layer, CounterValues& counters);

}  // namespace nzsim::systolic
