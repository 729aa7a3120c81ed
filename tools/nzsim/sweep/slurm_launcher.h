#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/sweep/plan.h"
#include "tools/nzsim/sweep/slurm_job.h"

namespace nzsim::cli {

/// What is to be run on a cluster.
struct SlurmRequest {
  const sweep::Plan& plan;
  /// Of the sweep; all nodes see it under this path.
  std::filesystem::path directory;
  std::uint64_t shards = 1;
  /// More options of `sbatch`.
  std::vector<std::string> options;
  bool retry_failed = false;
  bool reports = false;
  /// Show what would be submitted, and submit nothing.
  bool dry_run = false;
  /// SIGINT and SIGTERM end the job too.
  bool cancel_on_interrupt = false;
  /// The command that goes on with the sweep.
  std::string resume_command;
};

/// How a run on a cluster ended.
enum class SlurmEnd { finished, missing_points, interrupted, dry_run };

/// Submits the shards that miss points as one job array and follows their results until all are
/// there or the job has ended. Says on standard error how it goes.
///
/// Throws `InputError` where Slurm is missing or refuses, the sweep's last job is still active, or
/// another run has the directory.
[[nodiscard]] SlurmEnd run_on_slurm(const SlurmRequest& request);

/// Ends the sweep's job; says on standard output what became of it. Throws `InputError` where there
/// is none.
void cancel_on_slurm(const std::filesystem::path& directory);

/// A sweep's last job, and its state where Slurm can be asked.
struct SlurmStatus {
  SlurmJob job;
  std::optional<JobState> state;
};

/// Nothing where the sweep has no job.
[[nodiscard]] std::optional<SlurmStatus> slurm_status(const std::filesystem::path& directory);

}  // namespace nzsim::cli
