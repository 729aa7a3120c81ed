#pragma once

#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/statistics.h"
#include "sim/energy/table.h"
#include "sim/stats/registry.h"

namespace nzsim::systolic {

/// What the counters of a run cost. It holds no picojoule: those are in the energy table. With R
/// rows and C columns:
///
/// * MatrixUnit.multiply: in each active cycle every element multiplies and adds, padding and each
///   pass of a wide operand included.
/// * MatrixUnit.registers and MatrixUnit.wires: a register that takes a value, and the way of a
///   value from one element to the next. In an active cycle each element passes on its streamed
///   operand (8 bits; bfloat16: 16) and, but in an output stationary array, its partial sum (32
///   bits). A load of a stationary operand moves C x R (R + 1) / 2 times, as its row r passes r + 1
///   elements, and with double buffering every element takes its part from the shadow register.
///   Output stationary, both operands are streamed, each element keeps its sum in a register, and a
///   `stationary_load` is the way of a fold's sums out of the array.
/// * UnifiedBuffer: bytes read and written. One bank of 8 bits for each row of the array: the paper
///   has 96K x 256 x 8 bits for 256 rows (Jouppi et al., ISCA 2017, Fig. 2).
/// * Accumulators: rows read and written, of one bank of 32 bits for each column.
/// * WeightFifo: each row of a tile is written and read once, in one bank for each column. Only
///   where weights come from a memory.
/// * ActivationUnit: C elements for each row of sums and each row of vectors.
/// * HostInterface: bytes in both directions.
/// * DRAM: the memory's own events.
/// * Static: leakage and clock, of registers too, in all cycles.
///
/// Data setup, control and the wires outside of the array are not counted apart.
[[nodiscard]] std::vector<EnergyEvent> energy_events(const Config& config,
                                                     const Statistics& statistics,
                                                     const CounterValues& counters);

/// Parts of the machine that the TPU's floor plan names (Fig. 2).
[[nodiscard]] std::vector<AreaPart> area_parts(const Config& config);

}  // namespace nzsim::systolic
