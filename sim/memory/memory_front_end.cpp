#include "sim/memory/memory_front_end.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

constexpr const char* kName = "memory front end";

bool is_later(const MemoryEvent& a, const MemoryEvent& b) {
  return std::tie(a.time, a.id) > std::tie(b.time, b.id);
}

}  // namespace

MemoryFrontEnd::MemoryFrontEnd(Memory& memory) : memory_(memory) {}

void MemoryFrontEnd::send(const Transfer& transfer, Femtoseconds time) {
  memory_.submit(transfer, std::max(time, advanced_));
  // What the submission itself has brought about, then what follows.
  advance(std::max(time, advanced_));
  std::optional<Femtoseconds> accepted = take_acceptance(transfer.id);
  while (!accepted) {
    step(memory_.next_acceptance_time());
    accepted = take_acceptance(transfer.id);
  }
  advance_to(*accepted + 1);
}

std::optional<Femtoseconds> MemoryFrontEnd::take_acceptance(std::uint64_t id) {
  std::optional<Femtoseconds> accepted;
  for (const MemoryEvent& event : events_) {
    if (event.kind == MemoryEvent::Kind::completed) {
      keep_answer(event);
      continue;
    }
    SIM_ASSERT(event.id == id, kName, 0, "transfer {} was accepted instead of {}", event.id, id);
    accepted = event.time;
  }
  return accepted;
}

void MemoryFrontEnd::advance_to(Femtoseconds time) {
  if (time <= advanced_) return;
  advance(time);
  for (const MemoryEvent& event : events_) keep_answer(event);
}

std::optional<MemoryEvent> MemoryFrontEnd::take_answer(Femtoseconds time) {
  advance_to(time);
  if (answers_.empty() || answers_.front().time > time) return std::nullopt;
  std::pop_heap(answers_.begin(), answers_.end(), is_later);
  const MemoryEvent answer = answers_.back();
  answers_.pop_back();
  return answer;
}

Femtoseconds MemoryFrontEnd::run_until_answered(std::uint64_t id) {
  const auto is_own = [id](const MemoryEvent& event) { return event.id == id; };
  for (;;) {
    const auto answer = std::find_if(answers_.begin(), answers_.end(), is_own);
    if (answer != answers_.end()) {
      const Femtoseconds time = answer->time;
      answers_.erase(answer);
      std::make_heap(answers_.begin(), answers_.end(), is_later);
      return time;
    }
    const Femtoseconds next = memory_.next_time();
    step(next == kNoTime ? kNoTime : next + 1);
    for (const MemoryEvent& event : events_) keep_answer(event);
  }
}

Femtoseconds MemoryFrontEnd::next_time() const {
  const Femtoseconds next = memory_.next_answer_time();
  return answers_.empty() ? next : std::min(next, answers_.front().time);
}

void MemoryFrontEnd::advance(Femtoseconds until) {
  events_.clear();
  memory_.advance(until, events_);
  advanced_ = until;
}

void MemoryFrontEnd::step(Femtoseconds until) {
  if (until == kNoTime) {
    throw SimulationError("a transfer is awaited that the memory does not have");
  }
  SIM_ASSERT(until > advanced_, kName, 0, "something was left at {} fs by an advance to {} fs",
             until, advanced_);
  advance(until);
}

void MemoryFrontEnd::keep_answer(const MemoryEvent& event) {
  SIM_ASSERT(event.kind == MemoryEvent::Kind::completed, kName, 0,
             "transfer {} was accepted at {} fs, after the port was free", event.id, event.time);
  answers_.push_back(event);
  std::push_heap(answers_.begin(), answers_.end(), is_later);
}

}  // namespace nzsim
