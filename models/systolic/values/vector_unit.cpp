#include "models/systolic/values/vector_unit.h"

#include <algorithm>
#include <array>

#include "models/systolic/values/rescaling.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

/// Elements of an intermediate result that stay in the first-level cache.
constexpr std::size_t kBlock = 512;

constexpr std::int32_t kLowest = -kLargestInt8;

[[gnu::always_inline]] inline std::int8_t limit(std::int32_t value, std::int32_t lowest) {
  return static_cast<std::int8_t>(std::clamp(value, lowest, kLargestInt8));
}

/// ReLU is a limit of the requantised values.
std::int32_t lowest_of(const OutputQuantization& output) {
  return output.activation == Activation::relu ? 0 : kLowest;
}

bool has_table(const OutputQuantization& output) {
  return output.activation != Activation::none && output.activation != Activation::relu;
}

void look_up(const Int8Table& table, std::span<std::int8_t> values) {
  for (std::int8_t& value : values) value = table[static_cast<std::size_t>(value + 128)];
}

SIM_VECTOR_CLONES
void requantize_sums(const std::int32_t* sums, std::size_t count, Rescaling rescaling,
                     std::int32_t lowest, std::int8_t* outputs) {
  for (std::size_t i = 0; i < count; ++i) outputs[i] = limit(rescaling(sums[i]), lowest);
}

SIM_VECTOR_CLONES
void requantize_biased(const std::int32_t* sums, const std::int32_t* bias, std::size_t count,
                       Rescaling rescaling, std::int32_t lowest, std::int8_t* outputs) {
  for (std::size_t i = 0; i < count; ++i) outputs[i] = limit(rescaling(sums[i] + bias[i]), lowest);
}

SIM_VECTOR_CLONES
void requantize_values(const std::int8_t* values, std::size_t count, Rescaling rescaling,
                       std::int32_t lowest, std::int8_t* outputs) {
  for (std::size_t i = 0; i < count; ++i) outputs[i] = limit(rescaling(values[i]), lowest);
}

SIM_VECTOR_CLONES
void clamp_below(const std::int8_t* values, std::size_t count, std::int8_t lowest,
                 std::int8_t* outputs) {
  for (std::size_t i = 0; i < count; ++i) outputs[i] = std::max(values[i], lowest);
}

/// Values of 8 bits to those of another scale, from `lowest` on.
void requantize_row(std::span<const std::int8_t> values, Requantization factor, std::int32_t lowest,
                    std::span<std::int8_t> outputs) {
  if (is_identity(factor)) {
    clamp_below(values.data(), values.size(), static_cast<std::int8_t>(lowest), outputs.data());
  } else if (factor.shift >= Rescaling::kSmallestShift8) {
    requantize_values(values.data(), values.size(), Rescaling(factor), lowest, outputs.data());
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) {
      outputs[i] = limit(requantize(values[i], factor), lowest);
    }
  }
}

SIM_VECTOR_CLONES
void add_scaled(const std::int8_t* values, std::size_t count, Rescaling rescaling,
                std::int64_t* sums) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += rescaling(values[i]);
}

/// Two terms below 2^30 each, whose sum needs no more than 32 bits.
SIM_VECTOR_CLONES
void add_two_scaled(const std::int8_t* first, const std::int8_t* second, std::size_t count,
                    Rescaling first_rescaling, Rescaling second_rescaling, std::int32_t* sums) {
  for (std::size_t i = 0; i < count; ++i) {
    sums[i] = first_rescaling(first[i]) + second_rescaling(second[i]);
  }
}

SIM_VECTOR_CLONES
void saturate_sums(const std::int64_t* sums, std::size_t count, std::int32_t* saturated) {
  for (std::size_t i = 0; i < count; ++i) {
    saturated[i] =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(sums[i], INT32_MIN, INT32_MAX));
  }
}

SIM_VECTOR_CLONES
void multiply_values(const std::int8_t* values, std::size_t count, std::int32_t* products) {
  for (std::size_t i = 0; i < count; ++i) products[i] *= values[i];
}

using Operands = std::span<const std::span<const std::int8_t>>;

/// Any number of terms, elements from `first` on.
void add_terms(Operands operands, const LayerQuantization& quantization, std::size_t first,
               std::span<std::int32_t> sums) {
  std::array<std::int64_t, kBlock> wide{};
  for (std::size_t operand = 0; operand < operands.size(); ++operand) {
    const std::int8_t* values = operands[operand].data() + first;
    const Requantization factor = quantization.sources[operand];
    if (factor.shift >= Rescaling::kSmallestShift8) {
      add_scaled(values, sums.size(), Rescaling(factor), wide.data());
    } else {
      for (std::size_t i = 0; i < sums.size(); ++i) wide[i] += rescale(values[i], factor);
    }
  }
  saturate_sums(wide.data(), sums.size(), sums.data());
}

/// The usual case: both factors below 2^23, and terms below 2^30.
bool is_small_pair(Operands operands, const LayerQuantization& quantization) {
  return operands.size() == 2 && quantization.sources[0].shift > Rescaling::kSmallestShift8 &&
         quantization.sources[1].shift > Rescaling::kSmallestShift8;
}

void add_block(Operands operands, const LayerQuantization& quantization, std::size_t first,
               std::span<std::int32_t> sums) {
  if (!is_small_pair(operands, quantization)) {
    add_terms(operands, quantization, first, sums);
    return;
  }
  add_two_scaled(operands[0].data() + first, operands[1].data() + first, sums.size(),
                 Rescaling(quantization.sources[0]), Rescaling(quantization.sources[1]),
                 sums.data());
}

void multiply_block(Operands operands, std::size_t first, std::span<std::int32_t> products) {
  std::fill(products.begin(), products.end(), 1);
  for (const std::span<const std::int8_t> operand : operands) {
    multiply_values(operand.data() + first, products.size(), products.data());
  }
}

}  // namespace

void clamp_negative(std::span<std::int8_t> values) {
  clamp_below(values.data(), values.size(), 0, values.data());
}

void finish_row(std::span<const std::int32_t> sums, std::span<const std::int32_t> bias,
                const OutputQuantization& output, std::span<std::int8_t> outputs) {
  const Requantization factor = output.requantization;
  const std::int32_t lowest = lowest_of(output);
  if (factor.shift < Rescaling::kSmallestShift32) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      outputs[i] = limit(requantize(sums[i] + (bias.empty() ? 0 : bias[i]), factor), lowest);
    }
  } else if (bias.empty()) {
    requantize_sums(sums.data(), sums.size(), Rescaling(factor), lowest, outputs.data());
  } else {
    requantize_biased(sums.data(), bias.data(), sums.size(), Rescaling(factor), lowest,
                      outputs.data());
  }
  if (has_table(output)) look_up(output.table, outputs.first(sums.size()));
}

void apply_activation(std::span<const std::int8_t> values, const OutputQuantization& output,
                      std::span<std::int8_t> outputs) {
  requantize_row(values, output.requantization, lowest_of(output), outputs);
  if (has_table(output)) look_up(output.table, outputs.first(values.size()));
}

void combine(ElementwiseOperation operation, Operands operands,
             const LayerQuantization& quantization, std::span<std::int8_t> outputs) {
  std::array<std::int32_t, kBlock> block;
  for (std::size_t first = 0; first < outputs.size(); first += kBlock) {
    const std::size_t count = std::min(outputs.size() - first, kBlock);
    const std::span<std::int32_t> sums(block.data(), count);
    if (operation == ElementwiseOperation::add) {
      add_block(operands, quantization, first, sums);
    } else {
      multiply_block(operands, first, sums);
    }
    finish_row(sums, {}, quantization.output, outputs.subspan(first, count));
  }
}

void concatenate(std::span<const ConcatenatedPart> parts, std::span<std::int8_t> outputs) {
  std::size_t channels = 0;
  for (const ConcatenatedPart& part : parts) channels += part.channels;
  std::size_t first = 0;
  for (const ConcatenatedPart& part : parts) {
    const std::size_t places = part.values.size() / part.channels;
    for (std::size_t place = 0; place < places; ++place) {
      requantize_row(part.values.subspan(place * part.channels, part.channels), part.factor,
                     kLowest, outputs.subspan(place * channels + first, part.channels));
    }
    first += part.channels;
  }
}

}  // namespace nzsim::systolic
