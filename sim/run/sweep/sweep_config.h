#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/node.h"
#include "sim/run/design_point.h"
#include "sim/run/sweep/counterpart.h"

namespace nzsim::sweep {

/// Points that a sweep has at most, and values that an axis has.
inline constexpr std::uint64_t kMostPoints = 10'000'000;

/// What an axis changes: a key of the machine file (of the memory and energy table that it names
/// too), or a key of the network file.
enum class AxisTarget { machine, workload };

/// One axis of a sweep. In the file its name is a JSON pointer into the machine file
/// (`/activation_queue_depth`, `/memory`, `/memory/channels`, `/energy`), or `workload:` and a
/// pointer into the network file (`workload:/layers/0/batch`); `workload:/batch` replaces the batch
/// of all layers.
struct Axis {
  std::string name;
  AxisTarget target = AxisTarget::machine;
  std::string pointer;
  /// JSON text of each value, all different.
  std::vector<std::string> values;
  /// Whether the file lists the values, so that errors name their places; else it states a range.
  bool is_listed = true;
};

struct SweepWorkload {
  std::string network;
  std::optional<std::uint32_t> batch;
};

/// All combinations of the axes' values; the values at one place of all axes; or combinations that
/// are drawn.
enum class SweepMode { grid, zip, random };
enum class Goal { minimize, maximize };

/// A column of the results that a Pareto front is made of.
struct Objective {
  std::string column;
  Goal goal = Goal::minimize;
};

/// A file of `configs/sweeps`.
struct SweepConfig {
  std::filesystem::path path;
  std::string name;
  std::string description;
  std::string source;
  /// A name or path of a machine file, and what is changed of it for all points.
  std::string base;
  std::vector<Override> overrides;
  std::vector<SweepWorkload> workloads;
  SweepMode mode = SweepMode::grid;
  std::vector<Axis> axes;
  /// Of random sweeps: combinations that are drawn, before equal ones are removed.
  std::uint64_t random_points = 0;
  std::uint64_t random_seed = 0;
  /// Points for which this is false are left out; empty: none.
  std::string where;
  std::vector<Objective> objectives;
  /// Published tables that the results are compared with.
  std::vector<Counterpart> published;
  RunOptions options;
  /// Limits of one point; nothing: none.
  std::optional<double> seconds_limit;
  std::optional<std::uint64_t> bytes_limit;
  /// The file with defaults filled in, JSON.
  std::string resolved;
};

/// Reads a sweep file; `load_sweep` throws `ConfigError` with all errors of the file. Machines and
/// networks are not looked at.
[[nodiscard]] SweepConfig sweep_from(ConfigNode& root);
[[nodiscard]] SweepConfig load_sweep(const std::filesystem::path& path);

}  // namespace nzsim::sweep
