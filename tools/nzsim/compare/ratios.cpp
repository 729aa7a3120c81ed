#include <algorithm>
#include <cmath>

#include "tools/nzsim/compare/results.h"

namespace nzsim::compare {
namespace {

/// `baseline` over `value`, where both are there and above zero.
std::optional<double> ratio(std::optional<double> baseline, std::optional<double> value) {
  if (!baseline || !value || !(*baseline > 0.0) || !(*value > 0.0)) return {};
  return *baseline / *value;
}

double per_second(std::uint64_t operations, double seconds) {
  return seconds > 0.0 ? static_cast<double>(operations) / seconds : 0.0;
}

std::optional<double> per_byte(std::uint64_t operations, std::uint64_t bytes) {
  if (bytes == 0) return {};
  return static_cast<double>(operations) / static_cast<double>(bytes);
}

}  // namespace

double LayerRow::operations_per_second() const { return per_second(operations, seconds); }

double LayerRow::dense_operations_per_second() const {
  return per_second(dense_operations, seconds);
}

std::optional<double> LayerRow::operational_intensity() const {
  return per_byte(operations, bytes);
}

double Cell::seconds_per_inference() const { return seconds / static_cast<double>(batch); }

std::optional<double> Cell::inferences_per_second() const {
  if (!(seconds > 0.0)) return {};
  return static_cast<double>(batch) / seconds;
}

std::optional<double> Cell::joules_per_inference() const {
  if (!joules) return {};
  return *joules / static_cast<double>(batch);
}

double Cell::operations_per_second() const { return per_second(operations, seconds); }

double Cell::dense_operations_per_second() const { return per_second(dense_operations, seconds); }

double Cell::utilization() const {
  return peak_operations_per_second > 0.0 ? operations_per_second() / peak_operations_per_second
                                          : 0.0;
}

std::optional<double> Cell::operational_intensity() const { return per_byte(operations, bytes); }

std::string_view residency_of(std::string_view memory) {
  if (memory == "dram") return "DRAM";
  return memory.ends_with("_sram") ? "SRAM" : "not stated";
}

std::optional<double> speed_up(const Cell& cell, const Cell& baseline) {
  if (!cell.is_modelled() || !baseline.is_modelled()) return {};
  return ratio(baseline.seconds_per_inference(), cell.seconds_per_inference());
}

std::optional<double> efficiency(const Cell& cell, const Cell& baseline) {
  if (!cell.is_modelled() || !baseline.is_modelled()) return {};
  return ratio(baseline.joules_per_inference(), cell.joules_per_inference());
}

Mean geometric_mean(const std::vector<std::optional<double>>& ratios) {
  Mean mean;
  double logarithms = 0.0;
  for (const std::optional<double>& value : ratios) {
    if (!value) continue;
    ++mean.count;
    logarithms += std::log(*value);
  }
  if (mean.count > 0) mean.value = std::exp(logarithms / static_cast<double>(mean.count));
  return mean;
}

std::vector<std::string> groups_of(const std::vector<WorkloadResult>& workloads) {
  std::vector<std::string> groups;
  for (const WorkloadResult& workload : workloads) {
    if (std::find(groups.begin(), groups.end(), workload.group) == groups.end()) {
      groups.push_back(workload.group);
    }
  }
  return groups;
}

EntryMeans means_of(const std::vector<WorkloadResult>& workloads, const std::string& group,
                    std::size_t baseline, std::size_t entry) {
  std::vector<std::optional<double>> speed_ups;
  std::vector<std::optional<double>> efficiencies;
  for (const WorkloadResult& workload : workloads) {
    if (workload.group != group) continue;
    const Cell& reference = workload.cells[baseline];
    speed_ups.push_back(speed_up(workload.cells[entry], reference));
    efficiencies.push_back(efficiency(workload.cells[entry], reference));
  }
  return {geometric_mean(speed_ups), geometric_mean(efficiencies)};
}

}  // namespace nzsim::compare
