#include "sim/run/sweep/worker_process.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <fstream>
#include <new>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sim/base/errors.h"

namespace nzsim::sweep {
namespace {

/// Address space of this process in bytes, as /proc states it; 0 where it does not.
std::uint64_t address_space() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void limit_memory(std::uint64_t bytes) {
  rlimit limit{};
  ::getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, address_space() + bytes);
  ::setrlimit(RLIMIT_AS, &limit);
}

/// A crash is a row; files of memory images, as large as a workload, help nobody.
void leave_no_core() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

/// Whether the slot has an item to run: the next of its task, or the first of a new one.
bool take_item(const SharedWork& work, Slot& slot) {
  if (slot.next < slot.end) return true;
  const std::uint64_t task = work.board.next_task().fetch_add(1);
  if (task >= work.tasks.size()) return false;
  slot.next = work.tasks[task].begin;
  slot.end = work.tasks[task].end;
  return true;
}

void run_item(const SharedWork& work, Slot& slot, ResultFile& file, PointRunner& runner) {
  const WorkItem& item = work.items[slot.next];
  slot.offset = file.size();
  slot.started = steady_now();
  const PointResult result = runner.run(work.plan.points[item.place], item.attempt);
  file.append(result);
  ++work.board.finished();
  if (result.status != Status::done) ++work.board.failed();
  slot.started = 0;
  ++slot.next;
}

}  // namespace

WorkerEnd work(const SharedWork& work, Slot& slot, ResultFile& file, PointRunner& runner) {
  if (work.bytes_limit) limit_memory(*work.bytes_limit);
  leave_no_core();
  try {
    while (take_item(work, slot)) {
      run_item(work, slot, file, runner);
      if (runner.is_used_up()) break;
    }
  } catch (const std::bad_alloc&) {
    return WorkerEnd::out_of_memory;
  } catch (const std::exception& error) {
    std::strncpy(slot.problem.data(), error.what(), slot.problem.size() - 1);
    return WorkerEnd::cannot_store;
  }
  return WorkerEnd::done;
}

pid_t fork_worker(const sigset_t& mask, const std::function<WorkerEnd()>& body) {
  const pid_t coordinator = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    throw SimulationError(fmt::format("sweep: cannot start a worker: {}", std::strerror(errno)));
  }
  if (child > 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The coordinator may have ended before that call.
  if (::getppid() != coordinator) ::_exit(0);
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGTERM, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::_exit(static_cast<int>(body()));
}

std::int64_t steady_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace nzsim::sweep
