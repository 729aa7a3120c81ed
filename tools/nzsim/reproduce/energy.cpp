#include <array>
#include <cstdint>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/base/errors.h"
#include "tools/nzsim/reproduce/figures.h"

namespace nzsim::reproduce {
namespace {

constexpr const char* kMachine = "eie-64pe";
constexpr const char* kLayer = "alex-7";
constexpr double kMilliwatts = 1e3;

/// Modules of Table II and the parts that the area table has for them.
constexpr std::array<std::pair<const char*, const char*>, 5> kModules{
    {{"ActQueue", "activation_queue"},
     {"PtrRead", "pointer_sram"},
     {"SpmatRead", "sparse_matrix_sram"},
     {"ArithmUnit", "arithmetic_unit"},
     {"ActRW", "activation_read_write"}}};
constexpr const char* kFiller = "filler_cells";

/// Energy of all of a module's events, in joules.
double module_joules(const std::vector<EnergyRow>& rows, const std::string& module) {
  return std::accumulate(rows.begin(), rows.end(), 0.0, [&](double sum, const EnergyRow& row) {
    return row.module == module ? sum + row.energy.value() * 1e-12 : sum;
  });
}

/// The area of one instance of a part, in um2.
double part_area(const std::vector<AreaRow>& rows, const std::string& component) {
  for (const AreaRow& row : rows) {
    if (row.component == component) {
      return row.square_micrometres / static_cast<double>(row.instances);
    }
  }
  throw SimulationError(fmt::format("expected an area of {}, got none", component));
}

/// Energy of one read of the published sparse-matrix SRAM, 128 KB, at another width; by the rule of
/// the energy table.
double read_picojoules(const Machine& machine, std::uint32_t width_bits) {
  constexpr std::uint64_t kCapacityBytes = 131072;
  const EnergyEvent event{"SpmatRead", "sparse_matrix_sram", "line_read",
                          1,           width_bits,           kCapacityBytes};
  return energy_of(machine.energy, {event}, machine.accelerator->clock_hz()).front().energy.value();
}

/// Reads of `layer` at a width, over all PEs.
double line_reads(Experiments& experiments, const std::string& layer, const std::string& width) {
  const Machine& machine =
      experiments.design_point(layer, {{"/sparse_matrix_sram/width_bits", width}});
  return experiments.run(machine, layer).total("sparse_matrix_line_reads");
}

}  // namespace

void assume_calibration(Reproduction& reproduction, const Machine& machine) {
  std::vector<std::string> calibrated;
  for (const EnergyEntry& entry : machine.energy.entries) {
    if (entry.provenance == Provenance::calibrated) {
      calibrated.push_back(entry.component + "." + entry.action);
    }
  }
  if (calibrated.empty()) return;
  reproduction.assumptions.push_back(fmt::format(
      "Calibrated to Table II's power of each module at the activity of Alex-7 (table {}), so that "
      "these powers agree by construction: {}. The other energies are published or derived, or "
      "assumptions that the table names.",
      machine.energy.name, fmt::join(calibrated, ", ")));
}

Reproduction table2(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("table2", published);
  const Machine& machine = experiments.machine(kMachine);
  const LayerRun& run = experiments.run(machine, kLayer);
  reproduction.simulated = "machine eie-64pe on alex-7; " + experiments.networks();
  const std::vector<EnergyRow> energy = run.energy();
  const auto areas = area_of(machine.energy, machine.accelerator->area_parts());

  ComparisonTable power{published.table("power"), {}};
  ComparisonTable area{published.table("area"), {}};
  double pe_milliwatts = 0.0;
  double pe_area = part_area(areas, kFiller);
  for (const auto& [module, component] : kModules) {
    const double milliwatts =
        kMilliwatts * module_joules(energy, module) / run.seconds() / run.pe_count();
    power.add(module, "power", milliwatts);
    area.add(module, "area", part_area(areas, component));
    pe_milliwatts += milliwatts;
    pe_area += part_area(areas, component);
  }
  power.add("total", "power", pe_milliwatts);
  area.add("filler_cell", "area", part_area(areas, kFiller));
  area.add("total", "area", pe_area);
  ComparisonTable whole{published.table("machine"), {}};
  whole.add("64 PEs", "power", run.joules() / run.seconds());
  reproduction.tables = {std::move(power), std::move(area), std::move(whole)};
  assume_calibration(reproduction, machine);
  reproduction.notes.push_back(
      "The areas are Table II's own, taken over by the energy table; they show that parts are "
      "counted as in the paper, no more.");
  return reproduction;
}

Reproduction fig9(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("fig9", published);
  reproduction.simulated =
      "machine eie-64pe with sparse-matrix SRAMs 32 to 512 bits wide; " + experiments.networks();
  const Machine& machine = experiments.machine(kMachine);
  const std::array<std::string, 3> alexnet{"alex-6", "alex-7", "alex-8"};

  ComparisonTable reads{published.table("reads"), {}};
  ComparisonTable each{published.table("energy_per_read"), {}};
  const std::vector<std::string>& widths = reads.published.columns;
  for (const std::string& width : widths) {
    double sum = 0.0;
    for (const std::string& layer : alexnet) sum += line_reads(experiments, layer, width);
    reads.add("AlexNet", width, sum / static_cast<double>(alexnet.size()));
  }
  for (const std::string& layer : alexnet) {
    for (const std::string& width : widths) {
      reads.add(layer, width, line_reads(experiments, layer, width));
    }
  }
  for (const std::string& width : widths) {
    each.add("128 KB", width,
             read_picojoules(machine, static_cast<std::uint32_t>(std::stoul(width))));
  }
  ComparisonTable total{published.table("total_energy"), {}};
  ComparisonTable with_published_reads{published.table("total_energy"), {}};
  with_published_reads.published.name = "total_energy_published_read";
  with_published_reads.published.tolerance.reset();
  with_published_reads.published.title =
      "energy of all reads, from simulated reads and the figure's energy of one read";
  for (const char* layer : {"alex-6", "vgg-6", "alex-7"}) {
    for (const std::string& width : widths) {
      const double nanojoules = 1e-3 * line_reads(experiments, layer, width);
      const double rule = read_picojoules(machine, static_cast<std::uint32_t>(std::stoul(width)));
      total.add(layer, width, nanojoules * rule);
      with_published_reads.add(layer, width,
                               nanojoules * each.published.at("128 KB", width).value_or(rule));
    }
  }
  reproduction.tables = {std::move(reads), std::move(each), std::move(total),
                         std::move(with_published_reads)};
  reproduction.assumptions.push_back(
      "Energy of one read: 13.6 pJ at 64 bits and 128 KB (the figure's own value), linear in the "
      "width and with the square root of the capacity. \"AlexNet\" is the mean of its three "
      "layers.");
  reproduction.assumptions.push_back(
      "A line is read only if it differs from the last line that the PE used, also across "
      "columns.");
  return reproduction;
}

}  // namespace nzsim::reproduce
