// The activation unit's part of recurrent layers.

#include <algorithm>
#include <array>

#include "models/systolic/values/rescaling.h"
#include "models/systolic/values/vector_unit.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

/// Gates whose arguments are computed before they are looked up.
constexpr std::size_t kBlock = 512;

std::int8_t look_up(const Int8Table& table, std::int8_t value) {
  return table[static_cast<std::size_t>(value + 128)];
}

std::int64_t drop_guard_bits(std::int64_t sum) { return shift_half_away(sum, kGuardBits); }

/// Sums beyond give the largest argument, or the smallest one, already.
constexpr std::int64_t kLargestGuarded = (std::int64_t{kLargestInt8} + 1) << kGuardBits;

/// Arguments of gates from the sums of both products, in few enough bits for 32.
SIM_VECTOR_CLONES
void add_products(const std::int32_t* input_sums, const std::int32_t* hidden_sums,
                  std::size_t count, Rescaling from_input, Rescaling from_hidden,
                  std::int32_t* arguments) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t sum = std::int64_t{from_input(input_sums[i])} + from_hidden(hidden_sums[i]);
    arguments[i] = static_cast<std::int32_t>(std::clamp(sum, -kLargestGuarded, kLargestGuarded));
  }
}

void add_products_slowly(std::span<const std::int32_t> input_sums,
                         std::span<const std::int32_t> hidden_sums, const GateQuantization& gate,
                         std::int32_t* arguments) {
  for (std::size_t i = 0; i < input_sums.size(); ++i) {
    const std::int64_t sum = std::int64_t{rescale(input_sums[i], gate.from_input)} +
                             rescale(hidden_sums[i], gate.from_hidden);
    arguments[i] = static_cast<std::int32_t>(std::clamp(sum, -kLargestGuarded, kLargestGuarded));
  }
}

/// At most `kBlock` gates.
void finish_gates(std::span<const std::int32_t> input_sums,
                  std::span<const std::int32_t> hidden_sums, const GateQuantization& gate,
                  std::span<std::int8_t> gates) {
  std::array<std::int32_t, kBlock> arguments;
  if (gate.from_input.shift >= Rescaling::kSmallestShift32 &&
      gate.from_hidden.shift >= Rescaling::kSmallestShift32) {
    add_products(input_sums.data(), hidden_sums.data(), gates.size(), Rescaling(gate.from_input),
                 Rescaling(gate.from_hidden), arguments.data());
  } else {
    add_products_slowly(input_sums, hidden_sums, gate, arguments.data());
  }
  for (std::size_t i = 0; i < gates.size(); ++i) {
    gates[i] = look_up(gate.table, saturate_int8(drop_guard_bits(arguments[i])));
  }
}

}  // namespace

void finish_gate_row(std::span<const std::int32_t> input_sums, std::span<const std::int32_t> bias,
                     std::span<const std::int32_t> hidden_sums, const GateQuantization& gate,
                     std::span<std::int8_t> gates) {
  std::array<std::int32_t, kBlock> biased;
  for (std::size_t first = 0; first < gates.size(); first += kBlock) {
    const std::size_t count = std::min(gates.size() - first, kBlock);
    std::span<const std::int32_t> sums = input_sums.subspan(first, count);
    if (!bias.empty()) {
      for (std::size_t i = 0; i < count; ++i) biased[i] = sums[i] + bias[first + i];
      sums = {biased.data(), count};
    }
    finish_gates(sums, hidden_sums.subspan(first, count), gate, gates.subspan(first, count));
  }
}

void lstm_step(std::span<const std::int8_t> gates, const RecurrentQuantization& recurrent,
               std::span<std::int16_t> cell, std::span<std::int8_t> hidden) {
  const std::size_t units = hidden.size();
  const std::span<const std::int8_t> input = gates.first(units);
  const std::span<const std::int8_t> forget = gates.subspan(units, units);
  const std::span<const std::int8_t> candidate = gates.subspan(2 * units, units);
  const std::span<const std::int8_t> output = gates.subspan(3 * units, units);
  for (std::size_t unit = 0; unit < units; ++unit) {
    const std::int64_t sum = std::int64_t{rescale(forget[unit] * cell[unit], recurrent.keep)} +
                             rescale(input[unit] * candidate[unit], recurrent.update);
    cell[unit] = static_cast<std::int16_t>(std::clamp<std::int64_t>(
        drop_guard_bits(sum), -std::int64_t{kLargestInt16}, kLargestInt16));
    const std::int8_t squashed =
        look_up(recurrent.cell_table, requantize(cell[unit], recurrent.cell_to_argument));
    hidden[unit] = requantize(output[unit] * squashed, recurrent.output);
  }
}

void gru_reset(std::span<const std::int8_t> reset_gates, std::span<const std::int8_t> hidden,
               const RecurrentQuantization& recurrent, std::span<std::int8_t> outputs) {
  for (std::size_t unit = 0; unit < outputs.size(); ++unit) {
    outputs[unit] = requantize(reset_gates[unit] * hidden[unit], recurrent.reset);
  }
}

void gru_step(std::span<const std::int8_t> update_gates, std::span<const std::int8_t> candidates,
              const RecurrentQuantization& recurrent, std::span<std::int8_t> hidden) {
  for (std::size_t unit = 0; unit < hidden.size(); ++unit) {
    const std::int64_t sum =
        std::int64_t{rescale(update_gates[unit] * hidden[unit], recurrent.keep)} +
        rescale((kLargestInt8 - update_gates[unit]) * candidates[unit], recurrent.update);
    hidden[unit] = saturate_int8(drop_guard_bits(sum));
  }
}

}  // namespace nzsim::systolic
