#include "sim/memory/rank_state.h"

namespace nzsim {

void RankState::account(Clock clock) {
  const auto spend = [&](Clock until, std::uint64_t& state) {
    const Clock end = std::min(clock, until);
    if (end <= since_) return;
    state += static_cast<std::uint64_t>(end - since_);
    since_ = end;
  };
  spend(refreshing_until_, refreshing_clocks_);
  if (open_banks_ > 0) spend(clock, active_clocks_);
  spend(active_until_, active_clocks_);
  spend(clock, precharged_clocks_);
}

void RankState::repeat_refresh(Clock first, std::uint64_t count, Clock interval, Clock duration) {
  account(first);
  refreshing_clocks_ += count * static_cast<std::uint64_t>(duration);
  precharged_clocks_ += count * static_cast<std::uint64_t>(interval - duration);
  since_ = first + static_cast<Clock>(count) * interval;
}

void RankState::repeat_bank_refresh(Clock first, std::uint64_t count, Clock interval,
                                    Clock duration) {
  account(first);
  active_clocks_ += count * static_cast<std::uint64_t>(duration);
  precharged_clocks_ += count * static_cast<std::uint64_t>(interval - duration);
  since_ = first + static_cast<Clock>(count) * interval;
}

void RankState::add_to(ChannelCounters& counters, Clock clock) const {
  RankState at = *this;
  at.account(clock);
  counters.active_clocks += at.active_clocks_;
  counters.precharged_clocks += at.precharged_clocks_;
  counters.refreshing_clocks += at.refreshing_clocks_;
}

}  // namespace nzsim
