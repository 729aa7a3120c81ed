#include "sim/run/sweep/workers_coordinator.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/errors.h"
#include "sim/run/sweep/lock.h"

namespace nzsim::sweep {
namespace {

/// Longest wait in milliseconds: how often progress is told.
constexpr int kLongestWait = 200;
/// Looks at the time of a point within its limit. Assumption: a quarter too long harms nobody.
constexpr double kLooksPerLimit = 4.0;
/// Processes of one item that may be killed from outside, and workers that may be killed so between
/// items, before that counts. Assumption: whoever kills them, a user or the system that runs out of
/// memory, seldom meets one twice by chance.
constexpr int kMostKills = 2;
constexpr int kMostEndsOutside = 16;

std::vector<std::uint64_t> programs_of(const Plan& plan, const std::vector<WorkItem>& items) {
  std::vector<std::uint64_t> programs;
  for (const WorkItem& item : items) programs.push_back(plan.points.program(item.place));
  return programs;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("was ended by signal {} ({})", WTERMSIG(status),
                       ::strsignal(WTERMSIG(status)));
  }
  return fmt::format("ended with code {}", WEXITSTATUS(status));
}

bool was_killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

bool ended_as(int status, WorkerEnd end) {
  return WIFEXITED(status) && WEXITSTATUS(status) == static_cast<int>(end);
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

SignalWatch::SignalWatch() {
  sigset_t set{};
  ::sigemptyset(&set);
  for (const int signal : {SIGCHLD, SIGINT, SIGTERM}) ::sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, &before_);
  descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

SignalWatch::~SignalWatch() {
  // A second Ctrl-C must not end the process while it tells how to go on.
  static_cast<void>(wait(0));
  ::close(descriptor_);
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

bool SignalWatch::wait(int milliseconds) const {
  pollfd descriptor{descriptor_, POLLIN, 0};
  ::poll(&descriptor, 1, milliseconds);
  bool is_stopped = false;
  signalfd_siginfo info{};
  while (::read(descriptor_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    is_stopped = is_stopped || info.ssi_signo != SIGCHLD;
  }
  return is_stopped;
}

Coordinator::Coordinator(const RunRequest& request, const std::vector<WorkItem>& items,
                         Progress before, std::vector<ResultFile>& files,
                         const RunnerFiles& runner_files, const SignalWatch& signals)
    : request_(request),
      items_(items),
      files_(files),
      signals_(signals),
      tasks_(tasks_of(programs_of(request.plan, items), files.size())),
      board_(files.size()),
      work_{request.plan, items_, tasks_, board_, request.plan.config.bytes_limit},
      runner_(request.plan, request.inputs, runner_files),
      workers_(files.size()),
      before_(before) {}

Coordinator::~Coordinator() { end_all(); }

bool Coordinator::run() {
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    if (has_work(board_.slots()[index])) start(index);
  }
  const auto is_running = [](const Worker& worker) { return worker.process != 0; };
  while (std::any_of(workers_.begin(), workers_.end(), is_running)) {
    if (signals_.wait(enforce_time_limit())) {
      end_all();
      return false;
    }
    reap();
    report();
  }
  return true;
}

bool Coordinator::has_work(const Slot& slot) const {
  return slot.next < slot.end || board_.next_task() < tasks_.size();
}

void Coordinator::start(std::size_t index) {
  Slot& slot = board_.slots()[index];
  slot.started = 0;
  workers_[index].timed_out = 0;
  workers_[index].process =
      fork_worker(signals_.before(), [&] { return work(work_, slot, files_[index], runner_); });
}

void Coordinator::reap() {
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    Worker& worker = workers_[index];
    int status = 0;
    if (worker.process == 0 || ::waitpid(worker.process, &status, WNOHANG) <= 0) continue;
    worker.process = 0;
    take_over(index, status);
    if (has_work(board_.slots()[index])) start(index);
  }
}

void Coordinator::take_over(std::size_t index, int status) {
  Slot& slot = board_.slots()[index];
  if (slot.started == 0) {
    ended_outside(index, status);
    return;
  }
  if (ended_as(status, WorkerEnd::cannot_store)) ended_outside(index, status);
  if (files_[index].keep_line_at(slot.offset)) {
    ++slot.next;
    return;
  }
  const Verdict verdict = judge(index, status);
  if (verdict.is_retried) return;
  record(index, verdict);
  ++slot.next;
}

Coordinator::Verdict Coordinator::judge(std::size_t index, int status) {
  const SweepConfig& config = request_.plan.config;
  const std::uint64_t item = board_.slots()[index].next;
  if (was_killed(status)) {
    if (workers_[index].timed_out == item + 1) {
      return {Status::timed_out, fmt::format("no result after {} s", *config.seconds_limit)};
    }
    // An item that was begun behind the one that had timed out.
    if (workers_[index].timed_out != 0) return {Status::crashed, "", true};
    if (++kills_[item] < kMostKills) return {Status::crashed, "", true};
  }
  if (ended_as(status, WorkerEnd::out_of_memory)) {
    return {Status::out_of_memory,
            config.bytes_limit
                ? fmt::format("more memory was needed than the {} bytes of the sweep's limit",
                              *config.bytes_limit)
                : std::string("more memory was needed than the system has")};
  }
  return {Status::crashed, "the process " + how_it_ended(status)};
}

void Coordinator::record(std::size_t index, const Verdict& verdict) {
  const Slot& slot = board_.slots()[index];
  const WorkItem& item = items_[slot.next];
  const Point point = request_.plan.points[item.place];
  PointResult result;
  result.key = point.key;
  result.index = point.index;
  result.attempt = item.attempt;
  result.status = verdict.status;
  result.message = verdict.message;
  result.host = host_name();
  result.host_seconds = static_cast<double>(steady_now() - slot.started) * 1e-9;
  files_[index].append(result);
  ++board_.finished();
  ++board_.failed();
}

void Coordinator::ended_outside(std::size_t index, int status) {
  if (ended_as(status, WorkerEnd::done)) return;
  const bool is_own_kill = workers_[index].timed_out != 0;
  if (was_killed(status) && (is_own_kill || ++ends_outside_ < kMostEndsOutside)) return;
  if (ended_as(status, WorkerEnd::cannot_store)) {
    throw SimulationError(board_.slots()[index].problem.data());
  }
  throw SimulationError(
      fmt::format("sweep: between points worker {} {}", index, how_it_ended(status)));
}

int Coordinator::enforce_time_limit() {
  if (!request_.plan.config.seconds_limit) return kLongestWait;
  const std::int64_t now = steady_now();
  // Points that begin while this waits are looked at behind it.
  double wait = std::clamp(*request_.plan.config.seconds_limit * 1e3 / kLooksPerLimit, 1.0,
                           static_cast<double>(kLongestWait));
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    Worker& worker = workers_[index];
    const Slot& slot = board_.slots()[index];
    const std::uint64_t item = slot.next;
    const std::int64_t started = slot.started;
    if (worker.process == 0 || started == 0 || worker.timed_out != 0) continue;
    const double left =
        *request_.plan.config.seconds_limit * 1e3 - static_cast<double>(now - started) * 1e-6;
    if (left > 0) {
      wait = std::min(wait, left + 1);
    } else {
      worker.timed_out = item + 1;
      ::kill(worker.process, SIGKILL);
    }
  }
  return static_cast<int>(wait);
}

void Coordinator::report() const {
  if (!request_.progress) return;
  Progress progress = before_;
  progress.finished = std::min(progress.total, progress.finished + board_.finished());
  progress.failed += board_.failed();
  request_.progress(progress);
}

void Coordinator::end_all() {
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    Worker& worker = workers_[index];
    if (worker.process == 0) continue;
    ::kill(worker.process, SIGKILL);
    wait_for(worker.process);
    worker.process = 0;
    if (board_.slots()[index].started != 0) {
      files_[index].keep_line_at(board_.slots()[index].offset);
    }
  }
}

}  // namespace nzsim::sweep
