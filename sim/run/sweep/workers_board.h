#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nzsim::sweep {

/// One point that is to be run: its place in the plan, and how often it will then have been run.
struct WorkItem {
  std::uint64_t place = 0;
  std::uint64_t attempt = 1;
};

/// Items `begin` to `end` of the work, which one worker runs one after the other.
struct Task {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// What a worker tells about itself. Written by the worker; by the coordinator once it has ended.
struct Slot {
  /// The item in work, or the next one of the task that ends at `end`.
  std::atomic<std::uint64_t> next{0};
  std::atomic<std::uint64_t> end{0};
  /// When the item was begun, in nanoseconds of the steady clock; 0: none is in work.
  std::atomic<std::int64_t> started{0};
  /// Size of the worker's file then: the item is finished when a line stands there.
  std::atomic<std::uint64_t> offset{0};
  /// Why the worker has ended itself, a text with its zero: read when it has ended.
  std::array<char, 512> problem{};
};

/// What the coordinator and its workers share: anonymous memory that is mapped before they are
/// forked.
class Board {
 public:
  /// Throws `SimulationError` where there is no memory.
  explicit Board(std::size_t workers);
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;
  ~Board();

  [[nodiscard]] std::span<Slot> slots() const;
  /// Place of the next task that no worker has taken.
  [[nodiscard]] std::atomic<std::uint64_t>& next_task() const;
  /// Items that have a result now, and those of them whose status is not `done`.
  [[nodiscard]] std::atomic<std::uint64_t>& finished() const;
  [[nodiscard]] std::atomic<std::uint64_t>& failed() const;

 private:
  struct Shared;
  Shared* shared_ = nullptr;
  std::size_t workers_ = 0;
};

/// Cuts work into tasks for so many workers: no task has items of several programs, so that few
/// workers need the same one, and tasks are short enough that all workers end at about one time.
/// `programs` has the program of each item, equal ones behind one another.
[[nodiscard]] std::vector<Task> tasks_of(const std::vector<std::uint64_t>& programs,
                                         std::size_t workers);

}  // namespace nzsim::sweep
