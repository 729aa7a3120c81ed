#pragma once

#include "sim/memory/config.h"

namespace nzsim {

/// Reads the `energy` of a DRAM memory. No current of an activity lies below the standby current
/// that is taken off it: energies are never negative.
[[nodiscard]] DramCurrents currents_from(ConfigNode& node);

}  // namespace nzsim
