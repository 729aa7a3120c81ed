#pragma once

#include <cstdint>

#include "models/systolic/config.h"

namespace nzsim::systolic {

/// Whole cycles in which the host interface moves `bytes`; 0 without an interface.
[[nodiscard]] std::uint64_t host_cycles(const Config& config, std::uint64_t bytes);

}  // namespace nzsim::systolic
