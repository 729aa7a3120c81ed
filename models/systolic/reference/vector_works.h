#pragma once

#include <cstdint>
#include <vector>

#include "models/systolic/program.h"
#include "models/systolic/reference/numbers.h"
#include "models/systolic/reference/unified_buffer.h"

namespace nzsim::systolic {

/// Elements of a tensor from `first` on.
template <class Operand>
struct TensorPart {
  std::uint32_t tensor = 0;
  std::uint64_t first = 0;
  std::vector<Operand> values;
};

/// What a vector work of the activation unit writes, from what the unified buffer holds. Negative
/// inputs of a layer count as zero where it says so.
template <class Numbers>
[[nodiscard]] std::vector<TensorPart<typename Numbers::Operand>> run_vector_work(
    const SystolicProgram& program, const UnifiedBuffer<typename Numbers::Operand>& buffer,
    const VectorWork& work);

}  // namespace nzsim::systolic
