#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/eie/config.h"
#include "sim/energy/table.h"
#include "sim/memory/statistics.h"
#include "sim/report/result.h"
#include "sim/stats/registry.h"

namespace nzsim::eie {

/// What a machine with a memory counts besides, registered behind its other counters.
struct StreamingStatistics {
  StreamingStatistics(StatisticsRegistry& registry, const MemoryConfig& memory);

  /// Part of the idle cycles: the next segment of a streamed matrix is not there yet.
  CounterIndex matrix_wait_cycles;
  CounterIndex matrix_segments;
  CounterIndex matrix_bytes;
  CounterIndex sparse_matrix_line_writes;
  CounterIndex pointer_writes;
  DramStatistics dram;
};

/// The counters of an EIE machine; names in DESIGN.md section 4, rules in `docs/eie.md`.
/// All of them count cycles [0, T) of each pass, plus the transfers between passes and the waits
/// for streamed matrices.
struct Statistics {
  explicit Statistics(const Config& config);

  StatisticsRegistry registry;

  // Per PE. The four states add up to the layer's cycles.
  CounterVector busy_cycles;
  CounterVector empty_column_cycles;
  CounterVector starved_cycles;
  CounterVector line_stall_cycles;
  CounterVector pointer_reads;
  CounterVector sparse_matrix_line_reads;
  CounterVector multiply_accumulates;
  CounterVector padding_entries;

  // The broadcast side. The first three add up to the layer's cycles.
  CounterIndex broadcasts;
  CounterIndex broadcast_blocked_cycles;
  CounterIndex scan_idle_cycles;
  /// Part of the idle cycles: the register files are loaded from, or written to, the activation
  /// SRAM.
  CounterIndex activation_transfer_cycles;
  CounterIndex cycles;
  CounterIndex activation_sram_reads;
  CounterIndex activation_sram_writes;

  /// Nothing where the machine has no memory.
  std::optional<StreamingStatistics> streaming;
};

}  // namespace nzsim::eie
