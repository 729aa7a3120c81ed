#include "sim/report/page/report_tables.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "sim/report/breakdown.h"
#include "sim/report/page/markup.h"
#include "sim/report/page/page_table.h"
#include "sim/report/page/report_charts.h"

namespace nzsim {
namespace {

/// Sources by number, each listed once below the tables.
class Sources {
 public:
  /// `[3]`, which is copied as the whole source.
  PageCell reference(const std::string& source) {
    const auto [found, is_new] = numbers_.try_emplace(source, numbers_.size() + 1);
    if (is_new) order_.push_back(source);
    return {fmt::format("[{}]", found->second), source};
  }
  [[nodiscard]] std::string html() const {
    if (order_.empty()) return "";
    std::string html = "<section id=\"sources\">\n<h2>Sources</h2>\n<ol>\n";
    for (const std::string& source : order_) html += fmt::format("<li>{}</li>\n", escaped(source));
    return html + "</ol>\n</section>\n";
  }

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> order_;
};

std::string_view values_text(const ReportLayer& layer) {
  if (!layer.checked) return "not computed";
  return layer.matches ? "equal" : "DIFFERENT";
}

/// The columns that a layer and the total share.
std::vector<PageCell> sums_cells(const ReportSums& sums, double use, const ReportRoofline& line) {
  const auto operations = static_cast<double>(sums.operations);
  const auto dense = static_cast<double>(sums.dense_operations);
  return {PageCell::of(sums.cycles),
          PageCell::of(sums.seconds * 1e6),
          PageCell::percent(use),
          PageCell::of(share(operations, sums.seconds) / 1e9),
          PageCell::of(share(dense, sums.seconds) / 1e9),
          PageCell::of(sums.energy_joules * 1e6),
          PageCell::of(sums.average_power_watts),
          PageCell::of(sums.picojoules_per_multiply_accumulate),
          PageCell::of(sums.dram_bytes),
          PageCell::of(line.operational_intensity),
          PageCell::of(line.bound)};
}

PageTable layers(const ReportView& view) {
  PageTable table("layers", "Layers");
  table.add_column("layer");
  table.add_column("type");
  table.add_column("cycles");
  table.add_column("time", "\xc2\xb5s");
  table.add_column("use", "%");
  table.add_column("speed", "GOP/s");
  table.add_column("dense speed", "GOP/s");
  table.add_column("energy", "\xc2\xb5J");
  table.add_column("power", "W");
  table.add_column("each MAC", "pJ");
  table.add_column("DRAM", "bytes");
  table.add_column("intensity", "OP/byte");
  table.add_column("roofline bound");
  table.add_column("bottleneck");
  table.add_column("values");
  const auto add = [](std::vector<PageCell> cells, const std::vector<PageCell>& sums,
                      std::vector<PageCell> rest) {
    cells.insert(cells.end(), sums.begin(), sums.end());
    cells.insert(cells.end(), rest.begin(), rest.end());
    return cells;
  };
  for (const ReportLayer& layer : view.layers) {
    table.add_row(
        add({PageCell::of(layer.name), PageCell::of(as_words(layer.type))},
            sums_cells(layer.sums, layer.utilization, layer.roofline),
            {PageCell::of(as_words(layer.bottleneck)), PageCell::of(values_text(layer))}));
  }
  const ReportRoofline& line = view.roofline;
  const double use = share(line.attained_operations_per_second, line.peak_operations_per_second);
  table.set_total(add({PageCell::of("total"), PageCell::of("")}, sums_cells(view.totals, use, line),
                      {PageCell::of(""), PageCell::of("")}));
  table.set_note(
      "Use: share of the peak operations. A multiply-accumulate (MAC) is two operations; speed "
      "counts those that were done, dense speed those of the uncompressed layer.");
  return table;
}

PageCell detail_cell(const ReportDetail* detail) {
  if (detail == nullptr) return PageCell::of("");
  return std::visit([](const auto& value) { return PageCell::of(value); }, detail->value);
}

PageTable details(const ReportView& view) {
  PageTable table("details", "Details of the layers");
  if (view.detail_names.empty()) return table;
  table.add_column("layer");
  for (const std::string& name : view.detail_names) {
    std::string_view unit;
    for (const ReportLayer& layer : view.layers) {
      const ReportDetail* detail = layer.detail(name);
      if (detail != nullptr && unit.empty()) unit = detail->unit;
    }
    table.add_column(as_words(name), unit);
  }
  for (const ReportLayer& layer : view.layers) {
    if (layer.details.empty()) continue;
    std::vector<PageCell> cells = {PageCell::of(layer.name)};
    for (const std::string& name : view.detail_names) {
      cells.push_back(detail_cell(layer.detail(name)));
    }
    table.add_row(std::move(cells));
  }
  return table;
}

PageTable pes(const ReportView& view) {
  PageTable table("pes", "Use of the PEs");
  table.add_column("layer");
  table.add_column("PEs");
  table.add_column("least busy", "%");
  table.add_column("mean", "%");
  table.add_column("busiest", "%");
  for (const ReportLayer& layer : view.layers) {
    const ReportPerPe* counter = layer.per_pe_counter("busy_cycles");
    if (counter == nullptr || layer.sums.cycles == 0 || counter->values.empty()) continue;
    const PeUse use = pe_use(layer, counter->values);
    table.add_row({PageCell::of(layer.name), PageCell::of(std::uint64_t{counter->values.size()}),
                   PageCell::percent(use.smallest), PageCell::percent(use.mean),
                   PageCell::percent(use.largest)});
  }
  table.set_note("Share of the layer's cycles in which a PE processes an entry.");
  return table;
}

PageTable energy(const ReportView& view) {
  const ModuleEnergies energies(view.energy);
  PageTable table("modules", "Energy by module");
  table.add_column("module");
  table.add_column("dynamic", "\xc2\xb5J");
  table.add_column("static", "\xc2\xb5J");
  table.add_column("total", "\xc2\xb5J");
  table.add_column("share", "%");
  table.add_column("power", "mW");
  const auto cells = [&](std::string_view name, const ModuleEnergy& module) {
    return std::vector<PageCell>{PageCell::of(name),
                                 PageCell::of(module.dynamic_part * 1e-6),
                                 PageCell::of(module.static_part * 1e-6),
                                 PageCell::of(module.sum() * 1e-6),
                                 PageCell::percent(share(module.sum(), energies.all.sum())),
                                 PageCell::of(share(module.sum() * 1e-9, view.totals.seconds))};
  };
  for (const std::string& name : energies.order) {
    table.add_row(cells(name, energies.modules.at(name)));
  }
  table.set_total(cells("total", energies.all));
  table.set_note("Static: leakage and clock network.");
  return table;
}

PageTable area(const ReportView& view, Sources& sources) {
  PageTable table("area", "Area");
  table.add_column("component");
  table.add_column("instances");
  table.add_column("each", "\xc2\xb5m\xc2\xb2");
  table.add_column("all", "mm\xc2\xb2");
  table.add_column("provenance");
  table.add_column("source");
  double sum = 0.0;
  for (const ReportArea& row : view.areas) {
    const auto instances = static_cast<double>(row.instances);
    sum += row.square_micrometres;
    table.add_row({PageCell::of(as_words(row.component)), PageCell::of(row.instances),
                   PageCell::of(share(row.square_micrometres, instances)),
                   PageCell::of(row.square_micrometres * 1e-6), PageCell::of(row.provenance),
                   sources.reference(row.source)});
  }
  table.set_total({PageCell::of("total"), PageCell::of(""), PageCell::of(""),
                   PageCell::of(sum * 1e-6), PageCell::of(""), PageCell::of("")});
  return table;
}

PageTable constants(const ReportView& view, Sources& sources) {
  PageTable table("constants", "Energy constants");
  table.add_column("component");
  table.add_column("action");
  table.add_column("value");
  table.add_column("unit");
  table.add_column("provenance");
  table.add_column("source");
  for (const ReportEnergy& row : view.energy) {
    table.add_row({PageCell::of(as_words(row.component)), PageCell::of(as_words(row.action)),
                   PageCell::of(constant_value(row, view.clock_hz)),
                   PageCell::of(row.is_static ? "mW" : "pJ"), PageCell::of(row.provenance),
                   sources.reference(row.source)});
  }
  table.set_note(fmt::format("Of {}, {:g} nm, scaled to this machine; of one part. {}",
                             view.energy_table, view.node_nm, view.energy_table_source));
  return table;
}

}  // namespace

std::string tables_of(const ReportView& view) {
  Sources sources;
  std::string html =
      layers(view).html() + details(view).html() + pes(view).html() + energy(view).html();
  // One after the other: sources are numbered in the order in which they are referred to.
  html += area(view, sources).html();
  html += constants(view, sources).html();
  return html + sources.html();
}

}  // namespace nzsim
