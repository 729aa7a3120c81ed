#include "models/systolic/reference/operands.h"

namespace nzsim::systolic {
namespace {

/// One place of a convolution's window.
struct WindowElement {
  std::uint32_t kernel_y = 0;
  std::uint32_t kernel_x = 0;
  /// Behind the product's first channel.
  std::uint32_t channel = 0;
};

std::uint32_t channels_of_group(const LayerSpec& spec) { return spec.input.channels / spec.groups; }

std::uint32_t narrow(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

/// Position by position, the last tile lies at the window's last place; flattened, all tiles have
/// parts of the window in the order height, width, channels, and name no place. A window of one
/// place is the same in both.
bool has_flattened_windows(const LayerSpec& spec, const Product& product) {
  if (product.kind != ProductKind::windows) return false;
  const bool has_one_place = spec.kernel.height == 1 && spec.kernel.width == 1;
  const InnerTile& last = product.inner.back();
  return !has_one_place && last.kernel_y == 0 && last.kernel_x == 0;
}

WindowElement window_element(const LayerSpec& spec, const Product& product, InnerElement at) {
  const InnerTile& tile = product.inner[at.tile];
  const std::uint32_t element = tile.first + at.element;
  if (!has_flattened_windows(spec, product)) return {tile.kernel_y, tile.kernel_x, element};
  const std::uint32_t channels = channels_of_group(spec);
  const std::uint32_t place = element / channels;
  return {place / spec.kernel.width, place % spec.kernel.width, element % channels};
}

std::optional<std::uint64_t> window_activation(const LayerSpec& spec, const Product& product,
                                               std::uint64_t row, InnerElement at) {
  const WindowElement window = window_element(spec, product, at);
  const auto x = narrow(row % spec.output.width);
  const auto y = narrow(row / spec.output.width % spec.output.height);
  const std::uint64_t input = row / spec.output.width / spec.output.height;
  // Unsigned: a position above or left of the map wraps to one far outside.
  const std::uint32_t from_y =
      y * spec.stride.height + window.kernel_y * spec.dilation.height - spec.padding.height;
  const std::uint32_t from_x =
      x * spec.stride.width + window.kernel_x * spec.dilation.width - spec.padding.width;
  if (from_y >= spec.input.height || from_x >= spec.input.width) return std::nullopt;
  const std::uint64_t place = (input * spec.input.height + from_y) * spec.input.width + from_x;
  const std::uint64_t first = std::uint64_t{product.first_group} * channels_of_group(spec);
  return place * spec.input.channels + first + window.channel;
}

/// Whether U multiplies r . h' of the same step, the third gate of a gru.
bool takes_reset_state(const LayerSpec& spec, const Product& product) {
  return spec.type == LayerType::gru && product.first_output == 2 * spec.output.channels;
}

/// Whether the layer takes the whole feature map as one vector.
bool flattens(const LayerSpec& spec, const Product& product, const FeatureShape& input) {
  const bool takes_vectors =
      product.kind == ProductKind::vectors || product.kind == ProductKind::gates_of_input;
  return takes_vectors && input.channels != spec.input.channels;
}

/// Where inner element `inner` of a vector lies behind the vector's first one.
std::uint64_t vector_element(const LayerSpec& spec, const Product& product,
                             const FeatureShape& input, std::uint64_t inner) {
  if (!flattens(spec, product, input)) return inner;
  const std::uint64_t places = std::uint64_t{input.height} * input.width;
  return inner % places * input.channels + inner / places;
}

std::optional<std::uint64_t> window_weight(const LayerSpec& spec, const Product& product,
                                           std::uint64_t column, InnerElement at) {
  const WindowElement window = window_element(spec, product, at);
  const std::uint32_t channels = channels_of_group(spec);
  const std::uint64_t filters = spec.output.channels / spec.groups;
  if (window.channel / channels != column / filters) return std::nullopt;
  const std::uint64_t tap =
      (std::uint64_t{window.channel % channels} * spec.kernel.height + window.kernel_y) *
          spec.kernel.width +
      window.kernel_x;
  return (product.first_output + column) * spec.matrix_inputs() + tap;
}

std::uint64_t head_weight(const LayerSpec& spec, const Product& product, std::uint64_t column,
                          std::uint64_t inner) {
  const FeatureShape& second = spec.second_input;
  const std::uint64_t first = std::uint64_t{product.input_index} * second.height;
  const std::uint64_t length = second.channels / spec.groups;
  const std::uint64_t vector = spec.transpose_second ? column : inner;
  const std::uint64_t element = spec.transpose_second ? inner : column;
  return (first + vector) * second.channels + product.first_group * length + element;
}

}  // namespace

bool is_contiguous(const LayerSpec& spec, const Product& product, const FeatureShape& input) {
  return !has_flattened_windows(spec, product) && !flattens(spec, product, input);
}

std::optional<std::uint64_t> activation_element(const LayerSpec& spec, const Product& product,
                                                const FeatureShape& input, std::uint64_t row,
                                                InnerElement at) {
  const std::uint64_t inner = product.inner[at.tile].first + at.element;
  const std::uint64_t units = spec.output.channels;
  switch (product.kind) {
    case ProductKind::vectors:
      return row * spec.input.channels + vector_element(spec, product, input, inner);
    case ProductKind::windows:
      return window_activation(spec, product, row, at);
    case ProductKind::gates_of_input:
      return (row * spec.input.height + product.step) * spec.input.channels +
             vector_element(spec, product, input, inner);
    case ProductKind::gates_of_hidden:
      if (takes_reset_state(spec, product)) return row * units + inner;
      if (product.step == 0) return std::nullopt;
      return (row * spec.output.height + product.step - 1) * units + inner;
    case ProductKind::head:
      break;
  }
  const std::uint64_t vector = std::uint64_t{product.input_index} * spec.input.height + row;
  const std::uint64_t length = spec.input.channels / spec.groups;
  return vector * spec.input.channels + product.first_group * length + inner;
}

std::optional<std::uint64_t> weight_element(const LayerSpec& spec, const Product& product,
                                            std::uint64_t column, InnerElement at) {
  const std::uint64_t inner = product.inner[at.tile].first + at.element;
  const std::uint64_t begin = (product.first_output + column) * spec.matrix_inputs();
  switch (product.kind) {
    case ProductKind::vectors:
    case ProductKind::gates_of_input:
      return begin + inner;
    case ProductKind::gates_of_hidden:
      return begin + spec.input.channels + inner;
    case ProductKind::windows:
      return window_weight(spec, product, column, at);
    case ProductKind::head:
      break;
  }
  return head_weight(spec, product, column, inner);
}

std::uint64_t output_element(const Product& product, const FeatureShape& output, std::uint64_t row,
                             std::uint64_t column) {
  const std::uint64_t first = std::uint64_t{product.input_index} * output.height * output.width;
  return (first + row) * output.channels + product.first_output + column;
}

}  // namespace nzsim::systolic
