#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/nzsim/baseline/blas.h"
#include "tools/nzsim/baseline/problem.h"
#include "tools/nzsim/baseline/stopwatch.h"
#include "tools/nzsim/baseline/stream_kernels.h"

namespace nzsim::baseline {

/// How a layer is computed.
enum class KernelKind { dense_blas, csr_plain, csr_gathering, csc_skipping, csr_batch };

/// As points.json spells it.
[[nodiscard]] std::string_view to_string(KernelKind kind);
/// How its weights lie in memory: `dense_fp32` and `csr_fp32` as in comparisons, or `csc_fp32`.
[[nodiscard]] std::string_view format_of(KernelKind kind);

/// What the caches hold when a kernel starts: other numbers, or the layer's as far as they fit.
enum class Caches { cold, warm };
[[nodiscard]] std::string_view to_string(Caches caches);

/// One layer with one batch by one kernel.
struct Point {
  std::string network;
  std::string layer;
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  std::uint64_t non_zero_weights = 0;
  /// Shares of what is not zero.
  double weight_density = 1.0;
  double input_density = 1.0;
  std::uint32_t batch = 1;
  KernelKind kernel = KernelKind::dense_blas;
  Caches caches = Caches::cold;
  Timing timing;
  /// Weights in their format, inputs and outputs, each once; of `csc_skipping` the columns of
  /// non-zero inputs alone.
  std::uint64_t bytes = 0;
  /// Two per multiply-accumulate that the kernel does.
  std::uint64_t operations = 0;
  /// Whether no other kernel of this format has a smaller median for this layer and batch.
  bool is_fastest_of_format = false;

  [[nodiscard]] double seconds() const { return timing.wall.median; }
  [[nodiscard]] double operations_per_second() const;
  [[nodiscard]] double bytes_per_second() const;
};

/// What layers are measured with.
struct Bench {
  ThreadTeam& team;
  StreamArrays& arrays;
  /// nullptr: dense points are absent.
  const Blas* blas = nullptr;
  Budget budget;
  Caches caches = Caches::cold;
};

/// Measures all kernels of a layer for each of `batches`. Throws `SimulationError` where one
/// computes something wrong.
[[nodiscard]] std::vector<Point> measure(const LayerProblem& problem,
                                         std::span<const std::uint32_t> batches,
                                         const Bench& bench);

/// Sets `is_fastest_of_format` of all points of one layer.
void mark_fastest(std::span<Point> points);

}  // namespace nzsim::baseline
