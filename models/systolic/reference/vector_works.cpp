#include "models/systolic/reference/vector_works.h"

#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

#include "models/systolic/values/bfloat16_vector_unit.h"
#include "models/systolic/values/vector_unit.h"

namespace nzsim::systolic {
namespace {

/// One vector work.
template <class Numbers>
class Work {
 public:
  using Operand = typename Numbers::Operand;

  Work(const SystolicProgram& program, const UnifiedBuffer<Operand>& buffer, const VectorWork& work)
      : program_(program),
        buffer_(buffer),
        work_(work),
        layer_(Numbers::layers(program)[work.layer]),
        output_(program.tensors[work.output]) {}

  std::vector<TensorPart<Operand>> run() {
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
  using Vector = std::vector<Operand>;

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

  void join(std::span<Operand> outputs) const {
    std::vector<MapPart<Operand>> parts;
    for (const std::uint32_t input : work_.inputs) {
      parts.push_back({buffer_.tensor(input), program_.tensors[input].shape.channels});
    }
    Numbers::concatenate(layer_, parts, outputs);
  }

  void compute(const std::vector<Vector>& operands, std::span<Operand> outputs) const {
    const LayerSpec& spec = layer_.spec;
    const std::span<const Operand> input = operands[0];
    if (work_.kind == VectorKind::elementwise) {
      const std::vector<std::span<const Operand>> views(operands.begin(), operands.end());
      Numbers::combine(layer_, views, outputs);
    } else if (work_.kind == VectorKind::activation) {
      Numbers::apply_activation(layer_, input, outputs);
    } else if (work_.kind == VectorKind::normalization) {
      Numbers::normalize(layer_, input, outputs);
    } else {
      const std::size_t inputs = spec.input.elements();
      const std::size_t length = spec.output.elements();
      for (std::size_t n = 0; n < output_.inputs; ++n) {
        Numbers::pool(layer_, input.subspan(n * inputs, inputs),
                      outputs.subspan(n * length, length));
      }
    }
  }

  [[nodiscard]] Vector operand(std::uint32_t tensor) const {
    const std::span<const Operand> values = buffer_.tensor(tensor);
    Vector operand(values.begin(), values.end());
    if (layer_.spec.relu_on_input) clamp_negative(operand);
    return operand;
  }

  [[nodiscard]] std::size_t units() const { return layer_.spec.output.channels; }

  /// Gates `[count, units]` of input `n` from gate number `first` on.
  [[nodiscard]] std::span<const Operand> gates(std::uint32_t n, std::size_t first,
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
    if (work_.kind == VectorKind::lstm_step) return run_lstm_step(n);
    Vector hidden = hidden_before(n);
    if (work_.kind == VectorKind::gru_reset) {
      Vector outputs(units());
      Numbers::gru_reset(layer_, gates(n, 0, 1), hidden, outputs);
      parts_.push_back({work_.inputs[1], n * units(), std::move(outputs)});
      return;
    }
    Numbers::gru_step(layer_, gates(n, 1, 1), gates(n, 2, 1), hidden);
    parts_.push_back({work_.output, hidden_element(n, work_.step), std::move(hidden)});
  }

  /// Cell states take two elements each.
  void run_lstm_step(std::uint32_t n) {
    using Cell = typename Numbers::Cell;
    static_assert(sizeof(Cell) == 2 * sizeof(Operand));
    std::vector<Cell> cell(units());
    const std::size_t bytes = units() * sizeof(Cell);
    Vector kept(2 * units());
    if (work_.step > 0) {
      std::memcpy(cell.data(), buffer_.tensor(work_.inputs[1]).data() + n * kept.size(), bytes);
    }
    Vector hidden(units());
    Numbers::lstm_step(layer_, gates(n, 0, 4), cell, hidden);
    std::memcpy(kept.data(), cell.data(), bytes);
    const std::uint64_t first = n * kept.size();
    parts_.push_back({work_.inputs[1], first, std::move(kept)});
    parts_.push_back({work_.output, hidden_element(n, work_.step), std::move(hidden)});
  }

  const SystolicProgram& program_;
  const UnifiedBuffer<Operand>& buffer_;
  const VectorWork& work_;
  const typename Numbers::Layer& layer_;
  const Tensor& output_;
  std::vector<TensorPart<Operand>> parts_;
};

}  // namespace

template <class Numbers>
std::vector<TensorPart<typename Numbers::Operand>> run_vector_work(
    const SystolicProgram& program, const UnifiedBuffer<typename Numbers::Operand>& buffer,
    const VectorWork& work) {
  return Work<Numbers>(program, buffer, work).run();
}

template std::vector<TensorPart<std::int8_t>> run_vector_work<Int8Numbers>(
    const SystolicProgram&, const UnifiedBuffer<std::int8_t>&, const VectorWork&);
template std::vector<TensorPart<Bfloat16>> run_vector_work<Bfloat16Numbers>(
    const SystolicProgram&, const UnifiedBuffer<Bfloat16>&, const VectorWork&);

}  // namespace nzsim::systolic
