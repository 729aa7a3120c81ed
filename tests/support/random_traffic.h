#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/memory/config.h"
#include "tests/support/stepped_channel.h"

namespace nzsim::test {

/// A DRAM channel and requests to it, drawn from a seed.
struct RandomTraffic {
  DramConfig config;
  std::vector<BurstRequest> requests;
  /// Both in words, for the message of a failing test.
  std::string description;
};

/// Draws an organisation of up to 32 banks, timings that do not contradict each other, a controller
/// and a mapping with and without hashes, and `count` requests of one burst to few rows:
/// sequential, scattered, in gusts and with pauses, reads and writes of the same places.
[[nodiscard]] RandomTraffic random_traffic(std::uint64_t seed, std::size_t count);

}  // namespace nzsim::test
