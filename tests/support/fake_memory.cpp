#include "tests/support/fake_memory.h"

#include <algorithm>
#include <stdexcept>

namespace nzsim::test {

void FakeMemory::submit(const Transfer& transfer, Femtoseconds time) {
  if (time % options_.clock != 0 || time / options_.clock < clock_) {
    throw std::logic_error("a transfer between clocks, or in the past");
  }
  port_.push_back(transfer);
  ++unanswered_;
  submissions_.push_back({transfer, time / options_.clock});
  most_waiting_ = std::max<std::uint64_t>(most_waiting_, port_.size());
}

Femtoseconds FakeMemory::next_time() const {
  if (unanswered_ == 0) return kNoTime;
  // A server that is busy keeps only what has been accepted waiting.
  const bool may_accept = !port_.empty() && queue_.size() < options_.queue_entries;
  return (may_accept ? clock_ : std::max(clock_, server_free_)) * options_.clock;
}

void FakeMemory::advance(Femtoseconds until, std::vector<MemoryEvent>& events) {
  for (; clock_ * options_.clock < until; ++clock_) run_clock(events);
}

void FakeMemory::run_clock(std::vector<MemoryEvent>& events) {
  if (!port_.empty() && queue_.size() < options_.queue_entries) {
    events.push_back({MemoryEvent::Kind::accepted, port_.front().id, clock_ * options_.clock});
    queue_.push_back(port_.front());
    port_.pop_front();
  }
  if (queue_.empty() || clock_ < server_free_) return;
  const Transfer transfer = queue_.front();
  queue_.pop_front();
  server_free_ = clock_ + options_.service_clocks;
  answer(transfer, events);
}

void FakeMemory::answer(const Transfer& transfer, std::vector<MemoryEvent>& events) {
  const std::int64_t number = served_++;
  if (number == options_.lost) return;
  const Clock clock = clock_ + options_.latency_clocks;
  MemoryEvent event{MemoryEvent::Kind::completed, transfer.id, clock * options_.clock};
  if (number == options_.renamed) event.id += std::uint64_t{1} << 32;
  events.push_back(event);
  if (number == options_.doubled) events.push_back(event);
  answers_.push_back(clock);
  --unanswered_;
}

ChannelCounters FakeMemory::counters(std::uint32_t channel, Femtoseconds time) const {
  ChannelCounters counters;
  counters.clocks = static_cast<std::uint64_t>(time / options_.clock);
  counters.reads = channel == 0 ? answers_.size() : 0;
  return counters;
}

void FakeMemory::listen(CommandListener&) {}

}  // namespace nzsim::test
