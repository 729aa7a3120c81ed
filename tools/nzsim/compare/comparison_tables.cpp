#include "tools/nzsim/compare/comparison_tables.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/report/page/page_table.h"
#include "sim/report/page/report_charts.h"
#include "sim/report/text_table.h"
#include "tools/nzsim/compare/comparison_charts.h"

namespace nzsim::compare {
namespace {

constexpr const char* kMicro = "\xc2\xb5";

/// An energy, which shows as unknown where it is.
PageCell energy_cell(const std::optional<double>& joules) {
  return joules ? PageCell::of(1e6 * *joules) : PageCell::of(std::nan(""));
}

PageCell ratio_cell(const std::optional<double>& ratio) { return PageCell::of(ratio); }

void add_columns(PageTable& table,
                 const std::vector<std::pair<std::string, std::string>>& columns) {
  for (const auto& [title, unit] : columns) table.add_column(title, unit);
}

std::vector<PageCell> numbers_of(const Cell& cell, const Cell& baseline) {
  return {PageCell::of(cell.batch),
          PageCell::of(1e6 * cell.seconds_per_inference()),
          PageCell::of(1e6 * cell.seconds),
          PageCell::of(cell.inferences_per_second()),
          ratio_cell(speed_up(cell, baseline)),
          energy_cell(cell.joules_per_inference()),
          energy_cell(cell.joules),
          ratio_cell(efficiency(cell, baseline)),
          PageCell::of(1e-9 * cell.operations_per_second()),
          PageCell::of(1e-9 * cell.dense_operations_per_second()),
          PageCell::percent(cell.utilization()),
          PageCell::of(cell.operational_intensity()),
          PageCell::of(residency_of(cell.memory)),
          PageCell::of(as_words(cell.bottleneck)),
          PageCell::of(cell.machine)};
}

PageTable workloads(const ComparisonView& comparison) {
  PageTable table("workloads", "Workloads");
  const std::string micro = kMicro;
  const std::vector<std::pair<std::string, std::string>> columns = {
      {"workload", ""},
      {"entry", ""},
      {"basis", ""},
      {"batch", ""},
      {"time", micro + "s/inference"},
      {"time of the batch", micro + "s"},
      {"throughput", "inferences/s"},
      {"speed-up", ""},
      {"energy", micro + "J/inference"},
      {"energy of the batch", micro + "J"},
      {"efficiency", ""},
      {"effective rate", "GOP/s"},
      {"dense-equivalent rate", "GOP/s"},
      {"utilisation", "%"},
      {"intensity", "OP/byte"},
      {"weights in", ""},
      {"bound by", ""},
      {"machine", ""}};
  add_columns(table, columns);
  for (const WorkloadResult& workload : comparison.workloads) {
    for (std::size_t index = 0; index < workload.cells.size(); ++index) {
      const Cell& cell = workload.cells[index];
      const std::string basis =
          cell.is_modelled() ? cell.basis : fmt::format("not modelled: {}", cell.not_modelled);
      std::vector<PageCell> cells = {PageCell::of(workload.name),
                                     PageCell::of(comparison.entries[index].label),
                                     PageCell::of(basis)};
      if (cell.is_modelled()) {
        for (PageCell& number : numbers_of(cell, workload.cells[comparison.baseline])) {
          cells.push_back(std::move(number));
        }
      }
      cells.resize(columns.size(), PageCell::of(std::optional<double>()));
      table.add_row(std::move(cells));
    }
  }
  table.set_note(
      "Speed-up and efficiency: the baseline's time and energy per inference over the entry's. A "
      "multiply-accumulate is two operations everywhere; the effective rate counts those that the "
      "entry does, the dense-equivalent rate those of the layer without sparsity. Utilisation: "
      "effective rate over the peak rate. A roofline bound is no time that was measured.");
  return table;
}

PageTable means(const ComparisonView& comparison) {
  PageTable table("means", "Geometric means");
  add_columns(table, {{"entry", ""},
                      {"group", ""},
                      {"speed-up", ""},
                      {"workloads with times", ""},
                      {"efficiency", ""},
                      {"workloads with energies", ""}});
  for (const std::string& group : groups_of(comparison.workloads)) {
    for (std::size_t index = 0; index < comparison.entries.size(); ++index) {
      const EntryMeans values = comparison.means_of(group, index);
      table.add_row({PageCell::of(comparison.entries[index].label),
                     PageCell::of(group.empty() ? "all" : group), ratio_cell(values.speed_up.value),
                     PageCell::of(std::uint64_t{values.speed_up.count}),
                     ratio_cell(values.efficiency.value),
                     PageCell::of(std::uint64_t{values.efficiency.count})});
    }
  }
  table.set_note(fmt::format("Over the workloads that an entry and {} both have.",
                             comparison.entries[comparison.baseline].label));
  return table;
}

PageTable ceilings(const ComparisonView& comparison) {
  PageTable table("ceilings", "Rooflines");
  add_columns(table, {{"machine", ""},
                      {"peak rate", "GOP/s"},
                      {"bandwidth", "GB/s"},
                      {"ridge point", "OP/byte"},
                      {"memory", ""},
                      {"weights in", ""}});
  for (std::size_t index = 0; index < comparison.entries.size(); ++index) {
    for (const RooflineCeiling& ceiling : ceilings_of(comparison, index)) {
      table.add_row({PageCell::of(ceiling.name), PageCell::of(1e-9 * ceiling.operations_per_second),
                     PageCell::of(1e-9 * ceiling.bytes_per_second), PageCell::of(ceiling.ridge),
                     PageCell::of(as_words(ceiling.memory)),
                     PageCell::of(residency_of(ceiling.memory))});
    }
  }
  return table;
}

PageTable layers(const ComparisonView& comparison, std::size_t& rows) {
  PageTable table("layers", "Layers");
  const std::string micro = kMicro;
  add_columns(table, {{"layer", ""},
                      {"workload", ""},
                      {"entry", ""},
                      {"type", ""},
                      {"time of the batch", micro + "s"},
                      {"energy of the batch", micro + "J"},
                      {"effective rate", "GOP/s"},
                      {"dense-equivalent rate", "GOP/s"},
                      {"bytes", ""},
                      {"intensity", "OP/byte"},
                      {"bound by", ""},
                      {"basis", ""}});
  for (const WorkloadResult& workload : comparison.workloads) {
    for (std::size_t index = 0; index < workload.cells.size(); ++index) {
      for (const LayerRow& layer : workload.cells[index].layers) {
        table.add_row({PageCell::of(layer.name), PageCell::of(workload.name),
                       PageCell::of(comparison.entries[index].label),
                       PageCell::of(as_words(layer.type)), PageCell::of(1e6 * layer.seconds),
                       energy_cell(layer.joules),
                       PageCell::of(1e-9 * layer.operations_per_second()),
                       PageCell::of(1e-9 * layer.dense_operations_per_second()),
                       PageCell::of(layer.bytes), PageCell::of(layer.operational_intensity()),
                       PageCell::of(as_words(layer.bottleneck)), PageCell::of(layer.basis)});
        ++rows;
      }
    }
  }
  return table;
}

}  // namespace

std::string tables_of(const ComparisonView& comparison) {
  std::string html =
      means(comparison).html() + ceilings(comparison).html() + workloads(comparison).html();
  std::size_t rows = 0;
  const std::string table = layers(comparison, rows).html();
  if (rows == 0) return html;
  return html +
         fmt::format("<details class=\"fold\"><summary>All {} layers as a table</summary>\n",
                     format_count(rows)) +
         table + "</details>\n";
}

}  // namespace nzsim::compare
