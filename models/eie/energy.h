#pragma once

#include <cstdint>
#include <vector>

#include "models/eie/config.h"
#include "models/eie/statistics.h"
#include "sim/energy/table.h"
#include "sim/stats/registry.h"

namespace nzsim::eie {

/// Nodes of the leading non-zero detection's quadtree: one per four inputs in each level, down to
/// the root; 21 for 64 PEs. Source: Han et al., ISCA 2016, Section IV.
[[nodiscard]] std::uint64_t lnzd_nodes(std::uint32_t pe_count);

/// What the counters of a run cost, by the modules of the paper's Table II (`ActQueue`, `PtrRead`,
/// `SpmatRead`, `ArithmUnit`, `ActRW`) and `LNZD`. It holds no picojoule: those are in the energy
/// table.
///
/// * ActQueue: each broadcast is pushed into, and popped from, the queue of every PE.
/// * PtrRead: a pointer read takes one word from each of the two banks.
/// * SpmatRead: one read of the SRAM's width per line read.
/// * ArithmUnit: each entry slot, padding included, looks up the codebook, adds up the row,
/// multiplies
///   and adds.
/// * ActRW: each entry slot reads its destination register, each effective one writes it; each
/// broadcast
///   was read from one source register; transfers move a register per activation and a line per
///   access of the activation SRAM.
/// * Where matrices are streamed, SpmatRead and PtrRead write each line and pointer that arrives,
/// and
///   the memory's own events are module DRAM.
/// * Each module, and each LNZD node, has static power (leakage and clock network) in all cycles.
[[nodiscard]] std::vector<EnergyEvent> energy_events(const Config& config,
                                                     const Statistics& statistics,
                                                     const CounterValues& counters);

/// Parts of the machine that Table II states areas for, and the LNZD nodes.
[[nodiscard]] std::vector<AreaPart> area_parts(const Config& config);

/// Energy of one read of the sparse-matrix SRAM at a width, for the comparison with Fig. 9.
struct WidthEnergy {
  std::uint32_t width_bits = 0;
  double picojoules = 0.0;
};

/// The table's scaling rule at each of `widths` (bits) and `capacity_bytes`. Throws `ConfigError`
/// where the table has no read of the sparse-matrix SRAM.
[[nodiscard]] std::vector<WidthEnergy> compare_sram_rule(const EnergyTable& table,
                                                         const std::vector<std::uint32_t>& widths,
                                                         std::uint64_t capacity_bytes);

}  // namespace nzsim::eie
