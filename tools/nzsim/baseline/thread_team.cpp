#include "tools/nzsim/baseline/thread_team.h"

namespace nzsim::baseline {

ThreadTeam::ThreadTeam(std::size_t threads)
    : start_(static_cast<std::ptrdiff_t>(threads)), finish_(static_cast<std::ptrdiff_t>(threads)) {
  for (std::size_t index = 1; index < threads; ++index) {
    workers_.emplace_back([this, index] { work(index); });
  }
}

ThreadTeam::~ThreadTeam() {
  is_over_ = true;
  start_.arrive_and_wait();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadTeam::run(const std::function<void(std::size_t)>& part) {
  part_ = &part;
  start_.arrive_and_wait();
  part(0);
  finish_.arrive_and_wait();
}

void ThreadTeam::work(std::size_t index) {
  for (;;) {
    start_.arrive_and_wait();
    if (is_over_) return;
    (*part_)(index);
    finish_.arrive_and_wait();
  }
}

}  // namespace nzsim::baseline
