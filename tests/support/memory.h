#pragma once

#include <string_view>

#include "sim/memory/config.h"

namespace nzsim::test {

/// A DRAM of one channel without refresh, after a standard: `DDR4` (two ranks, bank groups),
/// `GDDR5` (t32AW, tPPD), `HBM2` (two pseudo-channels, two command buses, parameters of per-bank
/// refresh), `LPDDR4` (tRPab > tRP, commands of several clocks). Timings are those of a common
/// device, the numbers of rows are small. Throws `std::out_of_range` for other names.
[[nodiscard]] DramConfig dram_config(std::string_view name);

}  // namespace nzsim::test
