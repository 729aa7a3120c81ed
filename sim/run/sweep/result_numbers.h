#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/run/design_point.h"

namespace nzsim::sweep {

/// The numbers of a run's row, equal to those of its report:
/// * totals: `cycles`, `seconds`, `operations`, `dense_operations`, `dram_bytes`, `energy_joules`,
///   `average_power_watts`;
/// * `utilization` of the peak, over all cycles; `operational_intensity` (operations per byte of
///   the roofline's memory, 0 where no byte moves), `attained_operations_per_second`, `area_mm2`;
/// * counters and formulas of the machine by their names. The parts of a vector are added up under
///   its pattern with `N` for the part's number: `part_N.busy_cycles`;
/// * the parts of the energy: `static_joules` (leakage and clock), and the rest by module,
///   `dynamic_joules.MODULE`.
[[nodiscard]] std::vector<std::pair<std::string, double>> numbers_of(const Machine& machine,
                                                                     const ProgramRun& run);

/// What limits most of the run's cycles; the first where several limit equally many.
[[nodiscard]] std::string bottleneck_of(const RunResult& result);

}  // namespace nzsim::sweep
