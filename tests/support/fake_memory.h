#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "sim/memory/memory.h"

namespace nzsim::test {

/// How a `FakeMemory` behaves. All times are in clocks.
struct FakeMemoryOptions {
  Femtoseconds clock = 1000;
  std::uint32_t channels = 1;
  /// Transfers that have been accepted and not been served.
  std::size_t queue_entries = 4;
  /// From one transfer being served to the next, and from being served to the answer.
  Clock service_clocks = 10;
  Clock latency_clocks = 30;
  /// What it does wrong: the number of the transfer, counted from 0, that it never answers, answers
  /// twice, or answers under another's name.
  std::int64_t lost = -1;
  std::int64_t doubled = -1;
  std::int64_t renamed = -1;
};

/// A memory simple enough to be computed by hand: one port, one queue, one server. In each clock
/// the transfer that is first at the port enters the queue where it has room, then the first of the
/// queue is served where the server is free.
class FakeMemory : public Memory {
 public:
  explicit FakeMemory(const FakeMemoryOptions& options) : options_(options) {}

  void submit(const Transfer& transfer, Femtoseconds time) override;
  [[nodiscard]] Femtoseconds next_time() const override;
  void advance(Femtoseconds until, std::vector<MemoryEvent>& events) override;
  [[nodiscard]] std::uint64_t unanswered() const override { return unanswered_; }
  [[nodiscard]] std::uint64_t waiting() const override { return port_.size(); }
  [[nodiscard]] std::uint32_t channels() const override { return options_.channels; }
  [[nodiscard]] ChannelCounters counters(std::uint32_t channel, Femtoseconds time) const override;
  void listen(CommandListener& listener) override;

  /// A transfer and when it came.
  struct Submission {
    Transfer transfer;
    Clock clock = 0;
  };
  [[nodiscard]] const std::vector<Submission>& submissions() const { return submissions_; }
  /// The most transfers that stood at the port at a time.
  [[nodiscard]] std::uint64_t most_waiting() const { return most_waiting_; }
  /// When each transfer was answered, in the order of service.
  [[nodiscard]] const std::vector<Clock>& answers() const { return answers_; }

 private:
  void run_clock(std::vector<MemoryEvent>& events);
  void answer(const Transfer& transfer, std::vector<MemoryEvent>& events);

  FakeMemoryOptions options_;
  std::deque<Transfer> port_;
  std::deque<Transfer> queue_;
  std::uint64_t unanswered_ = 0;
  std::uint64_t most_waiting_ = 0;
  Clock clock_ = 0;
  Clock server_free_ = 0;
  std::int64_t served_ = 0;
  std::vector<Submission> submissions_;
  std::vector<Clock> answers_;
};

}  // namespace nzsim::test
