#include "sim/memory/player.h"

#include <algorithm>
#include <functional>
#include <queue>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

/// Requests that have been made and not been answered. A request's number is its place in a table
/// of bounded size, and how often the place was taken before, so that late answers are known.
class OpenRequests {
 public:
  struct Request {
    Access access = Access::read;
    Femtoseconds submitted = 0;
    bool is_open = false;
    bool is_accepted = false;
    bool is_completed = false;
    std::uint32_t round = 0;
  };

  std::uint64_t open(Access access, Femtoseconds time) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(requests_.size()));
      requests_.emplace_back();
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    Request& request = requests_[place];
    request = {access, time, true, false, false, request.round + 1};
    ++open_;
    return std::uint64_t{request.round} << 32 | place;
  }

  /// Notes an event; returns the request it belongs to. Throws `SimulationError` where it belongs
  /// to none or came before.
  Request note(const MemoryEvent& event) {
    const auto place = static_cast<std::uint32_t>(event.id);
    const bool is_known = place < requests_.size() && requests_[place].is_open &&
                          requests_[place].round == event.id >> 32;
    if (!is_known) fail(event, "a request that is open");
    Request& request = requests_[place];
    bool& flag =
        event.kind == MemoryEvent::Kind::accepted ? request.is_accepted : request.is_completed;
    if (flag) fail(event, "this event once");
    if (event.time < request.submitted) fail(event, "an event behind the request");
    flag = true;
    const Request noted = request;
    if (request.is_accepted && request.is_completed) {
      request.is_open = false;
      free_.push_back(place);
      --open_;
    }
    return noted;
  }

  [[nodiscard]] std::uint64_t count() const { return open_; }

 private:
  [[noreturn]] static void fail(const MemoryEvent& event, const char* expected) {
    throw SimulationError(
        fmt::format("memory: expected {}, got {} of request {:#x} at {} fs", expected,
                    event.kind == MemoryEvent::Kind::accepted ? "acceptance" : "completion",
                    event.id, event.time));
  }

  std::vector<Request> requests_;
  std::vector<std::uint32_t> free_;
  std::uint64_t open_ = 0;
};

class Player {
 public:
  Player(Memory& memory, const PlayerOptions& options)
      : memory_(memory), options_(options), most_waiting_(kWaitingPerChannel * memory.channels()) {}

  void play(const TimedRequest& request) {
    if (request.clock) advance_to(*request.clock * options_.clock);
    while (!has_room_for(request)) step();
    const std::uint64_t id = open_.open(request.access, now_);
    memory_.submit({id, request.access, request.address, request.bytes}, now_);
    ++unanswered_;
    count(request);
    take_events();  // what the submission itself brought about
  }

  PlayedRequests finish() {
    while (memory_.unanswered() > 0) step();
    if (open_.count() > 0) {
      throw SimulationError(
          fmt::format("memory: expected an answer to each of {} requests, got none to {}",
                      played_.requests(), open_.count()));
    }
    advance_to(tick_from(played_.last_completion));
    for (std::uint32_t channel = 0; channel < memory_.channels(); ++channel) {
      played_.channels.push_back(memory_.counters(channel, played_.last_completion));
    }
    return std::move(played_);
  }

 private:
  [[nodiscard]] bool has_room_for(const TimedRequest& request) const {
    return memory_.waiting() < most_waiting_ &&
           (!options_.outstanding || unanswered_ < *options_.outstanding) &&
           !(request.after_answers && unanswered_ > 0);
  }

  void count(const TimedRequest& request) {
    if (played_.requests() == 0) played_.first_submission = now_;
    const bool is_read = request.access == Access::read;
    ++(is_read ? played_.reads : played_.writes);
    (is_read ? played_.read_bytes : played_.written_bytes) += request.bytes;
  }

  /// The first tick that is not before `time`.
  [[nodiscard]] Femtoseconds tick_from(Femtoseconds time) const {
    return (time + options_.tick - 1) / options_.tick * options_.tick;
  }

  /// Goes on to the next tick at which there may be room, or something may happen.
  void step() {
    Femtoseconds next = memory_.next_time();
    if (next != kNoTime) next = std::max(next, now_) + 1;
    if (!completions_.empty()) next = std::min(next, completions_.top());
    if (next == kNoTime || silent_steps_ >= options_.most_silent_steps) {
      throw SimulationError(fmt::format(
          "memory: no progress at {} fs: {} requests are unanswered, {} of them wait at the ports",
          now_, memory_.unanswered(), memory_.waiting()));
    }
    advance_to(tick_from(next));
  }

  /// Goes on to `time`, a tick, with the memory, and counts what is answered by then.
  void advance_to(Femtoseconds time) {
    if (time <= now_) return;
    now_ = time;
    take_events();
    silent_steps_ = events_.empty() ? silent_steps_ + 1 : 0;
    while (!completions_.empty() && completions_.top() <= now_) {
      completions_.pop();
      --unanswered_;
    }
  }

  /// Advances the memory to `now_` and notes what became of requests.
  void take_events() {
    events_.clear();
    memory_.advance(now_, events_);
    for (const MemoryEvent& event : events_) note(event);
  }

  void note(const MemoryEvent& event) {
    const OpenRequests::Request request = open_.note(event);
    if (event.kind == MemoryEvent::Kind::accepted) return;
    completions_.push(event.time);
    played_.last_completion = std::max(played_.last_completion, event.time);
    if (request.access == Access::write) return;
    const Femtoseconds latency = event.time - request.submitted;
    played_.read_latency.record(
        static_cast<std::uint64_t>((latency + options_.tick - 1) / options_.tick));
  }

  Memory& memory_;
  PlayerOptions options_;
  std::uint64_t most_waiting_ = 0;
  /// The time up to which the memory was advanced, a tick.
  Femtoseconds now_ = 0;
  OpenRequests open_;
  /// Requests made and not answered at `now_`, and when those will be that are decided already.
  std::uint64_t unanswered_ = 0;
  std::priority_queue<Femtoseconds, std::vector<Femtoseconds>, std::greater<>> completions_;
  std::uint64_t silent_steps_ = 0;
  std::vector<MemoryEvent> events_;
  PlayedRequests played_;
};

}  // namespace

PlayedRequests play(Memory& memory, RequestSource& source, const PlayerOptions& options) {
  Player player(memory, options);
  while (const std::optional<TimedRequest> request = source.next()) player.play(*request);
  return player.finish();
}

}  // namespace nzsim
