#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/report/csv_line.h"
#include "tools/nzsim/compare/comparison_view.h"

namespace nzsim::compare {
namespace {

const std::vector<std::string> kColumns = {"workload",
                                           "entry",
                                           "machine",
                                           "basis",
                                           "batch",
                                           "seconds",
                                           "seconds_per_inference",
                                           "inferences_per_second",
                                           "energy_joules",
                                           "energy_joules_per_inference",
                                           "speed_up",
                                           "energy_efficiency",
                                           "operations",
                                           "dense_operations",
                                           "operations_per_second",
                                           "dense_operations_per_second",
                                           "utilization",
                                           "bytes",
                                           "operational_intensity [operations/byte]",
                                           "memory",
                                           "weights_in",
                                           "peak_operations_per_second",
                                           "peak_bytes_per_second",
                                           "bottleneck",
                                           "not_modelled"};

std::string text_or_empty(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : std::string();
}

std::vector<std::string> fields_of(const Cell& cell, const Cell& baseline) {
  const auto text = [](const auto& value) { return fmt::format("{}", value); };
  return {cell.basis,
          text(cell.batch),
          text(cell.seconds),
          text(cell.seconds_per_inference()),
          text_or_empty(cell.inferences_per_second()),
          text_or_empty(cell.joules),
          text_or_empty(cell.joules_per_inference()),
          text_or_empty(speed_up(cell, baseline)),
          text_or_empty(efficiency(cell, baseline)),
          text(cell.operations),
          text(cell.dense_operations),
          text(cell.operations_per_second()),
          text(cell.dense_operations_per_second()),
          text(cell.utilization()),
          text(cell.bytes),
          text_or_empty(cell.operational_intensity()),
          cell.memory,
          std::string(residency_of(cell.memory)),
          text(cell.peak_operations_per_second),
          text(cell.peak_bytes_per_second),
          cell.bottleneck};
}

}  // namespace

std::string csv_of(const ComparisonView& comparison) {
  std::string csv = csv_line(kColumns);
  for (const WorkloadResult& workload : comparison.workloads) {
    for (std::size_t index = 0; index < workload.cells.size(); ++index) {
      const Cell& cell = workload.cells[index];
      std::vector<std::string> fields = {workload.name, comparison.entries[index].label,
                                         cell.machine};
      if (cell.is_modelled()) {
        const std::vector<std::string> numbers =
            fields_of(cell, workload.cells[comparison.baseline]);
        fields.insert(fields.end(), numbers.begin(), numbers.end());
      }
      fields.resize(kColumns.size());
      fields.back() = cell.not_modelled;
      csv += csv_line(fields);
    }
  }
  return csv;
}

}  // namespace nzsim::compare
