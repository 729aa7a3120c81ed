#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/nzsim/baseline/calibration.h"
#include "tools/nzsim/baseline/result.h"

namespace nzsim::baseline {
namespace {

using Json = nlohmann::ordered_json;
using platform::Attainable;
using platform::Calibration;
using platform::Figure;
using platform::NumberType;
using platform::Platform;

/// Four digits.
double rounded(double value) { return std::stod(fmt::format("{:.4g}", value)); }

std::string machine_of(const Result& result) {
  return fmt::format("{}, {} of {} hardware threads",
                     result.host.cpu.value_or("CPU of unknown model"), result.threads,
                     result.host.cores);
}

/// Which BLAS computed what is dense.
std::string blas_of(const Result& result) {
  if (!result.blas) return "no BLAS, so nothing dense";
  std::string text = fmt::format("dense by {}", result.blas->version.value_or(result.blas->name));
  if (result.blas->core) text += fmt::format(", core {}", *result.blas->core);
  text += result.blas->threads ? fmt::format(", threads: {}", *result.blas->threads)
                               : ", threads: unknown";
  return text;
}

/// Behind the source of a number that others had a part in.
std::string noise_of(const Result& result, const Timing& timing) {
  return timing.is_noisy() || result.host.is_busy() ? "; noisy: the computer was busy" : "";
}

std::string bandwidth_source(const Result& result) {
  const Peaks& peaks = result.peaks;
  const Peak& best = peaks.triad.per_second() >= peaks.read.per_second() ? peaks.triad : peaks.read;
  return fmt::format(
      "Measured by nzsim baseline host on {}: the faster of triad, {:.4g} GB/s, and read, {:.4g} "
      "GB/s, over arrays three times the last cache; fastest of {} repetitions{}",
      machine_of(result), 1e-9 * peaks.triad.per_second(), 1e-9 * peaks.read.per_second(),
      best.timing.repetitions, noise_of(result, best.timing));
}

platform::Rate rate_of(const Result& result) {
  const Peaks& peaks = result.peaks;
  platform::Rate rate;
  rate.type = NumberType::float32;
  rate.operations_per_second = 1e12 * rounded(1e-12 * peaks.rate.per_second());
  rate.source = fmt::format(
      "Measured by nzsim baseline host on {}: independent multiply-adds in registers, {} "
      "instructions; fastest of {} repetitions{}",
      machine_of(result), to_string(peaks.instruction_set), peaks.rate.timing.repetitions,
      noise_of(result, peaks.rate.timing));
  return rate;
}

Json json_of(const Figure& figure) { return {{"value", figure.value}, {"source", figure.source}}; }

void add(Json& json, const char* key, const std::optional<Figure>& figure) {
  if (figure) json[key] = json_of(*figure);
}

Json json_of(const Attainable& attainable) {
  Json json = Json::object();
  if (attainable.bandwidth_fraction != 1.0) {
    json["bandwidth_fraction"] = attainable.bandwidth_fraction;
  }
  if (attainable.rate_fraction != 1.0) json["rate_fraction"] = attainable.rate_fraction;
  return json;
}

Json json_of(const Calibration& calibration) {
  Json json = {{"launch_us", 1e6 * calibration.launch_seconds}};
  for (const Attainable& entry : calibration.kernels) {
    json[std::string(to_string(entry.kernel))] = json_of(entry);
  }
  if (calibration.errors) {
    json["mean_error_percent"] = {{"calibrating", calibration.errors->calibrating_percent},
                                  {"judging", calibration.errors->judging_percent}};
  }
  json["source"] = calibration.source;
  return json;
}

void set_sizes(const Host& host, Platform& platform) {
  if (host.memory_bytes) {
    platform.memory_gigabytes =
        Figure{rounded(1e-9 * static_cast<double>(*host.memory_bytes)), false,
               "MemTotal of Linux, which leaves out what the kernel keeps"};
  }
  if (host.last_cache_bytes) {
    constexpr double kMebibyte = 1U << 20U;
    platform.on_chip_mebibytes =
        Figure{rounded(static_cast<double>(*host.last_cache_bytes) / kMebibyte), false,
               "Largest cache of the first core, as Linux reports it"};
  }
}

}  // namespace

Platform platform_of(const Result& result) {
  Platform platform;
  platform.name = "host";
  platform.description = fmt::format("{}; {}", machine_of(result), blas_of(result));
  platform.processors =
      Figure{static_cast<double>(result.threads), false, "Threads of the measurement"};
  platform.memory_gigabytes_per_second =
      Figure{rounded(1e-9 * result.peaks.bytes_per_second()), false, bandwidth_source(result)};
  set_sizes(result.host, platform);
  if (result.peaks.busy_watts) {
    platform.busy_watts = Figure{rounded(*result.peaks.busy_watts), false,
                                 "Measured: energy counters (RAPL) of all packages, memory modules "
                                 "not counted, while all threads read memory"};
  }
  platform.rates.push_back(rate_of(result));
  const std::vector<MeasuredTime> times = measured_times(result.points);
  if (result.caches == Caches::cold && !times.empty()) {
    platform.calibration = calibrate(platform, times);
    platform.calibration->source += fmt::format("; {}", blas_of(result));
  }
  return platform;
}

std::string platform_json(const Result& result) {
  const Platform platform = platform_of(result);
  Json json = {{"name", platform.name},
               {"description", platform.description},
               {"kind", to_string(platform.kind)}};
  add(json, "processors", platform.processors);
  add(json, "memory_gigabytes_per_second", platform.memory_gigabytes_per_second);
  add(json, "memory_gigabytes", platform.memory_gigabytes);
  add(json, "on_chip_mebibytes", platform.on_chip_mebibytes);
  add(json, "busy_watts", platform.busy_watts);
  for (const platform::Rate& rate : platform.rates) {
    json["rates"].push_back(
        {{"type", to_string(rate.type)},
         {"tera_operations_per_second", rounded(1e-12 * rate.operations_per_second)},
         {"source", rate.source}});
  }
  if (platform.calibration) json["calibration"] = json_of(*platform.calibration);
  return json.dump(2) + "\n";
}

}  // namespace nzsim::baseline
