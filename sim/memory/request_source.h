#pragma once

#include <cstdint>
#include <optional>

#include "sim/memory/command.h"
#include "sim/memory/config.h"
#include "sim/memory/memory.h"

namespace nzsim {

/// One request of a trace or generator, and what it waits for.
struct TimedRequest {
  /// Command clock at which it is made; nothing: as soon as those before it leave room.
  std::optional<Clock> clock;
  Access access = Access::read;
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  /// Is made once all requests before it are answered, as the loads of a pointer chase.
  bool after_answers = false;

  friend bool operator==(const TimedRequest&, const TimedRequest&) = default;
};

/// Requests in their order, one after the other: whatever their number, memory is bounded.
class RequestSource {
 public:
  virtual ~RequestSource() = default;
  /// The next request, nothing behind the last. Clocks never decrease. Throws `WorkloadError`
  /// where what it is read from is wrong.
  virtual std::optional<TimedRequest> next() = 0;
};

/// What a memory says about requests to it.
struct RequestRules {
  std::uint64_t capacity_bytes = 0;
  /// Bytes of a request that states none: one burst. An ideal memory has no bursts; assumption: 64,
  /// a cache line.
  std::uint64_t default_bytes = 64;
  /// What clocks of requests count: the command clock. An ideal memory has none; its requests count
  /// nanoseconds.
  Femtoseconds clock = 1'000'000;
  /// What latencies are measured in, and a request without clock waits for: the command clock, or
  /// picoseconds of an ideal memory.
  Femtoseconds tick = 1'000;
  /// Requests that may be unanswered where nobody says how many; nothing: what the memory's queues
  /// and ports hold. An ideal memory takes any number; so many bursts keep it busy.
  std::optional<std::uint64_t> outstanding = {};
  /// The last clock at which a request may be made, far from the end of `Femtoseconds`.
  Clock latest_clock = 0;
};
[[nodiscard]] RequestRules request_rules(const MemoryConfig& config);

}  // namespace nzsim
