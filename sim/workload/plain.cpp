#include "sim/workload/plain.h"

#include <algorithm>
#include <cmath>

namespace nzsim {
namespace {

/// How the two arithmetics accumulate. `Value` is an input or output, `Accumulator` a partial sum.
struct FixedArithmetic {
  using Value = std::int16_t;
  PlainArithmetic parameters;

  [[nodiscard]] Value multiply_add(Value sum, std::uint16_t code, Value input) const {
    return add_saturated(
        sum, multiply_fixed(parameters.codebook[code], input, parameters.product_shift));
  }
  [[nodiscard]] Value add_bias(Value sum, const PlainLayer& layer, std::uint32_t output) const {
    if (layer.bias_codes.empty() || layer.bias_codes[output] == 0) return sum;
    return multiply_add(sum, layer.bias_codes[output], parameters.one);
  }
};

struct DoubleArithmetic {
  using Value = double;
  std::span<const float> codebook;

  [[nodiscard]] Value multiply_add(Value sum, std::uint16_t code, Value input) const {
    return sum + static_cast<double>(codebook[code]) * input;
  }
  [[nodiscard]] Value add_bias(Value sum, const PlainLayer& layer, std::uint32_t output) const {
    return layer.bias.empty() ? sum : sum + static_cast<double>(layer.bias[output]);
  }
};

/// Output positions [begin, end) whose input position, output x stride + tap - padding, lies
/// inside.
struct Inside {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

Inside inside(std::uint32_t outputs, std::uint32_t inputs, std::uint32_t stride, std::uint32_t tap,
              std::uint32_t padding) {
  const std::int64_t offset = std::int64_t{tap} - padding;
  const std::int64_t begin = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  const std::int64_t last = std::int64_t{inputs} - 1 - offset;
  const std::int64_t end = last < 0 ? 0 : last / stride + 1;
  return {begin, std::min<std::int64_t>(end, outputs)};
}

/// One output channel of a convolution: adds one weight's contribution to every output pixel.
template <class Arithmetic, class Value = typename Arithmetic::Value>
void add_shifted_map(const LayerSpec& spec, const Arithmetic& arithmetic, std::uint16_t code,
                     std::uint32_t ky, std::uint32_t kx, const Value* input, Value* output) {
  const Inside rows =
      inside(spec.output.height, spec.input.height, spec.stride.height, ky, spec.padding.height);
  const Inside columns =
      inside(spec.output.width, spec.input.width, spec.stride.width, kx, spec.padding.width);
  const std::int64_t step = spec.stride.width;
  const std::int64_t offset = std::int64_t{kx} - spec.padding.width;
  for (std::int64_t y = rows.begin; y < rows.end; ++y) {
    const std::int64_t in_y = y * spec.stride.height + ky - spec.padding.height;
    const Value* in_row = input + in_y * spec.input.width;
    Value* out_row = output + y * spec.output.width;
    for (std::int64_t x = columns.begin; x < columns.end; ++x) {
      out_row[x] = arithmetic.multiply_add(out_row[x], code, in_row[x * step + offset]);
    }
  }
}

template <class Arithmetic, class Value = typename Arithmetic::Value>
std::vector<Value> convolve(const LayerSpec& spec, const PlainLayer& layer,
                            const Arithmetic& arithmetic, std::span<const Value> input) {
  const std::uint32_t window = spec.kernel.height * spec.kernel.width;
  const std::size_t in_map = std::size_t{spec.input.height} * spec.input.width;
  const std::size_t out_map = std::size_t{spec.output.height} * spec.output.width;
  const std::uint32_t outputs_per_group = spec.output.channels / spec.groups;
  const std::uint32_t inputs_per_group = spec.input.channels / spec.groups;
  std::vector<Value> output(spec.output.elements(), Value{0});
  for (std::uint32_t channel = 0; channel < spec.output.channels; ++channel) {
    const std::uint32_t first_input = channel / outputs_per_group * inputs_per_group;
    Value* map = output.data() + channel * out_map;
    for (std::uint64_t n = layer.row_starts[channel]; n < layer.row_starts[channel + 1]; ++n) {
      const std::uint32_t column = layer.columns[n];
      const std::uint32_t tap = column % window;
      const Value* source = input.data() + (first_input + column / window) * in_map;
      add_shifted_map(spec, arithmetic, layer.codes[n], tap / spec.kernel.width,
                      tap % spec.kernel.width, source, map);
    }
    for (std::size_t pixel = 0; pixel < out_map; ++pixel) {
      map[pixel] = arithmetic.add_bias(map[pixel], layer, channel);
    }
  }
  return output;
}

template <class Arithmetic, class Value = typename Arithmetic::Value>
std::vector<Value> multiply_matrix(const LayerSpec& spec, const PlainLayer& layer,
                                   const Arithmetic& arithmetic, std::span<const Value> input) {
  std::vector<Value> output(spec.output.channels);
  for (std::uint32_t row = 0; row < spec.output.channels; ++row) {
    Value sum{0};
    for (std::uint64_t n = layer.row_starts[row]; n < layer.row_starts[row + 1]; ++n) {
      sum = arithmetic.multiply_add(sum, layer.codes[n], input[layer.columns[n]]);
    }
    output[row] = arithmetic.add_bias(sum, layer, row);
  }
  return output;
}

template <class Arithmetic, class Value = typename Arithmetic::Value>
std::vector<Value> compute(const LayerSpec& spec, const PlainLayer& layer,
                           const Arithmetic& arithmetic, std::span<const Value> input,
                           double* before_activation) {
  std::vector<Value> rectified;
  if (spec.relu_on_input) {
    rectified.assign(input.begin(), input.end());
    for (Value& value : rectified) value = std::max(value, Value{0});
    input = rectified;
  }
  std::vector<Value> output = spec.type == LayerType::convolution
                                  ? convolve(spec, layer, arithmetic, input)
                                  : multiply_matrix(spec, layer, arithmetic, input);
  if (before_activation != nullptr) {
    for (const Value value : output) {
      *before_activation = std::max(*before_activation, std::abs(static_cast<double>(value)));
    }
  }
  if (spec.activation == Activation::relu) {
    for (Value& value : output) value = std::max(value, Value{0});
  }
  return output;
}

std::int16_t average(std::int64_t sum, std::int64_t count) {
  const std::int64_t half = sum < 0 ? -(count / 2) : count / 2;
  return static_cast<std::int16_t>((sum + half) / count);
}
double average(double sum, std::int64_t count) { return sum / static_cast<double>(count); }

template <class Value, class Sum>
Value pool_window(const LayerSpec& spec, std::span<const Value> map, std::uint32_t y,
                  std::uint32_t x) {
  const std::int64_t top = std::int64_t{y} * spec.stride.height - spec.padding.height;
  const std::int64_t left = std::int64_t{x} * spec.stride.width - spec.padding.width;
  const std::int64_t bottom = std::min<std::int64_t>(top + spec.kernel.height, spec.input.height);
  const std::int64_t right = std::min<std::int64_t>(left + spec.kernel.width, spec.input.width);
  Sum sum{0};
  Value largest{0};
  std::int64_t count = 0;
  for (std::int64_t row = std::max<std::int64_t>(top, 0); row < bottom; ++row) {
    for (std::int64_t column = std::max<std::int64_t>(left, 0); column < right; ++column) {
      const Value value = map[static_cast<std::size_t>(row * spec.input.width + column)];
      largest = count == 0 ? value : std::max(largest, value);
      sum += value;
      ++count;
    }
  }
  if (count == 0) return Value{0};
  return spec.pooling == PoolingKind::maximum ? largest : average(sum, count);
}

template <class Value, class Sum>
std::vector<Value> pool(const LayerSpec& spec, std::span<const Value> input) {
  const std::size_t in_map = std::size_t{spec.input.height} * spec.input.width;
  std::vector<Value> output;
  output.reserve(spec.output.elements());
  for (std::uint32_t channel = 0; channel < spec.output.channels; ++channel) {
    const std::span<const Value> map = input.subspan(channel * in_map, in_map);
    for (std::uint32_t y = 0; y < spec.output.height; ++y) {
      for (std::uint32_t x = 0; x < spec.output.width; ++x) {
        output.push_back(pool_window<Value, Sum>(spec, map, y, x));
      }
    }
  }
  return output;
}

}  // namespace

std::vector<std::int16_t> plain_fixed_point(const LayerSpec& spec, const PlainLayer& layer,
                                            const PlainArithmetic& arithmetic,
                                            std::span<const std::int16_t> input) {
  return compute(spec, layer, FixedArithmetic{arithmetic}, input, nullptr);
}

std::vector<double> plain_double(const LayerSpec& spec, const PlainLayer& layer,
                                 std::span<const float> codebook, std::span<const double> input,
                                 double* before_activation) {
  return compute(spec, layer, DoubleArithmetic{codebook}, input, before_activation);
}

std::vector<std::int16_t> plain_pooling(const LayerSpec& spec,
                                        std::span<const std::int16_t> input) {
  return pool<std::int16_t, std::int64_t>(spec, input);
}

std::vector<double> plain_pooling(const LayerSpec& spec, std::span<const double> input) {
  return pool<double, double>(spec, input);
}

}  // namespace nzsim
