#pragma once

#include <cstdint>

namespace nzsim {

/// Notices that nothing happens any more. It keeps the cycle of the last progress, not a countdown.
class Watchdog {
 public:
  /// Cycles without progress after which a simulation counts as stuck.
  /// Assumption: far above any latency of a machine modelled here, a second or less of host time.
  static constexpr std::uint64_t kDefaultLimit = 1'000'000;

  explicit Watchdog(std::uint64_t limit = kDefaultLimit) : limit_(limit) {}

  void note_progress(std::uint64_t cycle) { last_progress_ = cycle; }
  /// Whether more than the limit's cycles have passed at `cycle` since the last progress.
  [[nodiscard]] bool is_expired(std::uint64_t cycle) const {
    return cycle - last_progress_ > limit_;
  }
  [[nodiscard]] std::uint64_t limit() const { return limit_; }
  [[nodiscard]] std::uint64_t last_progress() const { return last_progress_; }

 private:
  std::uint64_t limit_;
  std::uint64_t last_progress_ = 0;
};

}  // namespace nzsim
