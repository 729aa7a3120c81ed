#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/base/files.h"
#include "sim/config/node.h"
#include "sim/energy/table.h"

namespace nzsim {
namespace {

constexpr std::size_t kMaximumEntries = 10'000;
constexpr std::int64_t kMaximumWidthBits = 1 << 20;
constexpr std::int64_t kMaximumCapacityBytes = std::int64_t{1} << 50;

Provenance provenance_from(ConfigNode& node) {
  const std::vector<Provenance> all = {Provenance::published, Provenance::derived,
                                       Provenance::calibrated, Provenance::assumption};
  ChoiceRule rule;
  for (const Provenance provenance : all) rule.options.emplace_back(to_string(provenance));
  rule.description =
      "Where the number comes from: read in the source, computed from numbers there, chosen so "
      "that "
      "a published total comes out, or assumed.";
  const std::string name = node.choice("provenance", rule);
  for (const Provenance provenance : all) {
    if (to_string(provenance) == name) return provenance;
  }
  return Provenance::assumption;
}

std::string source_from(ConfigNode& node) {
  return node.text("source", {.description = "Paper and table, data sheet, or the assumption."});
}

std::string component_from(ConfigNode& node) {
  return node.text("component", {.description = "Hardware part, by the machine's name for it."});
}

std::uint64_t reference_capacity_from(ConfigNode& node) {
  return static_cast<std::uint64_t>(node.integer(
      "reference_capacity_bytes",
      {.maximum = kMaximumCapacityBytes,
       .default_value = 0,
       .description = "Capacity of the memory for which the value holds, bytes; 0: the value does "
                      "not scale with capacity."}));
}

EnergyEntry energy_entry_from(ConfigNode& node) {
  EnergyEntry entry;
  entry.component = component_from(node);
  entry.action = node.text("action", {.description = "What the part does, once per count."});
  node.one_of({"picojoules", "milliwatts"}, true, [&](const std::string& key) {
    if (key == "picojoules") {
      entry.picojoules = node.number(key, {.description = "Energy of one action, pJ."});
    } else {
      entry.milliwatts = node.number(key, {.description = "Power while the part is clocked, mW."});
    }
  });
  entry.reference_width_bits = static_cast<std::uint32_t>(node.integer(
      "reference_width_bits",
      {.maximum = kMaximumWidthBits,
       .default_value = 0,
       .description = "Width of the access for which the value holds, bits; 0: the value does not "
                      "scale with width."}));
  entry.reference_capacity_bytes = reference_capacity_from(node);
  entry.provenance = provenance_from(node);
  entry.source = source_from(node);
  return entry;
}

AreaEntry area_entry_from(ConfigNode& node) {
  AreaEntry entry;
  entry.component = component_from(node);
  entry.square_micrometres =
      node.number("square_micrometres", {.description = "Area of one instance, um2."});
  entry.reference_capacity_bytes = reference_capacity_from(node);
  entry.provenance = provenance_from(node);
  entry.source = source_from(node);
  return entry;
}

Calibration calibration_from(ConfigNode& node) {
  Calibration calibration;
  calibration.workload = node.text("workload", {.description = "The run whose activity it is."});
  calibration.clock_hz = 1e6 * node.number("clock_mhz", {.minimum = 1e-3,
                                                         .maximum = 1e6,
                                                         .description = "Clock of that run, MHz."});
  calibration.parts = static_cast<std::uint64_t>(node.integer(
      "parts", {.minimum = 1, .maximum = 1 << 20, .description = "Equal parts of the machine."}));
  node.objects("counters",
               {.minimum_size = 1,
                .maximum_size = kMaximumEntries,
                .description = "Counters of that run, summed over the parts."},
               [&](ConfigNode& item) {
                 const std::string name =
                     item.text("name", {.description = "Short name of the counter."});
                 const auto value = static_cast<std::uint64_t>(
                     item.integer("value", {.description = "Its value in that run."}));
                 calibration.counters.push_back({name, value});
               });
  node.objects(
      "targets",
      {.minimum_size = 1,
       .maximum_size = kMaximumEntries,
       .description = "Published power of each module, which calibrated entries add up to."},
      [&](ConfigNode& item) {
        const std::string module =
            item.text("module", {.description = "Module of the source's power table."});
        const double milliwatts =
            item.number("milliwatts", {.description = "Its power in one part, mW."});
        calibration.targets.push_back({module, milliwatts});
      });
  calibration.source = source_from(node);
  return calibration;
}

/// Reports at `node` an entry that is there already.
template <class Entries, class Same>
void check_unique(ConfigNode& node, const Entries& entries, const std::string& what, Same same) {
  if (node.describing()) return;
  if (std::any_of(entries.begin(), entries.end(), same)) {
    node.fail("component", fmt::format("expected one entry for {}, got a second", what));
  }
}

}  // namespace

EnergyTable energy_table_from(ConfigNode& root) {
  EnergyTable table;
  table.name = root.text("name", {.description = "Name of the table in reports."});
  table.node_nm = root.number(
      "node_nm", {.minimum = 0.1, .maximum = 1e4, .description = "Technology node, nm."});
  table.source = source_from(root);
  root.objects("entries",
               {.maximum_size = kMaximumEntries,
                .description = "Energy of each action, and static power of each part."},
               [&](ConfigNode& node) {
                 EnergyEntry entry = energy_entry_from(node);
                 check_unique(
                     node, table.entries,
                     fmt::format("component '{}' and action '{}'", entry.component, entry.action),
                     [&](const EnergyEntry& other) {
                       return other.component == entry.component && other.action == entry.action;
                     });
                 table.entries.push_back(std::move(entry));
               });
  root.objects(
      "areas",
      {.maximum_size = kMaximumEntries, .required = false, .description = "Area of each part."},
      [&](ConfigNode& node) {
        AreaEntry entry = area_entry_from(node);
        check_unique(node, table.areas, fmt::format("component '{}'", entry.component),
                     [&](const AreaEntry& other) { return other.component == entry.component; });
        table.areas.push_back(std::move(entry));
      });
  root.optional_object("calibration",
                       "What the entries with provenance `calibrated` were computed from.",
                       [&](ConfigNode& node) { table.calibration = calibration_from(node); });
  return table;
}

EnergyTable load_energy_table(const std::filesystem::path& path) {
  ConfigDocument document = ConfigDocument::load(path);
  ConfigNode root = document.root();
  EnergyTable table = energy_table_from(root);
  document.finish();
  table.digest = sha256(document.resolved());
  return table;
}

}  // namespace nzsim
