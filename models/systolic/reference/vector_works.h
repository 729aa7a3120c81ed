#pragma once

#include <cstdint>
#include <vector>

#include "models/systolic/program.h"
#include "models/systolic/reference/unified_buffer.h"

namespace nzsim::systolic {

/// Elements of a tensor from `first` on.
struct TensorPart {
  std::uint32_t tensor = 0;
  std::uint64_t first = 0;
  std::vector<std::int8_t> values;
};

/// What a vector work of the activation unit writes, from what the unified buffer holds. Negative
/// inputs of a layer count as zero where it says so.
[[nodiscard]] std::vector<TensorPart> run_vector_work(const SystolicProgram& program,
                                                      const UnifiedBuffer& buffer,
                                                      const VectorWork& work);

}  // namespace nzsim::systolic
