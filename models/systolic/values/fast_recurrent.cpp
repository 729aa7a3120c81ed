#include "models/systolic/values/fast_recurrent.h"

#include <algorithm>
#include <vector>

#include "models/systolic/values/gemm_kernel.h"
#include "models/systolic/values/transposed_weights.h"
#include "models/systolic/values/vector_unit.h"

namespace nzsim::systolic {
namespace {

/// One recurrent layer: the products with the inputs of all steps at once, those with the hidden
/// state step by step, for all inputs of the batch together. "Width" is the number of gates of one
/// step, `matrix_outputs`.
class Recurrence {
 public:
  Recurrence(const QuantizedLayer& layer, std::span<const std::int8_t> input)
      : layer_(layer),
        recurrent_(layer.quantization.recurrent),
        batch_(layer.spec.batch),
        steps_(layer.spec.output.height),
        inputs_(layer.spec.input.channels),
        units_(layer.spec.output.channels),
        width_(layer.spec.matrix_outputs()),
        input_sums_(batch_ * steps_ * width_),
        hidden_sums_(batch_ * width_),
        gates_(batch_ * width_),
        hidden_(batch_ * units_) {
    const std::size_t rows = batch_ * steps_;
    TransposedWeights({layer.weights.data(), width_, inputs_, layer.spec.matrix_inputs()}, rows,
                      rows)
        .multiply({input.data(), rows, inputs_, inputs_},
                  {input_sums_.data(), rows, width_, width_});
  }

  void run(std::span<std::int8_t> output) {
    if (layer_.spec.type == LayerType::lstm) {
      run_lstm(output);
    } else {
      run_gru(output);
    }
  }

 private:
  /// The columns that meet the hidden state, of `count` gates of a step from `first` on.
  [[nodiscard]] TransposedWeights hidden_weights(std::size_t first, std::size_t count) const {
    const std::size_t stride = layer_.spec.matrix_inputs();
    return {{layer_.weights.data() + first * stride + inputs_, count, units_, stride},
            batch_,
            batch_ * steps_};
  }

  /// U times `state` `[batch, units]`, for the gates from `first` on.
  void multiply_hidden(const std::vector<std::int8_t>& state, const TransposedWeights& weights,
                       std::size_t first) {
    weights.multiply({state.data(), batch_, units_, units_},
                     {hidden_sums_.data() + first, batch_, weights.columns(), width_});
  }

  /// Gates number `first` to `first + count` of one input, which have one function.
  void finish(std::size_t n, std::size_t step, std::size_t first, std::size_t count,
              const GateQuantization& gate) {
    const std::size_t begin = first * units_;
    const std::size_t length = count * units_;
    std::span<const std::int32_t> bias(layer_.bias);
    if (!bias.empty()) bias = bias.subspan(begin, length);
    finish_gate_row(std::span(input_sums_).subspan((n * steps_ + step) * width_ + begin, length),
                    bias, std::span(hidden_sums_).subspan(n * width_ + begin, length), gate,
                    gates_of(n, first, count));
  }

  [[nodiscard]] std::span<std::int8_t> gates_of(std::size_t n, std::size_t first,
                                                std::size_t count) {
    return std::span(gates_).subspan(n * width_ + first * units_, count * units_);
  }
  [[nodiscard]] std::span<std::int8_t> hidden_of(std::size_t n) {
    return std::span(hidden_).subspan(n * units_, units_);
  }

  void keep_output(std::size_t n, std::size_t step, std::span<std::int8_t> output) {
    const std::span<const std::int8_t> hidden = hidden_of(n);
    std::copy(hidden.begin(), hidden.end(),
              output.begin() + static_cast<std::ptrdiff_t>((n * steps_ + step) * units_));
  }

  void run_lstm(std::span<std::int8_t> output) {
    const TransposedWeights weights = hidden_weights(0, width_);
    std::vector<std::int16_t> cell(batch_ * units_);
    for (std::size_t step = 0; step < steps_; ++step) {
      multiply_hidden(hidden_, weights, 0);
      for (std::size_t n = 0; n < batch_; ++n) {
        finish(n, step, 0, 2, recurrent_.sigmoid);
        finish(n, step, 2, 1, recurrent_.tanh);
        finish(n, step, 3, 1, recurrent_.sigmoid);
        lstm_step(gates_of(n, 0, 4), recurrent_, std::span(cell).subspan(n * units_, units_),
                  hidden_of(n));
        keep_output(n, step, output);
      }
    }
  }

  void run_gru(std::span<std::int8_t> output) {
    const TransposedWeights gate_weights = hidden_weights(0, 2 * units_);
    const TransposedWeights candidate_weights = hidden_weights(2 * units_, units_);
    std::vector<std::int8_t> reset(batch_ * units_);
    for (std::size_t step = 0; step < steps_; ++step) {
      multiply_hidden(hidden_, gate_weights, 0);
      for (std::size_t n = 0; n < batch_; ++n) {
        finish(n, step, 0, 2, recurrent_.sigmoid);
        gru_reset(gates_of(n, 0, 1), hidden_of(n), recurrent_,
                  std::span(reset).subspan(n * units_, units_));
      }
      multiply_hidden(reset, candidate_weights, 2 * units_);
      for (std::size_t n = 0; n < batch_; ++n) {
        finish(n, step, 2, 1, recurrent_.tanh);
        gru_step(gates_of(n, 1, 1), gates_of(n, 2, 1), recurrent_, hidden_of(n));
        keep_output(n, step, output);
      }
    }
  }

  const QuantizedLayer& layer_;
  const RecurrentQuantization& recurrent_;
  std::size_t batch_;
  std::size_t steps_;
  std::size_t inputs_;
  std::size_t units_;
  std::size_t width_;
  /// `[batch, steps, width]`, without the bias.
  AlignedVector<std::int32_t> input_sums_;
  /// `[batch, width]`.
  AlignedVector<std::int32_t> hidden_sums_;
  std::vector<std::int8_t> gates_;
  /// `[batch, units]`.
  std::vector<std::int8_t> hidden_;
};

}  // namespace

void run_recurrent(const QuantizedLayer& layer, std::span<const std::int8_t> input,
                   std::span<std::int8_t> output) {
  Recurrence(layer, input).run(output);
}

}  // namespace nzsim::systolic
