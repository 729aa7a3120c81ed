#include "sim/memory/latency_histogram.h"

#include <algorithm>
#include <bit>

namespace nzsim {
namespace {

constexpr std::uint64_t kExact = LatencyHistogram::kExact;
constexpr std::uint64_t kHalf = kExact / 2;
constexpr auto kExactBits = static_cast<std::uint32_t>(std::bit_width(kExact) - 1);

/// Buckets of the values in [kExact * 2^(n-1), kExact * 2^n) are kExact + kHalf * (n - 1) and those
/// that follow.
std::size_t bucket_of(std::uint64_t value) {
  if (value < kExact) return value;
  const auto shift = static_cast<std::uint32_t>(std::bit_width(value)) - kExactBits;
  return shift * kHalf + (value >> shift);
}

/// The largest value of a bucket.
std::uint64_t last_of(std::size_t bucket) {
  if (bucket < kExact) return bucket;
  const std::uint64_t shift = bucket / kHalf - 1;
  const std::uint64_t high = bucket - shift * kHalf;
  return (high << shift) + ((std::uint64_t{1} << shift) - 1);
}

}  // namespace

void LatencyHistogram::record(std::uint64_t value) {
  const std::size_t bucket = bucket_of(value);
  if (bucket >= counts_.size()) counts_.resize(bucket + 1, 0);
  ++counts_[bucket];
  ++count_;
  minimum_ = std::min(minimum_, value);
  maximum_ = std::max(maximum_, value);
  sum_ += static_cast<double>(value);
}

double LatencyHistogram::mean() const {
  return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_);
}

std::uint64_t LatencyHistogram::percentile(std::uint32_t percent) const {
  const std::uint64_t rank = count_ / 100 * percent + (count_ % 100 * percent + 99) / 100;
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= rank && seen > 0) return std::min(last_of(bucket), maximum_);
  }
  return maximum_;
}

}  // namespace nzsim
