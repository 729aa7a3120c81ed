#include "sim/run/machine.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/config/messages.h"
#include "sim/config/named_file.h"
#include "sim/energy/dram_energy.h"
#include "sim/memory/config.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;

/// Where a machine in `directory` finds files of `folder`: beside that, then in `shipped`.
std::vector<fs::path> directories_of(const fs::path& directory, const char* folder,
                                     const fs::path& shipped) {
  std::vector<fs::path> all{directory / ".." / folder};
  if (!shipped.empty()) all.push_back(shipped);
  return all;
}

/// The table in `path`, from `files` where these are given.
EnergyTable read_table(const fs::path& path, MachineFiles* files) {
  if (files == nullptr) return load_energy_table(path);
  const auto found = files->tables.find(path);
  if (found != files->tables.end()) return found->second;
  return files->tables.emplace(path, load_energy_table(path)).first->second;
}

EnergyTable read_energy(ConfigNode& root, const fs::path& shipped, MachineFiles* files) {
  EnergyTable table;
  const auto name = root.name_or_extended_object(
      "energy",
      {.description = "Energy table: a name under configs/energy, the path of a file, or a "
                      "table itself, which may extend one."});
  if (!name) {
    root.object("energy", true, "The energy table itself.",
                [&](ConfigNode& node) { table = energy_table_from(node); });
  } else if (!name->empty()) {
    const std::vector<fs::path> directories = directories_of(root.directory(), "energy", shipped);
    if (const auto path = find_named_file(*name, root.directory(), directories)) {
      table = read_table(*path, files);
    } else {
      root.fail(
          "energy",
          fmt::format("expected the name of an energy table or the path of its file, got {}{}",
                      in_quotes(*name), name_hints(*name, directories)));
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
Machine read_machine(ConfigNode& root, const fs::path& shipped_energy, MachineFiles* files) {
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
  machine.energy = read_energy(root, shipped_energy, files);

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
                     const ShippedDirectories& shipped, MachineFiles* files) {
  ConfigDocument document = ConfigDocument::load(path, overrides, {"memory", "energy"},
                                                 files == nullptr ? nullptr : &files->documents);
  document.include("memory", directories_of(path.parent_path(), "memory", shipped.memory));
  document.include_extended("energy", directories_of(path.parent_path(), "energy", shipped.energy));
  ConfigNode root = document.root();
  Machine machine = read_machine(root, shipped.energy, files);
  document.finish();
  machine.resolved = document.resolved();
  return machine;
}

std::string machine_schema() {
  ConfigDocument document = ConfigDocument::describe("nzsim machine");
  ConfigNode root = document.root();
  read_machine(root, {}, nullptr);
  return document.schema();
}

}  // namespace nzsim
