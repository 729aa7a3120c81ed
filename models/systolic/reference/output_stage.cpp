#include "models/systolic/reference/output_stage.h"

#include <algorithm>

#include "models/systolic/reference/operands.h"
#include "models/systolic/values/vector_unit.h"

namespace nzsim::systolic {
namespace {

/// The gates of a lstm are i, f, g, o, those of a gru r, z, n.
constexpr std::uint64_t kTanhGate = 2;

std::span<const std::int32_t> part(std::span<const std::int32_t> values, std::size_t first,
                                   std::size_t count) {
  return values.empty() ? values : values.subspan(first, count);
}

}  // namespace

OutputStage::OutputStage(const Config& config, const SystolicProgram& program,
                         UnifiedBuffer& buffer)
    : config_(config),
      program_(program),
      values_(program.values()),
      buffer_(buffer),
      outputs_(config.columns) {}

void OutputStage::finish(std::uint32_t item, std::uint32_t strip, std::uint64_t line,
                         std::span<const std::int32_t> sums,
                         std::span<const std::int32_t> hidden_sums) {
  const Product& product = program_.products[item];
  if (config_.dataflow == Dataflow::input_stationary) {
    finish_column(product, strip, line, sums, hidden_sums);
  } else {
    finish_row(product, strip, line, sums, hidden_sums);
  }
}

void OutputStage::finish_row(const Product& product, std::uint32_t strip, std::uint64_t row,
                             std::span<const std::int32_t> sums,
                             std::span<const std::int32_t> hidden_sums) {
  const std::uint64_t first = std::uint64_t{strip} * config_.columns;
  const std::size_t count = std::min<std::uint64_t>(config_.columns, product.columns - first);
  const std::uint64_t output = product.first_output + first;
  const std::span<std::int8_t> outputs = std::span(outputs_).first(count);
  apply(product,
        {sums.first(count), part(hidden_sums, 0, count), bias_of(product, output, count), output},
        outputs);
  const FeatureShape& shape = program_.tensors[product.output].shape;
  buffer_.write(product.output, output_element(product, shape, row, first), outputs);
}

void OutputStage::finish_column(const Product& product, std::uint32_t strip, std::uint64_t column,
                                std::span<const std::int32_t> sums,
                                std::span<const std::int32_t> hidden_sums) {
  const std::uint64_t first = std::uint64_t{strip} * config_.columns;
  const std::size_t count = std::min<std::uint64_t>(config_.columns, product.rows - first);
  const std::uint64_t output = product.first_output + column;
  const FeatureShape& shape = program_.tensors[product.output].shape;
  for (std::size_t c = 0; c < count; ++c) {
    const std::span<std::int8_t> outputs = std::span(outputs_).first(1);
    apply(product,
          {sums.subspan(c, 1), part(hidden_sums, c, 1), bias_of(product, output, 1), output},
          outputs);
    buffer_.write(product.output, output_element(product, shape, first + c, column), outputs);
  }
}

std::span<const std::int32_t> OutputStage::bias_of(const Product& product, std::uint64_t output,
                                                   std::size_t count) const {
  return part(values_[product.layer].bias, output, count);
}

void OutputStage::apply(const Product& product, const Sums& sums,
                        std::span<std::int8_t> outputs) const {
  if (product.kind == ProductKind::gates_of_input) {
    apply_gates(product, sums, outputs);
  } else {
    systolic::finish_row(sums.values, sums.bias, values_[product.layer].quantization.output,
                         outputs);
  }
}

void OutputStage::apply_gates(const Product& product, const Sums& sums,
                              std::span<std::int8_t> outputs) const {
  const RecurrentQuantization& recurrent = values_[product.layer].quantization.recurrent;
  const std::uint64_t units = program_.spec(product.layer).output.channels;
  std::size_t next = 0;
  for (std::size_t first = 0; first < outputs.size(); first = next) {
    const std::uint64_t gate = (sums.output + first) / units;
    next = std::min<std::uint64_t>(outputs.size(), (gate + 1) * units - sums.output);
    const std::size_t count = next - first;
    finish_gate_row(sums.values.subspan(first, count), part(sums.bias, first, count),
                    sums.hidden.subspan(first, count),
                    gate == kTanhGate ? recurrent.tanh : recurrent.sigmoid,
                    outputs.subspan(first, count));
  }
}

}  // namespace nzsim::systolic
