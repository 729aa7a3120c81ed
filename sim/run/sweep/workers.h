#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "sim/run/sweep/plan.h"
#include "sim/run/sweep/store.h"
#include "sim/run/sweep/worker.h"

namespace nzsim::sweep {

/// Shards of a sweep at most. Assumption: more than a cluster takes tasks of one job (Slurm's
/// largest `MaxArraySize` is 4000001; slurm.conf, manual page of 22.05).
inline constexpr std::uint64_t kMostShards = 1'000'000;

/// The points whose index leaves the remainder `index` when divided by `count`: costs follow the
/// parameters, so that neighbours go to different shards.
struct Shard {
  std::uint64_t index = 0;
  std::uint64_t count = 1;
};

/// Points of a sweep, or of a shard of it.
struct Progress {
  std::uint64_t total = 0;
  /// With a result, and those of them whose status is not `done`.
  std::uint64_t finished = 0;
  std::uint64_t failed = 0;
};

/// What a run does again, beside the points without a result.
struct Again {
  /// Points whose status is not `done`.
  bool failed = false;
  /// Points that are done and have no `KEY.json` in this directory; nothing: none.
  std::optional<std::filesystem::path> reports = {};
};

/// The attempt that a point needs whose result is `known` (null: none); nothing where that stands.
[[nodiscard]] std::optional<std::uint64_t> needed_attempt(const StoredResult* known,
                                                          const PointKey& key, const Again& again);

/// `DIR/reports` where reports are kept, else nothing.
[[nodiscard]] std::optional<std::filesystem::path> reports_directory(
    const std::filesystem::path& directory, bool is_kept);

/// What is to be run on this machine.
struct RunRequest {
  const Plan& plan;
  /// Of the sweep: results are appended to `results/*.jsonl` there.
  std::filesystem::path directory;
  InputsOf inputs;
  /// Processes that run points.
  std::size_t jobs = 1;
  /// Also run points again whose status is not `done`.
  bool retry_failed = false;
  /// Keep `reports/KEY.json` of each point; those that are done without one are run again.
  bool reports = false;
  /// Nothing: all points. A shard is run by one worker, whose file is `results/shard-I-K.jsonl`.
  std::optional<Shard> shard = {};
  /// Called now and then while points are run, and at the end.
  std::function<void(const Progress&)> progress = {};
};

/// How a run ended.
struct RunEnd {
  Progress progress;
  /// Whether SIGINT or SIGTERM ended it; finished points are kept.
  bool is_interrupted = false;
};

/// Removes the compiled programs that workers have shared in `directory`; they are made again when
/// they are needed.
void remove_programs(const std::filesystem::path& directory);

/// Runs the points that have no result yet in forked processes; the caller has one thread. A point
/// that crashes, or exceeds a limit of the sweep, gets a result that says so, and the next one is
/// run. A point whose process is killed (SIGKILL) from outside is run once more before that.
/// While it runs SIGINT and SIGTERM end the run instead of the process.
///
/// Throws `ConfigError` where another run has the directory or a line of results is damaged,
/// `InputError` where nothing can be written there, and `SimulationError` where workers end outside
/// of points.
[[nodiscard]] RunEnd run_sweep(const RunRequest& request);

}  // namespace nzsim::sweep
