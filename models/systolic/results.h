#pragma once

#include <cstdint>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/program.h"
#include "models/systolic/schedule.h"
#include "models/systolic/statistics.h"
#include "sim/base/bfloat16.h"
#include "sim/report/result.h"

namespace nzsim::systolic {

/// What a run gives in either mode.
struct MachineRun {
  /// Per section of the program.
  std::vector<SectionTime> times;
  /// `[batch, output elements]` per layer, in the network's order; empty where a run simulates
  /// timing alone, and where operands are of the other kind.
  std::vector<std::vector<std::int8_t>> outputs;
  std::vector<std::vector<Bfloat16>> bfloat16_outputs;
};

/// Counters, energy events, details and checked values of every layer. The only place where either
/// mode's findings become a result, so that the reports of equal runs are equal.
[[nodiscard]] RunResult to_result(const Config& config, const Statistics& statistics,
                                  const SystolicProgram& program, const MachineRun& run);

/// The array's peak, and the weight memory's bandwidth; without a memory, what the unified buffer
/// streams into the array: R bytes a cycle.
[[nodiscard]] Ceilings ceilings_of(const Config& config);

}  // namespace nzsim::systolic
