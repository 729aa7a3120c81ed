#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "tools/nzsim/compare/results.h"

namespace nzsim::compare {
namespace {

/// The machine of `entry` that takes `network`.
const Machine& machine_for(const Entry& entry, const EntryInputs& inputs,
                           const std::string& network) {
  for (std::size_t index = 0; index < entry.exceptions.size(); ++index) {
    if (entry.exceptions[index].network == network) return inputs.machines[index + 1];
  }
  return inputs.machines.front();
}

/// Exceptions may share a machine or its energies.
void add_once(std::vector<std::string>& sources, std::string source) {
  if (std::find(sources.begin(), sources.end(), source) == sources.end()) {
    sources.push_back(std::move(source));
  }
}

std::vector<std::string> sources_of(const Entry& entry, const EntryInputs& inputs) {
  std::vector<std::string> sources;
  for (const Machine& machine : inputs.machines) {
    add_once(sources, fmt::format("machine {}: {}", machine.name, machine.source));
    add_once(sources, fmt::format("energy {}: {}", machine.energy.name, machine.energy.source));
  }
  if (!inputs.figures) return sources;
  const platform::Platform& platform = *inputs.figures;
  if (const auto& bandwidth = platform.memory_gigabytes_per_second) {
    sources.push_back("memory bandwidth: " + bandwidth->source);
  }
  const platform::Rate* const rate =
      platform.fastest(entry.format.type, entry.format.layout == platform::Layout::dense);
  if (rate != nullptr) sources.push_back("peak rate: " + rate->source);
  if (platform.busy_watts) sources.push_back("power: " + platform.busy_watts->source);
  if (!platform.calibration) return sources;
  sources.push_back("fractions: " + platform.calibration->source);
  if (const auto& errors = platform.calibration->errors) {
    sources.push_back(fmt::format(
        "errors of calibrated times: {} % in the mean where fractions are from, {} % elsewhere",
        errors->calibrating_percent, errors->judging_percent));
  }
  return sources;
}

std::vector<ResolvedConfig> configs_of(const EntryInputs& inputs) {
  std::vector<ResolvedConfig> configs;
  for (const Machine& machine : inputs.machines) {
    // Two exceptions may have the same machine.
    const bool is_there = std::any_of(configs.begin(), configs.end(), [&](const auto& config) {
      return config.text == machine.resolved;
    });
    if (!is_there) configs.push_back({machine.name, machine.resolved});
  }
  if (inputs.figures) configs.push_back({inputs.figures->name, inputs.figures_text});
  return configs;
}

}  // namespace

Results compare(const Comparison& comparison, const std::vector<EntryInputs>& inputs, bool values) {
  Results results;
  results.comparison = &comparison;
  for (std::size_t entry = 0; entry < inputs.size(); ++entry) {
    results.sources.push_back(sources_of(comparison.entries[entry], inputs[entry]));
    results.configs.push_back(configs_of(inputs[entry]));
  }
  for (std::size_t index = 0; index < comparison.workloads.size(); ++index) {
    const Network& first = inputs.front().networks[index];
    WorkloadResult& workload = results.workloads.emplace_back(
        WorkloadResult{first.name, comparison.workloads[index].group, first.source, {}});
    for (std::size_t place = 0; place < inputs.size(); ++place) {
      const Entry& entry = comparison.entries[place];
      const Network& network = inputs[place].networks[index];
      std::string difference;
      workload.cells.push_back(
          entry.is_platform()
              ? platform_cell(*inputs[place].figures, entry.format, network)
              : machine_cell(machine_for(entry, inputs[place], comparison.workloads[index].network),
                             network, values, difference));
      if (!difference.empty()) results.differences.push_back(difference);
    }
  }
  return results;
}

}  // namespace nzsim::compare
