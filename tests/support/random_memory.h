#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sim/memory/memory.h"

namespace nzsim::test {

/// When a transfer was submitted, accepted and completed.
struct TransferTimes {
  Femtoseconds submitted = 0;
  Femtoseconds accepted = -1;
  Femtoseconds completed = -1;

  friend bool operator==(const TransferTimes&, const TransferTimes&) = default;
};

/// What was submitted, in that order.
struct Submission {
  Transfer transfer;
  Femtoseconds time = 0;
};

/// A memory whose times are drawn from a seed and the number of the transfer.
///
/// Each transfer is accepted some femtoseconds after it and all before it have arrived; some
/// femtoseconds later its completion is decided. That takes longer the more others are undecided
/// then, so that a transfer which arrives at the very time of the decision makes a difference: a
/// master that advances the memory too early gets other times, or fails as it submits in the past.
class RandomMemory final : public Memory {
 public:
  static constexpr std::uint64_t kCapacity = 4096;

  /// `unit`: what the drawn times are multiples of.
  explicit RandomMemory(std::uint64_t seed, Femtoseconds unit = 1,
                        std::uint64_t capacity = kCapacity)
      : seed_(seed), unit_(unit), capacity_(capacity) {}

  void submit(const Transfer& transfer, Femtoseconds time) override;
  [[nodiscard]] Femtoseconds next_time() const override;
  void advance(Femtoseconds until, std::vector<MemoryEvent>& events) override;
  [[nodiscard]] std::uint64_t unanswered() const override { return pending_.size(); }
  [[nodiscard]] std::uint64_t waiting() const override;
  [[nodiscard]] std::uint32_t channels() const override { return 2; }
  /// The channel's number as reads, and the bytes of transfers that were completed by `time`.
  [[nodiscard]] ChannelCounters counters(std::uint32_t channel, Femtoseconds time) const override;
  void listen(CommandListener&) override {}

  [[nodiscard]] const std::vector<Submission>& submissions() const { return submissions_; }
  /// Of all transfers, by id.
  [[nodiscard]] const std::map<std::uint64_t, TransferTimes>& times() const { return times_; }

 private:
  struct Pending {
    std::uint64_t id = 0;
    std::uint64_t number = 0;
    Femtoseconds arrival = 0;
    Femtoseconds accepted = 0;
    Femtoseconds decided = 0;
    bool is_accepted = false;

    [[nodiscard]] Femtoseconds next() const { return is_accepted ? decided : accepted; }
  };
  /// A number below `limit`, drawn for one use of one transfer.
  [[nodiscard]] Femtoseconds draw(std::uint64_t number, std::uint64_t use,
                                  std::uint64_t limit) const;
  /// What happens next; `pending_` is not empty.
  [[nodiscard]] std::size_t next_index() const;

  std::uint64_t seed_;
  Femtoseconds unit_;
  std::uint64_t capacity_;
  Femtoseconds advanced_ = 0;
  Femtoseconds last_accepted_ = 0;
  std::vector<Pending> pending_;
  std::vector<Submission> submissions_;
  std::map<std::uint64_t, TransferTimes> times_;
};

/// The times of `submissions` in a memory of the same seed that is called directly.
[[nodiscard]] std::map<std::uint64_t, TransferTimes> direct_times(
    std::uint64_t seed, const std::vector<Submission>& submissions);

}  // namespace nzsim::test
