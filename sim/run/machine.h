#pragma once

#include <filesystem>
#include <map>
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

/// Directories of the files that ship with nzsim; empty ones are not searched.
struct ShippedDirectories {
  std::filesystem::path energy = {};
  std::filesystem::path memory = {};
};

/// Files that machines are read from, kept so that thousands of variants of a machine read each
/// file once.
struct MachineFiles {
  ConfigFiles documents;
  std::map<std::filesystem::path, EnergyTable> tables;
};

/// Reads a machine file: `model`, `clock_mhz`, `energy` (a name under `configs/energy` beside the
/// machine's folder, or an object, which may extend one), `source`, and the model's own keys, among
/// them `memory` (a name under `configs/memory` beside the machine's folder, or an object, which
/// may extend one). Files that are not beside the machine are looked for in `shipped`. The energy
/// table gets the energies of the memory. An override below the name of a memory or an energy table
/// changes what its file says. `files`, where given, is read from and added to. Throws
/// `ConfigError` with all errors.
[[nodiscard]] Machine load_machine(const std::filesystem::path& path,
                                   const std::vector<Override>& overrides = {},
                                   const ShippedDirectories& shipped = {},
                                   MachineFiles* files = nullptr);

/// JSON Schema of machine files, with one branch per registered model.
[[nodiscard]] std::string machine_schema();

}  // namespace nzsim
