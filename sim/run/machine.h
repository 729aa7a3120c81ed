#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/config/node.h"
#include "sim/energy/table.h"
#include "sim/run/accelerator.h"

namespace nzsim {

/// A machine file, read: what every model shares, and the model itself.
struct Machine {
  std::string name;
  std::string model;
  std::string source;
  EnergyTable energy;
  std::unique_ptr<Accelerator> accelerator;
  /// The resolved configuration, JSON, for `config.json`.
  std::string resolved;
};

/// Reads a machine file: `model`, `clock_mhz`, `energy` (a name under `configs/energy` beside the
/// machine's folder, or inline), `source`, and the model's own keys. A table that is not beside the
/// machine is looked for in `shipped_energy`. Throws `ConfigError` with all errors.
[[nodiscard]] Machine load_machine(const std::filesystem::path& path,
                                   const std::vector<Override>& overrides = {},
                                   const std::filesystem::path& shipped_energy = {});

/// JSON Schema of machine files, with one branch per registered model.
[[nodiscard]] std::string machine_schema();

}  // namespace nzsim
