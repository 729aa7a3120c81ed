#include "sim/stats/timeline.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace nzsim {

void Timeline::add(std::size_t part, std::uint64_t cycle, std::uint64_t count) {
  if (count == 0) return;
  const std::uint64_t end = cycle + count;
  cover(end);
  end_ = std::max(end_, end);
  std::uint64_t* const windows = counts_.data() + part * kWindows;
  while (cycle < end) {
    const std::uint64_t window = cycle >> window_shift_;
    const std::uint64_t next = std::min(end, (window + 1) << window_shift_);
    windows[window] += next - cycle;
    cycle = next;
  }
}

void Timeline::end(std::uint64_t cycles) {
  SIM_ASSERT(end_ <= cycles, "timeline", end_, "a count behind the end, cycle {}", cycles);
  if (cycles > 0) cover(cycles);
  end_ = cycles;
}

std::span<const std::uint64_t> Timeline::of(std::size_t part) const {
  const std::uint64_t windows = end_ == 0 ? 0 : ((end_ - 1) >> window_shift_) + 1;
  return std::span(counts_).subspan(part * kWindows, windows);
}

void Timeline::cover(std::uint64_t cycles) {
  while ((cycles - 1) >> window_shift_ >= kWindows) merge_neighbours();
}

void Timeline::merge_neighbours() {
  for (std::size_t part = 0; part < parts_; ++part) {
    std::uint64_t* const windows = counts_.data() + part * kWindows;
    for (std::size_t window = 0; window < kWindows / 2; ++window) {
      windows[window] = windows[2 * window] + windows[2 * window + 1];
    }
    std::fill(windows + kWindows / 2, windows + kWindows, std::uint64_t{0});
  }
  ++window_shift_;
}

}  // namespace nzsim
