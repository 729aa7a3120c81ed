#include "tools/nzsim/memory/memory_run.h"

#include <algorithm>
#include <array>
#include <memory>

#include "sim/base/errors.h"
#include "sim/energy/dram_energy.h"
#include "sim/memory/command_checker.h"
#include "tools/nzsim/memory/command_listeners.h"

namespace nzsim::cli {
namespace {

/// Violations that are shown.
constexpr std::size_t kShownViolations = 10;

std::unique_ptr<RequestSource> source_of(const MemoryRequest& request) {
  const MemoryConfig& config = request.memory.config;
  if (!request.trace) return make_traffic(request.traffic, config);
  return std::make_unique<TraceFile>(*request.trace, request_rules(config), request.format);
}

/// The memory's DRAM. Throws where it is none, as `option` needs one.
const DramConfig& dram_for(const char* option, const MemoryConfig& config) {
  const auto* dram = std::get_if<DramConfig>(&config.memory);
  if (dram == nullptr) {
    throw InputError(option, "", "expected a DRAM, got an ideal memory, which has no commands");
  }
  return *dram;
}

ChannelCounters sum_of(const std::vector<ChannelCounters>& channels) {
  using C = ChannelCounters;
  constexpr std::array kFields{&C::reads,
                               &C::writes,
                               &C::forwarded_reads,
                               &C::row_hits,
                               &C::row_misses,
                               &C::row_conflicts,
                               &C::activates,
                               &C::precharges,
                               &C::refreshes,
                               &C::bank_refreshes,
                               &C::busy_clocks,
                               &C::bytes,
                               &C::active_clocks,
                               &C::precharged_clocks,
                               &C::refreshing_clocks,
                               &C::read_latency_clocks};
  static_assert(sizeof(C) == (kFields.size() + 1) * sizeof(std::uint64_t), "all but the clocks");
  ChannelCounters total;
  for (const ChannelCounters& channel : channels) {
    for (const auto field : kFields) total.*field += channel.*field;
    total.clocks = std::max(total.clocks, channel.clocks);
  }
  return total;
}

std::optional<std::vector<EnergyRow>> energy_rows(const MemoryConfig& config,
                                                  const ChannelCounters& total) {
  const std::optional<EnergyTable> table = dram_energy_table(config);
  if (!table) return {};
  const double clock_hz = 1e15 / static_cast<double>(request_rules(config).clock);
  return energy_of(*table, dram_energy_events(config, total), clock_hz);
}

MemoryCheck result_of(CommandChecker& checker, Clock end) {
  checker.finish(end);
  MemoryCheck check{checker.commands(), checker.violation_count(), {}};
  for (const CommandViolation& violation : checker.violations()) {
    if (check.first.size() == kShownViolations) break;
    check.first.push_back(to_string(violation));
  }
  return check;
}

}  // namespace

MemoryOutcome run_memory(const MemoryRequest& request) {
  const MemoryConfig& config = request.memory.config;
  const RequestRules rules = request_rules(config);
  const std::unique_ptr<RequestSource> source = source_of(request);
  const std::unique_ptr<Memory> memory = make_memory(config);

  CommandListeners listeners;
  std::optional<CommandFile> file;
  std::optional<CommandChecker> checker;
  if (request.check) listeners.add(checker.emplace(dram_for("--check", config)));
  if (request.commands) {
    dram_for("--commands", config);
    listeners.add(file.emplace(*request.commands));
  }
  if (checker || file) memory->listen(listeners);

  MemoryOutcome outcome;
  outcome.played =
      play(*memory, *source,
           {.clock = rules.clock, .tick = rules.tick, .outstanding = request.outstanding});
  outcome.total = sum_of(outcome.played.channels);
  outcome.energy = energy_rows(config, outcome.total);
  if (file) file->finish();
  if (checker) {
    outcome.check = result_of(*checker, outcome.played.last_completion / rules.clock);
  }
  return outcome;
}

}  // namespace nzsim::cli
