#include "models/systolic/reference/host_memory.h"

#include <algorithm>

#include "models/systolic/values/buffer_layout.h"

namespace nzsim::systolic {

template <class Numbers>
HostMemory<Numbers>::HostMemory(const SystolicProgram& program)
    : program_(program), outputs_(program.layers.size()) {}

template <class Numbers>
auto HostMemory<Numbers>::read(const HostTransfer& transfer) const -> std::vector<Operand> {
  const Tensor& tensor = program_.tensors[transfer.tensor];
  if (!transfer.is_input) {
    const std::uint64_t begin = tensor.first_input * tensor.shape.elements();
    const auto values = std::span(outputs_[transfer.layer]).subspan(begin, tensor.elements());
    return {values.begin(), values.end()};
  }
  const typename Numbers::Layer& layer = Numbers::layers(program_)[transfer.layer];
  std::vector<Operand> values;
  for (std::uint32_t n = 0; n < tensor.inputs; ++n) {
    const std::vector<Operand>& input = layer.inputs[tensor.first_input + n][transfer.source];
    values.insert(values.end(), input.begin(), input.end());
  }
  return to_buffer_layout<Operand>(tensor.shape, values);
}

template <class Numbers>
void HostMemory<Numbers>::write(const HostTransfer& transfer, std::span<const Operand> values) {
  const Tensor& tensor = program_.tensors[transfer.tensor];
  std::vector<Operand>& outputs = outputs_[transfer.layer];
  outputs.resize(program_.spec(transfer.layer).batch * tensor.shape.elements());
  const std::uint64_t begin = tensor.first_input * tensor.shape.elements();
  std::copy(values.begin(), values.end(), outputs.begin() + static_cast<std::ptrdiff_t>(begin));
}

template class HostMemory<Int8Numbers>;
template class HostMemory<Bfloat16Numbers>;

}  // namespace nzsim::systolic
