#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/nzsim/sweep/page_points.h"

namespace nzsim::sweep {

/// Places of the base machine's own values among the values of the axes, [workloads][axes]; nothing
/// where an axis has not that value.
using OwnPlaces = std::vector<std::vector<std::optional<std::size_t>>>;

/// What the base machine and the networks have where the axes change them. A memory or an energy
/// table counts as its name. All are nothing where the base cannot be read on its own.
[[nodiscard]] OwnPlaces own_places(const SweepConfig& config, const SweepDirectories& directories);

/// How the objectives change along one axis, all others held.
struct AxisSensitivity {
  std::size_t axis = 0;
  /// The base's place among the values of the axis.
  std::size_t base = 0;
  /// [values]: the point with that value and the base's others, by its index in the plan; nothing
  /// where the sweep has no such point that is done.
  std::vector<std::optional<std::size_t>> points;
  /// [objectives][values]: value / the base's value - 1; no number without such a point, or where
  /// the base's value is zero.
  std::vector<std::vector<double>> changes;
};

struct WorkloadSensitivity {
  std::size_t workload = 0;
  /// Index of the base point in the plan.
  std::size_t base = 0;
  /// Where the base point comes from, in words.
  std::string origin;
  /// Axes of at least two values.
  std::vector<AxisSensitivity> axes;
};

/// One axis at a time around a base point: the base machine's own values where the sweep has that
/// point, else its own values where axes have them and the middle of the others, else the middle
/// of each axis. A workload without such a point that is done is left out. `points` has all points
/// of the plan.
[[nodiscard]] std::vector<WorkloadSensitivity> sensitivity_of(
    const Plan& plan, const PagePoints& points, const std::vector<Objective>& objectives,
    const OwnPlaces& own);

}  // namespace nzsim::sweep
