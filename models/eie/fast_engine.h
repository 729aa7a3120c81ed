#pragma once

#include <vector>

#include "models/eie/config.h"
#include "models/eie/layer_run.h"
#include "models/eie/program.h"
#include "models/eie/statistics.h"

namespace nzsim::eie {

/// Fast mode: the cycles, counters and values of the reference machine without stepping cycles, by
/// `TimingKernel` and `ValueKernel`. Plain C++, thread-safe.
///
/// Returns one `LayerRun` per layer. Values are computed where `values` is set, and for layers that
/// later ones take their inputs from, since timing depends on which of these are zero.
/// `with_timeline`: notes in which cycles of its layer each PE is busy (`BusyTimeline`).
[[nodiscard]] std::vector<LayerRun> run_fast(const Config& config, const Statistics& statistics,
                                             const EieProgram& program, bool values,
                                             bool with_timeline = false);

}  // namespace nzsim::eie
