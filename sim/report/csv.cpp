#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "sim/report/csv_line.h"
#include "sim/report/views.h"

namespace nzsim {
namespace {

std::string field_of(const ReportDetail& detail) {
  return std::visit([](const auto& value) { return fmt::format("{}", value); }, detail.value);
}

/// The unit of each detail, from the first layer that has it.
std::map<std::string, std::string, std::less<>> units_of(const ReportView& view) {
  std::map<std::string, std::string, std::less<>> units;
  for (const ReportLayer& layer : view.layers) {
    for (const ReportDetail& detail : layer.details) units.emplace(detail.name, detail.unit);
  }
  return units;
}

std::vector<std::string> header_of(const ReportView& view) {
  std::vector<std::string> fields = {"machine",
                                     "workload",
                                     "mode",
                                     "layer",
                                     "type",
                                     "cycles",
                                     "seconds",
                                     "operations",
                                     "dense_operations",
                                     "dram_bytes",
                                     "energy_joules",
                                     "average_power_watts",
                                     "picojoules_per_multiply_accumulate",
                                     "picojoules_per_dense_multiply_accumulate",
                                     "utilization",
                                     "bottleneck",
                                     "operational_intensity [operations/byte]",
                                     "attained_operations_per_second",
                                     "values_checked",
                                     "values_match",
                                     "values_sha256",
                                     "values_rms_error"};
  const auto units = units_of(view);
  for (const std::string& name : view.detail_names) {
    const std::string& unit = units.find(name)->second;
    fields.push_back(unit.empty() ? name : fmt::format("{} [{}]", name, unit));
  }
  return fields;
}

std::vector<std::string> row_of(const ReportView& view, const ReportLayer& layer) {
  const auto text = [](const auto& value) { return fmt::format("{}", value); };
  const ReportSums& sums = layer.sums;
  const auto text_or_empty = [&](const std::optional<double>& value) {
    return value ? text(*value) : std::string();
  };
  std::vector<std::string> fields = {view.machine,
                                     view.workload,
                                     view.mode,
                                     layer.name,
                                     layer.type,
                                     text(sums.cycles),
                                     text(sums.seconds),
                                     text(sums.operations),
                                     text(sums.dense_operations),
                                     text(sums.dram_bytes),
                                     text(sums.energy_joules),
                                     text(sums.average_power_watts),
                                     text_or_empty(sums.picojoules_per_multiply_accumulate),
                                     text_or_empty(sums.picojoules_per_dense_multiply_accumulate),
                                     text(layer.utilization),
                                     layer.bottleneck,
                                     text_or_empty(layer.roofline.operational_intensity),
                                     text(layer.roofline.attained_operations_per_second),
                                     text(layer.checked),
                                     layer.checked ? text(layer.matches) : "",
                                     layer.sha256,
                                     layer.checked ? text(layer.rms_error) : ""};
  for (const std::string& name : view.detail_names) {
    const ReportDetail* detail = layer.detail(name);
    fields.push_back(detail == nullptr ? "" : field_of(*detail));
  }
  return fields;
}

}  // namespace

std::string csv_of(const ReportView& view) {
  std::string text = csv_line(header_of(view));
  for (const ReportLayer& layer : view.layers) text += csv_line(row_of(view, layer));
  return text;
}

}  // namespace nzsim
