#pragma once

#include <csignal>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include <sys/types.h>

#include "sim/run/sweep/store.h"
#include "sim/run/sweep/worker_process.h"
#include "sim/run/sweep/workers.h"

namespace nzsim::sweep {

/// Receives SIGCHLD, SIGINT and SIGTERM through a descriptor while it lives; they are blocked then.
class SignalWatch {
 public:
  SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

  /// Waits for one of the signals, so many milliseconds at most. Returns whether SIGINT or SIGTERM
  /// has come.
  [[nodiscard]] bool wait(int milliseconds) const;
  /// The signals that were blocked before.
  [[nodiscard]] const sigset_t& before() const { return before_; }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

/// Runs a list of work in one process per file, replaces workers that end before the work does, and
/// writes the results of points that could not write their own.
class Coordinator {
 public:
  /// All arguments outlive the coordinator. `before`: what was finished already.
  Coordinator(const RunRequest& request, const std::vector<WorkItem>& items, Progress before,
              std::vector<ResultFile>& files, const RunnerFiles& runner_files,
              const SignalWatch& signals);
  /// Ends all workers.
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  /// Returns false where SIGINT or SIGTERM has ended the run.
  [[nodiscard]] bool run();

 private:
  /// A process and what became of it.
  struct Worker {
    pid_t process = 0;
    /// The item that has exceeded the time limit, plus 1; 0: none.
    std::uint64_t timed_out = 0;
  };
  /// What a worker that has ended leaves of the item that it was at.
  struct Verdict {
    Status status = Status::crashed;
    std::string message;
    bool is_retried = false;
  };

  void start(std::size_t index);
  [[nodiscard]] bool has_work(const Slot& slot) const;
  void reap();
  void take_over(std::size_t index, int status);
  [[nodiscard]] Verdict judge(std::size_t index, int status);
  void record(std::size_t index, const Verdict& verdict);
  void ended_outside(std::size_t index, int status);
  /// Kills workers whose item exceeds the time limit; milliseconds until the next one may.
  int enforce_time_limit();
  void report() const;
  void end_all();

  const RunRequest& request_;
  const std::vector<WorkItem>& items_;
  std::vector<ResultFile>& files_;
  const SignalWatch& signals_;
  std::vector<Task> tasks_;
  Board board_;
  SharedWork work_;
  PointRunner runner_;
  std::vector<Worker> workers_;
  Progress before_;
  /// How often an item's process was killed from outside.
  std::unordered_map<std::uint64_t, int> kills_;
  int ends_outside_ = 0;
};

}  // namespace nzsim::sweep
