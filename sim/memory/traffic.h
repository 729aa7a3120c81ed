#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/memory/request_source.h"

namespace nzsim {

/// Where the requests of generated traffic go.
///
/// `sequential`: one behind the other. `strided`: their first bytes are a stride apart. Both start
/// anew at 0 where the next request would not end within the span. `random` and `mixed`: any
/// multiple of their size in the span, all equally likely. `dependent`: the same, each made once
/// the one before is answered. `conflict`: the same bank of a DRAM, and each time the next row.
enum class TrafficPattern { sequential, strided, random, mixed, dependent, conflict };
/// Their names, in that order.
[[nodiscard]] std::vector<std::string> traffic_patterns();

/// Requests that are made up rather than read from a trace.
struct Traffic {
  TrafficPattern pattern = TrafficPattern::sequential;
  std::uint64_t requests = 100'000;
  /// Bytes of a request; nothing: one burst.
  std::optional<std::uint64_t> bytes = {};
  /// Bytes from one request to the next, of `strided` alone, which needs them.
  std::optional<std::uint64_t> stride = {};
  /// Requests stay below this address; nothing: the memory's capacity. Not of `conflict`.
  std::optional<std::uint64_t> span = {};
  /// Share of writes among the requests; nothing: half of `mixed`, none of the others.
  std::optional<double> write_share = {};
  std::uint64_t seed = 1;
  /// One request each so many clocks, from 0 on; nothing: one right after the other.
  std::optional<Clock> interval = {};
};

/// The requests of `traffic` to a memory. Addresses depend on the seed, but not on the share of
/// writes. Throws `WorkloadError` naming the option (`--stride`) where `traffic` contradicts itself
/// or does not fit the memory.
[[nodiscard]] std::unique_ptr<RequestSource> make_traffic(const Traffic& traffic,
                                                          const MemoryConfig& config);

}  // namespace nzsim
