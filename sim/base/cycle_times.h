#pragma once

#include <cstdint>

namespace nzsim {

/// When the cycles of a clock begin, in femtoseconds since the start: cycle k at
/// floor(k / frequency), so that no error adds up.
class CycleTimes {
 public:
  /// `frequency_hz` is rounded to whole hertz, at least 1.
  explicit CycleTimes(double frequency_hz);

  [[nodiscard]] std::int64_t femtoseconds(std::uint64_t cycle) const;
  /// The first cycle that begins at or after `femtoseconds`, which is not negative.
  [[nodiscard]] std::uint64_t first_cycle_at(std::int64_t femtoseconds) const;

 private:
  std::uint64_t frequency_hz_;
};

}  // namespace nzsim
