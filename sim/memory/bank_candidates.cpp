#include "sim/memory/bank_candidates.h"

namespace nzsim {

void BankCandidates::set(const BankCandidate& candidate) {
  std::uint32_t& position = positions_[candidate.bank];
  if (position == kNowhere) {
    position = static_cast<std::uint32_t>(list_.size());
    list_.push_back(candidate);
  } else {
    list_[position] = candidate;
  }
}

void BankCandidates::clear(BankIndex bank) {
  const std::uint32_t position = positions_[bank];
  if (position == kNowhere) return;
  list_[position] = list_.back();
  positions_[list_[position].bank] = position;
  positions_[bank] = kNowhere;
  list_.pop_back();
}

}  // namespace nzsim
