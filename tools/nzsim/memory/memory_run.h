#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/energy/table.h"
#include "sim/memory/config.h"
#include "sim/memory/player.h"
#include "sim/memory/trace_file.h"
#include "sim/memory/traffic.h"

namespace nzsim::cli {

/// What `nzsim memory` was asked to play, and into what.
struct MemoryRequest {
  ResolvedMemory memory;
  /// The trace; nothing: `traffic`.
  std::optional<std::string> trace;
  TraceFormat format = TraceFormat::nzsim;
  Traffic traffic;
  /// Requests that may be unanswered at a time, as the user or the memory's rules say.
  std::optional<std::uint64_t> outstanding;
  /// Where the command trace goes.
  std::optional<std::filesystem::path> commands;
  bool check = false;
};

/// What judging the commands of a run brought.
struct MemoryCheck {
  std::uint64_t commands = 0;
  std::uint64_t violations = 0;
  /// The first of them, one line each.
  std::vector<std::string> first;
};

/// A finished run.
struct MemoryOutcome {
  PlayedRequests played;
  /// All channels together; clocks are those of one channel.
  ChannelCounters total;
  /// Nothing where the memory's energy is unknown.
  std::optional<std::vector<EnergyRow>> energy;
  std::optional<MemoryCheck> check;
};

/// Plays what `request` says. Throws what reading and playing do, and `InputError` where an option
/// needs a DRAM.
[[nodiscard]] MemoryOutcome run_memory(const MemoryRequest& request);

}  // namespace nzsim::cli
