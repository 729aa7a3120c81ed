#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nzsim::cli {

/// The job that was submitted last for a sweep: `DIR/slurm.json`.
struct SlurmJob {
  std::uint64_t id = 0;
  /// The cluster, where the user named one (`--slurm-arg=--clusters=NAME`); else empty.
  std::string cluster;
  std::uint64_t shards = 1;
  /// The shards that were submitted: `1,3-5`.
  std::string array;
};

/// Nothing where no job was submitted. Throws `ConfigError` where the file is damaged.
[[nodiscard]] std::optional<SlurmJob> read_job(const std::filesystem::path& directory);
void write_job(const SlurmJob& job, const std::filesystem::path& directory);

/// What Slurm says of the tasks of a job.
struct JobState {
  /// Tasks by state, in Slurm's words (`RUNNING`); those that wait may count as one. Nothing where
  /// Slurm has forgotten the job.
  std::map<std::string, std::uint64_t> tasks;

  /// Whether a task waits or runs, or its processes may still end.
  [[nodiscard]] bool is_active() const;
  /// `2 RUNNING, 1 PENDING`; `none` without tasks.
  [[nodiscard]] std::string text() const;
};

/// `sbatch` with the words that submit a script.
[[nodiscard]] std::vector<std::string> submit_command(const std::vector<std::string>& options,
                                                      const std::filesystem::path& script);

/// Submits and returns `id` and `cluster` of the job. Throws `InputError` with the words of
/// `sbatch` where it refuses.
[[nodiscard]] SlurmJob submit(const std::vector<std::string>& command);

/// Asks `squeue`. Throws `InputError` where that has no answer.
[[nodiscard]] JobState state_of(const SlurmJob& job);

/// Ends a job by `scancel`. Throws `InputError` where that refuses.
void cancel(const SlurmJob& job);

/// `job 12`, or `job 12 of cluster NAME`.
[[nodiscard]] std::string name_of(const SlurmJob& job);

}  // namespace nzsim::cli
