#include "sim/workload/plain_bfloat16.h"

#include <algorithm>
#include <array>

#include "sim/workload/elementary.h"
#include "sim/workload/layer_shape.h"
#include "sim/workload/plain_bfloat16_parts.h"
#include "sim/workload/plain_products.h"

namespace nzsim {
namespace {

using Vector = std::vector<float>;
using plain::Bfloat16Rows;

/// Places [begin, end) of a window along one side whose tap, at place x stride + offset, lies
/// inside the input.
struct Places {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

Places places_inside(std::int64_t offset, std::uint32_t stride, std::uint32_t inputs,
                     std::uint32_t outputs) {
  const std::int64_t begin = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  const std::int64_t last = std::int64_t{inputs} - 1 - offset;
  const std::int64_t end = last < 0 ? 0 : last / stride + 1;
  return {begin, std::min<std::int64_t>(end, outputs)};
}

/// Adds one weight, the tap (ky, kx) of the window, times one input map to one map of sums.
void add_tap(const LayerSpec& spec, float weight, std::uint32_t ky, std::uint32_t kx,
             const float* input, float* sums) {
  const std::int64_t top = std::int64_t{ky} * spec.dilation.height - spec.padding.height;
  const std::int64_t left = std::int64_t{kx} * spec.dilation.width - spec.padding.width;
  const Places rows = places_inside(top, spec.stride.height, spec.input.height, spec.output.height);
  const Places columns =
      places_inside(left, spec.stride.width, spec.input.width, spec.output.width);
  if (columns.begin >= columns.end) return;
  const auto count = static_cast<std::size_t>(columns.end - columns.begin);
  for (std::int64_t y = rows.begin; y < rows.end; ++y) {
    const std::int64_t in_y = y * spec.stride.height + top;
    const std::int64_t in_x = columns.begin * spec.stride.width + left;
    plain::add_scaled(weight, input + in_y * spec.input.width + in_x, spec.stride.width,
                      {sums + y * spec.output.width + columns.begin, count});
  }
}

/// The sources as the layer reads them: one vector, or one per operand; negative values count as
/// zero where the layer says so.
std::vector<Vector> joined(const LayerSpec& spec, std::span<const std::vector<Bfloat16>> sources) {
  std::vector<Vector> operands;
  for (const std::vector<Bfloat16>& source : sources) {
    if (operands.empty() || takes_operands(spec.type)) operands.emplace_back();
    for (const Bfloat16 number : source) {
      const float value = to_float(number);
      operands.back().push_back(spec.relu_on_input && !(value > 0.0F) ? 0.0F : value);
    }
  }
  return operands;
}

/// Sums of many outputs, tile by tile.
class TiledSums {
 public:
  explicit TiledSums(std::size_t count) : tile_(count, 0.0F), sums_(count, 0.0F) {}

  /// Takes the products of the tile at hand.
  [[nodiscard]] std::span<float> tile() { return tile_; }
  /// No tile's sum is -0, so that the first one added to +0 is itself.
  void end_tile() {
    plain::add_scaled(1.0F, tile_.data(), 1, sums_);
    std::fill(tile_.begin(), tile_.end(), 0.0F);
  }
  [[nodiscard]] const Vector& sums() const { return sums_; }

 private:
  Vector tile_;
  Vector sums_;
};

/// One input: some rows at a time, as each sum waits for its last addition.
void multiply_vector(const Bfloat16Rows& matrix, const SummationOrder& order,
                     std::span<const float> input, Vector& sums) {
  constexpr std::size_t kRows = 8;
  for (std::size_t first = 0; first < matrix.rows; first += kRows) {
    std::array<const Bfloat16*, kRows> rows;
    for (std::size_t n = 0; n < kRows; ++n) {
      rows[n] = matrix.weights + std::min(first + n, matrix.rows - 1) * matrix.stride;
    }
    std::array<float, kRows> totals{};
    for (std::size_t k = 0; k < matrix.inner;) {
      const std::size_t end = k + std::min<std::uint64_t>(matrix.inner - k, order.tile_length);
      std::array<float, kRows> tile{};
      for (; k < end; ++k) {
        for (std::size_t n = 0; n < kRows; ++n) tile[n] += to_float(rows[n][k]) * input[k];
      }
      for (std::size_t n = 0; n < kRows; ++n) totals[n] += tile[n];
    }
    std::copy_n(totals.begin(), std::min(kRows, matrix.rows - first),
                sums.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

/// Whether a tile ends behind inner element `index` of a convolution, which is of channel `channel`
/// out of `channels`.
bool ends_tile(const SummationOrder& order, std::uint64_t index, std::uint64_t channel,
               std::uint64_t channels) {
  if (!order.cuts_at_positions) return (index + 1) % order.tile_length == 0;
  return (channel + 1) % order.tile_length == 0 || channel + 1 == channels;
}

/// One channel of a convolution's output.
Vector convolve_channel(const LayerSpec& spec, const Bfloat16* weights, const SummationOrder& order,
                        std::span<const float> group) {
  const std::uint32_t channels = spec.input.channels / spec.groups;
  const std::size_t map = std::size_t{spec.input.height} * spec.input.width;
  const std::size_t taps = std::size_t{spec.kernel.height} * spec.kernel.width;
  TiledSums sums(std::size_t{spec.output.height} * spec.output.width);
  std::size_t position = 0;
  std::uint64_t index = 0;
  for (std::uint32_t ky = 0; ky < spec.kernel.height; ++ky) {
    for (std::uint32_t kx = 0; kx < spec.kernel.width; ++kx, ++position) {
      for (std::uint32_t channel = 0; channel < channels; ++channel, ++index) {
        const Bfloat16 weight = weights[channel * taps + position];
        add_tap(spec, to_float(weight), ky, kx, group.data() + channel * map, sums.tile().data());
        if (ends_tile(order, index, channel, channels)) sums.end_tile();
      }
    }
  }
  sums.end_tile();
  return sums.sums();
}

Vector convolve_group(const LayerSpec& spec, const Bfloat16Rows& matrix,
                      const SummationOrder& order, std::span<const float> group,
                      std::size_t pixels) {
  if (plain::is_pointwise(spec)) return plain::bfloat16_product(matrix, order, group, pixels);
  Vector sums;
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    const Vector part = convolve_channel(spec, matrix.weights + row * matrix.stride, order, group);
    sums.insert(sums.end(), part.begin(), part.end());
  }
  return sums;
}

/// `[output channels, height, width]`.
Vector convolve(const LayerSpec& spec, std::span<const Bfloat16> weights,
                const SummationOrder& order, std::span<const float> input) {
  const MatrixProduct product = spec.matrix_product();
  const std::size_t group_inputs = spec.input.elements() / product.groups;
  Vector sums;
  for (std::size_t group = 0; group < product.groups; ++group) {
    const Bfloat16Rows matrix{weights.data() + group * product.columns * product.inner,
                              product.columns, product.inner, product.inner};
    const Vector part = convolve_group(
        spec, matrix, order, input.subspan(group * group_inputs, group_inputs), product.rows);
    sums.insert(sums.end(), part.begin(), part.end());
  }
  return sums;
}

/// The product of two activation tensors, head by head: `[heads x columns, rows]`.
Vector multiply_heads(const LayerSpec& spec, const SummationOrder& order,
                      std::span<const float> first, std::span<const float> second) {
  const MatrixProduct product = spec.matrix_product();
  const std::size_t elements = product.inner * product.columns;
  const std::size_t left = product.inner * product.rows;
  Vector sums;
  std::vector<Bfloat16> weights(elements);
  for (std::size_t head = 0; head < product.groups; ++head) {
    const std::span<const float> part = second.subspan(head * elements, elements);
    for (std::size_t i = 0; i < elements; ++i) {
      // As weights `[columns, inner]`; each element is a bfloat16 already.
      const std::size_t column = i / product.inner;
      const std::size_t k = i % product.inner;
      weights[i] =
          round_to_bfloat16(part[spec.transpose_second ? k * product.columns + column : i]);
    }
    const Vector block =
        plain::bfloat16_product({weights.data(), product.columns, product.inner, product.inner},
                                order, first.subspan(head * left, left), product.rows);
    sums.insert(sums.end(), block.begin(), block.end());
  }
  return sums;
}

/// Adds the bias of each output channel, applies the activation function and rounds.
std::vector<Bfloat16> finish(const LayerSpec& spec, std::span<const float> bias,
                             const Vector& sums) {
  const std::size_t map = std::size_t{spec.output.height} * spec.output.width;
  std::vector<Bfloat16> values;
  values.reserve(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const float sum = bias.empty() ? sums[i] : sums[i] + bias[i / map];
    values.push_back(plain::finish_bfloat16(spec.activation, limit_to_finite(sum)));
  }
  return values;
}

}  // namespace

namespace plain {

std::vector<float> bfloat16_product(const Bfloat16Rows& matrix, const SummationOrder& order,
                                    std::span<const float> inputs, std::size_t count) {
  Vector sums(matrix.rows * count);
  if (count == 1) {
    multiply_vector(matrix, order, inputs, sums);
    return sums;
  }
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    const Bfloat16* weights = matrix.weights + row * matrix.stride;
    TiledSums row_sums(count);
    for (std::size_t k = 0; k < matrix.inner; ++k) {
      add_scaled(to_float(weights[k]), inputs.data() + k * count, 1, row_sums.tile());
      if ((k + 1) % order.tile_length == 0) row_sums.end_tile();
    }
    row_sums.end_tile();
    std::copy(row_sums.sums().begin(), row_sums.sums().end(),
              sums.begin() + static_cast<std::ptrdiff_t>(row * count));
  }
  return sums;
}

Bfloat16 finish_bfloat16(Activation function, double value) {
  switch (function) {
    case Activation::none:
      break;
    case Activation::relu:
      return round_to_bfloat16(value > 0.0 ? value : 0.0);
    case Activation::sigmoid:
      return round_to_bfloat16(elementary::sigmoid(value));
    case Activation::tanh:
      return round_to_bfloat16(elementary::hyperbolic_tangent(value));
    case Activation::gelu:
      return round_to_bfloat16(elementary::gelu(value));
  }
  return round_to_bfloat16(value);
}

}  // namespace plain

std::vector<Bfloat16> plain_bfloat16(const LayerSpec& spec, const Bfloat16Layer& layer,
                                     const SummationOrder& order,
                                     std::span<const std::vector<Bfloat16>> sources) {
  const std::vector<Vector> operands = joined(spec, sources);
  const std::span<const float> input = operands[0];
  switch (spec.type) {
    case LayerType::fully_connected: {
      const std::size_t rows = std::size_t{spec.output.height} * spec.output.width;
      const Bfloat16Rows matrix{layer.weights.data(), spec.output.channels, spec.matrix_inputs(),
                                spec.matrix_inputs()};
      return finish(spec, layer.bias, plain::bfloat16_product(matrix, order, input, rows));
    }
    case LayerType::convolution:
      return finish(spec, layer.bias, convolve(spec, layer.weights, order, input));
    case LayerType::matmul:
      return finish(spec, {}, multiply_heads(spec, order, input, operands[1]));
    case LayerType::lstm:
    case LayerType::gru:
      return plain::bfloat16_recurrent(spec, layer, order, input);
    case LayerType::pooling:
      return plain::bfloat16_pooling(spec, input);
    case LayerType::elementwise:
      return plain::bfloat16_elementwise(spec, operands);
    case LayerType::normalization:
      return plain::bfloat16_normalization(spec, input);
    case LayerType::activation:
      break;
  }
  return finish(spec, {}, operands[0]);
}

}  // namespace nzsim
