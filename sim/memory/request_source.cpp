#include "sim/memory/request_source.h"

namespace nzsim {

RequestRules request_rules(const MemoryConfig& config) {
  RequestRules rules;
  rules.capacity_bytes = config.capacity_bytes();
  if (const auto* dram = std::get_if<DramConfig>(&config.memory)) {
    rules.default_bytes = dram->organization.burst_bytes();
    rules.clock = dram->clock_femtoseconds;
    rules.latency_unit = dram->clock_femtoseconds;
  }
  if (rules.default_bytes > rules.capacity_bytes) rules.default_bytes = rules.capacity_bytes;
  rules.latest_clock = kNever / rules.clock;
  return rules;
}

}  // namespace nzsim
