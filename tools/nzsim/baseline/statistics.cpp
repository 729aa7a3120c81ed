#include "tools/nzsim/baseline/statistics.h"

#include <algorithm>
#include <cmath>

namespace nzsim::baseline {
namespace {

/// Of ascending values, at `share` of the way from the first to the last.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

template <class Member>
std::vector<double> all_of(std::span<const Sample> samples, Member member) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (const Sample& sample : samples) values.push_back(sample.*member);
  return values;
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75),
          values.back()};
}

bool Timing::is_noisy() const {
  return stretch > kLargestStretch || wall.median > kLargestStretch * wall.minimum;
}

double stretch_of(double wall_seconds, double cpu_seconds) {
  return cpu_seconds > 0.0 ? wall_seconds / cpu_seconds : 1.0;
}

bool is_loaded(double load_average, std::size_t cores) {
  return load_average > kLargestLoadPerCore * static_cast<double>(cores);
}

Timing timing_of(std::span<const Sample> samples) {
  Timing timing;
  timing.repetitions = samples.size();
  timing.wall = spread_of(all_of(samples, &Sample::wall_seconds));
  timing.cpu = spread_of(all_of(samples, &Sample::cpu_seconds));
  timing.stretch = spread_of(all_of(samples, &Sample::stretch)).median;
  return timing;
}

}  // namespace nzsim::baseline
