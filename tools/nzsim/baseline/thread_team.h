#pragma once

#include <barrier>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace nzsim::baseline {

/// Threads that start and end each piece of work together; they sleep in between.
class ThreadTeam {
 public:
  /// `threads` is at least 1; the thread that calls `run` is one of them.
  explicit ThreadTeam(std::size_t threads);
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;
  ~ThreadTeam();

  [[nodiscard]] std::size_t size() const { return workers_.size() + 1; }

  /// Calls `part(index)` with each index below `size()` on a thread of its own, and returns when
  /// all have returned. `part` may not throw.
  void run(const std::function<void(std::size_t)>& part);

 private:
  void work(std::size_t index);

  std::barrier<> start_;
  std::barrier<> finish_;
  const std::function<void(std::size_t)>* part_ = nullptr;
  bool is_over_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace nzsim::baseline
