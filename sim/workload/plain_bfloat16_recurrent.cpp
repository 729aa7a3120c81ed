#include "sim/workload/elementary.h"
#include "sim/workload/plain_bfloat16_parts.h"
#include "sim/workload/plain_products.h"

namespace nzsim::plain {
namespace {

using Vector = std::vector<float>;

/// One recurrent layer on its way through the steps. Gates and hidden states are bfloat16.
class Bfloat16Recurrence {
 public:
  Bfloat16Recurrence(const LayerSpec& spec, const Bfloat16Layer& layer, const SummationOrder& order)
      : spec_(spec),
        layer_(layer),
        order_(order),
        inputs_(spec.input.channels),
        units_(spec.output.channels),
        hidden_(units_, 0.0F),
        cell_(units_, 0.0F) {}

  /// The hidden state after one more step.
  const Vector& step(const Vector& input) {
    hidden_ = spec_.type == LayerType::lstm ? lstm(input) : gru(input);
    return hidden_;
  }

 private:
  /// All units of gate number `gate`.
  [[nodiscard]] Vector evaluate(std::size_t gate, Activation function, const Vector& input,
                                const Vector& hidden) const {
    const std::size_t first = gate * units_;
    const std::size_t stride = inputs_ + units_;
    const Bfloat16* weights = layer_.weights.data() + first * stride;
    const Vector input_sums =
        bfloat16_product({weights, units_, inputs_, stride}, order_, input, 1);
    const Vector hidden_sums =
        bfloat16_product({weights + inputs_, units_, units_, stride}, order_, hidden, 1);
    Vector values(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      float sum = input_sums[unit];
      if (!layer_.bias.empty()) sum += layer_.bias[first + unit];
      sum += hidden_sums[unit];
      values[unit] = to_float(finish_bfloat16(function, limit_to_finite(sum)));
    }
    return values;
  }

  Vector lstm(const Vector& input) {
    const Vector i = evaluate(0, Activation::sigmoid, input, hidden_);
    const Vector f = evaluate(1, Activation::sigmoid, input, hidden_);
    const Vector g = evaluate(2, Activation::tanh, input, hidden_);
    const Vector o = evaluate(3, Activation::sigmoid, input, hidden_);
    Vector next(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      const float kept = f[unit] * cell_[unit];
      const float added = i[unit] * g[unit];
      cell_[unit] = kept + added;
      const double squashed = elementary::hyperbolic_tangent(cell_[unit]);
      next[unit] = to_float(round_to_bfloat16(o[unit] * squashed));
    }
    return next;
  }

  Vector gru(const Vector& input) {
    const Vector r = evaluate(0, Activation::sigmoid, input, hidden_);
    const Vector z = evaluate(1, Activation::sigmoid, input, hidden_);
    Vector reset(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      reset[unit] = to_float(round_to_bfloat16(r[unit] * hidden_[unit]));
    }
    const Vector n = evaluate(2, Activation::tanh, input, reset);
    Vector next(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      const float kept = z[unit] * hidden_[unit];
      const float share = 1.0F - z[unit];
      const float added = share * n[unit];
      next[unit] = to_float(round_to_bfloat16(kept + added));
    }
    return next;
  }

  const LayerSpec& spec_;
  const Bfloat16Layer& layer_;
  const SummationOrder& order_;
  std::size_t inputs_;
  std::size_t units_;
  Vector hidden_;
  Vector cell_;
};

}  // namespace

std::vector<Bfloat16> bfloat16_recurrent(const LayerSpec& spec, const Bfloat16Layer& layer,
                                         const SummationOrder& order,
                                         std::span<const float> input) {
  const std::size_t steps = spec.output.height;
  std::vector<Bfloat16> output(spec.output.elements());
  Bfloat16Recurrence recurrence(spec, layer, order);
  for (std::size_t step = 0; step < steps; ++step) {
    const Vector& hidden =
        recurrence.step(vector_of_sequence(input, spec.input.channels, steps, step));
    for (std::size_t unit = 0; unit < hidden.size(); ++unit) {
      output[unit * steps + step] = round_to_bfloat16(hidden[unit]);
    }
  }
  return output;
}

}  // namespace nzsim::plain
