#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/workload/quantization.h"

namespace nzsim::systolic {

/// `nzsim::rescale` for loops that the compiler vectorises: no branch, no division, and shifts of
/// unsigned numbers alone, which every instruction set has.
///
/// With p = value x multiplier and half = 2^(shift - 1), halves away from zero are
/// floor((p + half - (p < 0)) / 2^shift). Adding 2^62, a multiple of 2^shift that exceeds |p|,
/// makes the dividend positive; 2^62 / 2^shift is taken off afterwards, in 32 bits.
class Rescaling {
 public:
  /// Shifts from which on no result leaves 32 bits, for values of 32 and of 8 bits: 2^31 x 2^31 /
  /// 2^31 and 2^7 x 2^31 / 2^8. Below, and at a shift of 0, `rescale` is to be used.
  static constexpr int kSmallestShift32 = 31;
  static constexpr int kSmallestShift8 = 8;

  explicit Rescaling(Requantization factor)
      : multiplier_(factor.multiplier),
        addend_((std::uint64_t{1} << 62) + (std::uint64_t{1} << (factor.shift - 1))),
        offset_(static_cast<std::uint32_t>((std::uint64_t{1} << 62) >> factor.shift)),
        shift_(factor.shift) {}

  [[gnu::always_inline]] [[nodiscard]] std::int32_t operator()(std::int32_t value) const {
    const auto product = static_cast<std::uint64_t>(std::int64_t{value} * multiplier_);
    const std::uint64_t scaled = (product + addend_ - (product >> 63)) >> shift_;
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(scaled) - offset_);
  }

 private:
  std::int32_t multiplier_;
  std::uint64_t addend_;
  std::uint32_t offset_;
  int shift_;
};

/// Whether the factor is 1, so that values in [-127, 127] stay as they are.
[[nodiscard]] inline bool is_identity(Requantization factor) { return factor == Requantization{}; }

}  // namespace nzsim::systolic
