#pragma once

#include <vector>

#include "models/eie/config.h"
#include "models/eie/layer_run.h"
#include "models/eie/program.h"
#include "models/eie/statistics.h"
#include "sim/report/result.h"

namespace nzsim::eie {

/// The roofline's peaks: with the DRAM's bandwidth where matrices are streamed from there, else
/// with that of the sparse-matrix SRAMs.
[[nodiscard]] Ceilings ceilings_of(const Config& config, bool is_streamed);

/// Turns what a mode measured into report rows: derived figures, energy events, and the check of
/// every output against the independent plain computation and against double precision. The same
/// for both modes, so that reports differ only where the measurements do.
[[nodiscard]] RunResult to_result(const Config& config, const Statistics& statistics,
                                  const EieProgram& program, const std::vector<LayerRun>& runs,
                                  bool values);

}  // namespace nzsim::eie
