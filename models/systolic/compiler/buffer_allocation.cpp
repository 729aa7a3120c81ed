#include "models/systolic/compiler/buffer_allocation.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace nzsim::systolic {

std::optional<std::uint64_t> BufferAllocation::allocate(std::uint64_t bytes) {
  std::uint64_t address = 0;
  auto next = taken_.begin();
  while (next != taken_.end() && next->address - address < bytes) {
    address = next->address + next->bytes;
    ++next;
  }
  if (bytes > capacity_ - address) return std::nullopt;
  taken_.insert(next, {address, bytes});
  highest_ = std::max(highest_, address + bytes);
  return address;
}

void BufferAllocation::release(std::uint64_t address) {
  const auto found = std::find_if(taken_.begin(), taken_.end(),
                                  [&](const Area& area) { return area.address == address; });
  SIM_ASSERT(found != taken_.end(), "tpu.unified_buffer", 0, "nothing is allocated at {}", address);
  taken_.erase(found);
}

}  // namespace nzsim::systolic
