#include "sim/memory/request_source.h"

#include <algorithm>

namespace nzsim {
namespace {

/// Most requests in flight of an ideal memory. Assumption: a machine has no more, and their books
/// stay small.
constexpr double kMostInFlight = 1 << 20;
/// Beyond those that cover the latency, so that the memory never waits for the next.
constexpr std::uint64_t kSpareInFlight = 16;

/// Bursts that arrive in the time of one latency, and some more.
std::uint64_t bursts_in_flight(const IdealMemoryConfig& config, const RequestRules& rules) {
  const double bytes =
      static_cast<double>(config.latency_femtoseconds) * 1e-15 * config.bytes_per_second;
  const double bursts = std::min(bytes / static_cast<double>(rules.default_bytes), kMostInFlight);
  return static_cast<std::uint64_t>(bursts) + kSpareInFlight;
}

}  // namespace

RequestRules request_rules(const MemoryConfig& config) {
  RequestRules rules;
  rules.capacity_bytes = config.capacity_bytes();
  if (const auto* dram = std::get_if<DramConfig>(&config.memory)) {
    rules.default_bytes = dram->organization.burst_bytes();
    rules.clock = dram->clock_femtoseconds;
    rules.tick = dram->clock_femtoseconds;
  } else {
    rules.outstanding = bursts_in_flight(std::get<IdealMemoryConfig>(config.memory), rules);
  }
  if (rules.default_bytes > rules.capacity_bytes) rules.default_bytes = rules.capacity_bytes;
  rules.latest_clock = kNever / rules.clock;
  return rules;
}

}  // namespace nzsim
