#include "models/systolic/reference/vector_works.h"

#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

#include "models/systolic/values/vector_unit.h"

namespace nzsim::systolic {
namespace {

using Vector = std::vector<std::int8_t>;

/// One vector work.
class Work {
 public:
  Work(const SystolicProgram& program, const UnifiedBuffer& buffer, const VectorWork& work)
      : program_(program),
        buffer_(buffer),
        work_(work),
        layer_(program.values()[work.layer]),
        output_(program.tensors[work.output]) {}

  std::vector<TensorPart> run() {
    switch (work_.kind) {
      case VectorKind::lstm_step:
      case VectorKind::gru_reset:
      case VectorKind::gru_step:
        for (std::uint32_t n = 0; n < output_.inputs; ++n) run_step(n);
        break;
      case VectorKind::concatenate:
      case VectorKind::pooling:
      case VectorKind::elementwise:
      case VectorKind::activation:
      case VectorKind::normalization:
        run_whole();
        break;
    }
    return std::move(parts_);
  }

 private:
  void run_whole() {
    Vector outputs(output_.elements());
    if (work_.kind == VectorKind::concatenate) {
      join(outputs);
    } else {
      std::vector<Vector> operands;
      for (const std::uint32_t input : work_.inputs) operands.push_back(operand(input));
      compute(operands, outputs);
    }
    parts_.push_back({work_.output, 0, std::move(outputs)});
  }

  void join(std::span<std::int8_t> outputs) const {
    std::vector<ConcatenatedPart> parts;
    for (std::size_t source = 0; source < work_.inputs.size(); ++source) {
      const std::uint32_t input = work_.inputs[source];
      parts.push_back({buffer_.tensor(input), program_.tensors[input].shape.channels,
                       layer_.quantization.sources[source]});
    }
    concatenate(parts, outputs);
  }

  void compute(const std::vector<Vector>& operands, std::span<std::int8_t> outputs) const {
    const LayerSpec& spec = layer_.spec;
    const std::span<const std::int8_t> input = operands[0];
    if (work_.kind == VectorKind::elementwise) {
      const std::vector<std::span<const std::int8_t>> views(operands.begin(), operands.end());
      combine(spec.elementwise, views, layer_.quantization, outputs);
    } else if (work_.kind == VectorKind::activation) {
      apply_activation(input, layer_.quantization.output, outputs);
    } else if (work_.kind == VectorKind::normalization) {
      normalize(spec, input, layer_.quantization, outputs);
    } else {
      const std::size_t inputs = spec.input.elements();
      const std::size_t length = spec.output.elements();
      for (std::size_t n = 0; n < output_.inputs; ++n) {
        pool(spec, input.subspan(n * inputs, inputs), layer_.quantization.output,
             outputs.subspan(n * length, length));
      }
    }
  }

  [[nodiscard]] Vector operand(std::uint32_t tensor) const {
    const std::span<const std::int8_t> values = buffer_.tensor(tensor);
    Vector operand(values.begin(), values.end());
    if (layer_.spec.relu_on_input) clamp_negative(operand);
    return operand;
  }

  [[nodiscard]] std::size_t units() const { return layer_.spec.output.channels; }

  /// Gates `[count, units]` of input `n` from gate number `first` on.
  [[nodiscard]] std::span<const std::int8_t> gates(std::uint32_t n, std::size_t first,
                                                   std::size_t count) const {
    const std::size_t begin = std::size_t{n} * layer_.spec.matrix_outputs() + first * units();
    return buffer_.tensor(work_.inputs[0]).subspan(begin, count * units());
  }

  /// Where the hidden state of a step lies in the output tensor.
  [[nodiscard]] std::uint64_t hidden_element(std::uint32_t n, std::uint32_t step) const {
    return (std::uint64_t{n} * layer_.spec.output.height + step) * units();
  }

  /// The hidden state of the step before, zeros before the first.
  [[nodiscard]] Vector hidden_before(std::uint32_t n) const {
    if (work_.step == 0) return Vector(units());
    const auto values =
        buffer_.tensor(work_.output).subspan(hidden_element(n, work_.step - 1), units());
    return {values.begin(), values.end()};
  }

  void run_step(std::uint32_t n) {
    const RecurrentQuantization& recurrent = layer_.quantization.recurrent;
    if (work_.kind == VectorKind::lstm_step) return run_lstm_step(n);
    Vector hidden = hidden_before(n);
    if (work_.kind == VectorKind::gru_reset) {
      Vector outputs(units());
      gru_reset(gates(n, 0, 1), hidden, recurrent, outputs);
      parts_.push_back({work_.inputs[1], n * units(), std::move(outputs)});
      return;
    }
    systolic::gru_step(gates(n, 1, 1), gates(n, 2, 1), recurrent, hidden);
    parts_.push_back({work_.output, hidden_element(n, work_.step), std::move(hidden)});
  }

  /// Cell states take two elements each.
  void run_lstm_step(std::uint32_t n) {
    std::vector<std::int16_t> cell(units());
    const std::size_t bytes = units() * sizeof(std::int16_t);
    if (work_.step > 0) {
      std::memcpy(cell.data(), buffer_.tensor(work_.inputs[1]).data() + n * bytes, bytes);
    }
    Vector hidden(units());
    systolic::lstm_step(gates(n, 0, 4), layer_.quantization.recurrent, cell, hidden);
    Vector cell_bytes(bytes);
    std::memcpy(cell_bytes.data(), cell.data(), bytes);
    parts_.push_back({work_.inputs[1], n * bytes, std::move(cell_bytes)});
    parts_.push_back({work_.output, hidden_element(n, work_.step), std::move(hidden)});
  }

  const SystolicProgram& program_;
  const UnifiedBuffer& buffer_;
  const VectorWork& work_;
  const QuantizedLayer& layer_;
  const Tensor& output_;
  std::vector<TensorPart> parts_;
};

}  // namespace

std::vector<TensorPart> run_vector_work(const SystolicProgram& program, const UnifiedBuffer& buffer,
                                        const VectorWork& work) {
  return Work(program, buffer, work).run();
}

}  // namespace nzsim::systolic
