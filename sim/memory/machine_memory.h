#pragma once

#include <optional>

#include "sim/memory/config.h"

namespace nzsim {

/// Reads the optional key `memory` of a machine, whose file `load_machine` has put in place of its
/// name; nothing where the machine has none, and while describing. Called by the model's factory
/// with the machine's node. Errors are recorded as for every key: where there are any, the result
/// holds placeholders.
[[nodiscard]] std::optional<MemoryConfig> memory_of_machine(ConfigNode& machine);

}  // namespace nzsim
