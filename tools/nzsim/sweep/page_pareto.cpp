#include "tools/nzsim/sweep/page_pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace nzsim::sweep {
namespace {

/// [objectives]; less is better.
using Costs = std::vector<double>;

bool dominates(const Costs& one, const Costs& other) {
  bool is_better = false;
  for (std::size_t index = 0; index < one.size(); ++index) {
    if (one[index] > other[index]) return false;
    is_better = is_better || one[index] < other[index];
  }
  return is_better;
}

/// The front of one group. A point that dominates another comes before it in lexicographic order.
void add_front(const std::vector<Costs>& costs, std::vector<std::size_t> group,
               std::vector<std::size_t>& all) {
  std::sort(group.begin(), group.end(), [&](std::size_t left, std::size_t right) {
    return costs[left] != costs[right] ? costs[left] < costs[right] : left < right;
  });
  std::vector<std::size_t> front;
  for (const std::size_t point : group) {
    // Of two objectives the last one found has the least of the second: the search ends at once.
    const bool is_dominated = std::any_of(front.rbegin(), front.rend(), [&](std::size_t other) {
      return dominates(costs[other], costs[point]);
    });
    if (!is_dominated) front.push_back(point);
  }
  all.insert(all.end(), front.begin(), front.end());
}

}  // namespace

PageObjectives objectives_of(const SweepConfig& config, const PagePoints& points) {
  PageObjectives result;
  std::vector<Objective> wanted = config.objectives;
  if (wanted.empty()) {
    wanted = {{"seconds", Goal::minimize}, {"energy_joules", Goal::minimize}};
    result.notes.emplace_back(
        "The sweep file names no objectives: these are the time and the energy of a run, the less "
        "the better.");
  }
  for (const Objective& objective : wanted) {
    const PageColumn* const column = points.find(objective.column);
    if (column != nullptr && column->is_number) {
      result.objectives.push_back(objective);
    } else if (!config.objectives.empty()) {
      result.notes.push_back(
          fmt::format("No point has a number \"{}\", which the sweep file names as an objective.",
                      objective.column));
    }
  }
  return result;
}

std::vector<std::size_t> pareto_front(const std::vector<std::vector<double>>& values,
                                      const std::vector<Goal>& goals,
                                      const std::vector<std::size_t>& groups) {
  std::vector<Costs> costs(groups.size());
  std::map<std::size_t, std::vector<std::size_t>> points;
  for (std::size_t point = 0; point < groups.size(); ++point) {
    bool is_whole = !values.empty();
    for (std::size_t index = 0; index < values.size(); ++index) {
      const double value = values[index][point];
      is_whole = is_whole && !std::isnan(value);
      costs[point].push_back(goals[index] == Goal::minimize ? value : -value);
    }
    if (is_whole) points[groups[point]].push_back(point);
  }
  std::vector<std::size_t> front;
  for (auto& [group, members] : points) add_front(costs, std::move(members), front);
  std::sort(front.begin(), front.end());
  return front;
}

std::vector<std::size_t> front_of(const Plan& plan, const PagePoints& points,
                                  const std::vector<Objective>& objectives) {
  const PageColumn* const status = points.find("status");
  if (status == nullptr) return {};
  std::vector<std::vector<double>> values;
  std::vector<Goal> goals;
  for (const Objective& objective : objectives) {
    values.push_back(points.find(objective.column)->numbers);
    goals.push_back(objective.goal);
  }
  std::vector<std::size_t> groups;
  for (std::size_t row = 0; row < points.size(); ++row) {
    groups.push_back(plan.points.workload(points.indices[row]));
    if (status->word(row) == "done") continue;
    for (std::vector<double>& column : values) {
      column[row] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  std::vector<std::size_t> front = pareto_front(values, goals, groups);
  for (std::size_t& place : front) place = points.indices[place];
  return front;
}

}  // namespace nzsim::sweep
