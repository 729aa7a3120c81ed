#include "sim/memory/refresh_control.h"

namespace nzsim {

RefreshControl::RefreshControl(const DramConfig& config)
    : is_per_bank_(config.controller.refresh == RefreshPolicy::per_bank),
      banks_per_rank_(config.organization.banks_per_rank()) {
  const std::uint32_t ranks = config.organization.pseudo_channels * config.organization.ranks;
  ranks_.resize(ranks);
  if (config.controller.refresh == RefreshPolicy::none) return;
  interval_ = is_per_bank_ ? config.timings.tREFIpb : config.timings.tREFI;
  duration_ = is_per_bank_ ? config.timings.tRFCpb : config.timings.tRFC;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    const std::uint32_t in_pseudo_channel = rank % config.organization.ranks;
    ranks_[rank].due = interval_ + interval_ * in_pseudo_channel / config.organization.ranks;
  }
  find_next_due();
}

bool RefreshControl::mark_due(Clock clock) {
  if (next_due_ > clock) return false;
  for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
    Rank& state = ranks_[rank];
    while (state.due <= clock) {
      state.due += interval_;
      pending_.push_back(is_per_bank_ ? rank * banks_per_rank_ + state.next_bank : rank);
      state.next_bank = state.next_bank + 1 == banks_per_rank_ ? 0 : state.next_bank + 1;
    }
  }
  find_next_due();
  return true;
}

void RefreshControl::done(std::uint32_t rank_or_bank) {
  pending_.erase(std::find(pending_.begin(), pending_.end(), rank_or_bank));
}

std::uint64_t RefreshControl::intervals_before(std::uint32_t rank, Clock until) const {
  const Clock rest = until - 1 - ranks_[rank].due;
  return rest < interval_ ? 0 : static_cast<std::uint64_t>(rest / interval_);
}

void RefreshControl::skip(std::uint32_t rank, std::uint64_t count) {
  Rank& state = ranks_[rank];
  state.due += static_cast<Clock>(count) * interval_;
  state.next_bank =
      static_cast<std::uint32_t>((state.next_bank + count % banks_per_rank_) % banks_per_rank_);
  find_next_due();
}

void RefreshControl::find_next_due() {
  next_due_ = kNever;
  for (const Rank& rank : ranks_) next_due_ = std::min(next_due_, rank.due);
}

}  // namespace nzsim
