#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/platform/platform.h"
#include "sim/run/machine.h"
#include "sim/workload/network.h"
#include "tools/nzsim/compare/comparison.h"

namespace nzsim::compare {

/// A part of a time, in seconds, or of an energy, in joules.
struct Part {
  std::string name;
  double amount = 0.0;
};

/// One layer of a cell, for the whole batch; numbers mean what the cell's do.
struct LayerRow {
  std::string name;
  std::string type;
  double seconds = 0.0;
  /// Nothing where the power is unknown.
  std::optional<double> joules;
  std::uint64_t operations = 0;
  std::uint64_t dense_operations = 0;
  std::uint64_t bytes = 0;
  std::string bottleneck;
  std::string basis;
  /// What `seconds` are spent on, in parts that add up to them.
  std::vector<Part> time_parts;

  [[nodiscard]] double operations_per_second() const;
  [[nodiscard]] double dense_operations_per_second() const;
  /// Operations per byte; nothing where no byte is moved.
  [[nodiscard]] std::optional<double> operational_intensity() const;
};

/// What one entry makes of one workload; all sums are of the whole batch.
struct Cell {
  /// Why there are no numbers; empty where there are.
  std::string not_modelled;
  /// The machine or platform that the numbers are of.
  std::string machine;
  std::uint64_t batch = 1;
  double seconds = 0.0;
  /// Nothing where the power is unknown.
  std::optional<double> joules;
  /// Two per multiply-accumulate that the entry does, and two per one of the dense layer.
  std::uint64_t operations = 0;
  std::uint64_t dense_operations = 0;
  /// Bytes that crossed `memory`, in the entry's own format.
  std::uint64_t bytes = 0;
  double peak_operations_per_second = 0.0;
  double peak_bytes_per_second = 0.0;
  /// The memory that the weights come from: `sparse_matrix_sram`, `dram`.
  std::string memory;
  /// What keeps it from being faster.
  std::string bottleneck;
  /// `simulated`, `calibrated`, or `roofline bound, not measured`.
  std::string basis;
  std::vector<LayerRow> layers;
  /// Energy by module; empty where nothing simulated it.
  std::vector<Part> energy_parts;

  [[nodiscard]] bool is_modelled() const { return not_modelled.empty(); }
  [[nodiscard]] double seconds_per_inference() const;
  /// Throughput; nothing where the time is zero.
  [[nodiscard]] std::optional<double> inferences_per_second() const;
  [[nodiscard]] std::optional<double> joules_per_inference() const;
  [[nodiscard]] double operations_per_second() const;
  [[nodiscard]] double dense_operations_per_second() const;
  /// Share of the peak operations.
  [[nodiscard]] double utilization() const;
  /// Operations per byte; nothing where no byte is moved.
  [[nodiscard]] std::optional<double> operational_intensity() const;
};

/// Where weights lie: `DRAM`, `SRAM`, or `not stated`, by the name of the memory.
[[nodiscard]] std::string_view residency_of(std::string_view memory);

/// How much faster (more efficient) `cell` is than `baseline`, per inference. Nothing where one of
/// them is not modelled, has no energy, or takes none at all.
[[nodiscard]] std::optional<double> speed_up(const Cell& cell, const Cell& baseline);
[[nodiscard]] std::optional<double> efficiency(const Cell& cell, const Cell& baseline);

/// A geometric mean of the ratios that are there.
struct Mean {
  std::size_t count = 0;
  /// Nothing where `count` is 0.
  std::optional<double> value;
};

/// `ratios` are above zero.
[[nodiscard]] Mean geometric_mean(const std::vector<std::optional<double>>& ratios);

/// One workload with a cell per entry, in the order of the comparison.
struct WorkloadResult {
  std::string name;
  /// Empty where workloads have none.
  std::string group;
  std::string source;
  std::vector<Cell> cells;
};

/// Means of one entry over the workloads of a group that it and the baseline both have.
struct EntryMeans {
  Mean speed_up;
  Mean efficiency;
};

/// The groups of `workloads` in order of first appearance: one without a name where they have none.
[[nodiscard]] std::vector<std::string> groups_of(const std::vector<WorkloadResult>& workloads);

/// Means of entry `entry` over the workloads of `group`, whose cells stand in the order of the
/// entries.
[[nodiscard]] EntryMeans means_of(const std::vector<WorkloadResult>& workloads,
                                  const std::string& group, std::size_t baseline,
                                  std::size_t entry);

/// What an entry was set to: a resolved machine, or a platform's file.
struct ResolvedConfig {
  std::string name;
  /// JSON.
  std::string text;
};

/// Everything that `nzsim compare` finds out.
struct Results {
  const Comparison* comparison = nullptr;
  /// Per entry: where its numbers come from, one sentence each.
  std::vector<std::vector<std::string>> sources;
  /// Per entry: what its numbers were made with.
  std::vector<std::vector<ResolvedConfig>> configs;
  std::vector<WorkloadResult> workloads;
  /// Values that differ from the independent computation; empty where all match.
  std::vector<std::string> differences;
};

/// What an entry needs, read from its files.
struct EntryInputs {
  /// Of a machine: its own first, then one per exception. Empty for a platform.
  std::vector<Machine> machines;
  /// Of a platform.
  std::optional<platform::Platform> figures;
  /// The platform's file, JSON; empty for a machine.
  std::string figures_text;
  /// One per workload, with this entry's batch.
  std::vector<Network> networks;
};

/// Runs and models all entries. `values`: compute and check outputs of simulated machines. A
/// network that a machine or platform cannot take is "not modelled". Throws `SimulationError`.
[[nodiscard]] Results compare(const Comparison& comparison, const std::vector<EntryInputs>& inputs,
                              bool values);

/// A whole network on a machine, and on a platform by its figures. `difference`, where a value is
/// wrong, gets the first.
[[nodiscard]] Cell machine_cell(const Machine& machine, const Network& network, bool values,
                                std::string& difference);
[[nodiscard]] Cell platform_cell(const platform::Platform& platform, const platform::Format& format,
                                 const Network& network);

/// The text of `comparison.json`, which every view is made of: schema `nzsim.comparison/2`.
[[nodiscard]] std::string to_json(const Results& results);

}  // namespace nzsim::compare
