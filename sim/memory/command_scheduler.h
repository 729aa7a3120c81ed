#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/memory/bank_candidates.h"
#include "sim/memory/config.h"
#include "sim/memory/memory.h"
#include "sim/memory/rank_state.h"
#include "sim/memory/refresh_control.h"
#include "sim/memory/request_queue.h"
#include "sim/memory/timing_state.h"

namespace nzsim {

/// The next command of a channel, and what it serves.
struct Choice {
  Clock clock = kNever;
  /// Precedence among commands of one clock, the lowest first: the class in the highest bits (0
  /// refresh, 1 reads and writes, 2 rows that requests wait for, 3 rows that none waits for), then
  /// the age of the request.
  std::uint64_t order = UINT64_MAX;
  Command command = Command::activate;
  BankIndex bank = 0;
  BurstIndex burst = kNoBurst;
};

/// The command scheduler of one channel: rows, queues, refresh and the choice of the next command.
///
/// In each clock that has a command bus free, the scheduler sends the first command, by
/// `Choice::order`, of those that every timing rule allows. It considers one command per bank of
/// the queue that is being served (reads, or writes while they are drained): the oldest request
/// that finds its row open, else a row command for the oldest request; see `docs/memory.md`.
/// Instead of trying clock after clock, `choose` computes the earliest clock of each and takes the
/// first.
class CommandScheduler {
 public:
  /// `config` must outlive the scheduler.
  CommandScheduler(const DramConfig& config, std::uint32_t channel);

  [[nodiscard]] RequestQueue& queue(Access access) { return queues_[index_of(access)]; }
  [[nodiscard]] const RequestQueue& queue(Access access) const { return queues_[index_of(access)]; }

  /// A burst of the queue becomes visible. Returns whether it is a read of a place that a waiting
  /// write will change: it is answered from the write queue and has left its own.
  bool admit(Access access, BurstIndex burst, Clock now);
  /// Refreshes become due at `clock`.
  void mark_due(Clock clock);
  [[nodiscard]] Clock next_due() const { return refresh_.next_due(); }

  /// The next command, in no clock before `now`, if nothing else happens. `now` does not decrease.
  [[nodiscard]] const Choice& choose(Clock now) {
    if (!is_choice_valid_) find_choice(now);
    return choice_;
  }
  /// Sends what `choose` returned. A read or write has left its queue: returns a copy of its burst.
  Burst issue();

  /// Passes over refreshes of ranks that are idle until `until`, in closed form.
  void skip_idle(Clock until);

  void add_to(ChannelCounters& counters, Clock clock) const;
  void listen(CommandListener& listener) { listener_ = &listener; }

 private:
  struct Bank {
    std::int64_t open_row = kClosed;
    /// Clock of the last ACT, RD or WR.
    Clock last_use = 0;
    /// Oldest visible, unblocked burst of each queue whose row is open.
    std::array<BurstIndex, 2> hit{kNoBurst, kNoBurst};
    /// Column commands in a row that have overtaken the oldest burst.
    std::array<std::uint32_t, 2> overtaken{};
    bool was_closed_by_conflict = false;
    bool awaits_refresh = false;
    std::uint32_t rank = 0;
  };
  static constexpr std::int64_t kClosed = -1;
  static constexpr std::size_t index_of(Access access) { return static_cast<std::size_t>(access); }

  void find_choice(Clock now);
  /// After a burst became visible: takes its bank's candidate into account without looking at the
  /// others again, where that suffices.
  void reconsider(Access access, BankIndex bank, Clock now);
  /// Whether reads or writes are to be served now.
  [[nodiscard]] Access direction() const;
  /// Whether a bank's candidate may be another one with a burst that has just become visible: it
  /// comes behind all others of its bank.
  [[nodiscard]] bool changes_candidate(Access access, const Burst& youngest) const;
  void update(BankIndex bank);
  void update(BankIndex bank, Access access);
  void update_rank(std::uint32_t rank);
  [[nodiscard]] BankCandidate candidate_of(BankIndex bank, Access access, BurstIndex oldest) const;

  [[nodiscard]] Clock earliest(Command command, const TimingState::Slots& slots, Clock now) const;
  void choose_request(Clock now, Choice& best) const;
  void choose_oldest_request(Clock now, Choice& best) const;
  void choose_refresh(Clock now, Choice& best) const;
  void choose_page_close(Clock now, Choice& best) const;
  void take_if_first(const BankCandidate& candidate, Clock now, Choice& best) const;

  void open_row(const Choice& choice);
  void close_row(BankIndex bank, bool is_conflict);
  void close_all(std::uint32_t rank, Clock clock);
  Burst move_data(const Choice& choice);
  void count_row_state(const Burst& burst);
  void unblock_writes(const Burst& read);
  void tell(const Choice& choice) const;
  [[nodiscard]] DramAddress place_of(const Choice& choice) const;
  [[nodiscard]] std::size_t bus_of(Command command) const;

  const DramConfig& config_;
  std::uint32_t channel_;
  TimingState timing_;
  std::vector<Bank> banks_;
  std::vector<RankState> ranks_;
  RefreshControl refresh_;
  /// By `Access`.
  std::array<RequestQueue, 2> queues_;
  std::array<BankCandidates, 2> candidates_;
  Access serving_ = Access::read;
  Choice choice_;
  bool is_choice_valid_ = false;
  std::uint32_t blocked_writes_ = 0;
  std::array<Clock, 2> bus_free_{};
  std::uint32_t open_banks_ = 0;
  ChannelCounters counters_;
  CommandListener* listener_ = nullptr;
};

}  // namespace nzsim
