#pragma once

#include <cstdint>
#include <vector>

namespace nzsim {

/// A distribution of whole numbers in bounded memory. Values below `kExact` are counted one by one;
/// above, each power of two is cut into `kExact / 2` equal buckets, so that a bucket is at most
/// 2 / `kExact` (0.05 %) of its values wide.
class LatencyHistogram {
 public:
  static constexpr std::uint64_t kExact = 4096;

  void record(std::uint64_t value);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Exact, whatever the buckets; 0 where nothing was recorded.
  [[nodiscard]] std::uint64_t minimum() const { return count_ == 0 ? 0 : minimum_; }
  [[nodiscard]] std::uint64_t maximum() const { return maximum_; }
  [[nodiscard]] double mean() const;
  /// By nearest rank, the least value that at least `percent` of a hundred samples do not exceed,
  /// `percent` in [1, 100]. From `kExact` on, the largest value of its bucket or the maximum. 0
  /// where nothing was recorded.
  [[nodiscard]] std::uint64_t percentile(std::uint32_t percent) const;

 private:
  /// Counts by bucket, as far as the largest value so far.
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t minimum_ = UINT64_MAX;
  std::uint64_t maximum_ = 0;
  /// Sum of the values; of 2^53 and more it is rounded.
  double sum_ = 0.0;
};

}  // namespace nzsim
