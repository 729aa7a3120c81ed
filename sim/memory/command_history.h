#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/memory/command.h"
#include "sim/memory/config.h"

namespace nzsim {

/// The clock of a command that has never come: before the reach of every rule.
inline constexpr Clock kLongAgo = -kNever;

/// The latest of some commands, and the latest that went to another place than a given one (another
/// bank, another bank group). Clocks are added in their order.
class LatestByPlace {
 public:
  void add(std::uint32_t place, Clock clock) {
    if (place != place_) {
      elsewhere_ = latest_;
      place_ = place;
    }
    latest_ = clock;
  }
  [[nodiscard]] Clock latest() const { return latest_; }
  [[nodiscard]] Clock outside(std::uint32_t place) const {
    return place == place_ ? elsewhere_ : latest_;
  }

 private:
  std::uint32_t place_ = UINT32_MAX;
  Clock latest_ = kLongAgo;
  /// The latest outside `place_`.
  Clock elsewhere_ = kLongAgo;
};

/// The last 32 activates of a rank.
class ActivateWindow {
 public:
  ActivateWindow() { clocks_.fill(kLongAgo); }

  void add(Clock clock) {
    clocks_[next_] = clock;
    next_ = (next_ + 1) % clocks_.size();
  }
  /// The clock of the activate `count` before the next one; `count` in [1, 32].
  [[nodiscard]] Clock before_next(std::size_t count) const {
    return clocks_[(next_ + clocks_.size() - count) % clocks_.size()];
  }

 private:
  std::array<Clock, 32> clocks_{};
  std::size_t next_ = 0;
};

/// The bursts of one pseudo-channel's data bus that a coming burst may still meet. Reads and writes
/// have different latencies, so that bursts need not come in the order of their commands.
class DataBus {
 public:
  /// What a burst meets: the end of bursts that it overlaps, and the end of bursts of other ranks
  /// plus the gap they need. `kLongAgo` where there are none.
  struct Conflict {
    Clock bus_free = kLongAgo;
    Clock gap_over = kLongAgo;
  };

  /// Bursts of `burst_clocks` that start between `shortest` and `longest` clocks after their
  /// command; `rank_gap` clocks lie between those of two ranks.
  DataBus(Clock burst_clocks, Clock rank_gap, Clock shortest, Clock longest)
      : burst_clocks_(burst_clocks),
        rank_gap_(rank_gap),
        shortest_(shortest),
        // Bursts that do not overlap and that a coming one may meet; more only if some overlap.
        capacity_(static_cast<std::size_t>((longest - shortest + rank_gap) / burst_clocks + 3)) {}

  /// Adds the burst that starts at `start` of a command to `rank` at `clock`.
  Conflict add(Clock clock, Clock start, std::uint32_t rank) {
    const Clock first_coming = clock + shortest_;
    std::erase_if(bursts_, [&](const Burst& burst) {
      return burst.start + burst_clocks_ + rank_gap_ <= first_coming;
    });
    Conflict conflict;
    for (const Burst& burst : bursts_) meet(burst, start, rank, conflict);
    if (bursts_.size() == capacity_) bursts_.erase(bursts_.begin());
    bursts_.push_back({start, rank});
    return conflict;
  }

 private:
  struct Burst {
    Clock start = 0;
    std::uint32_t rank = 0;
  };

  void meet(const Burst& burst, Clock start, std::uint32_t rank, Conflict& conflict) const {
    const Clock end = burst.start + burst_clocks_;
    const Clock distance = start > burst.start ? start - burst.start : burst.start - start;
    if (distance < burst_clocks_) {
      conflict.bus_free = std::max(conflict.bus_free, end);
    } else if (rank != burst.rank && distance < burst_clocks_ + rank_gap_) {
      conflict.gap_over = std::max(conflict.gap_over, end + rank_gap_);
    }
  }

  Clock burst_clocks_;
  Clock rank_gap_;
  Clock shortest_;
  std::size_t capacity_;
  std::vector<Burst> bursts_;
};

/// The refreshes of one rank or bank against their interval. JESD79-3F and JESD79-4B, "Refresh
/// Command": at most 8 REF may be postponed and at most 8 be issued in advance; two REF lie at most
/// 9 intervals apart.
class RefreshHistory {
 public:
  /// The latest clock of the next refresh after the latest one; `kNever` before the first.
  [[nodiscard]] Clock gap_ends(Clock interval) const {
    return latest_ == kLongAgo ? kNever : latest_ + (kMostPostponed + 1) * interval;
  }
  /// The latest clock of the next refresh with 8 postponed: the k-th is due at k intervals.
  [[nodiscard]] Clock postponed_until(Clock interval) const {
    return due(interval) + kMostPostponed * interval;
  }
  /// A refresh more than 8 intervals in advance is not counted.
  void add(Clock clock, Clock interval) {
    latest_ = clock;
    due_ = std::min(due(interval) + interval, clock + (kMostPostponed + 1) * interval);
  }

 private:
  static constexpr Clock kMostPostponed = 8;

  [[nodiscard]] Clock due(Clock interval) const { return due_ == 0 ? interval : due_; }

  Clock latest_ = kLongAgo;
  /// When the next refresh is due; 0 before the first.
  Clock due_ = 0;
};

struct BankHistory {
  Clock activate = kLongAgo;
  Clock read = kLongAgo;
  Clock write = kLongAgo;
  /// By PRE; `RankHistory::precharge_all` has the other way to close a bank.
  Clock precharge = kLongAgo;
  /// By REFPB.
  Clock refresh = kLongAgo;
  /// With per-bank refresh: REFPB and REF.
  RefreshHistory refreshes;
  std::uint32_t row = 0;
  bool is_open = false;
};

struct BankGroupHistory {
  Clock activate = kLongAgo;
  Clock read = kLongAgo;
  Clock write = kLongAgo;
};

struct RankHistory {
  /// By bank group.
  LatestByPlace activate_groups;
  LatestByPlace read_groups;
  LatestByPlace write_groups;
  /// By bank of the rank.
  LatestByPlace activate_banks;
  LatestByPlace refresh_banks;
  ActivateWindow activates;
  Clock precharge = kLongAgo;
  Clock precharge_all = kLongAgo;
  Clock refresh = kLongAgo;
  /// With all-bank refresh.
  RefreshHistory refreshes;
  std::uint32_t open_banks = 0;
};

/// What a channel has done so far.
struct ChannelHistory {
  explicit ChannelHistory(const DramConfig& config) {
    const DramOrganization& o = config.organization;
    const DramTimings& t = config.timings;
    const auto [shortest, longest] = std::minmax({t.tCWL, t.tCL + t.tDQSCK});
    ranks.resize(std::size_t{o.pseudo_channels} * o.ranks);
    groups.resize(ranks.size() * o.bank_groups);
    banks.resize(o.banks());
    reads.assign(o.pseudo_channels, kLongAgo);
    data_buses.assign(o.pseudo_channels, DataBus(o.burst_clocks(), t.tCS, shortest, longest));
  }

  /// Of the latest command.
  Clock clock = 0;
  /// When the command bus is free; where there are two: row commands', column commands'.
  std::array<Clock, 2> bus_free{kLongAgo, kLongAgo};
  /// By rank, bank group and bank in the channel, pseudo-channels outermost.
  std::vector<RankHistory> ranks;
  std::vector<BankGroupHistory> groups;
  std::vector<BankHistory> banks;
  /// By pseudo-channel: its latest read, its data bus.
  std::vector<Clock> reads;
  std::vector<DataBus> data_buses;
};

}  // namespace nzsim
