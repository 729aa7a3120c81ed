#pragma once

#include <cstdint>

#include "sim/memory/memory.h"

namespace nzsim {

/// What every memory asks of a transfer: throws `WorkloadError` where it is empty or does not end
/// within `capacity_bytes`.
void check_transfer(const Transfer& transfer, std::uint64_t capacity_bytes);

}  // namespace nzsim
