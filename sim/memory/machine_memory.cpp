#include "sim/memory/machine_memory.h"

namespace nzsim {

std::optional<MemoryConfig> memory_of_machine(ConfigNode& machine) {
  std::optional<MemoryConfig> memory;
  machine.included_object(
      "memory",
      "Off-chip memory: a name under configs/memory, or a memory itself, which may extend one.",
      [&](ConfigNode& node) { memory = memory_from(node); });
  if (machine.describing()) return {};
  return memory;
}

}  // namespace nzsim
