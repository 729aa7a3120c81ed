#include "sim/workload/elementary.h"
#include "sim/workload/plain_products.h"
#include "sim/workload/plain_real_parts.h"

namespace nzsim::plain {
namespace {

using Vector = std::vector<double>;

/// One recurrent layer on its way through the steps.
class RealRecurrence {
 public:
  RealRecurrence(const LayerSpec& spec, const RealLayer& layer, LayerRanges& ranges)
      : spec_(spec),
        layer_(layer),
        ranges_(ranges),
        inputs_(spec.input.channels),
        units_(spec.output.channels),
        hidden_(units_, 0.0),
        cell_(units_, 0.0) {}

  /// The hidden state after one more step.
  const Vector& step(const Vector& input) {
    hidden_ = spec_.type == LayerType::lstm ? lstm(input) : gru(input);
    for (const double value : hidden_) raise_range(ranges_.output, value);
    return hidden_;
  }

 private:
  /// W x + U h + b of one row of the weights.
  [[nodiscard]] double argument(std::size_t row, const Vector& input, const Vector& hidden) const {
    const std::span<const float> weights =
        layer_.weights.subspan(row * (inputs_ + units_), inputs_ + units_);
    const double bias = layer_.bias.empty() ? 0.0 : static_cast<double>(layer_.bias[row]);
    return dot(weights.first(inputs_), input) + dot(weights.subspan(inputs_), hidden) + bias;
  }
  /// All units of gate number `gate`.
  Vector sigmoid_gate(std::size_t gate, const Vector& input) {
    Vector values(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      const double x = argument(gate * units_ + unit, input, hidden_);
      raise_range(ranges_.sigmoid_input, x);
      values[unit] = elementary::sigmoid(x);
    }
    return values;
  }
  Vector tanh_gate(std::size_t gate, const Vector& input, const Vector& hidden) {
    Vector values(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      const double x = argument(gate * units_ + unit, input, hidden);
      raise_range(ranges_.tanh_input, x);
      values[unit] = elementary::hyperbolic_tangent(x);
    }
    return values;
  }

  Vector lstm(const Vector& input) {
    const Vector i = sigmoid_gate(0, input);
    const Vector f = sigmoid_gate(1, input);
    const Vector g = tanh_gate(2, input, hidden_);
    const Vector o = sigmoid_gate(3, input);
    Vector next(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      cell_[unit] = f[unit] * cell_[unit] + i[unit] * g[unit];
      raise_range(ranges_.cell_state, cell_[unit]);
      next[unit] = o[unit] * elementary::hyperbolic_tangent(cell_[unit]);
    }
    return next;
  }

  Vector gru(const Vector& input) {
    const Vector r = sigmoid_gate(0, input);
    const Vector z = sigmoid_gate(1, input);
    Vector reset(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) reset[unit] = r[unit] * hidden_[unit];
    const Vector n = tanh_gate(2, input, reset);
    Vector next(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      next[unit] = z[unit] * hidden_[unit] + (1.0 - z[unit]) * n[unit];
    }
    return next;
  }

  const LayerSpec& spec_;
  const RealLayer& layer_;
  LayerRanges& ranges_;
  std::size_t inputs_;
  std::size_t units_;
  Vector hidden_;
  Vector cell_;
};

}  // namespace

std::vector<double> real_recurrent(const LayerSpec& spec, const RealLayer& layer,
                                   std::span<const double> input, LayerRanges& ranges) {
  const std::size_t steps = spec.output.height;
  std::vector<double> output(spec.output.elements());
  RealRecurrence recurrence(spec, layer, ranges);
  for (std::size_t step = 0; step < steps; ++step) {
    const Vector& hidden =
        recurrence.step(vector_of_sequence(input, spec.input.channels, steps, step));
    for (std::size_t unit = 0; unit < hidden.size(); ++unit) {
      output[unit * steps + step] = hidden[unit];
    }
  }
  return output;
}

}  // namespace nzsim::plain
