// Recurrent layers against a second computation that has all products with the inputs first, as a
// machine with a large matrix unit would.

#include <cmath>

#include <gtest/gtest.h>

#include "sim/workload/plain_int8.h"
#include "tests/support/int8_layers.h"

namespace nzsim {
namespace {

using test::divided;
using test::Draw;
using test::draw_int8_case;
using test::Int8Case;
using test::limited;
using Vector = std::vector<std::int8_t>;

std::int64_t halved_eight_times(std::int64_t sum) { return divided(sum, {1, kGuardBits}); }

class Steps {
 public:
  explicit Steps(const Int8Case& drawn)
      : drawn_(drawn),
        q_(drawn.quantization.recurrent),
        steps_(drawn.spec.output.height),
        inputs_(drawn.spec.input.channels),
        units_(drawn.spec.output.channels),
        rows_(drawn.spec.matrix_outputs()),
        hidden_(units_, 0),
        cell_(units_, 0) {
    for (std::size_t row = 0; row < rows_; ++row) {
      for (std::size_t step = 0; step < steps_; ++step) {
        std::int64_t sum = drawn.int8_bias[row];
        for (std::size_t i = 0; i < inputs_; ++i) {
          sum += weight(row, i) * drawn.int8_sources[0][i * steps_ + step];
        }
        input_sums_.push_back(sum);
      }
    }
  }

  /// `[units, steps]`.
  Vector run() {
    Vector outputs(units_ * steps_);
    for (std::size_t step = 0; step < steps_; ++step) {
      hidden_ = drawn_.spec.type == LayerType::lstm ? lstm(step) : gru(step);
      for (std::size_t unit = 0; unit < units_; ++unit) {
        outputs[unit * steps_ + step] = hidden_[unit];
      }
    }
    return outputs;
  }

 private:
  [[nodiscard]] int weight(std::size_t row, std::size_t column) const {
    return drawn_.int8_weights[row * (inputs_ + units_) + column];
  }
  [[nodiscard]] int gate(std::size_t row, std::size_t step, const GateQuantization& gate,
                         const Vector& hidden) const {
    std::int64_t hidden_sum = 0;
    for (std::size_t i = 0; i < units_; ++i) hidden_sum += weight(row, inputs_ + i) * hidden[i];
    const std::int8_t argument =
        limited(halved_eight_times(divided(input_sums_[row * steps_ + step], gate.from_input) +
                                   divided(hidden_sum, gate.from_hidden)));
    return gate.table[static_cast<std::size_t>(argument + 128)];
  }
  Vector lstm(std::size_t step) {
    Vector next;
    for (std::size_t unit = 0; unit < units_; ++unit) {
      const int i = gate(unit, step, q_.sigmoid, hidden_);
      const int f = gate(units_ + unit, step, q_.sigmoid, hidden_);
      const int g = gate(2 * units_ + unit, step, q_.tanh, hidden_);
      const int o = gate(3 * units_ + unit, step, q_.sigmoid, hidden_);
      const std::int64_t cell =
          halved_eight_times(divided(f * cell_[unit], q_.keep) + divided(i * g, q_.update));
      cell_[unit] = std::min<std::int64_t>(std::max<std::int64_t>(cell, -32767), 32767);
      const int argument = limited(divided(cell_[unit], q_.cell_to_argument));
      const int t = q_.cell_table[static_cast<std::size_t>(argument + 128)];
      next.push_back(limited(divided(o * t, q_.output)));
    }
    return next;
  }
  Vector gru(std::size_t step) {
    Vector reset;
    for (std::size_t unit = 0; unit < units_; ++unit) {
      reset.push_back(
          limited(divided(gate(unit, step, q_.sigmoid, hidden_) * hidden_[unit], q_.reset)));
    }
    Vector next;
    for (std::size_t unit = 0; unit < units_; ++unit) {
      const int z = gate(units_ + unit, step, q_.sigmoid, hidden_);
      const int n = gate(2 * units_ + unit, step, q_.tanh, reset);
      next.push_back(limited(halved_eight_times(divided(z * hidden_[unit], q_.keep) +
                                                divided((127 - z) * n, q_.update))));
    }
    return next;
  }

  const Int8Case& drawn_;
  const RecurrentQuantization& q_;
  std::size_t steps_;
  std::size_t inputs_;
  std::size_t units_;
  std::size_t rows_;
  Vector hidden_;
  std::vector<std::int64_t> cell_;
  std::vector<std::int64_t> input_sums_;
};

void expect_equal(LayerType type, std::uint64_t seed) {
  Draw draw(seed);
  for (int repetition = 0; repetition < 50; ++repetition) {
    LayerSpec spec;
    spec.type = type;
    const std::uint32_t steps = draw.integer(1, 8);
    spec.input = {draw.integer(1, 12), steps, 1};
    spec.output = {draw.integer(1, 12), steps, 1};
    const Int8Case drawn = draw_int8_case(spec, draw);
    ASSERT_EQ(drawn.run().values, Steps(drawn).run());
  }
}

TEST(PlainInt8Steps, LstmsEqualThoseThatMultiplyAllInputsFirst) {
  expect_equal(LayerType::lstm, 6);
}

TEST(PlainInt8Steps, GrusEqualThoseThatMultiplyAllInputsFirst) { expect_equal(LayerType::gru, 7); }

}  // namespace
}  // namespace nzsim
