#pragma once

#include <cstdint>

namespace nzsim::eie {

/// What one PE counts; each cycle is in exactly one of the first four.
struct PeCounters {
  std::uint64_t busy_cycles = 0;
  std::uint64_t empty_column_cycles = 0;
  std::uint64_t line_stall_cycles = 0;
  std::uint64_t starved_cycles = 0;
  std::uint64_t pointer_reads = 0;
  std::uint64_t sparse_matrix_line_reads = 0;
  std::uint64_t multiply_accumulates = 0;
  std::uint64_t padding_entries = 0;
};

/// What the broadcast side counts; each cycle is in exactly one of them.
struct BroadcastCounters {
  std::uint64_t broadcasts = 0;
  std::uint64_t blocked_cycles = 0;
  std::uint64_t scan_idle_cycles = 0;
};

}  // namespace nzsim::eie
