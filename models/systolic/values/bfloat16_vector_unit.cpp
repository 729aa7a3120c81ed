#include "models/systolic/values/bfloat16_vector_unit.h"

#include <algorithm>
#include <array>

#include "models/systolic/values/bfloat16_activation.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

/// Elements of an intermediate result that stay in the first-level cache.
constexpr std::size_t kBlock = 512;

SIM_VECTOR_CLONES
void add_values(const float* values, std::size_t count, float* sums) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += values[i];
}

SIM_VECTOR_CLONES
void add_numbers(const Bfloat16* numbers, std::size_t count, float* sums) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += to_float(numbers[i]);
}

SIM_VECTOR_CLONES
void multiply_numbers(const Bfloat16* numbers, std::size_t count, float* products) {
  for (std::size_t i = 0; i < count; ++i) products[i] *= to_float(numbers[i]);
}

SIM_VECTOR_CLONES
void clamp_sums(float* sums, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sums[i] = sums[i] > 0.0F ? sums[i] : 0.0F;
}

/// Activation function and rounding of at most `kBlock` sums, which are changed.
void finish_block(std::span<float> sums, Activation function, std::span<Bfloat16> outputs) {
  if (function == Activation::relu) clamp_sums(sums.data(), sums.size());
  if (function == Activation::relu || function == Activation::none) {
    // The rounding takes infinities and NaN as `limit_to_finite` does.
    round_to_bfloat16(sums, outputs);
    return;
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    outputs[i] = round_to_bfloat16(activated(function, limit_to_finite(sums[i])));
  }
}

/// Calls `visit` with the first element and the number of elements of each block.
template <class Visit>
void visit_blocks(std::size_t count, const Visit& visit) {
  for (std::size_t first = 0; first < count; first += kBlock) {
    visit(first, std::min(count - first, kBlock));
  }
}

}  // namespace

void clamp_negative(std::span<Bfloat16> values) {
  for (Bfloat16& value : values) {
    if (!(to_float(value) > 0.0F)) value = Bfloat16{0};
  }
}

void finish_row(std::span<const float> sums, std::span<const float> bias, Activation function,
                std::span<Bfloat16> outputs) {
  std::array<float, kBlock> block;
  visit_blocks(sums.size(), [&](std::size_t first, std::size_t count) {
    std::copy_n(sums.data() + first, count, block.data());
    if (!bias.empty()) add_values(bias.data() + first, count, block.data());
    finish_block({block.data(), count}, function, outputs.subspan(first, count));
  });
}

void apply_activation(std::span<const Bfloat16> values, Activation function,
                      std::span<Bfloat16> outputs) {
  std::array<float, kBlock> block;
  visit_blocks(values.size(), [&](std::size_t first, std::size_t count) {
    to_float(values.subspan(first, count), block);
    finish_block({block.data(), count}, function, outputs.subspan(first, count));
  });
}

void finish_gate_row(std::span<const float> input_sums, std::span<const float> bias,
                     std::span<const float> hidden_sums, Activation function,
                     std::span<Bfloat16> gates) {
  std::array<float, kBlock> block;
  visit_blocks(gates.size(), [&](std::size_t first, std::size_t count) {
    std::copy_n(input_sums.data() + first, count, block.data());
    if (!bias.empty()) add_values(bias.data() + first, count, block.data());
    add_values(hidden_sums.data() + first, count, block.data());
    finish_block({block.data(), count}, function, gates.subspan(first, count));
  });
}

void lstm_step(std::span<const Bfloat16> gates, std::span<float> cell, std::span<Bfloat16> hidden) {
  const std::size_t units = hidden.size();
  const auto gate = [&](std::size_t number, std::size_t unit) {
    return to_float(gates[number * units + unit]);
  };
  for (std::size_t unit = 0; unit < units; ++unit) {
    cell[unit] = gate(1, unit) * cell[unit] + gate(0, unit) * gate(2, unit);
    const double squashed = elementary::hyperbolic_tangent(cell[unit]);
    hidden[unit] = round_to_bfloat16(gate(3, unit) * squashed);
  }
}

void gru_reset(std::span<const Bfloat16> reset_gates, std::span<const Bfloat16> hidden,
               std::span<Bfloat16> outputs) {
  for (std::size_t unit = 0; unit < outputs.size(); ++unit) {
    outputs[unit] = round_to_bfloat16(to_float(reset_gates[unit]) * to_float(hidden[unit]));
  }
}

void gru_step(std::span<const Bfloat16> update_gates, std::span<const Bfloat16> candidates,
              std::span<Bfloat16> hidden) {
  for (std::size_t unit = 0; unit < hidden.size(); ++unit) {
    const float update = to_float(update_gates[unit]);
    hidden[unit] = round_to_bfloat16(update * to_float(hidden[unit]) +
                                     (1.0F - update) * to_float(candidates[unit]));
  }
}

void combine(ElementwiseOperation operation, std::span<const std::span<const Bfloat16>> operands,
             Activation function, std::span<Bfloat16> outputs) {
  std::array<float, kBlock> block;
  visit_blocks(outputs.size(), [&](std::size_t first, std::size_t count) {
    to_float(operands[0].subspan(first, count), block);
    for (const std::span<const Bfloat16> operand : operands.subspan(1)) {
      const Bfloat16* numbers = operand.data() + first;
      if (operation == ElementwiseOperation::add) {
        add_numbers(numbers, count, block.data());
      } else {
        multiply_numbers(numbers, count, block.data());
      }
    }
    finish_block({block.data(), count}, function, outputs.subspan(first, count));
  });
}

void concatenate(std::span<const Bfloat16Part> parts, std::span<Bfloat16> outputs) {
  std::size_t channels = 0;
  for (const Bfloat16Part& part : parts) channels += part.channels;
  std::size_t first = 0;
  for (const Bfloat16Part& part : parts) {
    const std::size_t places = part.values.size() / part.channels;
    for (std::size_t place = 0; place < places; ++place) {
      std::copy_n(part.values.data() + place * part.channels, part.channels,
                  outputs.data() + place * channels + first);
    }
    first += part.channels;
  }
}

}  // namespace nzsim::systolic
