#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/config/node.h"
#include "sim/energy/table.h"
#include "sim/memory/config.h"
#include "sim/run/machine.h"
#include "sim/workload/network.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/commands.h"

namespace nzsim::cli {
namespace {

/// The kind of a file by the key that only this kind has.
std::string kind_of(const std::string& path) {
  ConfigDocument document = ConfigDocument::load(path);
  const ConfigNode root = document.root();
  if (root.has("model") || root.has("clock_mhz")) return "machine";
  if (root.has("layers")) return "network";
  if (root.has("entries")) return "energy";
  if (root.has("kind")) return "memory";
  throw ConfigError(
      path, "",
      "expected a machine (model), a network (layers), an energy table (entries) or a "
      "memory (kind), got none of these keys; name the kind with --kind");
}

/// Reads the file as a run would; returns what it is.
std::string check(const std::string& path, const std::string& kind) {
  if (kind == "machine") {
    const Machine machine = load_machine(path, {}, shipped_directories());
    return fmt::format("machine {}, model {}", machine.name, machine.model);
  }
  if (kind == "network") {
    const Network network = load_network(path);
    return fmt::format("network {}, {} layers", network.name, network.layers.size());
  }
  if (kind == "memory") {
    const MemoryConfig memory = load_memory(path);
    return fmt::format("memory {}, {:.1f} GB/s, {} MiB", memory.name,
                       memory.peak_bytes_per_second() / 1e9, memory.capacity_bytes() >> 20U);
  }
  const EnergyTable table = load_energy_table(path);
  return fmt::format("energy table {}, {} entries", table.name, table.entries.size());
}

int validate(const Arguments& arguments) {
  const std::string& path = arguments.required(0);
  std::string kind = arguments.choice("kind", {"auto", "machine", "network", "energy", "memory"});
  if (kind == "auto") kind = kind_of(path);
  fmt::print("{}: valid {}\n", path, check(path, kind));
  return 0;
}

}  // namespace

Command validate_command() {
  return {
      .name = "validate",
      .summary = "Check a machine, network, energy table or memory without running it.",
      .positionals = {{"FILE"}},
      .options = {{"kind", "machine|network|energy|memory",
                   "kind of the file (default: by its keys)"}},
      .example = "nzsim validate configs/machines/eie-64pe.json",
      .handler = validate,
  };
}

}  // namespace nzsim::cli
