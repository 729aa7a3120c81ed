#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "sim/report/breakdown.h"
#include "sim/report/document.h"
#include "sim/report/text_table.h"
#include "sim/report/views.h"

namespace nzsim {
namespace {

using Align = TextTable::Align;

/// Longest text of a cell, and of a line of its own.
constexpr std::size_t kCellLimit = 32;
constexpr std::size_t kLineLimit = 200;
constexpr std::size_t kSourceLimit = 1000;
/// Layers beside each other in one table of details.
constexpr std::size_t kLayersPerBlock = 5;
constexpr std::string_view kLoadBalance = "load_balance";

std::string cell(std::string_view text) { return printable(text, kCellLimit); }

std::string percent(double part) { return fmt::format("{:.1f}", 100.0 * part); }

/// Sources by number, each printed once: a table with whole sources in its rows fits no terminal.
class SourceList {
 public:
  /// `[3]`, the reference to `source`.
  std::string reference(const std::string& source) {
    const auto [found, is_new] = numbers_.try_emplace(source, numbers_.size() + 1);
    if (is_new) order_.push_back(source);
    return fmt::format("[{}]", found->second);
  }
  [[nodiscard]] std::string render() const {
    std::string text;
    for (const std::string& source : order_) {
      text += fmt::format("  {:>4} {}\n", fmt::format("[{}]", numbers_.at(source)),
                          printable(source, kSourceLimit));
    }
    return text;
  }

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> order_;
};

std::string header(const ReportView& view) {
  std::string text;
  const auto add = [&](std::string_view title, std::string_view value, std::string_view note) {
    text += fmt::format("{:<9} {}", title, printable(value, kLineLimit));
    if (!note.empty()) text += fmt::format("  ({})", printable(note, kLineLimit));
    text += '\n';
  };
  add("machine", view.machine, view.machine_source);
  add("workload", view.workload, view.workload_source);
  add("mode", view.mode, view.mode_note);
  add("clock", fmt::format("{:g} MHz", view.clock_hz / 1e6), "");
  add("run", fmt::format("nzsim {}, seed {}", view.nzsim_version, view.seed),
      fmt::format("{} s on this host", format_number(view.host_seconds)));
  const std::string note = version_note(view.nzsim_version);
  if (!note.empty()) add("note", note, "");
  return text;
}

std::string values_cell(const ReportLayer& layer) {
  if (!layer.checked) return "-";
  return layer.matches ? "ok" : "MISMATCH";
}

/// `load_balance` in percent, empty where the layer has none.
std::string load_balance_cell(const ReportLayer& layer) {
  const ReportDetail* detail = layer.detail(kLoadBalance);
  const double* value = detail == nullptr ? nullptr : std::get_if<double>(&detail->value);
  return value == nullptr ? "" : percent(*value);
}

/// Cycles to power of one row of the table of layers, which the total has too. `balance`: nothing
/// where the table has no such column.
void add_sums(std::vector<std::string>& cells, const ReportSums& sums, double use,
              const std::optional<std::string>& balance) {
  const auto operations = static_cast<double>(sums.operations);
  const auto dense = static_cast<double>(sums.dense_operations);
  cells.insert(cells.end(),
               {format_count(sums.cycles), format_number(sums.seconds * 1e6), percent(use)});
  if (balance) cells.push_back(*balance);
  cells.insert(cells.end(),
               {format_number(share(operations, sums.seconds) / 1e9),
                format_number(share(dense, sums.seconds) / 1e9),
                format_number(sums.energy_joules * 1e6), format_number(sums.average_power_watts)});
}

std::string layers(const ReportView& view) {
  const bool has_balance =
      std::any_of(view.layers.begin(), view.layers.end(),
                  [](const ReportLayer& layer) { return layer.detail(kLoadBalance) != nullptr; });
  const auto balance_of = [&](const ReportLayer& layer) -> std::optional<std::string> {
    if (!has_balance) return std::nullopt;
    return load_balance_cell(layer);
  };
  TextTable table;
  table.add_column("layer", Align::left);
  table.add_column("type", Align::left);
  table.add_column("cycles");
  table.add_column("time\nus");
  table.add_column("use\n%");
  if (has_balance) table.add_column("balance\n%");
  table.add_column("speed\nGOP/s");
  table.add_column("dense\nGOP/s");
  table.add_column("energy\nuJ");
  table.add_column("power\nW");
  table.add_column("bottleneck", Align::left);
  table.add_column("values", Align::left);
  for (const ReportLayer& layer : view.layers) {
    std::vector<std::string> cells = {cell(layer.name), cell(layer.type)};
    add_sums(cells, layer.sums, layer.utilization, balance_of(layer));
    cells.push_back(cell(layer.bottleneck));
    cells.push_back(values_cell(layer));
    table.add_row(std::move(cells));
  }
  table.add_rule();
  std::vector<std::string> cells = {"total", ""};
  add_sums(
      cells, view.totals,
      share(view.roofline.attained_operations_per_second, view.roofline.peak_operations_per_second),
      has_balance ? std::optional<std::string>("") : std::nullopt);
  table.add_row(std::move(cells));
  return "Layers\n" + table.render() +
         (has_balance
              ? "  use: share of the peak operations; balance: share of the PEs' cycles that "
                "process an entry;\n"
              : "  use: share of the peak operations;\n") +
         "  GOP/s: effective operations per second, dense: as if nothing were pruned\n";
}

std::string detail_cell(const ReportDetail& detail) {
  return std::visit(
      [](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          return cell(value);
        } else if constexpr (std::is_same_v<Value, double>) {
          return format_number(value);
        } else {
          return format_count(value);
        }
      },
      detail.value);
}

/// Details of layers [begin, end), one column per layer.
std::string details_block(const ReportView& view, std::size_t begin, std::size_t end) {
  TextTable table;
  table.add_column("detail", Align::left);
  table.add_column("unit", Align::left);
  for (std::size_t index = begin; index < end; ++index) {
    table.add_column(cell(view.layers[index].name));
  }
  const auto add_energy = [&](const char* title, auto member) {
    std::vector<std::string> cells = {title, "pJ"};
    for (std::size_t index = begin; index < end; ++index) {
      const std::optional<double>& value = view.layers[index].sums.*member;
      cells.push_back(value ? format_number(*value) : "");
    }
    table.add_row(std::move(cells));
  };
  add_energy("energy per multiply-accumulate", &ReportSums::picojoules_per_multiply_accumulate);
  add_energy("energy per dense one", &ReportSums::picojoules_per_dense_multiply_accumulate);
  for (const std::string& name : view.detail_names) {
    std::string unit;
    std::vector<std::string> values;
    bool is_there = false;
    for (std::size_t index = begin; index < end; ++index) {
      const ReportDetail* detail = view.layers[index].detail(name);
      values.push_back(detail == nullptr ? "" : detail_cell(*detail));
      if (detail != nullptr && !std::exchange(is_there, true)) unit = detail->unit;
    }
    std::vector<std::string> cells = {cell(name), cell(unit)};
    cells.insert(cells.end(), values.begin(), values.end());
    if (is_there) table.add_row(std::move(cells));
  }
  return table.render();
}

std::string details(const ReportView& view) {
  std::string text = "\nDetails\n";
  for (std::size_t begin = 0; begin < view.layers.size(); begin += kLayersPerBlock) {
    if (begin > 0) text += '\n';
    text += details_block(view, begin, std::min(begin + kLayersPerBlock, view.layers.size()));
  }
  return text;
}

std::string energy(const ReportView& view) {
  const ModuleEnergies energies(view.energy);
  if (energies.order.empty()) return "";
  TextTable table;
  table.add_column("module", Align::left);
  table.add_column("dynamic\nuJ");
  table.add_column("static\nuJ");
  table.add_column("total\nuJ");
  table.add_column("share\n%");
  table.add_column("power\nmW");
  // Off-chip memory against the machine's own, per multiply-accumulate.
  const bool has_dram = view.totals.dram_bytes > 0;
  if (has_dram) table.add_column("each MAC\npJ");
  const double macs = static_cast<double>(view.totals.operations) / 2;
  const auto add = [&](std::string_view name, const ModuleEnergy& module) {
    std::vector<std::string> row{cell(name),
                                 format_number(module.dynamic_part * 1e-6),
                                 format_number(module.static_part * 1e-6),
                                 format_number(module.sum() * 1e-6),
                                 percent(share(module.sum(), energies.all.sum())),
                                 format_number(share(module.sum() * 1e-9, view.totals.seconds))};
    if (has_dram) row.push_back(format_number(share(module.sum(), macs)));
    table.add_row(std::move(row));
  };
  for (const std::string& name : energies.order) add(name, energies.modules.at(name));
  table.add_rule();
  add("total", energies.all);
  return "\nEnergy by module (static: leakage and clock network)\n" + table.render();
}

std::string area(const ReportView& view, SourceList& sources) {
  if (view.areas.empty()) return "";
  TextTable table;
  table.add_column("component", Align::left);
  table.add_column("instances");
  table.add_column("each\num2");
  table.add_column("all\nmm2");
  table.add_column("provenance", Align::left);
  table.add_column("source", Align::left);
  double sum = 0.0;
  for (const ReportArea& row : view.areas) {
    const auto instances = static_cast<double>(row.instances);
    sum += row.square_micrometres;
    table.add_row({cell(row.component), format_count(row.instances),
                   format_number(share(row.square_micrometres, instances)),
                   format_number(row.square_micrometres * 1e-6), cell(row.provenance),
                   sources.reference(row.source)});
  }
  table.add_rule();
  table.add_row({"total", "", "", format_number(sum * 1e-6)});
  return "\nArea\n" + table.render();
}

std::string roofline(const ReportView& view) {
  const ReportRoofline& line = view.roofline;
  std::string intensity = "no bytes moved";
  if (line.operational_intensity) {
    intensity = fmt::format("{} operations/byte", format_number(*line.operational_intensity));
  }
  return fmt::format(
      "\nRoofline\n  {} of {}: {} bound (ridge at {} operations/byte)\n"
      "  {} of {} GOP/s reached ({} %), {} GB/s peak\n",
      intensity, cell(line.memory), line.bound, format_number(ridge_point(line)),
      format_number(line.attained_operations_per_second / 1e9),
      format_number(line.peak_operations_per_second / 1e9),
      percent(share(line.attained_operations_per_second, line.peak_operations_per_second)),
      format_number(line.peak_bytes_per_second / 1e9));
}

std::string constants(const ReportView& view, SourceList& sources) {
  if (view.energy.empty()) return "";
  TextTable table;
  table.add_column("component", Align::left);
  table.add_column("action", Align::left);
  table.add_column("value");
  table.add_column("unit", Align::left);
  table.add_column("provenance", Align::left);
  table.add_column("source", Align::left);
  for (const ReportEnergy& row : view.energy) {
    table.add_row({cell(row.component), cell(row.action),
                   format_number(constant_value(row, view.clock_hz)), row.is_static ? "mW" : "pJ",
                   cell(row.provenance), sources.reference(row.source)});
  }
  return fmt::format("\nEnergy constants ({}, {:g} nm), scaled to this machine, of one part\n{}",
                     cell(view.energy_table), view.node_nm, table.render());
}

}  // namespace

std::string text_of(const ReportView& view) {
  SourceList sources;
  std::string text = header(view) + '\n' + layers(view) + details(view) + energy(view);
  // One after the other, since sources are numbered in the order in which they are referred to.
  text += roofline(view);
  text += area(view, sources);
  text += constants(view, sources);
  if (view.energy.empty() && view.areas.empty()) return text;
  text += fmt::format("\nSources of {}: {}\n", cell(view.energy_table),
                      printable(view.energy_table_source, kSourceLimit));
  return text + sources.render();
}

}  // namespace nzsim
