#include "sim/energy/table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

EnergyRow& row_of(std::vector<EnergyRow>& rows, const EnergyEvent& event,
                  const EnergyEntry& entry) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const EnergyRow& row) {
    return row.module == event.module && row.component == event.component &&
           row.action == event.action;
  });
  if (found != rows.end()) return *found;
  EnergyRow row;
  row.module = event.module;
  row.component = event.component;
  row.action = event.action;
  row.is_static = entry.milliwatts.has_value();
  row.provenance = entry.provenance;
  row.source = entry.source;
  return rows.emplace_back(std::move(row));
}

/// The entry of a component and action.
const EnergyEntry& entry_of(const EnergyTable& table, std::string_view component,
                            std::string_view action) {
  const auto found =
      std::find_if(table.entries.begin(), table.entries.end(), [&](const EnergyEntry& entry) {
        return entry.component == component && entry.action == action;
      });
  if (found == table.entries.end()) {
    throw ConfigError(table.name, "/entries",
                      fmt::format("expected an entry for component '{}' and action '{}', got none",
                                  component, action));
  }
  return *found;
}

/// Factor from an entry's reference geometry to another one, by the rule of `EnergyEntry`.
double scale_of(const EnergyTable& table, const EnergyEntry& entry, std::uint32_t width_bits,
                std::uint64_t capacity_bytes) {
  const auto ratio = [&](double value, double reference, std::string_view what) {
    if (value > 0.0) return value / reference;
    throw ConfigError(table.name, "/entries",
                      fmt::format("expected no reference {} for component '{}' and action '{}', "
                                  "for which this machine has none, got {}",
                                  what, entry.component, entry.action, reference));
  };
  double scale = 1.0;
  if (entry.reference_width_bits != 0 && !entry.milliwatts) {
    scale *= ratio(width_bits, entry.reference_width_bits, "width");
  }
  if (entry.reference_capacity_bytes != 0) {
    const double capacity = ratio(static_cast<double>(capacity_bytes),
                                  static_cast<double>(entry.reference_capacity_bytes), "capacity");
    scale *= entry.milliwatts ? capacity : std::sqrt(capacity);
  }
  return scale;
}

/// Energy of one count at the entry's reference geometry. One milliwatt over one second is 1e9 pJ.
double reference_picojoules(const EnergyEntry& entry, double clock_hz) {
  if (entry.picojoules) return *entry.picojoules;
  SIM_ASSERT(entry.milliwatts && clock_hz > 0.0, "energy", 0,
             "no static energy of '{}' at a clock of {} Hz", entry.component, clock_hz);
  return *entry.milliwatts * 1e9 / clock_hz;
}

}  // namespace

std::vector<EnergyRow> energy_of(const EnergyTable& table, const std::vector<EnergyEvent>& events,
                                 double clock_hz) {
  std::vector<EnergyRow> rows;
  for (const EnergyEvent& event : events) {
    const EnergyEntry& entry = entry_of(table, event.component, event.action);
    const double each = reference_picojoules(entry, clock_hz) *
                        scale_of(table, entry, event.width_bits, event.capacity_bytes);
    EnergyRow& row = row_of(rows, event, entry);
    row.energy += Picojoules{each * static_cast<double>(event.count)};
    row.count += event.count;
    // The first events keep the exact value: no division that rounds, and none by zero.
    const bool is_first = row.count == event.count;
    row.picojoules_each = is_first ? each : row.energy.value() / static_cast<double>(row.count);
  }
  return rows;
}

std::vector<AreaRow> area_of(const EnergyTable& table, const std::vector<AreaPart>& parts) {
  std::vector<AreaRow> rows;
  for (const AreaPart& part : parts) {
    const auto found =
        std::find_if(table.areas.begin(), table.areas.end(),
                     [&](const AreaEntry& entry) { return entry.component == part.component; });
    if (found == table.areas.end()) {
      throw ConfigError(
          table.name, "/areas",
          fmt::format("expected an entry for component '{}', got none", part.component));
    }
    double each = found->square_micrometres;
    if (found->reference_capacity_bytes != 0) {
      if (part.capacity_bytes == 0) {
        throw ConfigError(table.name, "/areas",
                          fmt::format("expected no reference capacity for component '{}', for "
                                      "which this machine has none, got {}",
                                      part.component, found->reference_capacity_bytes));
      }
      each *= static_cast<double>(part.capacity_bytes) /
              static_cast<double>(found->reference_capacity_bytes);
    }
    rows.push_back({part.component, part.instances, each * static_cast<double>(part.instances),
                    found->provenance, found->source});
  }
  return rows;
}

std::string_view to_string(Provenance provenance) {
  switch (provenance) {
    case Provenance::published:
      return "published";
    case Provenance::derived:
      return "derived";
    case Provenance::calibrated:
      return "calibrated";
    case Provenance::assumption:
      return "assumption";
  }
  return "assumption";
}

}  // namespace nzsim
