#pragma once

#include "sim/memory/memory.h"

namespace nzsim {

/// Throws `WorkloadError` where `transfer` is empty or does not end below `capacity_bytes`.
void check_transfer(const Transfer& transfer, std::uint64_t capacity_bytes);

}  // namespace nzsim
