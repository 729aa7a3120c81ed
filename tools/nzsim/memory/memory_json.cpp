#include <nlohmann/json.hpp>

#include "tools/nzsim/memory/memory_report.h"

namespace nzsim::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNanosecondsPerFemtosecond = 1e-6;

template <class Value>
Json optional(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

double nanoseconds(Femtoseconds time) {
  return static_cast<double>(time) * kNanosecondsPerFemtosecond;
}

/// What was played; what was left out of the command line is null.
Json traffic_json(const MemoryRequest& request) {
  if (request.trace) {
    return {{"trace", *request.trace},
            {"format", request.format == TraceFormat::nzsim ? "nzsim" : "dramsim3"}};
  }
  const Traffic& traffic = request.traffic;
  return {{"stream", traffic_patterns().at(static_cast<std::size_t>(traffic.pattern))},
          {"requests", traffic.requests},
          {"bytes", optional(traffic.bytes)},
          {"stride", optional(traffic.stride)},
          {"span", optional(traffic.span)},
          {"write_share", optional(traffic.write_share)},
          {"seed", traffic.seed},
          {"interval_clocks", optional(traffic.interval)}};
}

Json latency_json(const LatencyHistogram& latency, double unit) {
  const auto scaled = [&](double ticks) { return ticks * unit; };
  const auto percentile = [&](std::uint32_t percent) {
    return scaled(static_cast<double>(latency.percentile(percent)));
  };
  return {{"minimum", scaled(static_cast<double>(latency.minimum()))},
          {"mean", scaled(latency.mean())},
          {"p50", percentile(50)},
          {"p95", percentile(95)},
          {"p99", percentile(99)},
          {"maximum", scaled(static_cast<double>(latency.maximum()))}};
}

Json read_latency_json(const LatencyHistogram& latency, const MemoryFigures& figures) {
  if (latency.count() == 0) return nullptr;
  return {{"reads", latency.count()},
          {"clocks", figures.clock ? latency_json(latency, 1.0) : Json(nullptr)},
          {"ns", latency_json(latency, nanoseconds(figures.tick))}};
}

Json counters_json(const ChannelCounters& counters, Femtoseconds clock) {
  const std::uint64_t reads = counters.reads + counters.forwarded_reads;
  Json json = {{"reads", counters.reads},
               {"writes", counters.writes},
               {"forwarded_reads", counters.forwarded_reads},
               {"row_hits", counters.row_hits},
               {"row_misses", counters.row_misses},
               {"row_conflicts", counters.row_conflicts},
               {"activates", counters.activates},
               {"precharges", counters.precharges},
               {"refreshes", counters.refreshes},
               {"bank_refreshes", counters.bank_refreshes},
               {"busy_cycles", counters.busy_clocks},
               {"bytes", counters.bytes},
               {"average_read_latency_ns", nullptr},
               {"active_rank_cycles", counters.active_clocks},
               {"precharged_rank_cycles", counters.precharged_clocks},
               {"refreshing_rank_cycles", counters.refreshing_clocks},
               {"cycles", counters.clocks}};
  if (reads > 0) {
    json["average_read_latency_ns"] = static_cast<double>(counters.read_latency_clocks) /
                                      static_cast<double>(reads) * nanoseconds(clock);
  }
  return json;
}

Json energy_json(const MemoryOutcome& outcome, const MemoryFigures& figures) {
  if (!outcome.energy) return nullptr;
  Json rows = Json::array();
  for (const EnergyRow& row : *outcome.energy) {
    rows.push_back({{"component", row.component},
                    {"action", row.action},
                    {"count", row.count},
                    {"picojoules", row.energy.value()},
                    {"provenance", to_string(row.provenance)},
                    {"source", row.source}});
  }
  return {{"joules", *figures.picojoules * 1e-12},
          {"picojoules_per_bit", optional(figures.picojoules_per_bit)},
          {"average_power_watts", optional(figures.watts)},
          {"rows", std::move(rows)}};
}

Json check_json(const std::optional<MemoryCheck>& check) {
  if (!check) return nullptr;
  return {{"commands", check->commands},
          {"violations", check->violations},
          {"first_violations", check->first}};
}

}  // namespace

std::string to_json(const MemoryRequest& request, const MemoryOutcome& outcome) {
  const MemoryConfig& config = request.memory.config;
  const PlayedRequests& played = outcome.played;
  const MemoryFigures figures = figures_of(request, outcome);
  const Femtoseconds counted = request_rules(config).clock;
  Json channels = Json::array();
  for (const ChannelCounters& channel : played.channels) {
    channels.push_back(counters_json(channel, counted));
  }
  const Json json = {
      {"nzsim_version", NZSIM_VERSION},
      {"memory", config.name},
      {"traffic", traffic_json(request)},
      {"outstanding", optional(request.outstanding)},
      {"clock_period_ns", figures.clock ? Json(nanoseconds(*figures.clock)) : Json(nullptr)},
      {"requests", played.requests()},
      {"reads", played.reads},
      {"writes", played.writes},
      {"read_bytes", played.read_bytes},
      {"written_bytes", played.written_bytes},
      {"elapsed_clocks", figures.clock ? Json(played.elapsed() / *figures.clock) : Json(nullptr)},
      {"elapsed_ns", nanoseconds(played.elapsed())},
      {"bytes_per_second", figures.bytes_per_second},
      {"peak_bytes_per_second", figures.peak_bytes_per_second},
      {"peak_share", figures.peak_share},
      {"data_bus_busy_share", figures.busy_share},
      {"read_latency", read_latency_json(played.read_latency, figures)},
      {"counters", counters_json(outcome.total, counted)},
      {"channels", std::move(channels)},
      {"energy", energy_json(outcome, figures)},
      {"check", check_json(outcome.check)},
      {"config", Json::parse(request.memory.resolved)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nzsim::cli
