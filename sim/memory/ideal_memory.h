#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "sim/memory/config.h"
#include "sim/memory/memory.h"

namespace nzsim {

/// A memory of latency and bandwidth alone: one channel, a port that is always free.
///
/// The data of a transfer that is submitted at t begin to move at max(t + latency, end of the data
/// of the transfer before), take bytes / bandwidth, rounded up to whole femtoseconds, and are
/// answered when they end. Transfers are served in the order of their times, those of one time in
/// the order in which they were submitted.
///
/// Counters: `reads` and `writes` are whole transfers, counted with their bytes and their busy time
/// when the memory decides them, which is when they are submitted. Clocks are nanoseconds, rounded
/// down. There are no rows and no ranks: what counts them stays 0.
class IdealMemory final : public Memory {
 public:
  /// The bandwidth is rounded to whole bytes per second, at least 1.
  explicit IdealMemory(const IdealMemoryConfig& config);

  /// Throws `WorkloadError` also where the data would move for longer than 2^63 fs (2.6 hours).
  void submit(const Transfer& transfer, Femtoseconds time) override;
  [[nodiscard]] Femtoseconds next_time() const override;
  void advance(Femtoseconds until, std::vector<MemoryEvent>& events) override;
  [[nodiscard]] std::uint64_t unanswered() const override { return undecided_.size(); }
  [[nodiscard]] std::uint64_t waiting() const override { return undecided_.size(); }
  [[nodiscard]] std::uint32_t channels() const override { return 1; }
  [[nodiscard]] ChannelCounters counters(std::uint32_t channel, Femtoseconds time) const override;
  /// An ideal memory has no commands: `listener` hears nothing.
  void listen(CommandListener& listener) override;

 private:
  struct Submission {
    std::uint64_t id = 0;
    Access access = Access::read;
    std::uint64_t bytes = 0;
    Femtoseconds duration = 0;
    Femtoseconds time = 0;
  };
  /// Returns when the transfer is answered.
  Femtoseconds serve(const Submission& submission);

  std::uint64_t capacity_bytes_;
  Femtoseconds latency_;
  std::uint64_t bytes_per_second_;
  /// In the order of their times.
  std::deque<Submission> undecided_;
  Femtoseconds advanced_ = 0;
  Femtoseconds data_end_ = 0;
  std::uint64_t reads_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t bytes_ = 0;
  Femtoseconds busy_ = 0;
  Femtoseconds read_latency_ = 0;
};

}  // namespace nzsim
