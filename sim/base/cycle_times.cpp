#include "sim/base/cycle_times.h"

#include <algorithm>
#include <cmath>

namespace nzsim {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kFemtosecondsPerSecond = 1'000'000'000'000'000;

}  // namespace

CycleTimes::CycleTimes(double frequency_hz)
    : frequency_hz_(static_cast<std::uint64_t>(std::max(1LL, std::llround(frequency_hz)))) {}

std::int64_t CycleTimes::femtoseconds(std::uint64_t cycle) const {
  return static_cast<std::int64_t>(Wide{cycle} * kFemtosecondsPerSecond / frequency_hz_);
}

std::uint64_t CycleTimes::first_cycle_at(std::int64_t femtoseconds) const {
  const Wide scaled = Wide{static_cast<std::uint64_t>(femtoseconds)} * frequency_hz_;
  return static_cast<std::uint64_t>((scaled + kFemtosecondsPerSecond - 1) / kFemtosecondsPerSecond);
}

}  // namespace nzsim
