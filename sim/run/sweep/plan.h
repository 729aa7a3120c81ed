#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "sim/run/machine.h"
#include "sim/run/sweep/point_list.h"
#include "sim/run/sweep/sweep_config.h"
#include "sim/workload/network.h"

namespace nzsim::sweep {

/// All points of a sweep, in the order of its results: workloads slowest, then the axes in the
/// order of the file, the last one fastest; of random sweeps in the order in which they are drawn.
/// No two points have the same key.
struct Plan {
  SweepConfig config;
  PointList points;
  /// Points that `where` has left out.
  std::uint64_t excluded = 0;
};

/// Where names of machines, networks, memories and energy tables are looked for.
struct SweepDirectories {
  std::vector<std::filesystem::path> machines;
  std::vector<std::filesystem::path> networks;
  ShippedDirectories shipped;
};

/// Makes and checks every point: reads its machine and network as `run` would, and simulates
/// nothing. Throws `ConfigError` with the pointer of the axis and the value that is wrong; at most
/// ten errors are told.
[[nodiscard]] Plan make_plan(SweepConfig config, const SweepDirectories& directories);

/// What a point runs.
struct PointInputs {
  Machine machine;
  Network network;
  /// `NetworkIdentity::digest` of the network that was planned; empty: not known.
  std::string network_digest = {};
};

/// The machine and network of one point; `PointReader` (plan_inputs.h) reads files once for many.
/// Throws `ConfigError` or `WorkloadError`; `ConfigError` too where they are not those that were
/// planned, since a file has changed.
[[nodiscard]] PointInputs inputs_of(const SweepConfig& config, const Point& point,
                                    const SweepDirectories& directories);

/// Writes `plan.jsonl`, a line per point with `index`, `key`, `workload`, `program` and `values` by
/// axis, then `sweep.json`: the sweep file with its defaults, and what it was planned with. Where
/// the directory holds a plan it must be the same one, and nothing is written: otherwise throws
/// `ConfigError` that says whether the version, the sweep or a file that it names is another.
void write_plan(const Plan& plan, const std::filesystem::path& directory);

/// Reads what `write_plan` wrote; errors name file and line. Throws `ConfigError` where another
/// version of nzsim has written it.
[[nodiscard]] Plan read_plan(const std::filesystem::path& directory);

}  // namespace nzsim::sweep
