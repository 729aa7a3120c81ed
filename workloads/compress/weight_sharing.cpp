#include "workloads/compress/weight_sharing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

constexpr std::uint32_t kSmallestCodebook = 2;
constexpr std::uint32_t kLargestCodebook = 65536;
/// Assumption: 1-D k-means from linear initialisation converges long before; the bound keeps
/// adversarial inputs finite.
constexpr int kMaximumIterations = 1000;

/// Distinct sorted values, at most `maximum` of them; more are cut off.
std::vector<float> first_distinct(const std::vector<float>& sorted, std::size_t maximum) {
  std::vector<float> distinct;
  for (const float value : sorted) {
    if (!distinct.empty() && distinct.back() == value) continue;
    distinct.push_back(value);
    if (distinct.size() == maximum) break;
  }
  return distinct;
}

/// `count` values evenly spaced from the smallest to the largest of `sorted`.
std::vector<double> linear_centroids(const std::vector<float>& sorted, std::size_t count) {
  const double low = sorted.front();
  const double high = sorted.back();
  if (count == 1) return {low + (high - low) / 2};
  std::vector<double> centroids(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(count - 1);
    centroids[i] = low + (high - low) * share;
  }
  return centroids;
}

/// Offsets into `sorted` where the nearest centroid changes: cluster i is [bounds[i], bounds[i +
/// 1]). A value in the middle of two centroids takes the lower one.
std::vector<std::size_t> cluster_bounds(const std::vector<float>& sorted,
                                        const std::vector<double>& centroids) {
  std::vector<std::size_t> bounds{0};
  for (std::size_t i = 0; i + 1 < centroids.size(); ++i) {
    const double middle = centroids[i] + (centroids[i + 1] - centroids[i]) / 2;
    const auto end = std::upper_bound(
        sorted.begin() + static_cast<std::ptrdiff_t>(bounds.back()), sorted.end(), middle,
        [](double limit, float value) { return limit < static_cast<double>(value); });
    bounds.push_back(static_cast<std::size_t>(end - sorted.begin()));
  }
  bounds.push_back(sorted.size());
  return bounds;
}

std::vector<double> k_means(const std::vector<float>& sorted, std::size_t count) {
  std::vector<double> sums(sorted.size() + 1, 0.0);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    sums[i + 1] = sums[i] + static_cast<double>(sorted[i]);
  }
  std::vector<double> centroids = linear_centroids(sorted, count);
  std::vector<std::size_t> bounds;
  for (int iteration = 0; iteration < kMaximumIterations; ++iteration) {
    std::vector<std::size_t> next = cluster_bounds(sorted, centroids);
    if (next == bounds) break;
    bounds = std::move(next);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t members = bounds[i + 1] - bounds[i];
      if (members == 0) continue;
      const double mean = (sums[bounds[i + 1]] - sums[bounds[i]]) / static_cast<double>(members);
      // Rounding of the sums must not carry a mean out of its cluster: centroids stay in order.
      centroids[i] = std::clamp(mean, static_cast<double>(sorted[bounds[i]]),
                                static_cast<double>(sorted[bounds[i + 1] - 1]));
    }
  }
  return centroids;
}

/// Index of the entry nearest to `value` in `codebook`, ascending from entry 1; halves go down.
std::uint16_t nearest_code(const std::vector<float>& codebook, float value) {
  const auto above = std::lower_bound(codebook.begin() + 1, codebook.end(), value);
  auto nearest = above == codebook.end() ? above - 1 : above;
  if (nearest != codebook.begin() + 1) {
    const double distance_below = static_cast<double>(value) - static_cast<double>(*(nearest - 1));
    const double distance = std::abs(static_cast<double>(*nearest) - static_cast<double>(value));
    if (distance_below <= distance) --nearest;
  }
  return static_cast<std::uint16_t>(nearest - codebook.begin());
}

}  // namespace

SharedWeights share_weights(const SparseMatrix& weights, std::uint32_t entries) {
  if (entries < kSmallestCodebook || entries > kLargestCodebook) {
    throw WorkloadError("codebook entries", "",
                        fmt::format("expected an integer in [{}, {}], got {}", kSmallestCodebook,
                                    kLargestCodebook, entries));
  }
  std::vector<float> sorted = weights.values;
  std::sort(sorted.begin(), sorted.end());
  std::vector<float> codebook{0.0F};
  const std::vector<float> distinct = first_distinct(sorted, entries);
  if (distinct.size() < entries) {
    codebook.insert(codebook.end(), distinct.begin(), distinct.end());
  } else {
    for (const double centroid : k_means(sorted, entries - 1)) {
      codebook.push_back(static_cast<float>(centroid));
    }
  }
  SharedWeights shared;
  double squares = 0.0;
  std::vector<std::uint16_t> codes;
  codes.reserve(weights.values.size());
  for (const float value : weights.values) {
    codes.push_back(nearest_code(codebook, value));
    const double error =
        std::abs(static_cast<double>(codebook[codes.back()]) - static_cast<double>(value));
    squares += error * error;
    shared.largest_error = std::max(shared.largest_error, error);
  }
  shared.exact = shared.largest_error == 0.0;
  if (!codes.empty()) {
    shared.root_mean_square_error = std::sqrt(squares / static_cast<double>(codes.size()));
  }
  shared.matrix = CompressedMatrix{weights.outputs, weights.inputs,   weights.row_starts,
                                   weights.columns, std::move(codes), std::move(codebook)};
  return shared;
}

}  // namespace nzsim
