#include "tools/nzsim/sweep/slurm_launcher.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/run/sweep/lock.h"
#include "sim/run/sweep/workers_coordinator.h"
#include "tools/nzsim/sweep/progress_line.h"
#include "tools/nzsim/sweep/slurm_process.h"
#include "tools/nzsim/sweep/slurm_results.h"
#include "tools/nzsim/sweep/slurm_script.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Pauses between two looks at the results in milliseconds: the first one, and the longest.
constexpr int kFirstPause = 200;
constexpr int kLongestPause = 2000;
/// Time between two questions to Slurm, whose controller serves all users of a cluster.
constexpr std::chrono::milliseconds kBetweenQuestions{2000};
/// How long results of a job that has ended may take to be seen through a network file system.
/// Assumption: longer ones cost a second run of the command, and no result.
constexpr std::chrono::milliseconds kSettling{2000};
/// Time without an answer of Slurm after which a run gives up. Assumption: a controller that is
/// started anew is back before.
constexpr std::chrono::minutes kPatience{10};
/// Time that a cancelled job has to end while the command waits for it: Slurm kills tasks that do
/// not end by themselves after 30 s (`KillWait`), if not told otherwise.
constexpr std::chrono::seconds kCancelPatience{40};
/// Missing points are named so far.
constexpr std::size_t kLongestList = 200;

fs::path script_path(const SlurmRequest& request) { return request.directory / "job.sbatch"; }

std::vector<std::uint64_t> shards_of(const std::vector<std::uint64_t>& points,
                                     std::uint64_t count) {
  std::vector<std::uint64_t> shards;
  for (const std::uint64_t point : points) shards.push_back(point % count);
  std::sort(shards.begin(), shards.end());
  shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
  return shards;
}

JobScript script_of(const SlurmRequest& request, const std::vector<std::uint64_t>& missing) {
  JobScript script{request.plan.config.name, fs::read_symlink("/proc/self/exe"), request.directory,
                   request.shards,           shards_of(missing, request.shards), {}};
  if (request.retry_failed) script.worker_options.emplace_back("--retry-failed");
  if (request.reports) script.worker_options.emplace_back("--reports");
  return script;
}

/// Writes the script, and makes the directory where its tasks print to: Slurm would not.
void write_script(const SlurmRequest& request, const std::string& text) {
  write_file(script_path(request), text);
  std::error_code error;
  const fs::path logs = log_directory(request.directory);
  fs::create_directories(logs, error);
  if (error) throw InputError(logs.string(), "", "cannot make this directory: " + error.message());
}

void require_no_active_job(const fs::path& directory) {
  const std::optional<SlurmJob> job = read_job(directory);
  if (!job) return;
  const JobState state = state_of(*job);
  if (!state.is_active()) return;
  throw ConfigError(
      (directory / "slurm.json").string(), "",
      fmt::format("expected no job of this sweep that is active, got {} ({}); wait for it, or end "
                  "it: nzsim sweep cancel {}",
                  name_of(*job), state.text(), shell_word(directory.string())));
}

SlurmJob submit_missing(const SlurmRequest& request, const std::vector<std::uint64_t>& missing) {
  const JobScript script = script_of(request, missing);
  write_script(request, job_script_text(script));
  SlurmJob job = submit(submit_command(request.options, script_path(request)));
  job.shards = request.shards;
  job.array = ranges_text(script.missing_shards);
  write_job(job, request.directory);
  return job;
}

/// Asks Slurm now and then whether a job is active.
class JobWatch {
 public:
  explicit JobWatch(const SlurmJob& job) : job_(job) {}

  /// Whether the job may be active, as far as is known. Throws `InputError` where Slurm has not
  /// answered for long.
  bool is_active() {
    const Clock::time_point now = Clock::now();
    if (now < next_) return state_.is_active();
    try {
      state_ = state_of(job_);
      answered_ = Clock::now();
    } catch (const InputError&) {
      // A controller that is busy or started anew says nothing for a while.
      if (now - answered_ > kPatience) throw;
    }
    next_ = Clock::now() + kBetweenQuestions;
    return state_.is_active();
  }

  [[nodiscard]] const JobState& state() const { return state_; }

 private:
  const SlurmJob& job_;
  /// A job that was just submitted.
  JobState state_{{{"PENDING", 1}}};
  Clock::time_point next_ = Clock::now() + std::chrono::milliseconds{kFirstPause};
  Clock::time_point answered_ = Clock::now();
};

enum class FollowEnd { finished, job_ended, interrupted };

/// Follows results until all are there or the job has ended.
FollowEnd follow(const SlurmJob& job, ExpectedResults& results, const sweep::SignalWatch& signals) {
  JobWatch watch(job);
  ProgressLine line;
  Clock::time_point settled = Clock::time_point::max();
  for (int pause = kFirstPause;; pause = std::min(pause + pause / 4, kLongestPause)) {
    if (signals.wait(pause)) return FollowEnd::interrupted;
    results.update();
    line.show(results.progress());
    if (results.progress().finished == results.progress().total) return FollowEnd::finished;
    if (watch.is_active()) {
      settled = Clock::time_point::max();
      continue;
    }
    settled = std::min(settled, Clock::now() + kSettling);
    if (Clock::now() >= settled) return FollowEnd::job_ended;
    pause = kFirstPause;
  }
}

std::string shortened(std::string list) {
  if (list.size() <= kLongestList) return list;
  return list.substr(0, list.rfind(',', kLongestList)) + ", ...";
}

void tell_missing(const SlurmRequest& request, const SlurmJob& job,
                  const ExpectedResults& results) {
  const std::vector<std::uint64_t> missing = results.missing();
  fmt::print(stderr,
             "nzsim sweep: {} has ended and {} of {} points are missing: {}\n"
             "what shards {} printed is in {}; to go on:\n{}\n",
             name_of(job), missing.size(), request.plan.points.size(),
             shortened(ranges_text(missing)),
             shortened(ranges_text(shards_of(missing, request.shards))),
             (log_directory(request.directory) / fmt::format("{}_*.log", job.id)).string(),
             request.resume_command);
}

void tell_interrupted(const SlurmRequest& request, const SlurmJob& job,
                      const ExpectedResults& results) {
  const sweep::Progress& progress = results.progress();
  const std::string what = request.cancel_on_interrupt
                               ? std::string("is cancelled; to go on")
                               : fmt::format("goes on; to end it: nzsim sweep cancel {}\nto go on",
                                             shell_word(request.directory.string()));
  fmt::print(stderr,
             "nzsim sweep: interrupted with {} of {} points finished; {} {} when it has ended:\n"
             "{}\n",
             progress.finished, progress.total, name_of(job), what, request.resume_command);
}

SlurmEnd show_only(const SlurmRequest& request, const ExpectedResults& results) {
  const std::string text = job_script_text(script_of(request, results.missing()));
  write_script(request, text);
  fmt::print("{}\n# To submit it:\n# {}\n", text,
             shell_command(submit_command(request.options, script_path(request))));
  return SlurmEnd::dry_run;
}

bool is_done(const ExpectedResults& results) {
  return results.progress().finished == results.progress().total;
}

}  // namespace

SlurmEnd run_on_slurm(const SlurmRequest& request) {
  const sweep::Again again{request.retry_failed,
                           sweep::reports_directory(request.directory, request.reports)};
  std::optional<ExpectedResults> results(std::in_place, request.plan, request.directory, again);
  if (is_done(*results)) return SlurmEnd::finished;
  if (request.dry_run) return show_only(request, *results);
  require_programs({"sbatch", "squeue", "scancel"});
  require_no_active_job(request.directory);
  const sweep::SignalWatch signals;
  SlurmJob job;
  {
    // Nobody else submits meanwhile, and no worker of an earlier job is left; the job's own workers
    // wait for this.
    const sweep::DirectoryLock lock(request.directory, sweep::LockKind::exclusive,
                                    results->progress().finished);
    require_no_active_job(request.directory);
    results.emplace(request.plan, request.directory, again);
    if (is_done(*results)) return SlurmEnd::finished;
    job = submit_missing(request, results->missing());
  }
  fmt::print(stderr, "nzsim sweep: submitted {} for shards {} of {}\n", name_of(job),
             shortened(job.array), job.shards);
  const FollowEnd end = follow(job, *results, signals);
  if (end == FollowEnd::finished) return SlurmEnd::finished;
  if (end == FollowEnd::interrupted) {
    if (request.cancel_on_interrupt) cancel(job);
    tell_interrupted(request, job, *results);
    return SlurmEnd::interrupted;
  }
  tell_missing(request, job, *results);
  return SlurmEnd::missing_points;
}

void cancel_on_slurm(const fs::path& directory) {
  const std::optional<SlurmJob> job = read_job(directory);
  if (!job) {
    throw ConfigError((directory / "slurm.json").string(), "",
                      "expected a sweep that was submitted with --launcher slurm, got none");
  }
  require_programs({"squeue", "scancel"});
  if (!state_of(*job).is_active()) {
    fmt::print("{} has ended before\n", name_of(*job));
    return;
  }
  cancel(*job);
  const Clock::time_point deadline = Clock::now() + kCancelPatience;
  bool is_active = true;
  while ((is_active = state_of(*job).is_active()) && Clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{kFirstPause});
  }
  fmt::print("{} {}; finished points are kept\n", name_of(*job),
             is_active ? "is cancelled, and has not ended yet" : "is cancelled");
}

std::optional<SlurmStatus> slurm_status(const fs::path& directory) {
  const std::optional<SlurmJob> job = read_job(directory);
  if (!job) return {};
  SlurmStatus status{*job, {}};
  try {
    status.state = state_of(*job);
  } catch (const InputError&) {
    // A sweep's state is also told where Slurm is not, as on the machine that results were copied
    // to.
  }
  return status;
}

}  // namespace nzsim::cli
