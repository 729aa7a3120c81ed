#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/memory/latency_histogram.h"
#include "sim/memory/memory.h"
#include "sim/memory/request_source.h"

namespace nzsim {

/// How requests are played into a memory.
struct PlayerOptions {
  /// What the clocks of requests count, a multiple of `tick`.
  Femtoseconds clock = 1;
  /// Requests are made at multiples of it, and latencies rounded up to them.
  Femtoseconds tick = 1;
  /// Requests that may be unanswered at a time; nothing: what the memory's queues and ports hold.
  std::optional<std::uint64_t> outstanding = {};
  /// A memory that does nothing so often in a row has come to a halt. Assumption: the largest
  /// request moves fewer bursts.
  std::uint64_t most_silent_steps = std::uint64_t{1} << 30;
};

/// Requests that may wait at the ports of a memory, per channel: those that come behind them are
/// made later. Assumption: enough that no channel runs dry.
inline constexpr std::uint64_t kWaitingPerChannel = 16;

/// What came of playing requests.
struct PlayedRequests {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
  /// When the first request was made, and the last answered.
  Femtoseconds first_submission = 0;
  Femtoseconds last_completion = 0;
  /// Of the reads, from being made to being answered, in `PlayerOptions::tick`.
  LatencyHistogram read_latency;
  /// By channel, at the last answer.
  std::vector<ChannelCounters> channels;

  [[nodiscard]] std::uint64_t requests() const { return reads + writes; }
  [[nodiscard]] std::uint64_t bytes() const { return read_bytes + written_bytes; }
  [[nodiscard]] Femtoseconds elapsed() const { return last_completion - first_submission; }
};

/// Plays all requests of `source` into `memory`, which is new, in their order. A request with a
/// clock is made then, or later where the ports, or `outstanding`, leave no room; one without as
/// soon as they do. Memory is bounded whatever the number of requests. Throws what `source` does,
/// and `SimulationError` where the memory answers a request twice or never.
[[nodiscard]] PlayedRequests play(Memory& memory, RequestSource& source,
                                  const PlayerOptions& options);

}  // namespace nzsim
