#include "tests/support/random_memory.h"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <tuple>

#include "sim/memory/transfer_check.h"

namespace nzsim::test {

void RandomMemory::submit(const Transfer& transfer, Femtoseconds time) {
  check_transfer(transfer, capacity_);
  if (time < advanced_) throw std::logic_error("a transfer was submitted in the past");
  const std::uint64_t number = submissions_.size();
  submissions_.push_back({transfer, time});
  times_[transfer.id] = {time, -1, -1};
  // Half of the transfers are accepted at once.
  const Femtoseconds wait = draw(number, 0, 2) == 0 ? 0 : draw(number, 1, 12) * unit_;
  last_accepted_ = std::max(time, last_accepted_) + wait;
  const Femtoseconds decided = last_accepted_ + draw(number, 2, 10) * unit_;
  pending_.push_back({transfer.id, number, time, last_accepted_, decided, false});
}

Femtoseconds RandomMemory::next_time() const {
  return pending_.empty() ? kNoTime : pending_[next_index()].next();
}

void RandomMemory::advance(Femtoseconds until, std::vector<MemoryEvent>& events) {
  while (!pending_.empty()) {
    const std::size_t index = next_index();
    Pending& next = pending_[index];
    const Femtoseconds time = next.next();
    if (time >= until) break;
    if (!next.is_accepted) {
      next.is_accepted = true;
      events.push_back({MemoryEvent::Kind::accepted, next.id, time});
      times_[next.id].accepted = time;
      continue;
    }
    const auto others = std::count_if(pending_.begin(), pending_.end(),
                                      [&](const Pending& other) { return other.arrival <= time; });
    const Femtoseconds completed = time + 1 + (draw(next.number, 3, 6) + 5 * (others - 1)) * unit_;
    events.push_back({MemoryEvent::Kind::completed, next.id, completed});
    times_[next.id].completed = completed;
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(index));
  }
  advanced_ = std::max(advanced_, until);
}

std::uint64_t RandomMemory::waiting() const {
  return static_cast<std::uint64_t>(std::count_if(
      pending_.begin(), pending_.end(), [](const Pending& item) { return !item.is_accepted; }));
}

ChannelCounters RandomMemory::counters(std::uint32_t channel, Femtoseconds time) const {
  ChannelCounters counters;
  counters.reads = channel;
  for (const Submission& submission : submissions_) {
    const Femtoseconds completed = times_.at(submission.transfer.id).completed;
    if (completed >= 0 && completed <= time) counters.bytes += submission.transfer.bytes;
  }
  return counters;
}

Femtoseconds RandomMemory::draw(std::uint64_t number, std::uint64_t use,
                                std::uint64_t limit) const {
  std::mt19937_64 random((seed_ << 32U) ^ (number << 3U) ^ use);
  return static_cast<Femtoseconds>(random() % limit);
}

std::size_t RandomMemory::next_index() const {
  const auto is_earlier = [](const Pending& a, const Pending& b) {
    return std::make_tuple(a.next(), a.number) < std::make_tuple(b.next(), b.number);
  };
  return static_cast<std::size_t>(std::min_element(pending_.begin(), pending_.end(), is_earlier) -
                                  pending_.begin());
}

std::map<std::uint64_t, TransferTimes> direct_times(std::uint64_t seed,
                                                    const std::vector<Submission>& submissions) {
  RandomMemory memory(seed);
  std::vector<MemoryEvent> events;
  for (const Submission& submission : submissions) {
    memory.advance(submission.time, events);
    memory.submit(submission.transfer, submission.time);
  }
  memory.advance(kNoTime, events);
  return memory.times();
}

}  // namespace nzsim::test
