#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/units.h"

namespace nzsim {

class ConfigNode;

/// How often a part of a machine did something: the energy model's only input from a machine.
struct EnergyEvent {
  /// Module of the source's power table (`SpmatRead`), for grouping; `component` is the part.
  std::string module;
  std::string component;
  std::string action;
  std::uint64_t count = 0;
  /// Geometry of a memory, for scaling; 0 where the action does not scale.
  std::uint32_t width_bits = 0;
  std::uint64_t capacity_bytes = 0;
};

/// Where a constant comes from. `calibrated` ones were chosen so that a published total comes out.
enum class Provenance { published, derived, calibrated, assumption };

/// Energy of one action, or power of a part while it is clocked.
struct EnergyEntry {
  std::string component;
  std::string action;
  /// Exactly one of the two: energy per action, or power over the action's cycles.
  std::optional<double> picojoules;
  std::optional<double> milliwatts;
  /// Geometry at which the value holds; 0 where it does not scale. Dynamic energy scales linearly
  /// with width and with the square root of capacity; static power linearly with capacity.
  std::uint32_t reference_width_bits = 0;
  std::uint64_t reference_capacity_bytes = 0;
  Provenance provenance = Provenance::assumption;
  std::string source;
};

/// Area of one instance of a part in um2; scales linearly with capacity where it has a reference.
struct AreaEntry {
  std::string component;
  double square_micrometres = 0.0;
  std::uint64_t reference_capacity_bytes = 0;
  Provenance provenance = Provenance::assumption;
  std::string source;
};

/// What the `calibrated` entries of a table were computed from, so that anyone can compute them
/// again.
struct Calibration {
  /// The run whose activity it is.
  std::string workload;
  double clock_hz = 0.0;
  /// Equal parts (processing elements) that the counters sum over and a module's power is divided
  /// by.
  std::uint64_t parts = 0;
  /// Counters of that run, summed over the parts, by their short names.
  struct Counter {
    std::string name;
    std::uint64_t value = 0;
  };
  std::vector<Counter> counters;
  /// Published power of a module in one part, dynamic and static, that the entries add up to.
  struct Target {
    std::string module;
    double milliwatts = 0.0;
  };
  std::vector<Target> targets;
  std::string source;
};

/// A file of `configs/energy`.
struct EnergyTable {
  std::string name;
  double node_nm = 0.0;
  std::string source;
  std::vector<EnergyEntry> entries;
  std::vector<AreaEntry> areas;
  std::optional<Calibration> calibration;
  /// SHA-256 of the resolved file, for keys; empty where the table is no file of its own.
  std::string digest;
};

/// Reads `configs/energy/NAME.json`. Entries are unique by component and action.
/// `load_energy_table` throws `ConfigError` with all errors of the file.
[[nodiscard]] EnergyTable energy_table_from(ConfigNode& root);
[[nodiscard]] EnergyTable load_energy_table(const std::filesystem::path& path);

/// One row of a report's `energy`.
struct EnergyRow {
  std::string module;
  std::string component;
  std::string action;
  std::uint64_t count = 0;
  /// Energy of one count after scaling (the mean where geometries differ), and of all.
  double picojoules_each = 0.0;
  Picojoules energy;
  /// Leakage and clock (an entry in milliwatts), against energy of events.
  bool is_static = false;
  Provenance provenance = Provenance::assumption;
  std::string source;
};

/// Energy of each event at `clock_hz` (static power x time = milliwatts x count cycles). Rows with
/// one module, component and action are added up, in order of first appearance. Throws
/// `ConfigError` naming the table where an event has no entry: there is no silent fallback.
[[nodiscard]] std::vector<EnergyRow> energy_of(const EnergyTable& table,
                                               const std::vector<EnergyEvent>& events,
                                               double clock_hz);

/// A part that takes area: `instances` of it, each with `capacity_bytes` where it is a memory.
struct AreaPart {
  std::string component;
  std::uint64_t instances = 0;
  std::uint64_t capacity_bytes = 0;
};

/// One row of a report's `area`; `square_micrometres` is the area of all instances.
struct AreaRow {
  std::string component;
  std::uint64_t instances = 0;
  double square_micrometres = 0.0;
  Provenance provenance = Provenance::assumption;
  std::string source;
};

/// Area of each part. Throws `ConfigError` naming the table where a part has no entry.
[[nodiscard]] std::vector<AreaRow> area_of(const EnergyTable& table,
                                           const std::vector<AreaPart>& parts);

[[nodiscard]] std::string_view to_string(Provenance provenance);

}  // namespace nzsim
