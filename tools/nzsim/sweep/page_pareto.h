#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/run/sweep/sweep_config.h"
#include "tools/nzsim/sweep/page_points.h"

namespace nzsim::sweep {

/// What points are compared by.
struct PageObjectives {
  /// Columns that some point has.
  std::vector<Objective> objectives;
  /// Sentences on what the sweep file does not name, or names in vain.
  std::vector<std::string> notes;
};

/// The objectives of the sweep file; where it names none, the least `seconds` and
/// `energy_joules`. Assumption: these two are what most sweeps weigh against each other.
[[nodiscard]] PageObjectives objectives_of(const SweepConfig& config, const PagePoints& points);

/// Places of the vectors that no other one of their group dominates: is as good in each objective
/// and better in one. Equal vectors do not dominate each other. `values` is [objectives][points]; a
/// point that lacks a value is in no front. In ascending order.
[[nodiscard]] std::vector<std::size_t> pareto_front(const std::vector<std::vector<double>>& values,
                                                    const std::vector<Goal>& goals,
                                                    const std::vector<std::size_t>& groups);

/// The front of the points that are `done`, among points of the same workload: indices in the plan.
/// Empty without objectives.
[[nodiscard]] std::vector<std::size_t> front_of(const Plan& plan, const PagePoints& points,
                                                const std::vector<Objective>& objectives);

}  // namespace nzsim::sweep
