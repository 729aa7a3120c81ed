#include "sim/run/sweep/plan_choices.h"

#include <set>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>

namespace nzsim::sweep {
namespace {

using Visit = std::function<bool(const std::vector<std::size_t>&)>;

/// Like the digits of a counter, the last axis fastest.
void visit_grid(const SweepConfig& config, const Visit& visit) {
  std::vector<std::size_t> places(config.axes.size(), 0);
  while (visit(places)) {
    std::size_t axis = places.size();
    while (axis > 0 && ++places[axis - 1] == config.axes[axis - 1].values.size()) {
      places[axis - 1] = 0;
      --axis;
    }
    if (axis == 0) return;
  }
}

void visit_zip(const SweepConfig& config, const Visit& visit) {
  const std::size_t count = config.axes.empty() ? 1 : config.axes.front().values.size();
  for (std::size_t place = 0; place < count; ++place) {
    if (!visit(std::vector<std::size_t>(config.axes.size(), place))) return;
  }
}

/// Draws each axis in turn. Boost's generators and distributions give the same on every machine.
void visit_random(const SweepConfig& config, const Visit& visit) {
  boost::random::mt19937_64 generator(config.random_seed);
  std::set<std::vector<std::size_t>> known;
  for (std::uint64_t point = 0; point < config.random_points; ++point) {
    std::vector<std::size_t> places;
    for (const Axis& axis : config.axes) {
      boost::random::uniform_int_distribution<std::uint64_t> place(0, axis.values.size() - 1);
      places.push_back(place(generator));
    }
    if (known.insert(places).second && !visit(places)) return;
  }
}

}  // namespace

void for_each_combination(const SweepConfig& config, const Visit& visit) {
  if (config.mode == SweepMode::grid) visit_grid(config, visit);
  if (config.mode == SweepMode::zip) visit_zip(config, visit);
  if (config.mode == SweepMode::random) visit_random(config, visit);
}

}  // namespace nzsim::sweep
