#include "models/systolic/reference/output_stage.h"

#include <algorithm>

#include "models/systolic/reference/operands.h"

namespace nzsim::systolic {
namespace {

/// The gates of a lstm are i, f, g, o, those of a gru r, z, n.
constexpr std::uint64_t kTanhGate = 2;

template <class Sum>
std::span<const Sum> part(std::span<const Sum> values, std::size_t first, std::size_t count) {
  return values.empty() ? values : values.subspan(first, count);
}

}  // namespace

template <class Numbers>
OutputStage<Numbers>::OutputStage(const Config& config, const SystolicProgram& program,
                                  UnifiedBuffer<Operand>& buffer)
    : config_(config),
      program_(program),
      values_(Numbers::layers(program)),
      buffer_(buffer),
      outputs_(config.columns) {}

template <class Numbers>
void OutputStage<Numbers>::finish(std::uint32_t item, std::uint32_t strip, std::uint64_t line,
                                  std::span<const Sum> sums, std::span<const Sum> hidden_sums) {
  const Product& product = program_.products[item];
  if (config_.dataflow == Dataflow::input_stationary) {
    finish_column(product, strip, line, sums, hidden_sums);
  } else {
    finish_row(product, strip, line, sums, hidden_sums);
  }
}

template <class Numbers>
void OutputStage<Numbers>::finish_row(const Product& product, std::uint32_t strip,
                                      std::uint64_t row, std::span<const Sum> sums,
                                      std::span<const Sum> hidden_sums) {
  const std::uint64_t first = std::uint64_t{strip} * config_.columns;
  const std::size_t count = std::min<std::uint64_t>(config_.columns, product.columns - first);
  const std::uint64_t output = product.first_output + first;
  const std::span<Operand> outputs = std::span(outputs_).first(count);
  apply(product,
        {sums.first(count), part(hidden_sums, 0, count), bias_of(product, output, count), output},
        outputs);
  const FeatureShape& shape = program_.tensors[product.output].shape;
  buffer_.write(product.output, output_element(product, shape, row, first), outputs);
}

template <class Numbers>
void OutputStage<Numbers>::finish_column(const Product& product, std::uint32_t strip,
                                         std::uint64_t column, std::span<const Sum> sums,
                                         std::span<const Sum> hidden_sums) {
  const std::uint64_t first = std::uint64_t{strip} * config_.columns;
  const std::size_t count = std::min<std::uint64_t>(config_.columns, product.rows - first);
  const std::uint64_t output = product.first_output + column;
  const FeatureShape& shape = program_.tensors[product.output].shape;
  for (std::size_t c = 0; c < count; ++c) {
    const std::span<Operand> outputs = std::span(outputs_).first(1);
    apply(product,
          {sums.subspan(c, 1), part(hidden_sums, c, 1), bias_of(product, output, 1), output},
          outputs);
    buffer_.write(product.output, output_element(product, shape, first + c, column), outputs);
  }
}

template <class Numbers>
auto OutputStage<Numbers>::bias_of(const Product& product, std::uint64_t output,
                                   std::size_t count) const -> std::span<const Sum> {
  return part(std::span<const Sum>(values_[product.layer].bias), output, count);
}

template <class Numbers>
void OutputStage<Numbers>::apply(const Product& product, const Sums& sums,
                                 std::span<Operand> outputs) const {
  if (product.kind == ProductKind::gates_of_input) {
    apply_gates(product, sums, outputs);
  } else {
    Numbers::finish_row(values_[product.layer], sums.values, sums.bias, outputs);
  }
}

template <class Numbers>
void OutputStage<Numbers>::apply_gates(const Product& product, const Sums& sums,
                                       std::span<Operand> outputs) const {
  const std::uint64_t units = program_.spec(product.layer).output.channels;
  std::size_t next = 0;
  for (std::size_t first = 0; first < outputs.size(); first = next) {
    const std::uint64_t gate = (sums.output + first) / units;
    next = std::min<std::uint64_t>(outputs.size(), (gate + 1) * units - sums.output);
    const std::size_t count = next - first;
    Numbers::finish_gates(values_[product.layer], gate == kTanhGate,
                          sums.values.subspan(first, count), part(sums.bias, first, count),
                          sums.hidden.subspan(first, count), outputs.subspan(first, count));
  }
}

template class OutputStage<Int8Numbers>;
template class OutputStage<Bfloat16Numbers>;

}  // namespace nzsim::systolic
