#include "tools/nzsim/sweep/page_content.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_set>
#include <utility>

namespace nzsim::sweep {
namespace {

/// Columns that decide what a page of many points carries.
PagePoints read_objectives(const Plan& plan, const std::filesystem::path& directory) {
  std::vector<std::string> names = {"status", "seconds", "energy_joules"};
  for (const Objective& objective : plan.config.objectives) names.push_back(objective.column);
  return read_points(plan, directory, {.has_column = [&](const std::string& column) {
                       return std::find(names.begin(), names.end(), column) != names.end();
                     }});
}

/// Every so many'th point, and those that must not be left out.
PagePoints read_some(const Plan& plan, const std::filesystem::path& directory,
                     const PageContent& content) {
  std::unordered_set<std::size_t> kept(content.front.begin(), content.front.end());
  for (const WorkloadSensitivity& workload : content.sensitivity) {
    kept.insert(workload.base);
    for (const AxisSensitivity& axis : workload.axes) {
      for (const std::optional<std::size_t>& point : axis.points) kept.insert(point.value_or(0));
    }
  }
  return read_points(plan, directory, {.has_point = [&](std::size_t index) {
                       return index % content.stride == 0 || kept.contains(index);
                     }});
}

void count_statuses(PageContent& content, const PagePoints& points) {
  const PageColumn* const status = points.find("status");
  for (std::size_t row = 0; row < points.size(); ++row) {
    const std::string& word = status->word(row);
    if (word == "done") {
      ++content.done;
    } else if (word == "missing") {
      ++content.missing;
    } else {
      ++content.failed;
    }
  }
}

/// Whether equal steps should be equal factors.
bool is_logarithmic(const PageColumn& column) {
  constexpr double kSpan = 20.0;  // Assumption: more than a decade is better seen so.
  double low = 0.0;
  double high = 0.0;
  for (const double number : column.numbers) {
    if (std::isnan(number)) continue;
    if (number <= 0.0) return false;
    low = low > 0.0 ? std::min(low, number) : number;
    high = std::max(high, number);
  }
  return low > 0.0 && high >= kSpan * low;
}

/// The first column from `begin` on that fits.
template <class Fits>
std::optional<std::size_t> first_column(const PagePoints& points, std::size_t begin,
                                        const Fits& fits) {
  for (std::size_t place = begin; place < points.columns.size(); ++place) {
    if (fits(points.columns[place])) return place;
  }
  return std::nullopt;
}

}  // namespace

std::size_t PageContent::row_of(std::size_t index) const {
  const auto found = std::lower_bound(points.indices.begin(), points.indices.end(), index);
  return static_cast<std::size_t>(found - points.indices.begin());
}

PageContent read_content(const Plan& plan, const std::filesystem::path& directory,
                         const OwnPlaces& own, std::size_t most_points) {
  PageContent content;
  const std::size_t count = plan.points.size();
  content.stride = std::max<std::size_t>(1, (count + most_points - 1) / most_points);
  PagePoints points =
      content.stride == 1 ? read_points(plan, directory) : read_objectives(plan, directory);
  if (points.size() == 0) return content;
  content.objectives = objectives_of(plan.config, points);
  content.front = front_of(plan, points, content.objectives.objectives);
  content.sensitivity = sensitivity_of(plan, points, content.objectives.objectives, own);
  count_statuses(content, points);
  content.points = content.stride == 1 ? std::move(points) : read_some(plan, directory, content);
  return content;
}

bool varies(const PageColumn& column) {
  if (!column.is_number) {
    return std::adjacent_find(column.places.begin(), column.places.end(), std::not_equal_to<>()) !=
           column.places.end();
  }
  const auto first = std::find_if(column.numbers.begin(), column.numbers.end(),
                                  [](double number) { return !std::isnan(number); });
  return std::any_of(first, column.numbers.end(),
                     [&](double number) { return !std::isnan(number) && number != *first; });
}

PageAxes first_axes(const PageContent& content) {
  const PagePoints& points = content.points;
  const auto is_axis = [](const PageColumn& column) {
    return column.role == PageColumn::Role::axis && varies(column);
  };
  const auto is_found = [](const PageColumn& column) {
    return column.role == PageColumn::Role::number;
  };
  PageAxes axes;
  const std::optional<std::size_t> first_axis = first_column(points, 0, is_axis);
  axes.x = first_axis.value_or(0);
  axes.y = content.objectives.objectives.empty()
               ? first_column(points, 0, is_found).value_or(0)
               : points.place_of(content.objectives.objectives.front().column);
  const std::size_t workload = points.place_of("workload");
  if (varies(points.columns[workload])) {
    axes.color = workload;
  } else if (first_axis) {
    axes.color = first_column(points, *first_axis + 1, is_axis);
  }
  axes.is_x_logarithmic = is_logarithmic(points.columns[axes.x]);
  axes.is_y_logarithmic = is_logarithmic(points.columns[axes.y]);
  return axes;
}

}  // namespace nzsim::sweep
