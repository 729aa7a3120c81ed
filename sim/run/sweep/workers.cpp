#include "sim/run/sweep/workers.h"

#include <algorithm>
#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/run/sweep/lock.h"
#include "sim/run/sweep/store.h"
#include "sim/run/sweep/workers_coordinator.h"

namespace nzsim::sweep {
namespace {

namespace fs = std::filesystem;

fs::path programs_directory(const fs::path& directory) { return directory / "programs"; }

/// What was found in the directory of the points that a run is for.
struct Pending {
  Progress progress;
  std::vector<WorkItem> items;
};

/// Points that need an attempt; those of one program behind one another.
Pending pending_of(const RunRequest& request, bool retry_failed) {
  const ResultStore store(request.directory);
  const Again again{retry_failed, reports_directory(request.directory, request.reports)};
  Pending pending;
  for (std::size_t place = 0; place < request.plan.points.size(); ++place) {
    if (request.shard && place % request.shard->count != request.shard->index) continue;
    ++pending.progress.total;
    const PointKey& key = request.plan.points.key(place);
    const StoredResult* const known = store.find(key);
    if (const auto attempt = needed_attempt(known, key, again)) {
      pending.items.push_back({place, *attempt});
      continue;
    }
    ++pending.progress.finished;
    if (known->status != Status::done) ++pending.progress.failed;
  }
  std::stable_sort(
      pending.items.begin(), pending.items.end(), [&](const WorkItem& left, const WorkItem& right) {
        return request.plan.points.program(left.place) < request.plan.points.program(right.place);
      });
  return pending;
}

/// A file for each worker; the same ones in each run, so that they do not become many.
std::vector<ResultFile> files_of(const RunRequest& request) {
  std::vector<ResultFile> files;
  const fs::path results = results_directory(request.directory);
  if (request.shard) {
    files.emplace_back(
        results / fmt::format("shard-{}-{}.jsonl", request.shard->index, request.shard->count));
    return files;
  }
  const std::size_t jobs = std::max<std::size_t>(request.jobs, 1);
  for (std::size_t job = 0; job < jobs; ++job) {
    files.emplace_back(results / fmt::format("run-{}.jsonl", job));
  }
  return files;
}

}  // namespace

std::optional<std::uint64_t> needed_attempt(const StoredResult* known, const PointKey& key,
                                            const Again& again) {
  if (known == nullptr) return 1;
  bool is_needed = again.failed && known->status != Status::done;
  if (again.reports && known->status == Status::done) {
    std::error_code error;
    is_needed = !fs::exists(*again.reports / (key.text() + ".json"), error);
  }
  return is_needed ? std::optional(known->attempt + 1) : std::nullopt;
}

std::optional<fs::path> reports_directory(const fs::path& directory, bool is_kept) {
  return is_kept ? std::optional(directory / "reports") : std::nullopt;
}

void remove_programs(const fs::path& directory) {
  std::error_code ignored;
  fs::remove_all(programs_directory(directory), ignored);
}

RunEnd run_sweep(const RunRequest& request) {
  Pending pending = pending_of(request, request.retry_failed);
  const DirectoryLock lock(request.directory,
                           request.shard ? LockKind::shared : LockKind::exclusive,
                           pending.progress.finished);
  std::vector<ResultFile> files = files_of(request);
  const SignalWatch signals;
  RunnerFiles runner_files;
  runner_files.programs = programs_directory(request.directory);
  runner_files.reports = reports_directory(request.directory, request.reports);
  bool retry_failed = request.retry_failed;
  for (;;) {
    // Read again behind the lock, and after the work: a worker that is killed while it takes a task
    // leaves the task undone.
    pending = pending_of(request, retry_failed);
    if (pending.items.empty()) break;
    const bool has_ended =
        Coordinator(request, pending.items, pending.progress, files, runner_files, signals).run();
    retry_failed = false;
    if (!has_ended) return {pending_of(request, false).progress, true};
  }
  if (!request.shard) remove_programs(request.directory);
  if (request.progress) request.progress(pending.progress);
  return {pending.progress, false};
}

}  // namespace nzsim::sweep
