#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/memory/command.h"
#include "sim/memory/config.h"
#include "sim/memory/timing_state.h"

namespace nzsim {

/// When ranks, or banks one after the other, are due for refresh.
///
/// Rank r of a pseudo-channel's R is due for the first time one interval and r / R of it after the
/// start, then every interval. What is due gets no other command but the one that closes it, until
/// it is refreshed; nothing is postponed. With per-bank refresh the banks of a rank take turns.
class RefreshControl {
 public:
  explicit RefreshControl(const DramConfig& config);

  /// The next clock at which something becomes due; `kNever` without refresh.
  [[nodiscard]] Clock next_due() const { return next_due_; }
  [[nodiscard]] bool is_per_bank() const { return is_per_bank_; }
  [[nodiscard]] Clock interval() const { return interval_; }
  /// Clocks from the command until it is done.
  [[nodiscard]] Clock duration() const { return duration_; }

  /// Marks what is due at `clock`; returns whether anything is new.
  bool mark_due(Clock clock);
  /// Ranks, or banks, that are due and not yet refreshed, in the order in which they became due.
  [[nodiscard]] const std::vector<std::uint32_t>& pending() const { return pending_; }
  /// Rank `rank`, or bank `bank`, has been refreshed.
  void done(std::uint32_t rank_or_bank);

  /// How often `rank` is due before `until`, less the last time.
  [[nodiscard]] std::uint64_t intervals_before(std::uint32_t rank, Clock until) const;
  [[nodiscard]] Clock due(std::uint32_t rank) const { return ranks_[rank].due; }
  /// Leaves `count` intervals out, as if their refreshes had been done.
  void skip(std::uint32_t rank, std::uint64_t count);

 private:
  struct Rank {
    Clock due = kNever;
    std::uint32_t next_bank = 0;
  };

  void find_next_due();

  bool is_per_bank_;
  Clock interval_ = kNever;
  Clock duration_ = 0;
  std::uint32_t banks_per_rank_;
  std::vector<Rank> ranks_;
  std::vector<std::uint32_t> pending_;
  Clock next_due_ = kNever;
};

}  // namespace nzsim
