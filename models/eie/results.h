#pragma once

#include <vector>

#include "models/eie/config.h"
#include "models/eie/layer_run.h"
#include "models/eie/program.h"
#include "models/eie/statistics.h"
#include "sim/report/result.h"

namespace nzsim::eie {

/// Turns what a mode measured into report rows: derived figures, energy events, and the check of
/// every output against the independent plain computation and against double precision. The same
/// for both modes, so that reports differ only where the measurements do.
[[nodiscard]] RunResult to_result(const Config& config, const Statistics& statistics,
                                  const EieProgram& program, const std::vector<LayerRun>& runs,
                                  bool values);

}  // namespace nzsim::eie
