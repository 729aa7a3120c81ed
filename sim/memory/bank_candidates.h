#pragma once

#include <cstdint>
#include <vector>

#include "sim/memory/command.h"
#include "sim/memory/request_queue.h"
#include "sim/memory/timing_state.h"

namespace nzsim {

/// What a bank's next command for one queue would be.
struct BankCandidate {
  BankIndex bank = 0;
  Command command = Command::activate;
  std::uint8_t bus = 0;
  BurstIndex burst = kNoBurst;
  /// As `Choice::order`.
  std::uint64_t order = 0;
  TimingState::Slots slots{};
};

/// The candidates of all banks for one queue, without gaps and in no order: what the scheduler
/// looks through for its next command.
class BankCandidates {
 public:
  explicit BankCandidates(std::uint32_t banks) : positions_(banks, kNowhere) {}

  [[nodiscard]] const std::vector<BankCandidate>& list() const { return list_; }
  /// The bank's candidate; null where it has none.
  [[nodiscard]] const BankCandidate* of(BankIndex bank) const {
    return positions_[bank] == kNowhere ? nullptr : &list_[positions_[bank]];
  }
  void set(const BankCandidate& candidate);
  void clear(BankIndex bank);
  /// The bank's candidate, which it has, serves another burst with the same command.
  void move_on(BankIndex bank, BurstIndex burst, std::uint64_t order) {
    BankCandidate& candidate = list_[positions_[bank]];
    candidate.burst = burst;
    candidate.order = order;
  }

 private:
  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  std::vector<BankCandidate> list_;
  std::vector<std::uint32_t> positions_;
};

inline void BankCandidates::set(const BankCandidate& candidate) {
  std::uint32_t& position = positions_[candidate.bank];
  if (position == kNowhere) {
    position = static_cast<std::uint32_t>(list_.size());
    list_.push_back(candidate);
  } else {
    list_[position] = candidate;
  }
}

inline void BankCandidates::clear(BankIndex bank) {
  const std::uint32_t position = positions_[bank];
  if (position == kNowhere) return;
  list_[position] = list_.back();
  positions_[list_[position].bank] = position;
  positions_[bank] = kNowhere;
  list_.pop_back();
}

}  // namespace nzsim
