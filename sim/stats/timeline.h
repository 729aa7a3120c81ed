#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nzsim {

/// What a counter of each of some parts (PEs) counts over time: cycles, in windows of equal length.
///
/// A window is one cycle long at first. Where a cycle lies behind the last window, neighbours are
/// merged and windows become twice as long, so that memory is bounded. What `end` leaves is a pure
/// function of the (part, cycle) pairs and of the end: no order of recording changes it. The length
/// is the smallest power of two, W, with end <= `kWindows` x W; from 65 cycles on there are
/// `kWindows` / 2 + 1 windows at least, the last of which may be cut short by the end.
class Timeline {
 public:
  /// Assumption: fine enough to see the phases of a layer, and few enough for one screen.
  static constexpr std::size_t kWindows = 128;

  explicit Timeline(std::size_t parts) : counts_(parts * kWindows), parts_(parts) {}

  /// Counts the cycles [cycle, cycle + count) of part `part`, of which none may be counted yet.
  void add(std::size_t part, std::uint64_t cycle, std::uint64_t count = 1);

  /// The time is [0, `cycles`), which holds all that was counted. Called once, behind the last
  /// `add`.
  void end(std::uint64_t cycles);

  [[nodiscard]] std::size_t parts() const { return parts_; }
  /// Cycles of each window but the last.
  [[nodiscard]] std::uint64_t window_cycles() const { return std::uint64_t{1} << window_shift_; }
  /// Counts of one part, one per window up to the end.
  [[nodiscard]] std::span<const std::uint64_t> of(std::size_t part) const;

 private:
  /// Makes windows as long as `cycles` ask for.
  void cover(std::uint64_t cycles);
  void merge_neighbours();

  /// `[parts][kWindows]`.
  std::vector<std::uint64_t> counts_;
  std::size_t parts_;
  /// The logarithm of the windows' length.
  unsigned window_shift_ = 0;
  /// The cycle behind the last that was counted; then the end.
  std::uint64_t end_ = 0;
};

}  // namespace nzsim
