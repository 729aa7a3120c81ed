#include <fmt/format.h>

#include "models/platform/platform.h"
#include "sim/base/errors.h"
#include "sim/config/node.h"
#include "sim/energy/table.h"
#include "sim/memory/config.h"
#include "sim/run/machine.h"
#include "sim/run/sweep/plan.h"
#include "sim/workload/network.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/commands.h"
#include "tools/nzsim/comparison_inputs.h"
#include "tools/nzsim/sweep/published_tables.h"

namespace nzsim::cli {
namespace {

/// The kind of a file by the key that only this kind has.
std::string kind_of(const std::string& path) {
  ConfigDocument document = ConfigDocument::load(path);
  const ConfigNode root = document.root();
  if (root.has("model") || root.has("clock_mhz")) return "machine";
  if (root.has("layers")) return "network";
  if (root.has("axes")) return "sweep";
  if (root.has("baseline")) return "comparison";
  if (root.has("entries")) return "energy";
  if (root.has("rates")) return "platform";
  if (root.has("kind")) return "memory";
  throw ConfigError(
      path, "",
      "expected a machine (model), a network (layers), an energy table (entries), a platform "
      "(rates), a memory (kind), a comparison (baseline) or a sweep (axes), got none of these "
      "keys; name the kind with --kind");
}

/// What times of layers on `platform` are.
std::string basis_of(const platform::Platform& platform) {
  if (platform.calibration) return "calibrated";
  if (platform.rates.empty() || !platform.memory_gigabytes_per_second) {
    return "no roofline, as peak rate or bandwidth is unknown";
  }
  return "roofline bound, not measured";
}

/// Reads machine and network of every point, and the published tables beside them.
std::string check_sweep(const std::string& path) {
  const sweep::Plan plan = sweep::make_plan(sweep::load_sweep(path), sweep_directories());
  check_published(plan);
  std::string text =
      fmt::format("sweep {}, {} points of {} workloads, {} left out", plan.config.name,
                  plan.points.size(), plan.config.workloads.size(), plan.excluded);
  for (const sweep::Axis& axis : plan.config.axes) {
    text += fmt::format("; axis {} of {} values", axis.name, axis.values.size());
  }
  for (const sweep::Counterpart& counterpart : plan.config.published) {
    text += fmt::format("; beside {} {}", counterpart.file, counterpart.table);
  }
  return text;
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
  if (kind == "platform") {
    const platform::Platform platform = platform::load_platform(path);
    return fmt::format("platform {}, {}, {}", platform.name, to_string(platform.kind),
                       basis_of(platform));
  }
  if (kind == "comparison") {
    const ComparisonInputs inputs = load_comparison_inputs(path);
    return fmt::format("comparison {}, {} entries, {} workloads", inputs.comparison.name,
                       inputs.comparison.entries.size(), inputs.comparison.workloads.size());
  }
  if (kind == "sweep") return check_sweep(path);
  const EnergyTable table = load_energy_table(path);
  return fmt::format("energy table {}, {} entries", table.name, table.entries.size());
}

int validate(const Arguments& arguments) {
  const std::string& path = arguments.required(0);
  std::string kind = arguments.choice("kind", {"auto", "machine", "network", "energy", "memory",
                                               "platform", "comparison", "sweep"});
  if (kind == "auto") kind = kind_of(path);
  fmt::print("{}: valid {}\n", path, check(path, kind));
  return 0;
}

}  // namespace

Command validate_command() {
  return {
      .name = "validate",
      .summary =
          "Check a machine, network, energy table, memory, platform, comparison or sweep without "
          "running it.",
      .positionals = {{"FILE"}},
      .options = {{"kind", "machine|network|energy|memory|platform|comparison|sweep",
                   "kind of the file (default: by its keys)"}},
      .example = "nzsim validate configs/machines/eie-64pe.json",
      .handler = validate,
  };
}

}  // namespace nzsim::cli
