#include "tools/nzsim/sweep/page_sensitivity.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nzsim::sweep {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// A base point that may be in the sweep.
struct Base {
  /// [axes]
  std::vector<std::size_t> places;
  std::string origin;
};

std::size_t middle_of(const Axis& axis) { return (axis.values.size() - 1) / 2; }

Base own_base(const SweepConfig& config, const std::vector<std::optional<std::size_t>>& own) {
  Base base;
  std::vector<std::string> others;
  for (std::size_t axis = 0; axis < config.axes.size(); ++axis) {
    base.places.push_back(own[axis].value_or(middle_of(config.axes[axis])));
    if (!own[axis]) others.push_back(config.axes[axis].name);
  }
  base.origin =
      others.empty()
          ? "the base machine's own values"
          : fmt::format("the base machine's own values, and the middle of {}, which lacks its own",
                        fmt::join(others, ", "));
  return base;
}

Base middle_base(const SweepConfig& config) {
  Base base;
  for (const Axis& axis : config.axes) base.places.push_back(middle_of(axis));
  base.origin = "the middle of each axis";
  return base;
}

std::vector<Base> bases_of(const SweepConfig& config,
                           const std::vector<std::optional<std::size_t>>& own) {
  std::vector<Base> bases;
  const bool has_own =
      std::any_of(own.begin(), own.end(), [](const auto& place) { return place.has_value(); });
  if (has_own || config.axes.empty()) bases.push_back(own_base(config, own));
  bases.push_back(middle_base(config));
  return bases;
}

/// Finds the points around a base and computes their changes.
class Around {
 public:
  Around(const Plan& plan, const PagePoints& points, const std::vector<Objective>& objectives)
      : plan_(plan), status_(*points.find("status")) {
    for (const Objective& objective : objectives) {
      objectives_.push_back(&points.find(objective.column)->numbers);
    }
  }

  /// Nothing where the base is not in the sweep, or not done.
  [[nodiscard]] std::optional<WorkloadSensitivity> at(const Base& base,
                                                      std::size_t workload) const {
    WorkloadSensitivity result;
    result.workload = workload;
    result.origin = base.origin;
    std::vector<AxisSensitivity> axes = empty_axes(base);
    std::optional<std::size_t> found;
    for (std::size_t index = 0; index < plan_.points.size(); ++index) {
      if (plan_.points.workload(index) != workload || status_.word(index) != "done") continue;
      const Point point = plan_.points[index];
      const std::vector<std::size_t> others = differing(point, base);
      if (others.empty()) found = index;
      if (others.size() == 1) put(axes[others.front()], point, index);
    }
    if (!found) return std::nullopt;
    result.base = *found;
    for (AxisSensitivity& axis : axes) {
      if (axis.points.size() < 2) continue;
      axis.points[axis.base] = *found;
      add_changes(axis, *found);
      result.axes.push_back(std::move(axis));
    }
    return result;
  }

 private:
  [[nodiscard]] std::vector<AxisSensitivity> empty_axes(const Base& base) const {
    std::vector<AxisSensitivity> axes;
    for (std::size_t axis = 0; axis < base.places.size(); ++axis) {
      const std::size_t values = plan_.config.axes[axis].values.size();
      axes.push_back(
          {axis, base.places[axis], std::vector<std::optional<std::size_t>>(values), {}});
    }
    return axes;
  }

  /// Axes in which a point differs from the base, at most two of them.
  [[nodiscard]] std::vector<std::size_t> differing(const Point& point, const Base& base) const {
    std::vector<std::size_t> axes;
    for (std::size_t axis = 0; axis < base.places.size() && axes.size() < 2; ++axis) {
      if (point.values[axis] != plan_.config.axes[axis].values[base.places[axis]]) {
        axes.push_back(axis);
      }
    }
    return axes;
  }

  void put(AxisSensitivity& sensitivity, const Point& point, std::size_t index) const {
    const std::vector<std::string>& values = plan_.config.axes[sensitivity.axis].values;
    const auto place = std::find(values.begin(), values.end(), point.values[sensitivity.axis]);
    if (place != values.end()) {
      sensitivity.points[static_cast<std::size_t>(place - values.begin())] = index;
    }
  }

  void add_changes(AxisSensitivity& sensitivity, std::size_t base) const {
    for (const std::vector<double>* const numbers : objectives_) {
      std::vector<double>& changes = sensitivity.changes.emplace_back();
      const double whole = (*numbers)[base];
      for (const std::optional<std::size_t>& point : sensitivity.points) {
        const bool is_known = point && whole != 0.0;
        changes.push_back(is_known ? (*numbers)[*point] / whole - 1.0 : kNone);
      }
    }
  }

  const Plan& plan_;
  const PageColumn& status_;
  /// [objectives]
  std::vector<const std::vector<double>*> objectives_;
};

}  // namespace

std::vector<WorkloadSensitivity> sensitivity_of(const Plan& plan, const PagePoints& points,
                                                const std::vector<Objective>& objectives,
                                                const OwnPlaces& own) {
  std::vector<WorkloadSensitivity> all;
  if (points.size() == 0) return all;
  const Around around(plan, points, objectives);
  for (std::size_t workload = 0; workload < plan.config.workloads.size(); ++workload) {
    for (const Base& base : bases_of(plan.config, own.at(workload))) {
      std::optional<WorkloadSensitivity> found = around.at(base, workload);
      if (!found) continue;
      all.push_back(std::move(*found));
      break;
    }
  }
  return all;
}

}  // namespace nzsim::sweep
