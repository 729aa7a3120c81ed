#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/nzsim/baseline/result.h"

namespace nzsim::baseline {
namespace {

using Json = nlohmann::ordered_json;

/// Unknown is absent, never zero.
template <class Value>
void add(Json& json, const char* key, const std::optional<Value>& value) {
  if (value) json[key] = *value;
}

Json json_of(const Spread& spread) {
  return {{"minimum", spread.minimum},
          {"lower_quartile", spread.lower_quartile},
          {"median", spread.median},
          {"upper_quartile", spread.upper_quartile},
          {"maximum", spread.maximum}};
}

Json json_of(const Host& host, std::size_t threads) {
  Json json = Json::object();
  add(json, "cpu", host.cpu);
  json["cores"] = host.cores;
  json["threads"] = threads;
  add(json, "governor", host.governor);
  add(json, "load_average", host.load_average);
  add(json, "last_cache_bytes", host.last_cache_bytes);
  add(json, "memory_bytes", host.memory_bytes);
  add(json, "openblas_coretype", host.openblas_coretype);
  json["is_busy"] = host.is_busy();
  return json;
}

Json json_of(const BlasDescription& blas) {
  Json json = {{"name", blas.name}, {"file", blas.file.string()}};
  add(json, "version", blas.version);
  add(json, "core", blas.core);
  add(json, "threads", blas.threads);
  return json;
}

void add_timing(Json& json, const Timing& timing, bool is_busy) {
  json["repetitions"] = timing.repetitions;
  json["wall_seconds"] = json_of(timing.wall);
  json["cpu_seconds"] = json_of(timing.cpu);
  json["stretch"] = timing.stretch;
  json["is_noisy"] = is_busy || timing.is_noisy();
}

Json json_of(const Peaks& peaks, bool is_busy) {
  Json rate = {{"instructions", to_string(peaks.instruction_set)},
               {"gigaoperations_per_second", 1e-9 * peaks.rate.per_second()},
               {"operations", peaks.rate.amount}};
  add_timing(rate, peaks.rate.timing, is_busy);
  Json json = {{"float32", rate}};
  const auto add_bandwidth = [&](const char* key, const Peak& peak) {
    Json bandwidth = {{"gigabytes_per_second", 1e-9 * peak.per_second()}, {"bytes", peak.amount}};
    add_timing(bandwidth, peak.timing, is_busy);
    json[key] = bandwidth;
  };
  add_bandwidth("triad", peaks.triad);
  add_bandwidth("read", peaks.read);
  add(json, "busy_watts", peaks.busy_watts);
  return json;
}

Json json_of(const Point& point, bool is_busy) {
  Json json = {{"network", point.network},
               {"layer", point.layer},
               {"outputs", point.outputs},
               {"inputs", point.inputs},
               {"non_zero_weights", point.non_zero_weights},
               {"weight_density", point.weight_density},
               {"input_density", point.input_density},
               {"batch", point.batch},
               {"kernel", to_string(point.kernel)},
               {"format", format_of(point.kernel)},
               {"caches", to_string(point.caches)},
               {"bytes", point.bytes},
               {"operations", point.operations},
               {"gigaoperations_per_second", 1e-9 * point.operations_per_second()},
               {"gigabytes_per_second", 1e-9 * point.bytes_per_second()},
               {"is_fastest_of_format", point.is_fastest_of_format}};
  add_timing(json, point.timing, is_busy);
  return json;
}

}  // namespace

std::string points_json(const Result& result) {
  const bool is_busy = result.host.is_busy();
  Json json = {{"schema", "nzsim.baseline/1"}, {"nzsim_version", NZSIM_VERSION}, {"kind", "host"}};
  json["host"] = json_of(result.host, result.threads);
  if (result.blas) json["blas"] = json_of(*result.blas);
  json["peaks"] = json_of(result.peaks, is_busy);
  json["points"] = Json::array();
  for (const Point& point : result.points) json["points"].push_back(json_of(point, is_busy));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nzsim::baseline
