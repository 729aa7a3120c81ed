#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <sys/types.h>

#include "sim/run/sweep/store.h"
#include "sim/run/sweep/worker.h"
#include "sim/run/sweep/workers_board.h"

namespace nzsim::sweep {

/// Everything that the workers of one run have in common.
struct SharedWork {
  const Plan& plan;
  const std::vector<WorkItem>& items;
  const std::vector<Task>& tasks;
  const Board& board;
  /// Bytes that a worker may take beside those that it has at its start; nothing: no limit.
  std::optional<std::uint64_t> bytes_limit;
};

/// How a worker ends by itself. One that ends with `done` may have left a part of its task: a
/// process elaborates SystemC once.
enum class WorkerEnd { done = 0, cannot_store = 3, out_of_memory = 4 };

/// Runs the rest of the slot's task, then tasks that nobody has taken, until none is left or the
/// process is used up. Results are appended to `file`. `runner` is kept by value, as the process
/// that calls this ends with it.
[[nodiscard]] WorkerEnd work(const SharedWork& work, Slot& slot, ResultFile& file,
                             PointRunner& runner);

/// Forks a process that runs `body` and ends with what it returns, without the caller's
/// destructors. The child ends when the caller does; SIGINT, which a terminal sends to all, does
/// not end it. `mask`: the signals that it blocks. Throws `SimulationError` where there is no
/// process.
[[nodiscard]] pid_t fork_worker(const sigset_t& mask, const std::function<WorkerEnd()>& body);

/// Nanoseconds of the steady clock, which all processes share.
[[nodiscard]] std::int64_t steady_now();

}  // namespace nzsim::sweep
