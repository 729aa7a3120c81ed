#include "models/systolic/reference/unified_buffer.h"

#include <algorithm>

#include "sim/base/bfloat16.h"
#include "sim/base/errors.h"

namespace nzsim::systolic {

template <class Operand>
UnifiedBuffer<Operand>::UnifiedBuffer(const Config& config, const SystolicProgram& program)
    : program_(program) {
  const std::uint32_t bytes = config.activation_bytes();
  const std::uint64_t end = config.unified_buffer_bytes / bytes;
  for (const Tensor& tensor : program.tensors) {
    begins_.push_back(tensor.address / bytes);
    SIM_ASSERT(begins_.back() + tensor.elements() <= end, "tpu.unified_buffer", 0,
               "a tensor of {} elements from {} on in a buffer of {}", tensor.elements(),
               begins_.back(), end);
  }
  elements_.resize(end);
}

template <class Operand>
std::span<const Operand> UnifiedBuffer<Operand>::tensor(std::uint32_t tensor) const {
  return std::span(elements_).subspan(begins_[tensor], program_.tensors[tensor].elements());
}

template <class Operand>
void UnifiedBuffer<Operand>::write(std::uint32_t tensor, std::uint64_t first,
                                   std::span<const Operand> values) {
  std::copy(values.begin(), values.end(),
            elements_.begin() + static_cast<std::ptrdiff_t>(begins_[tensor] + first));
}

template class UnifiedBuffer<std::int8_t>;
template class UnifiedBuffer<Bfloat16>;

}  // namespace nzsim::systolic
