#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/nzsim/baseline/thread_team.h"

namespace nzsim::baseline {

/// Three arrays of numbers that together are three times as large as the last cache: what streams
/// through them comes from memory, and replaces what the caches held before.
class StreamArrays {
 public:
  /// Each array has `numbers` elements; they are first written by the threads that use them.
  StreamArrays(std::size_t numbers, ThreadTeam& team);

  /// a[i] = b[i] + 3 c[i], the part of thread `index` of `threads` (McCalpin's STREAM, triad).
  void triad(std::size_t index, std::size_t threads);
  /// The sum of the same part of all three arrays.
  [[nodiscard]] double read(std::size_t index, std::size_t threads) const;

  /// 12 bytes per element: the fetch of a line that is then overwritten is not counted, as STREAM
  /// does not.
  [[nodiscard]] std::uint64_t triad_bytes() const { return 12 * numbers_; }
  [[nodiscard]] std::uint64_t read_bytes() const { return 12 * numbers_; }
  /// What `triad` leaves in every element of the first array, and the sum over all arrays.
  [[nodiscard]] static float triad_value() { return kSecond + 3.0F * kThird; }
  [[nodiscard]] double sum_after_triad() const;
  /// Whether each element of the first array is `triad_value()`.
  [[nodiscard]] bool is_triad_right() const;

 private:
  static constexpr float kSecond = 0.25F;
  static constexpr float kThird = 0.5F;

  struct Part {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  [[nodiscard]] Part part_of(std::size_t index, std::size_t threads) const;

  std::size_t numbers_;
  /// Not initialised: whoever writes a page first decides which memory of several it is in.
  std::unique_ptr<float[]> first_;
  std::unique_ptr<float[]> second_;
  std::unique_ptr<float[]> third_;
};

}  // namespace nzsim::baseline
