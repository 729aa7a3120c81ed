#pragma once

#include <cstdint>

namespace nzsim::eie {

/// One non-zero activation on its way to the PEs.
struct BroadcastItem {
  /// First cycle in which a PE may pop it: the one after the broadcast, plus the latency of the
  /// detection tree (`lnzd_tree_latency_cycles`).
  std::uint64_t visible_from = 0;
  /// Column of the matrix that it multiplies.
  std::uint32_t column = 0;
  std::int16_t value = 0;
};

/// Wires from the central control to all PEs. The control drives them in `compute`, every cycle;
/// PEs latch them in `commit`.
struct BroadcastBus {
  bool is_valid = false;
  BroadcastItem item;
};

/// Wires from all PEs to the central control and to the run control.
struct ArrayStatus {
  static constexpr std::uint64_t kNever = UINT64_MAX;

  /// Queues that are full by their registered state; queues change it in `commit`, the control
  /// reads it in `compute`.
  std::uint32_t full_queues = 0;
  /// Latest cycle that was an entry slot of some PE; set in `compute`, read between cycles.
  std::uint64_t last_entry_slot = kNever;
};

}  // namespace nzsim::eie
