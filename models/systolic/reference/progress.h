#pragma once

#include <cstdint>

namespace nzsim::systolic {

/// How much of the program each unit has done. One unit writes each register, at the clock edge;
/// all may read it during a cycle.
struct Progress {
  /// Matrix unit: multiplications all of whose rows have entered; and those whose sums are all
  /// where they can be read (output stationary: whose fold has left).
  std::uint64_t multiplications = 0;
  std::uint64_t sums = 0;
  /// A wire, to be read at the clock edge alone: what `sums` becomes.
  std::uint64_t next_sums = 0;
  /// Activation unit: activations and vector works that have ended.
  std::uint64_t activations = 0;
  /// Host interface: reads, and transfers in all, that have ended.
  std::uint64_t host_reads = 0;
  std::uint64_t host_transfers = 0;
};

}  // namespace nzsim::systolic
