#pragma once

#include <span>
#include <string>
#include <vector>

#include "models/platform/layer_time.h"
#include "models/platform/platform.h"
#include "tools/nzsim/baseline/measurement.h"

namespace nzsim::baseline {

/// A layer's time with one kernel of the platform's model.
struct MeasuredTime {
  std::string network;
  platform::LayerShape shape;
  std::uint64_t batch = 1;
  platform::Format format;
  double seconds = 0.0;
};

/// The medians of the fastest kernels in the formats that the model knows: `dense_fp32` and
/// `csr_fp32`.
[[nodiscard]] std::vector<MeasuredTime> measured_times(std::span<const Point> points);

/// The networks whose layers calibrate where all nine layers of the EIE paper, and no others, were
/// measured; the other six judge them, as in docs/platforms.md.
[[nodiscard]] bool is_eie_benchmark(std::span<const MeasuredTime> times);
[[nodiscard]] bool calibrates(const std::string& network);

/// The fractions of the peaks of `platform` with the smallest sum of squared logarithms of model
/// over measurement: of the bandwidth for a batch of 1, of the rate for others. With the other of
/// the two terms smaller, the logarithm for layer i is log(a_i) - log(f), with f the fraction and
/// a_i the one that this layer attains, bytes / (bandwidth x seconds) or operations / (rate x
/// seconds); the sum of their squares is smallest where log(f) is the mean of log(a_i): f is the
/// geometric mean of what the layers attain. It rises on both sides of it, so that 1, where the
/// mean is above, is the best fraction that is none above the peak.
///
/// Errors are those of `layer_time` with these fractions. `times` are in float32.
[[nodiscard]] platform::Calibration calibrate(const platform::Platform& platform,
                                              std::span<const MeasuredTime> times);

}  // namespace nzsim::baseline
