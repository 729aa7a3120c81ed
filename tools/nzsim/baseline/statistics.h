#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace nzsim::baseline {

/// How far apart repetitions of one measurement lie.
struct Spread {
  double minimum = 0.0;
  double lower_quartile = 0.0;
  double median = 0.0;
  double upper_quartile = 0.0;
  double maximum = 0.0;
};

/// The spread of at least one value. Quantiles between two values are interpolated linearly
/// (Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, definition 7).
[[nodiscard]] Spread spread_of(std::vector<double> values);

/// One repetition.
struct Sample {
  double wall_seconds = 0.0;
  /// Of all threads together.
  double cpu_seconds = 0.0;
  /// Wall time over CPU time of the thread that was interrupted most; see `stretch_of`.
  double stretch = 1.0;
};

/// All repetitions of one kernel.
struct Timing {
  std::size_t repetitions = 0;
  Spread wall;
  Spread cpu;
  /// Median of the samples' stretches.
  double stretch = 1.0;

  /// Whether something else ran in the place of the kernel: `stretch` is above `kLargestStretch`,
  /// or the median wall time is that much above the smallest one, as where threads start late.
  [[nodiscard]] bool is_noisy() const;
};

/// Assumption: a kernel that takes a fifth longer than its CPU time, or mostly a fifth longer than
/// it can, was interrupted by others.
inline constexpr double kLargestStretch = 1.2;
/// Assumption: a machine with more than one task waiting for every second core disturbs.
inline constexpr double kLargestLoadPerCore = 0.5;

/// Wall time over CPU time of one thread; 1 where the clock did not move.
[[nodiscard]] double stretch_of(double wall_seconds, double cpu_seconds);

/// Whether the load average of a machine is above `kLargestLoadPerCore`.
[[nodiscard]] bool is_loaded(double load_average, std::size_t cores);

/// The timing of at least one sample.
[[nodiscard]] Timing timing_of(std::span<const Sample> samples);

}  // namespace nzsim::baseline
