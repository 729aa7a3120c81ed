#include "sim/run/machine.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/energy/dram_energy.h"
#include "sim/memory/config.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;

/// Names of the energy tables in `directory`, for "did you mean".
std::vector<std::string> table_names(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// The file of the energy table `name`: beside the machine's folder, else in `shipped`.
std::optional<fs::path> find_table(const ConfigNode& root, const std::string& name,
                                   const fs::path& shipped) {
  const std::string file = name + ".json";
  for (const fs::path& directory : {root.directory() / ".." / "energy", shipped}) {
    std::error_code error;
    if (!directory.empty() && fs::is_regular_file(directory / file, error)) {
      return (directory / file).lexically_normal();
    }
  }
  return {};
}

void fail_unknown_table(ConfigNode& root, const std::string& name, const fs::path& shipped) {
  std::vector<std::string> known = table_names(root.directory() / ".." / "energy");
  if (!shipped.empty()) {
    for (std::string& other : table_names(shipped)) known.push_back(std::move(other));
  }
  const std::string nearest = did_you_mean(name, known);
  root.fail("energy",
            fmt::format(
                "expected the name of an energy table, got \"{}\"{}", name,
                nearest.empty() ? std::string{} : fmt::format("; did you mean \"{}\"?", nearest)));
}

EnergyTable read_energy(ConfigNode& root, const fs::path& shipped) {
  EnergyTable table;
  const auto name = root.name_or_object(
      "energy", {.description = "Energy table: a name under configs/energy, or the table itself."});
  if (!name) {
    root.object("energy", true, "The energy table itself.",
                [&](ConfigNode& node) { table = energy_table_from(node); });
  } else if (!name->empty()) {
    if (const auto path = find_table(root, *name, shipped)) {
      table = load_energy_table(*path);
    } else {
      fail_unknown_table(root, *name, shipped);
    }
  }
  return table;
}

/// Adds the energies of the accelerator's memory to the machine's table.
void add_memory_energy(ConfigNode& root, Machine& machine) {
  if (root.describing() || !root.valid() || !machine.accelerator) return;
  const MemoryConfig* const memory = machine.accelerator->memory();
  if (memory == nullptr) return;
  const std::optional<EnergyTable> table = dram_energy_table(*memory);
  if (!table) {
    root.fail("memory", fmt::format("expected a memory with an energy section, got \"{}\" without",
                                    memory->name));
    return;
  }
  for (const EnergyEntry& entry : machine.energy.entries) {
    if (entry.component != kDramComponent) continue;
    root.fail("energy",
              fmt::format("expected no entry of component '{}', whose energies the memory "
                          "gives, got action '{}'",
                          entry.component, entry.action));
    return;
  }
  machine.energy.entries.insert(machine.energy.entries.end(), table->entries.begin(),
                                table->entries.end());
}

/// Every key of a machine file, shared ones first.
Machine read_machine(ConfigNode& root, const fs::path& shipped_energy) {
  Machine machine;
  machine.name = root.text("name", {.description = "Name of the machine, printed in reports."});
  root.text("description", {.default_value = "",
                            .description = "One line about the machine, for lists.",
                            .may_be_empty = true});
  machine.source = root.text(
      "source", {.default_value = "",
                 .description = "Where the machine's parameters come from: paper and section.",
                 .may_be_empty = true});
  const double clock_mhz =
      root.number("clock_mhz", {.minimum = 0.001,
                                .maximum = 100'000.0,
                                .description = "Clock frequency in megahertz (1e6 per second)."});
  machine.energy = read_energy(root, shipped_energy);

  const std::vector<AcceleratorRegistry::Entry> models = AcceleratorRegistry::all();
  ChoiceRule rule;
  for (const auto& entry : models) rule.options.push_back(entry.model);
  rule.description = "The model that the remaining keys belong to.";
  root.variant("model", rule, [&](const std::string& model) {
    const auto entry = std::find_if(models.begin(), models.end(),
                                    [&](const auto& other) { return other.model == model; });
    if (entry == models.end()) return;
    machine.model = model;
    machine.accelerator = entry->factory(root, clock_mhz * 1e6);
  });
  add_memory_energy(root, machine);
  return machine;
}

}  // namespace

Machine load_machine(const fs::path& path, const std::vector<Override>& overrides,
                     const ShippedDirectories& shipped) {
  ConfigDocument document = ConfigDocument::load(path, overrides, {"memory"});
  std::vector<fs::path> memories{path.parent_path() / ".." / "memory"};
  if (!shipped.memory.empty()) memories.push_back(shipped.memory);
  document.include("memory", memories);
  ConfigNode root = document.root();
  Machine machine = read_machine(root, shipped.energy);
  document.finish();
  machine.resolved = document.resolved();
  return machine;
}

std::string machine_schema() {
  ConfigDocument document = ConfigDocument::describe("nzsim machine");
  ConfigNode root = document.root();
  read_machine(root, {});
  return document.schema();
}

}  // namespace nzsim
