#include "models/systolic/reference/unified_buffer.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace nzsim::systolic {

UnifiedBuffer::UnifiedBuffer(const Config& config, const SystolicProgram& program,
                             bool holds_values)
    : program_(program) {
  if (!holds_values) return;
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

std::span<const std::int8_t> UnifiedBuffer::tensor(std::uint32_t tensor) const {
  return std::span(elements_).subspan(begins_[tensor], program_.tensors[tensor].elements());
}

void UnifiedBuffer::write(std::uint32_t tensor, std::uint64_t first,
                          std::span<const std::int8_t> values) {
  std::copy(values.begin(), values.end(),
            elements_.begin() + static_cast<std::ptrdiff_t>(begins_[tensor] + first));
}

}  // namespace nzsim::systolic
