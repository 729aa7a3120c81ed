#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/memory/command.h"
#include "sim/memory/memory.h"

namespace nzsim {

/// What a rank draws its background current for, and when it must be refreshed.
///
/// Every clock is in one state: REF in progress; active, while some bank is open or refreshed
/// alone; else precharged. States are added up when they change, so that idle time costs nothing.
class RankState {
 public:
  [[nodiscard]] std::uint32_t open_banks() const { return open_banks_; }

  void open_bank(Clock clock) {
    account(clock);
    ++open_banks_;
  }
  void close_banks(Clock clock, std::uint32_t banks) {
    account(clock);
    open_banks_ -= banks;
  }
  void begin_refresh(Clock clock, Clock duration) {
    account(clock);
    refreshing_until_ = clock + duration;
  }
  void begin_bank_refresh(Clock clock, Clock duration) {
    account(clock);
    active_until_ = std::max(active_until_, clock + duration);
  }
  /// The same as `count` refreshes, one each `interval` clocks from `first` on, of an idle rank.
  void repeat_refresh(Clock first, std::uint64_t count, Clock interval, Clock duration);
  void repeat_bank_refresh(Clock first, std::uint64_t count, Clock interval, Clock duration);

  /// Adds the states of the clocks before `clock` to `counters`.
  void add_to(ChannelCounters& counters, Clock clock) const;

 private:
  void account(Clock clock);

  std::uint32_t open_banks_ = 0;
  Clock since_ = 0;
  Clock active_until_ = 0;
  Clock refreshing_until_ = 0;
  std::uint64_t active_clocks_ = 0;
  std::uint64_t precharged_clocks_ = 0;
  std::uint64_t refreshing_clocks_ = 0;
};

}  // namespace nzsim
