#include <fmt/format.h>

#include "sim/report/document.h"
#include "sim/report/text_table.h"
#include "tools/nzsim/compare/comparison_view.h"

namespace nzsim::compare {
namespace {

using Align = TextTable::Align;

/// Longest text of a file in a line of the terminal.
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestText = 200;

std::string number_or(const std::optional<double>& value, double scale, const char* missing) {
  return value ? format_number(scale * *value) : missing;
}

/// With the machine where the label does not say it: an exception's, or a changed one.
std::string basis_of(const EntryView& entry, const Cell& cell) {
  if (entry.is_platform || cell.machine == entry.label) return cell.basis;
  return fmt::format("{} on {}", cell.basis, printable(cell.machine, kLongestName));
}

std::vector<std::string> row_of(const EntryView& entry, const Cell& cell, const Cell& baseline) {
  const std::string label = printable(entry.label, kLongestName);
  if (!cell.is_modelled()) {
    return {label,
            "",
            "-",
            "-",
            "-",
            "-",
            "-",
            "-",
            "-",
            "-",
            "",
            "",
            "not modelled: " + printable(cell.not_modelled, kLongestText)};
  }
  return {label,
          format_count(cell.batch),
          format_number(1e6 * cell.seconds_per_inference()),
          number_or(speed_up(cell, baseline), 1.0, "-"),
          number_or(cell.joules_per_inference(), 1e6, "unknown"),
          number_or(efficiency(cell, baseline), 1.0, "-"),
          format_number(1e-9 * cell.operations_per_second()),
          format_number(1e-9 * cell.dense_operations_per_second()),
          format_number(100.0 * cell.utilization()),
          number_or(cell.operational_intensity(), 1.0, "-"),
          std::string(residency_of(cell.memory)),
          printable(cell.bottleneck, kLongestName),
          basis_of(entry, cell)};
}

std::string workload_table(const ComparisonView& comparison, const WorkloadResult& workload) {
  TextTable table;
  table.add_column("entry", Align::left);
  table.add_column("batch");
  table.add_column("time\nus/inference");
  table.add_column("speed-up");
  table.add_column("energy\nuJ/inference");
  table.add_column("efficiency");
  table.add_column("effective\nGOP/s");
  table.add_column("dense\nGOP/s");
  table.add_column("utilisation\n%");
  table.add_column("intensity\nOP/byte");
  table.add_column("weights in", Align::left);
  table.add_column("bound by", Align::left);
  table.add_column("basis", Align::left);
  const Cell& baseline = workload.cells[comparison.baseline];
  for (std::size_t index = 0; index < workload.cells.size(); ++index) {
    table.add_row(row_of(comparison.entries[index], workload.cells[index], baseline));
  }
  return fmt::format("{}\n{}\n", printable(workload.name, kLongestName), table.render());
}

std::string means_table(const ComparisonView& comparison, const std::string& group) {
  const std::vector<EntryView>& entries = comparison.entries;
  TextTable table;
  table.add_column("entry", Align::left);
  table.add_column("speed-up");
  table.add_column("workloads");
  table.add_column("efficiency");
  table.add_column("workloads");
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const EntryMeans means = comparison.means_of(group, index);
    table.add_row({printable(entries[index].label, kLongestName),
                   number_or(means.speed_up.value, 1.0, "-"), format_count(means.speed_up.count),
                   number_or(means.efficiency.value, 1.0, "-"),
                   format_count(means.efficiency.count)});
  }
  return fmt::format("geometric means over the {} that an entry and {} both have\n{}\n",
                     group.empty() ? "workloads" : printable(group, kLongestName),
                     printable(entries[comparison.baseline].label, kLongestName), table.render());
}

constexpr const char* kLegend =
    "speed-up, efficiency: time and energy per inference of the baseline over those of the entry.\n"
    "effective: two operations per multiply-accumulate that the entry does (EIE: non-zero weights "
    "and activations; csr:\nnon-zero weights; dense: all); dense: two per one of the layer without "
    "sparsity.\n"
    "intensity: effective operations per byte that the weights' memory moves, in the entry's own "
    "format.\n"
    "basis: a roofline bound is no time that was measured; nothing of that format is faster whose "
    "weights, inputs and\noutputs cross that memory.\n";

}  // namespace

std::string text_of(const ComparisonView& comparison) {
  std::string text =
      fmt::format("{}: {}\nbaseline: {}\n", printable(comparison.name, kLongestName),
                  printable(comparison.description, kLongestText),
                  printable(comparison.entries[comparison.baseline].label, kLongestName));
  const std::string note = version_note(comparison.nzsim_version);
  if (!note.empty()) text += fmt::format("note: {}\n", printable(note, kLongestText));
  text += '\n';
  for (const WorkloadResult& workload : comparison.workloads) {
    text += workload_table(comparison, workload);
  }
  for (const std::string& group : groups_of(comparison.workloads)) {
    text += means_table(comparison, group);
  }
  return text + kLegend;
}

}  // namespace nzsim::compare
