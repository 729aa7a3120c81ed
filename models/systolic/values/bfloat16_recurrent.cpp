// Recurrent layers of bfloat16.

#include <algorithm>
#include <vector>

#include "models/systolic/values/bfloat16_products.h"
#include "models/systolic/values/bfloat16_vector_unit.h"
#include "models/systolic/values/bfloat16_weights.h"

namespace nzsim::systolic {
namespace {

/// One recurrent layer: the products with the inputs of all steps at once, those with the hidden
/// state step by step, for all inputs of the batch together. "Width" is the number of gates of one
/// step, `matrix_outputs`.
class Bfloat16Recurrence {
 public:
  Bfloat16Recurrence(const RoundedLayer& layer, const SummationOrder& order,
                     std::span<const Bfloat16> input)
      : layer_(layer),
        order_(order),
        batch_(layer.spec.batch),
        steps_(layer.spec.output.height),
        inputs_(layer.spec.input.channels),
        units_(layer.spec.output.channels),
        width_(layer.spec.matrix_outputs()),
        input_sums_(batch_ * steps_ * width_),
        hidden_sums_(batch_ * width_),
        gates_(batch_ * width_),
        hidden_(batch_ * units_) {
    const TiledBfloat16Weights weights(
        {layer.weights.data(), width_, inputs_, layer.spec.matrix_inputs()},
        cut_inner(order, 1, inputs_), false);
    weights.multiply({input.data(), batch_ * steps_, inputs_, inputs_},
                     {input_sums_.data(), batch_ * steps_, width_, width_});
  }

  void run(std::span<Bfloat16> output) {
    if (layer_.spec.type == LayerType::lstm) {
      run_lstm(output);
    } else {
      run_gru(output);
    }
  }

 private:
  /// The columns that meet the hidden state, of `count` gates of a step from `first` on.
  [[nodiscard]] TiledBfloat16Weights hidden_weights(std::size_t first, std::size_t count) const {
    const std::size_t stride = layer_.spec.matrix_inputs();
    return {{layer_.weights.data() + first * stride + inputs_, count, units_, stride},
            cut_inner(order_, 1, units_),
            true};
  }

  /// U times `state` `[batch, units]`, for the gates from `first` on.
  void multiply_hidden(const std::vector<Bfloat16>& state, const TiledBfloat16Weights& weights,
                       std::size_t first) {
    weights.multiply({state.data(), batch_, units_, units_},
                     {hidden_sums_.data() + first, batch_, weights.columns(), width_});
  }

  /// Gates number `first` to `first + count` of one input, which have one function.
  void finish(std::size_t n, std::size_t step, std::size_t first, std::size_t count,
              Activation function) {
    const std::size_t begin = first * units_;
    const std::size_t length = count * units_;
    std::span<const float> bias(layer_.bias);
    if (!bias.empty()) bias = bias.subspan(begin, length);
    finish_gate_row(std::span(input_sums_).subspan((n * steps_ + step) * width_ + begin, length),
                    bias, std::span(hidden_sums_).subspan(n * width_ + begin, length), function,
                    gates_of(n, first, count));
  }

  [[nodiscard]] std::span<Bfloat16> gates_of(std::size_t n, std::size_t first, std::size_t count) {
    return std::span(gates_).subspan(n * width_ + first * units_, count * units_);
  }
  [[nodiscard]] std::span<Bfloat16> hidden_of(std::size_t n) {
    return std::span(hidden_).subspan(n * units_, units_);
  }

  void keep_output(std::size_t n, std::size_t step, std::span<Bfloat16> output) {
    const std::span<const Bfloat16> hidden = hidden_of(n);
    std::copy(hidden.begin(), hidden.end(),
              output.begin() + static_cast<std::ptrdiff_t>((n * steps_ + step) * units_));
  }

  void run_lstm(std::span<Bfloat16> output) {
    const TiledBfloat16Weights weights = hidden_weights(0, width_);
    std::vector<float> cell(batch_ * units_);
    for (std::size_t step = 0; step < steps_; ++step) {
      multiply_hidden(hidden_, weights, 0);
      for (std::size_t n = 0; n < batch_; ++n) {
        finish(n, step, 0, 2, Activation::sigmoid);
        finish(n, step, 2, 1, Activation::tanh);
        finish(n, step, 3, 1, Activation::sigmoid);
        lstm_step(gates_of(n, 0, 4), std::span(cell).subspan(n * units_, units_), hidden_of(n));
        keep_output(n, step, output);
      }
    }
  }

  void run_gru(std::span<Bfloat16> output) {
    const TiledBfloat16Weights gate_weights = hidden_weights(0, 2 * units_);
    const TiledBfloat16Weights candidate_weights = hidden_weights(2 * units_, units_);
    std::vector<Bfloat16> reset(batch_ * units_);
    for (std::size_t step = 0; step < steps_; ++step) {
      multiply_hidden(hidden_, gate_weights, 0);
      for (std::size_t n = 0; n < batch_; ++n) {
        finish(n, step, 0, 2, Activation::sigmoid);
        gru_reset(gates_of(n, 0, 1), hidden_of(n), std::span(reset).subspan(n * units_, units_));
      }
      multiply_hidden(reset, candidate_weights, 2 * units_);
      for (std::size_t n = 0; n < batch_; ++n) {
        finish(n, step, 2, 1, Activation::tanh);
        gru_step(gates_of(n, 1, 1), gates_of(n, 2, 1), hidden_of(n));
        keep_output(n, step, output);
      }
    }
  }

  const RoundedLayer& layer_;
  const SummationOrder& order_;
  std::size_t batch_;
  std::size_t steps_;
  std::size_t inputs_;
  std::size_t units_;
  std::size_t width_;
  /// `[batch, steps, width]`, without the bias.
  AlignedVector<float> input_sums_;
  /// `[batch, width]`.
  AlignedVector<float> hidden_sums_;
  std::vector<Bfloat16> gates_;
  /// `[batch, units]`.
  std::vector<Bfloat16> hidden_;
};

}  // namespace

void run_recurrent(const RoundedLayer& layer, const SummationOrder& order,
                   std::span<const Bfloat16> input, std::span<Bfloat16> output) {
  Bfloat16Recurrence(layer, order, input).run(output);
}

}  // namespace nzsim::systolic
