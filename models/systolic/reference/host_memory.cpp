#include "models/systolic/reference/host_memory.h"

#include <algorithm>

#include "models/systolic/values/layer_inputs.h"

namespace nzsim::systolic {

HostMemory::HostMemory(const SystolicProgram& program)
    : program_(program), outputs_(program.layers.size()) {}

std::vector<std::int8_t> HostMemory::read(const HostTransfer& transfer) const {
  const Tensor& tensor = program_.tensors[transfer.tensor];
  if (!transfer.is_input) {
    const std::uint64_t begin = tensor.first_input * tensor.shape.elements();
    const auto values = std::span(outputs_[transfer.layer]).subspan(begin, tensor.elements());
    return {values.begin(), values.end()};
  }
  const QuantizedLayer& layer = program_.values()[transfer.layer];
  std::vector<std::int8_t> values;
  for (std::uint32_t n = 0; n < tensor.inputs; ++n) {
    const std::vector<std::int8_t>& input = layer.inputs[tensor.first_input + n][transfer.source];
    values.insert(values.end(), input.begin(), input.end());
  }
  return to_buffer_layout(tensor.shape, values);
}

void HostMemory::write(const HostTransfer& transfer, std::span<const std::int8_t> values) {
  const Tensor& tensor = program_.tensors[transfer.tensor];
  std::vector<std::int8_t>& outputs = outputs_[transfer.layer];
  outputs.resize(program_.spec(transfer.layer).batch * tensor.shape.elements());
  const std::uint64_t begin = tensor.first_input * tensor.shape.elements();
  std::copy(values.begin(), values.end(), outputs.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace nzsim::systolic
