#pragma once

#include <optional>

#include "models/systolic/config.h"
#include "sim/memory/statistics.h"
#include "sim/stats/registry.h"

namespace nzsim::systolic {

/// The counters of a systolic machine; names in DESIGN.md section 4, rules in `docs/systolic.md`.
struct Statistics {
  explicit Statistics(const Config& config);

  StatisticsRegistry registry;

  CounterIndex cycles;
  // States of the matrix unit: the first four add up to all cycles (Table 3 of the TPU paper).
  CounterIndex array_active_cycles;
  CounterIndex weight_stall_cycles;
  CounterIndex weight_shift_cycles;
  CounterIndex non_matrix_cycles;
  // Parts of the non-matrix cycles. The first two may overlap.
  CounterIndex raw_stall_cycles;
  CounterIndex input_stall_cycles;
  CounterIndex synchronization_cycles;

  // Work: multiply-accumulates of the layers, and those of padding in active cycles.
  CounterIndex useful_macs;
  CounterIndex unused_macs;
  CounterIndex weight_tiles;
  /// Stationary operands shifted into the array; output stationary: folds shifted out.
  CounterIndex stationary_loads;
  CounterIndex accumulator_row_writes;
  CounterIndex accumulator_row_reads;
  /// Rows that the activation unit takes: of accumulators, and of vectors.
  CounterIndex activation_rows;
  CounterIndex vector_rows;
  CounterIndex unified_buffer_bytes_read;
  CounterIndex unified_buffer_bytes_written;
  CounterIndex host_bytes_read;
  CounterIndex host_bytes_written;
  CounterIndex host_busy_cycles;
  /// Part of the host's bytes: moved only because the unified buffer is full.
  CounterIndex spilled_bytes;

  /// Nothing where the machine has no memory.
  std::optional<DramStatistics> dram;
};

}  // namespace nzsim::systolic
