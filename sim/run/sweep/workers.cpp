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

/// What was found in the directory of the points that a run is for.
struct Pending {
  Progress progress;
  std::vector<WorkItem> items;
};

/// Points without a result, and with `retry_failed` those that are not done; points of one program
/// behind one another.
Pending pending_of(const RunRequest& request, bool retry_failed) {
  const ResultStore store(request.directory);
  Pending pending;
  for (std::size_t place = 0; place < request.plan.points.size(); ++place) {
    if (request.shard && place % request.shard->count != request.shard->index) continue;
    ++pending.progress.total;
    const StoredResult* const known = store.find(request.plan.points.key(place));
    const bool is_failed = known != nullptr && known->status != Status::done;
    if (known == nullptr || (is_failed && retry_failed)) {
      pending.items.push_back({place, known == nullptr ? 1 : known->attempt + 1});
      continue;
    }
    ++pending.progress.finished;
    if (is_failed) ++pending.progress.failed;
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

RunEnd run_sweep(const RunRequest& request) {
  Pending pending = pending_of(request, request.retry_failed);
  const DirectoryLock lock(request.directory,
                           request.shard ? LockKind::shared : LockKind::exclusive,
                           pending.progress.finished);
  std::vector<ResultFile> files = files_of(request);
  const SignalWatch signals;
  RunnerFiles runner_files;
  runner_files.programs = request.directory / "programs";
  if (request.reports) runner_files.reports = request.directory / "reports";
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
  if (!request.shard) {
    std::error_code ignored;
    fs::remove_all(runner_files.programs, ignored);
  }
  if (request.progress) request.progress(pending.progress);
  return {pending.progress, false};
}

}  // namespace nzsim::sweep
