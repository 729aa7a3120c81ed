#include <algorithm>

#include <fmt/format.h>

#include "tools/nzsim/baseline/result.h"

namespace nzsim::baseline {
namespace {

std::string blas_line(const Result& result) {
  if (!result.blas) return kNoBlas;
  std::string line = fmt::format("{} ({})", result.blas->version.value_or(result.blas->name),
                                 result.blas->file.string());
  if (result.blas->core) line += fmt::format(", core {}", *result.blas->core);
  line += result.blas->threads ? fmt::format(", threads: {}", *result.blas->threads)
                               : ", threads: unknown";
  return line;
}

std::string host_lines(const Result& result) {
  const Host& host = result.host;
  std::string text = fmt::format("cpu       {}, {} of {} hardware threads\n",
                                 host.cpu.value_or("unknown"), result.threads, host.cores);
  text += fmt::format("governor  {}\n", host.governor.value_or("unknown"));
  text += host.load_average ? fmt::format("load      {:.2f}\n", *host.load_average)
                            : std::string("load      unknown\n");
  text += fmt::format("blas      {}\n", blas_line(result));
  if (host.openblas_coretype) {
    text += fmt::format("          OPENBLAS_CORETYPE={}\n", *host.openblas_coretype);
  }
  return text;
}

const char* mark_of(bool is_noisy) { return is_noisy ? "  noisy" : ""; }

std::string peak_lines(const Result& result) {
  const Peaks& peaks = result.peaks;
  const bool is_busy = result.host.is_busy();
  std::string text = fmt::format("peak      {:.4g} GOP/s float32, {}{}\n",
                                 1e-9 * peaks.rate.per_second(), to_string(peaks.instruction_set),
                                 mark_of(is_busy || peaks.rate.timing.is_noisy()));
  text += fmt::format(
      "memory    triad {:.4g} GB/s{}, read {:.4g} GB/s{}\n", 1e-9 * peaks.triad.per_second(),
      mark_of(is_busy || peaks.triad.timing.is_noisy()), 1e-9 * peaks.read.per_second(),
      mark_of(is_busy || peaks.read.timing.is_noisy()));
  text += peaks.busy_watts ? fmt::format("power     {:.4g} W\n", *peaks.busy_watts)
                           : std::string("power     unknown\n");
  return text;
}

/// The network's name, and the layer's where that is another.
std::string name_of(const Point& point) {
  return point.network == point.layer ? point.network : point.network + ": " + point.layer;
}

std::string point_lines(const Result& result) {
  const std::vector<Point>& points = result.points;
  const bool is_busy = result.host.is_busy();
  std::size_t width = std::string_view("layer").size();
  for (const Point& point : points) width = std::max(width, name_of(point).size());
  std::string text = fmt::format(
      "{:<{}}  {:>5}  {:<13}   {:>11}  {:>11}  {:>11}  {:>6}  {:>9}  {:>8}\n", "layer", width,
      "batch", "kernel", "median, us", "minimum, us", "quartiles", "times", "GOP/s", "GB/s");
  for (const Point& point : points) {
    const Spread& wall = point.timing.wall;
    const double spread = 100.0 * (wall.upper_quartile - wall.lower_quartile) / wall.median;
    text += fmt::format(
        "{:<{}}  {:>5}  {:<13} {} {:>11.1f}  {:>11.1f}  {:>9.0f} %  {:>6}  {:>9.2f}  {:>8.2f}{}\n",
        name_of(point), width, point.batch, to_string(point.kernel),
        point.is_fastest_of_format ? '*' : ' ', 1e6 * wall.median, 1e6 * wall.minimum, spread,
        point.timing.repetitions, 1e-9 * point.operations_per_second(),
        1e-9 * point.bytes_per_second(), mark_of(is_busy || point.timing.is_noisy()));
  }
  return text;
}

}  // namespace

std::string text_of(const Result& result) {
  return fmt::format(
      "{}{}\n{}* fastest kernel of its format. Caches {}; rates by the median; quartiles: their "
      "distance over the median.\n",
      host_lines(result), peak_lines(result), point_lines(result), to_string(result.caches));
}

std::vector<std::string> warnings_of(const Result& result) {
  std::vector<std::string> warnings;
  if (result.host.is_busy()) {
    warnings.push_back(fmt::format(
        "this computer is busy: expected a load average of at most {} per core, got {:.2f} on {} "
        "cores; all times are marked noisy",
        kLargestLoadPerCore, *result.host.load_average, result.host.cores));
  }
  const auto noisy = std::count_if(result.points.begin(), result.points.end(),
                                   [](const Point& point) { return point.timing.is_noisy(); }) +
                     result.peaks.rate.timing.is_noisy() + result.peaks.triad.timing.is_noisy() +
                     result.peaks.read.timing.is_noisy();
  if (noisy > 0) {
    warnings.push_back(fmt::format(
        "{} of {} measurements are noisy: their threads waited, or half of their repetitions took, "
        "more than {:.0f} % longer than they can",
        noisy, result.points.size() + 3, 100.0 * (kLargestStretch - 1.0)));
  }
  if (!result.blas) warnings.push_back(fmt::format("BLAS: {}", kNoBlas));
  return warnings;
}

}  // namespace nzsim::baseline
