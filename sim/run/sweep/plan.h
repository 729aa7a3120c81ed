#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/run/machine.h"
#include "sim/run/sweep/sweep_config.h"
#include "sim/workload/network.h"

namespace nzsim::sweep {

/// One design point.
struct Point {
  /// Place in the plan, from 0.
  std::uint64_t index = 0;
  /// 32 hexadecimal digits: hash of the resolved machine, the resolved network, the options of the
  /// run and the version of nzsim. Equal points have equal keys, whatever sweep they are of.
  std::string key;
  /// Index in `SweepConfig::workloads`.
  std::size_t workload = 0;
  /// JSON text of the value of each axis, in the order of `SweepConfig::axes`.
  std::vector<std::string> values;
  /// Points that share one compiled program have the same number: what the compiler sees of them is
  /// the same.
  std::uint64_t program = 0;
};

/// All points of a sweep, in the order of its results: workloads slowest, then the axes in the
/// order of the file, the last one fastest.
struct Plan {
  SweepConfig config;
  std::vector<Point> points;
  /// Points that `where` has left out.
  std::uint64_t excluded = 0;
};

/// What a point runs.
struct PointInputs {
  Machine machine;
  Network network;
};

/// Where names of machines, networks, memories and energy tables are looked for.
struct SweepDirectories {
  std::filesystem::path machines;
  std::filesystem::path networks;
  ShippedDirectories shipped;
};

/// Makes and checks every point: reads its machine and network as `run` would, and simulates
/// nothing. Throws `ConfigError` with the pointer of the axis and the value that is wrong; at most
/// ten points are told.
[[nodiscard]] Plan make_plan(SweepConfig config, const SweepDirectories& directories);

/// The machine and network of one point. Throws `ConfigError` or `WorkloadError`.
[[nodiscard]] PointInputs inputs_of(const SweepConfig& config, const Point& point,
                                    const SweepDirectories& directories);

/// `plan.jsonl`: a line per point with `key`, `index`, `workload`, `program` and `values` by axis,
/// and `sweep.json`: the sweep file with its defaults, beside it.
void write_plan(const Plan& plan, const std::filesystem::path& directory);
/// Reads what `write_plan` wrote; errors name file and line.
[[nodiscard]] Plan read_plan(const std::filesystem::path& directory);

}  // namespace nzsim::sweep
