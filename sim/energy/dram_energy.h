#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sim/energy/table.h"
#include "sim/memory/config.h"
#include "sim/memory/memory.h"

namespace nzsim {

/// Component of all entries and events of a memory; their module is `DRAM`.
inline constexpr std::string_view kDramComponent = "dram";

/// The energies of a memory by the charge-from-current method of Micron TN-41-01 and TN-40-07, as
/// DRAMPower books it: every term is summed over the supplies and multiplied by the devices of a
/// rank. Picojoules of one action:
/// * `activate`, `precharge` (one bank), `read`, `write` (one burst), `refresh` (one rank) and
///   `refresh_bank` (one bank), all above standby;
/// * `active_standby`, `precharged_standby`, `refreshing`: one clock of one rank in that state;
/// * `read_interface`, `write_interface`: drivers and termination for one burst. They depend on the
///   board, hence are an assumption;
/// * `transferred_bits`: one bit of a memory of latency and bandwidth alone.
/// The table has the memory's name. Nothing where no energy of the memory is known: unknown, not
/// zero.
[[nodiscard]] std::optional<EnergyTable> dram_energy_table(const MemoryConfig& memory);

/// What one channel (or several, added up) has done, priced by `dram_energy_table`.
[[nodiscard]] std::vector<EnergyEvent> dram_energy_events(const MemoryConfig& memory,
                                                          const ChannelCounters& counters);

}  // namespace nzsim
