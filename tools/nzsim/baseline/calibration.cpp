#include "tools/nzsim/baseline/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tools/nzsim/eie_benchmark.h"

namespace nzsim::baseline {
namespace {

using platform::Attainable;
using platform::Calibration;
using platform::Format;
using platform::Kernel;
using platform::Layout;
using platform::NumberType;
using platform::Platform;

Kernel kernel_of(const MeasuredTime& time) {
  return platform::kernel_of(time.format.layout, time.batch);
}

bool is_vector(Kernel kernel) {
  return kernel == Kernel::dense_vector || kernel == Kernel::sparse_vector;
}

/// The part of the peak that a measurement attains. `peaks` has no calibration.
double attained(const Platform& peaks, const MeasuredTime& time) {
  const platform::LayerTime bound =
      platform::layer_time(peaks, time.shape, time.format, time.batch);
  const double peak_seconds =
      is_vector(kernel_of(time)) ? bound.memory_seconds : bound.compute_seconds;
  return peak_seconds / time.seconds;
}

/// Four digits, as many as a measurement is worth, and not above 1.
double rounded(double fraction) {
  return std::min(1.0, std::stod(fmt::format("{:.4g}", fraction)));
}

std::optional<Attainable> attainable_of(const Platform& peaks, Kernel kernel,
                                        std::span<const MeasuredTime> times) {
  double logarithms = 0.0;
  std::size_t count = 0;
  for (const MeasuredTime& time : times) {
    if (kernel_of(time) != kernel) continue;
    logarithms += std::log(attained(peaks, time));
    ++count;
  }
  if (count == 0) return {};
  const double fraction = rounded(std::exp(logarithms / static_cast<double>(count)));
  Attainable attainable;
  attainable.kernel = kernel;
  (is_vector(kernel) ? attainable.bandwidth_fraction : attainable.rate_fraction) = fraction;
  return attainable;
}

/// Mean magnitude of model over measurement less one, in percent, to one decimal.
double mean_error_percent(const Platform& platform, std::span<const MeasuredTime> times) {
  double errors = 0.0;
  for (const MeasuredTime& time : times) {
    const double seconds =
        platform::layer_time(platform, time.shape, time.format, time.batch).seconds;
    errors += std::abs(seconds / time.seconds - 1.0);
  }
  return std::round(1000.0 * errors / static_cast<double>(times.size())) / 10.0;
}

std::string source_of(std::span<const MeasuredTime> times, bool has_judges) {
  std::set<std::string> networks;
  for (const MeasuredTime& time : times) networks.insert(time.network);
  return fmt::format(
      "Measured by nzsim baseline host: medians of the fastest kernels of each format. Smallest "
      "sum of squared logarithms of model over measurement, which the geometric mean of the "
      "attained fractions has, on the layers of {}{}. No call launches anything: 0 us",
      fmt::join(networks, ", "),
      has_judges ? "; the other six of the EIE paper judge it" : "; none was left to judge it");
}

}  // namespace

std::vector<MeasuredTime> measured_times(std::span<const Point> points) {
  std::vector<MeasuredTime> times;
  for (const Point& point : points) {
    const std::string_view format = format_of(point.kernel);
    if (!point.is_fastest_of_format || format == "csc_fp32") continue;
    // A matrix without a non-zero is no work that a model could time.
    if (point.non_zero_weights == 0) continue;
    const Layout layout = format == "dense_fp32" ? Layout::dense : Layout::compressed_rows;
    times.push_back({point.network,
                     {point.inputs, point.outputs, point.weight_density},
                     point.batch,
                     {layout, NumberType::float32},
                     point.seconds()});
  }
  return times;
}

bool is_eie_benchmark(std::span<const MeasuredTime> times) {
  std::set<std::string> networks;
  for (const MeasuredTime& time : times) networks.insert(time.network);
  return networks == std::set<std::string>(kEieLayers.begin(), kEieLayers.end());
}

bool calibrates(const std::string& network) {
  return std::find(kCalibrationLayers.begin(), kCalibrationLayers.end(), network) !=
         kCalibrationLayers.end();
}

Calibration calibrate(const Platform& platform, std::span<const MeasuredTime> times) {
  std::vector<MeasuredTime> calibrating(times.begin(), times.end());
  std::vector<MeasuredTime> judging;
  if (is_eie_benchmark(times)) {
    const auto middle =
        std::stable_partition(calibrating.begin(), calibrating.end(),
                              [](const MeasuredTime& time) { return calibrates(time.network); });
    judging.assign(middle, calibrating.end());
    calibrating.erase(middle, calibrating.end());
  }
  Platform fitted = platform;
  fitted.calibration.reset();
  Calibration calibration;
  for (const Kernel kernel :
       {Kernel::dense_vector, Kernel::dense_matrix, Kernel::sparse_vector, Kernel::sparse_matrix}) {
    const auto attainable = attainable_of(fitted, kernel, calibrating);
    if (attainable) calibration.kernels.push_back(*attainable);
  }
  calibration.source = source_of(calibrating, !judging.empty());
  if (judging.empty()) return calibration;
  fitted.calibration = calibration;
  calibration.errors = platform::CalibrationErrors{mean_error_percent(fitted, calibrating),
                                                   mean_error_percent(fitted, judging)};
  return calibration;
}

}  // namespace nzsim::baseline
