#pragma once

#include "models/systolic/config.h"
#include "models/systolic/program.h"
#include "models/systolic/results.h"

namespace nzsim::systolic {

/// Fast mode: the schedule for time, and vector kernels for values, which know nothing of tiles.
[[nodiscard]] MachineRun run_fast(const Config& config, const SystolicProgram& program,
                                  bool values);

}  // namespace nzsim::systolic
