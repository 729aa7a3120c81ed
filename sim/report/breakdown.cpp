#include "sim/report/breakdown.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>
#include <variant>

namespace nzsim {
namespace {

/// Details that are shares of a layer's cycles and add up to all of them.
constexpr std::array<std::string_view, 4> kShares = {"array_active", "weight_stall", "weight_shift",
                                                     "non_matrix"};
/// Counters of a PE that add up to a layer's cycles.
constexpr std::array<std::string_view, 4> kPeStates = {"busy_cycles", "empty_column_cycles",
                                                       "starved_cycles", "line_stall_cycles"};

/// Seconds in each state, empty unless all are there and add up to the layer's time.
template <class FractionOf>
std::vector<double> seconds_of(const ReportLayer& layer, const auto& names,
                               FractionOf fraction_of) {
  // The shares are rounded doubles, and a report may be written by hand.
  constexpr double kTolerance = 1e-6;
  std::vector<double> parts;
  double sum = 0.0;
  for (const std::string_view name : names) {
    const std::optional<double> fraction = fraction_of(layer, name);
    if (!fraction || !(*fraction >= 0.0)) return {};
    sum += *fraction;
    parts.push_back(*fraction * layer.sums.seconds);
  }
  if (std::abs(sum - 1.0) > kTolerance) return {};
  return parts;
}

std::optional<double> share_detail(const ReportLayer& layer, std::string_view name) {
  const ReportDetail* detail = layer.detail(name);
  const double* value = detail == nullptr ? nullptr : std::get_if<double>(&detail->value);
  return value == nullptr ? std::nullopt : std::optional<double>(*value);
}

std::optional<double> pe_fraction(const ReportLayer& layer, std::string_view name) {
  const ReportPerPe* counter = layer.per_pe_counter(name);
  if (counter == nullptr || counter->values.empty()) return {};
  const double sum = std::accumulate(counter->values.begin(), counter->values.end(), 0.0);
  return share(
      sum, static_cast<double>(layer.sums.cycles) * static_cast<double>(counter->values.size()));
}

template <class FractionOf>
LayerStates states_of(const ReportView& view, const auto& names, FractionOf fraction_of) {
  LayerStates states;
  bool is_there = false;
  for (const ReportLayer& layer : view.layers) {
    states.seconds.push_back(seconds_of(layer, names, fraction_of));
    is_there = is_there || !states.seconds.back().empty();
  }
  if (is_there) states.names.assign(names.begin(), names.end());
  return states;
}

}  // namespace

double share(double part, double whole) { return whole > 0.0 ? part / whole : 0.0; }

double ridge_point(const ReportRoofline& roofline) {
  return share(roofline.peak_operations_per_second, roofline.peak_bytes_per_second);
}

double attainable_rate(const ReportRoofline& roofline) {
  if (!roofline.operational_intensity) return roofline.peak_operations_per_second;
  return std::min(roofline.peak_operations_per_second,
                  *roofline.operational_intensity * roofline.peak_bytes_per_second);
}

ModuleEnergies::ModuleEnergies(const std::vector<ReportEnergy>& rows) {
  for (const ReportEnergy& row : rows) {
    const auto [found, is_new] = modules.try_emplace(row.module);
    if (is_new) order.push_back(row.module);
    for (ModuleEnergy* sum : {&found->second, &all}) {
      (row.is_static ? sum->static_part : sum->dynamic_part) += row.picojoules;
    }
  }
}

double constant_value(const ReportEnergy& row, double clock_hz) {
  // Energy of one cycle x cycles per second: 1 pJ/s is 1e-9 mW.
  return row.is_static ? row.picojoules_each * clock_hz * 1e-9 : row.picojoules_each;
}

LayerStates layer_states(const ReportView& view) {
  LayerStates states = states_of(view, kShares, share_detail);
  if (!states.names.empty()) return states;
  states = states_of(view, kPeStates, pe_fraction);
  states.is_mean_of_pes = !states.names.empty();
  return states;
}

PeUse pe_use(const ReportLayer& layer, const std::vector<std::uint64_t>& cycles) {
  if (cycles.empty()) return {};
  const auto [smallest, largest] = std::minmax_element(cycles.begin(), cycles.end());
  const auto whole = static_cast<double>(layer.sums.cycles);
  const double sum = std::accumulate(cycles.begin(), cycles.end(), 0.0);
  return {share(static_cast<double>(*smallest), whole),
          share(sum, whole * static_cast<double>(cycles.size())),
          share(static_cast<double>(*largest), whole)};
}

}  // namespace nzsim
