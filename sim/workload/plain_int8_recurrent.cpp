#include <algorithm>

#include "sim/workload/plain_int8_parts.h"
#include "sim/workload/plain_products.h"

namespace nzsim::plain {
namespace {

using Vector = std::vector<std::int8_t>;

std::int64_t drop_guard_bits(std::int64_t sum) { return shift_half_away(sum, kGuardBits); }

std::int8_t look_up(const Int8Table& table, std::int8_t value) {
  return table[static_cast<std::size_t>(value + 128)];
}

/// One recurrent layer on its way through the steps.
class Int8Recurrence {
 public:
  Int8Recurrence(const LayerSpec& spec, const Int8Layer& layer,
                 const LayerQuantization& quantization)
      : spec_(spec),
        layer_(layer),
        quantization_(quantization.recurrent),
        inputs_(spec.input.channels),
        units_(spec.output.channels),
        hidden_(units_, 0),
        cell_(units_, 0),
        input_sums_(spec.matrix_outputs(), 0),
        hidden_sums_(spec.matrix_outputs(), 0) {}

  /// The hidden state after one more step.
  const Vector& step(const Vector& input) {
    hidden_ = spec_.type == LayerType::lstm ? lstm(input) : gru(input);
    return hidden_;
  }
  /// Of the last step, W x + b and U h', `[matrix outputs]` each.
  [[nodiscard]] const std::vector<std::int32_t>& input_sums() const { return input_sums_; }
  [[nodiscard]] const std::vector<std::int32_t>& hidden_sums() const { return hidden_sums_; }

 private:
  /// All units of gate number `gate`.
  Vector evaluate(std::size_t gate, const GateQuantization& quantization, const Vector& input,
                  const Vector& hidden) {
    Vector values(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      const std::size_t row = gate * units_ + unit;
      const auto weights = layer_.weights.subspan(row * (inputs_ + units_), inputs_ + units_);
      const std::int32_t bias = layer_.bias.empty() ? 0 : layer_.bias[row];
      input_sums_[row] = dot(weights.first(inputs_), input) + bias;
      hidden_sums_[row] = dot(weights.subspan(inputs_), hidden);
      const std::int64_t argument =
          std::int64_t{rescale(input_sums_[row], quantization.from_input)} +
          rescale(hidden_sums_[row], quantization.from_hidden);
      values[unit] = look_up(quantization.table, saturate_int8(drop_guard_bits(argument)));
    }
    return values;
  }

  Vector lstm(const Vector& input) {
    const Vector i = evaluate(0, quantization_.sigmoid, input, hidden_);
    const Vector f = evaluate(1, quantization_.sigmoid, input, hidden_);
    const Vector g = evaluate(2, quantization_.tanh, input, hidden_);
    const Vector o = evaluate(3, quantization_.sigmoid, input, hidden_);
    Vector next(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      const std::int64_t sum = std::int64_t{rescale(f[unit] * cell_[unit], quantization_.keep)} +
                               rescale(i[unit] * g[unit], quantization_.update);
      cell_[unit] = static_cast<std::int32_t>(std::clamp<std::int64_t>(
          drop_guard_bits(sum), -std::int64_t{kLargestInt16}, kLargestInt16));
      const std::int8_t t = look_up(quantization_.cell_table,
                                    requantize(cell_[unit], quantization_.cell_to_argument));
      next[unit] = requantize(o[unit] * t, quantization_.output);
    }
    return next;
  }

  Vector gru(const Vector& input) {
    const Vector r = evaluate(0, quantization_.sigmoid, input, hidden_);
    const Vector z = evaluate(1, quantization_.sigmoid, input, hidden_);
    Vector reset(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      reset[unit] = requantize(r[unit] * hidden_[unit], quantization_.reset);
    }
    const Vector n = evaluate(2, quantization_.tanh, input, reset);
    Vector next(units_);
    for (std::size_t unit = 0; unit < units_; ++unit) {
      const std::int64_t sum = std::int64_t{rescale(z[unit] * hidden_[unit], quantization_.keep)} +
                               rescale((kLargestInt8 - z[unit]) * n[unit], quantization_.update);
      next[unit] = saturate_int8(drop_guard_bits(sum));
    }
    return next;
  }

  const LayerSpec& spec_;
  const Int8Layer& layer_;
  const RecurrentQuantization& quantization_;
  std::size_t inputs_;
  std::size_t units_;
  Vector hidden_;
  std::vector<std::int32_t> cell_;
  std::vector<std::int32_t> input_sums_;
  std::vector<std::int32_t> hidden_sums_;
};

}  // namespace

Int8Outputs int8_recurrent(const LayerSpec& spec, const Int8Layer& layer,
                           const LayerQuantization& quantization,
                           std::span<const std::int8_t> input) {
  const std::size_t steps = spec.output.height;
  const std::size_t rows = spec.matrix_outputs();
  Int8Outputs outputs;
  outputs.values.resize(spec.output.elements());
  outputs.accumulators.resize(2 * rows * steps);
  Int8Recurrence recurrence(spec, layer, quantization);
  for (std::size_t step = 0; step < steps; ++step) {
    const Vector& hidden =
        recurrence.step(vector_of_sequence(input, spec.input.channels, steps, step));
    for (std::size_t unit = 0; unit < hidden.size(); ++unit) {
      outputs.values[unit * steps + step] = hidden[unit];
    }
    for (std::size_t row = 0; row < rows; ++row) {
      outputs.accumulators[row * steps + step] = recurrence.input_sums()[row];
      outputs.accumulators[(rows + row) * steps + step] = recurrence.hidden_sums()[row];
    }
  }
  return outputs;
}

}  // namespace nzsim::plain
