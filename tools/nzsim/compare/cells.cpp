#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "models/platform/network_time.h"
#include "sim/base/errors.h"
#include "sim/report/breakdown.h"
#include "sim/report/report_view.h"
#include "sim/run/design_point.h"
#include "tools/nzsim/compare/results.h"

namespace nzsim::compare {
namespace {

using platform::Format;
using platform::Layout;
using platform::Platform;

/// The bottleneck of the layers that take most of the time together.
std::string bottleneck_of(const RunResult& result) {
  std::vector<std::pair<std::string, std::uint64_t>> cycles;
  for (const LayerResult& layer : result.layers) {
    auto found = std::find_if(cycles.begin(), cycles.end(),
                              [&](const auto& entry) { return entry.first == layer.bottleneck; });
    if (found == cycles.end()) found = cycles.insert(found, {layer.bottleneck, 0});
    found->second += layer.cycles.value();
  }
  const auto most = std::max_element(
      cycles.begin(), cycles.end(),
      [](const auto& left, const auto& right) { return left.second < right.second; });
  return most == cycles.end() ? "none" : most->first;
}

Cell not_modelled(std::string machine, std::string reason) {
  Cell cell;
  cell.machine = std::move(machine);
  cell.not_modelled = std::move(reason);
  return cell;
}

/// CPUs, GPUs and TPUs have their weights in DRAM; an ASIC's memory is what its source says.
std::string memory_of(const Platform& platform) {
  const bool is_other =
      platform.kind == platform::Kind::asic || platform.kind == platform::Kind::fpga;
  return is_other ? "memory" : "dram";
}

/// Seconds of the layers by what binds them.
class BoundSeconds {
 public:
  void add(const platform::LayerTime& time) {
    seconds_[static_cast<std::size_t>(time.bound)] += time.seconds;
  }
  [[nodiscard]] std::string largest() const {
    const auto most = std::max_element(seconds_.begin(), seconds_.end());
    return std::string(to_string(static_cast<platform::Bound>(most - seconds_.begin())));
  }

 private:
  std::array<double, 3> seconds_{};
};

/// Launch, and the longer of memory and compute, which overlap.
std::vector<Part> time_parts(const platform::LayerTime& time) {
  const bool is_memory = time.memory_seconds >= time.compute_seconds;
  return {{"launch", time.launch_seconds},
          {is_memory ? "memory" : "compute", time.seconds - time.launch_seconds}};
}

/// What sort of number the time of all layers is.
std::string basis_of(const std::vector<platform::LayerTime>& times) {
  const auto is_measured = [](const platform::LayerTime& time) { return time.is_measured; };
  const auto measured = std::count_if(times.begin(), times.end(), is_measured);
  const auto all = static_cast<std::ptrdiff_t>(times.size());
  if (measured == 0) return std::string(platform::kRooflineBound);
  if (measured == all) return std::string(platform::kCalibrated);
  return fmt::format("{} of {} layers {}, the others {}", measured, all, platform::kCalibrated,
                     platform::kRooflineBound);
}

LayerRow row_of(const LayerSpec& layer, const platform::LayerTime& time) {
  return {layer.name,
          std::string(to_string(layer.type)),
          time.seconds,
          time.joules,
          time.operations.value(),
          time.dense_operations.value(),
          time.bytes.value(),
          std::string(to_string(time.bound)),
          time.basis,
          time_parts(time)};
}

/// The states of layer `index`, or its whole time where it reports none.
std::vector<Part> time_parts(const LayerStates& states, std::size_t index, double seconds) {
  const bool has_states = !states.names.empty() && !states.seconds[index].empty();
  if (!has_states) return {{"not_split", seconds}};
  std::vector<Part> parts;
  for (std::size_t state = 0; state < states.names.size(); ++state) {
    parts.push_back({states.names[state], states.seconds[index][state]});
  }
  return parts;
}

/// Layers of a simulated machine; `result` and `report` are of one run.
std::vector<LayerRow> rows_of(const RunResult& result, const ReportView& report) {
  const LayerStates states = layer_states(report);
  std::vector<LayerRow> rows;
  for (std::size_t index = 0; index < report.layers.size(); ++index) {
    const ReportLayer& layer = report.layers[index];
    rows.push_back({layer.name, layer.type, layer.sums.seconds, layer.sums.energy_joules,
                    layer.sums.operations, layer.sums.dense_operations,
                    result.layers[index].roofline_bytes.value(), layer.bottleneck, "simulated",
                    time_parts(states, index, layer.sums.seconds)});
  }
  return rows;
}

std::vector<Part> energy_parts(const ReportView& report) {
  const ModuleEnergies energies(report.energy);
  std::vector<Part> parts;
  for (const std::string& module : energies.order) {
    parts.push_back({module, 1e-12 * energies.modules.at(module).sum()});
  }
  return parts;
}

}  // namespace

Cell machine_cell(const Machine& machine, const Network& network, bool values,
                  std::string& difference) {
  RunOptions options;
  options.values = values;
  RunOutcome outcome;
  try {
    outcome = run_design_point(machine, network, options);
  } catch (const WorkloadError& error) {
    // A machine that cannot take a network is a result of the comparison.
    return not_modelled(machine.name, error.diagnostics().front().message);
  }
  if (!outcome.values_match) {
    difference = fmt::format("{} on {}: {}", network.name, machine.name, outcome.difference);
  }
  const ReportView report = read_report(outcome.report, "report.json");
  Cell cell;
  cell.machine = machine.name;
  cell.batch = network.layers.front().batch;
  cell.seconds = report.totals.seconds;
  cell.joules = report.totals.energy_joules;
  cell.operations = report.totals.operations;
  cell.dense_operations = report.totals.dense_operations;
  for (const LayerResult& layer : outcome.result.layers) cell.bytes += layer.roofline_bytes.value();
  cell.layers = rows_of(outcome.result, report);
  cell.energy_parts = energy_parts(report);
  cell.peak_operations_per_second = report.roofline.peak_operations_per_second;
  cell.peak_bytes_per_second = report.roofline.peak_bytes_per_second;
  cell.memory = report.roofline.memory;
  cell.bottleneck = bottleneck_of(outcome.result);
  cell.basis = "simulated";
  return cell;
}

Cell platform_cell(const Platform& platform, const Format& format, const Network& network) {
  if (std::optional<std::string> reason = obstacle(platform, format, network)) {
    return not_modelled(platform.name, *reason);
  }
  Cell cell;
  cell.machine = platform.name;
  cell.batch = network.layers.front().batch;
  cell.joules = 0.0;
  BoundSeconds bounds;
  const std::vector<platform::LayerTime> times = network_time(platform, format, network);
  for (std::size_t index = 0; index < times.size(); ++index) {
    const platform::LayerTime& time = times[index];
    cell.seconds += time.seconds;
    cell.joules =
        cell.joules && time.joules ? std::optional(*cell.joules + *time.joules) : std::nullopt;
    cell.operations += time.operations.value();
    cell.dense_operations += time.dense_operations.value();
    cell.bytes += time.bytes.value();
    bounds.add(time);
    cell.layers.push_back(row_of(network.layers[index], time));
  }
  cell.basis = basis_of(times);
  cell.peak_operations_per_second =
      platform.fastest(format.type, format.layout == Layout::dense)->operations_per_second;
  cell.peak_bytes_per_second = 1e9 * platform.memory_gigabytes_per_second->value;
  cell.memory = memory_of(platform);
  cell.bottleneck = bounds.largest();
  return cell;
}

}  // namespace nzsim::compare
