#pragma once

#include <cstdint>

#include "sim/workload/matrix.h"
#include "workloads/compress/sparse_matrix.h"

namespace nzsim {

/// A matrix whose weights come from a codebook, and what that cost.
struct SharedWeights {
  CompressedMatrix matrix;
  /// Whether every weight kept its value.
  bool exact = true;
  /// Root mean square over the non-zeros of (shared - original weight).
  double root_mean_square_error = 0.0;
  /// Largest magnitude of (shared - original weight).
  double largest_error = 0.0;
};

/// Gives `weights` a codebook of at most `entries` values, [2, 65536], its zero (entry 0) included.
///
/// Where there are few enough distinct values, they are the codebook, ascending. Otherwise the
/// non-zeros are clustered by k-means with linear initialisation: centroids evenly spaced from the
/// smallest to the largest weight, then assignment and mean in turn until no weight changes its
/// centroid (Han et al., "Deep Compression", ICLR 2016, Section 3). Zero stays apart, so that
/// pruned weights stay pruned. A centroid that no weight chooses keeps its place. The result
/// depends on the values alone. Time: one sort of the non-zeros, then per iteration a search per
/// centroid.
[[nodiscard]] SharedWeights share_weights(const SparseMatrix& weights, std::uint32_t entries);

}  // namespace nzsim
