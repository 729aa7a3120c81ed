#include "models/systolic/reference/operand_reader.h"

#include <algorithm>

#include "models/systolic/compiler/layer_products.h"
#include "models/systolic/values/bfloat16_vector_unit.h"
#include "models/systolic/values/vector_unit.h"
#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

/// Of the hidden state nothing is clamped: it is no input of the layer.
bool is_clamped(const LayerSpec& spec, const Product& product) {
  return spec.relu_on_input && product.kind != ProductKind::gates_of_hidden;
}

}  // namespace

template <class Numbers>
OperandReader<Numbers>::OperandReader(const Config& config, const SystolicProgram& program,
                                      const UnifiedBuffer<Operand>& buffer)
    : config_(config), program_(program), values_(Numbers::layers(program)), buffer_(buffer) {
  for (std::uint32_t item = 0; item < program.products.size(); ++item) {
    const Product& product = program.products[item];
    if (tiles_of(config, product) > 0) places_.push_back({product.address, item});
  }
  std::stable_sort(places_.begin(), places_.end(),
                   [](const Place& a, const Place& b) { return a.address < b.address; });
}

template <class Numbers>
auto OperandReader<Numbers>::activation(const Product& product, std::uint64_t row,
                                        InnerElement at) const -> Operand {
  if (row >= product.rows || at.element >= product.inner[at.tile].count) return Operand{};
  const auto element = activation_element(program_.spec(product.layer), product,
                                          program_.tensors[product.input].shape, row, at);
  return element ? buffer_.tensor(product.input)[*element] : Operand{};
}

template <class Numbers>
auto OperandReader<Numbers>::weight(const Product& product, std::uint64_t column,
                                    InnerElement at) const -> Operand {
  if (column >= product.columns || at.element >= product.inner[at.tile].count) return Operand{};
  const auto element = weight_element(program_.spec(product.layer), product, column, at);
  if (!element) return Operand{};
  if (product.kind != ProductKind::head) return values_[product.layer].weights[*element];
  return buffer_.tensor(product.second)[*element];
}

template <class Numbers>
void OperandReader<Numbers>::copy_activations(const Product& product, std::uint32_t inner_tile,
                                              std::uint64_t row, std::span<Operand> values) const {
  std::fill(values.begin(), values.end(), Operand{});
  const auto first =
      activation_element(program_.spec(product.layer), product,
                         program_.tensors[product.input].shape, row, {inner_tile, 0});
  if (!first) return;
  const auto source =
      buffer_.tensor(product.input).subspan(*first, product.inner[inner_tile].count);
  std::copy(source.begin(), source.end(), values.begin());
}

template <class Numbers>
void OperandReader<Numbers>::read_activation_row(const Product& product, std::uint32_t inner_tile,
                                                 std::uint64_t row,
                                                 std::span<Operand> values) const {
  const LayerSpec& spec = program_.spec(product.layer);
  if (is_contiguous(spec, product, program_.tensors[product.input].shape)) {
    copy_activations(product, inner_tile, row, values);
  } else {
    for (std::uint32_t r = 0; r < values.size(); ++r) {
      values[r] = activation(product, row, {inner_tile, r});
    }
  }
  if (is_clamped(spec, product)) clamp_negative(values);
}

template <class Numbers>
void OperandReader<Numbers>::read_activation_column(const Product& product, InnerElement at,
                                                    std::uint64_t first_row,
                                                    std::span<Operand> values) const {
  for (std::size_t c = 0; c < values.size(); ++c) {
    values[c] = activation(product, first_row + c, at);
  }
  if (is_clamped(program_.spec(product.layer), product)) clamp_negative(values);
}

template <class Numbers>
void OperandReader<Numbers>::clamp_weights(const Product& product,
                                           std::span<Operand> values) const {
  // Those of other products are no inputs of the layer.
  if (product.kind != ProductKind::head) return;
  if (is_clamped(program_.spec(product.layer), product)) clamp_negative(values);
}

template <class Numbers>
void OperandReader<Numbers>::read_weight_row(const Product& product, InnerElement at,
                                             std::uint64_t first_column,
                                             std::span<Operand> values) const {
  for (std::size_t c = 0; c < values.size(); ++c) {
    values[c] = weight(product, first_column + c, at);
  }
  clamp_weights(product, values);
}

template <class Numbers>
void OperandReader<Numbers>::read_weight_column(const Product& product, std::uint32_t inner_tile,
                                                std::uint64_t column,
                                                std::span<Operand> values) const {
  for (std::uint32_t r = 0; r < values.size(); ++r) {
    values[r] = weight(product, column, {inner_tile, r});
  }
  clamp_weights(product, values);
}

template <class Numbers>
void OperandReader<Numbers>::read_weight_tile(std::uint64_t address,
                                              std::span<Operand> values) const {
  const auto behind =
      std::upper_bound(places_.begin(), places_.end(), address,
                       [](std::uint64_t at, const Place& place) { return at < place.address; });
  SIM_ASSERT(behind != places_.begin(), "dram", 0, "no weights at {:#x}", address);
  const Product& product = program_.products[(behind - 1)->product];
  const std::uint64_t number = (address - product.address) / config_.tile_bytes();
  SIM_ASSERT(number < tiles_of(config_, product), "dram", 0, "no weights at {:#x}", address);
  const auto inner_tile = static_cast<std::uint32_t>(number % product.inner.size());
  const std::uint64_t strip = number / product.inner.size();
  for (std::uint32_t r = 0; r < config_.rows; ++r) {
    read_weight_row(product, {inner_tile, r}, strip * config_.columns,
                    values.subspan(std::size_t{r} * config_.columns, config_.columns));
  }
}

template class OperandReader<Int8Numbers>;
template class OperandReader<Bfloat16Numbers>;

}  // namespace nzsim::systolic
