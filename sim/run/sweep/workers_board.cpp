#include "sim/run/sweep/workers_board.h"

#include <algorithm>
#include <memory>

#include <sys/mman.h>

#include "sim/base/errors.h"

namespace nzsim::sweep {
namespace {

static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
              std::atomic<std::int64_t>::is_always_lock_free);

/// Items of a task at most, and tasks that each worker gets at least where there is enough work.
/// Assumption: the last task of a worker is then a small part of its time.
constexpr std::uint64_t kLongestTask = 64;
constexpr std::uint64_t kTasksPerWorker = 16;

}  // namespace

struct Board::Shared {
  std::atomic<std::uint64_t> next_task{0};
  std::atomic<std::uint64_t> finished{0};
  std::atomic<std::uint64_t> failed{0};
};

Board::Board(std::size_t workers) : workers_(workers) {
  const std::size_t bytes = sizeof(Shared) + workers * sizeof(Slot);
  void* const memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw SimulationError("sweep: expected shared memory, got none");
  shared_ = std::construct_at(static_cast<Shared*>(memory));
  std::uninitialized_value_construct_n(reinterpret_cast<Slot*>(shared_ + 1), workers);
}

Board::~Board() { ::munmap(shared_, sizeof(Shared) + workers_ * sizeof(Slot)); }

std::span<Slot> Board::slots() const { return {reinterpret_cast<Slot*>(shared_ + 1), workers_}; }

std::atomic<std::uint64_t>& Board::next_task() const { return shared_->next_task; }
std::atomic<std::uint64_t>& Board::finished() const { return shared_->finished; }
std::atomic<std::uint64_t>& Board::failed() const { return shared_->failed; }

std::vector<Task> tasks_of(const std::vector<std::uint64_t>& programs, std::size_t workers) {
  const std::uint64_t fair = programs.size() / (kTasksPerWorker * workers);
  const std::uint64_t length = std::clamp<std::uint64_t>(fair, 1, kLongestTask);
  std::vector<Task> tasks;
  for (std::uint64_t item = 0; item < programs.size(); ++item) {
    const bool is_new = tasks.empty() || tasks.back().end - tasks.back().begin == length ||
                        programs[item] != programs[item - 1];
    if (is_new) tasks.push_back({item, item});
    tasks.back().end = item + 1;
  }
  return tasks;
}

}  // namespace nzsim::sweep
