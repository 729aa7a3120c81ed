#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/workload/network.h"

namespace nzsim::plain {

// The matrix products of the plain computations, for `<int8, int8, int32>` and `<float, double,
// double>`: weights, inputs, sums. Outputs are computed channel by channel; where one is a row of
// pixels or of vectors, each weight is applied to the whole row. Sums of int32 may not overflow
// (`require_int8_fits`); sums of doubles are taken in one order, the same on every machine. For
// sums of binary32, whose order differs from machine to machine, there are the parts alone.

/// sums[i] += weight x inputs[i x step].
void add_scaled(std::int8_t weight, const std::int8_t* inputs, std::size_t step,
                std::span<std::int32_t> sums);
void add_scaled(float weight, const float* inputs, std::size_t step, std::span<float> sums);
void add_scaled(double weight, const double* inputs, std::size_t step, std::span<double> sums);

/// Sum of weights[i] x inputs[i]. Doubles: eight partial sums of i mod 8, then these in ascending
/// order.
[[nodiscard]] std::int32_t dot(std::span<const std::int8_t> weights,
                               std::span<const std::int8_t> inputs);
[[nodiscard]] double dot(std::span<const float> weights, std::span<const double> inputs);
[[nodiscard]] double dot(std::span<const double> weights, std::span<const double> inputs);

/// A matrix `[rows, inner]` of weights times `inner` rows of `count` inputs: `[rows, count]`.
template <class Sum, class Weight, class Value>
std::vector<Sum> multiply(std::span<const Weight> weights, std::uint64_t rows, std::uint64_t inner,
                          std::span<const Value> inputs, std::uint64_t count) {
  std::vector<Sum> sums(rows * count, Sum{0});
  for (std::uint64_t row = 0; row < rows; ++row) {
    const std::span<const Weight> weight = weights.subspan(row * inner, inner);
    if (count == 1) {
      sums[row] = dot(weight, inputs);
      continue;
    }
    const std::span<Sum> sum = std::span<Sum>(sums).subspan(row * count, count);
    for (std::uint64_t k = 0; k < inner; ++k) {
      if (weight[k] == Weight{0}) continue;
      add_scaled(weight[k], inputs.data() + k * count, 1, sum);
    }
  }
  return sums;
}

/// Places [begin, end) of a window along one side whose tap, at place x stride + offset, lies
/// inside the input.
struct Places {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

inline Places places_inside(std::int64_t offset, std::uint32_t stride, std::uint32_t inputs,
                            std::uint32_t outputs) {
  const std::int64_t begin = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  const std::int64_t last = std::int64_t{inputs} - 1 - offset;
  const std::int64_t end = last < 0 ? 0 : last / stride + 1;
  return {begin, std::min<std::int64_t>(end, outputs)};
}

/// Adds one weight, the tap (ky, kx) of the window, times one input map to one map of sums.
template <class Sum, class Weight, class Value>
void add_tap(const LayerSpec& spec, Weight weight, std::uint32_t ky, std::uint32_t kx,
             const Value* input, Sum* sums) {
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
    add_scaled(weight, input + in_y * spec.input.width + in_x, spec.stride.width,
               {sums + y * spec.output.width + columns.begin, count});
  }
}

/// Whether each output pixel of a convolution sees the one input pixel at its own place.
inline bool is_pointwise(const LayerSpec& spec) {
  const auto is = [](const Extent2& extent, std::uint32_t size) {
    return extent.height == size && extent.width == size;
  };
  return is(spec.kernel, 1) && is(spec.stride, 1) && is(spec.padding, 0);
}

/// Such a convolution: per group a matrix times all pixels.
template <class Sum, class Weight, class Value>
std::vector<Sum> convolve_pointwise(const LayerSpec& spec, std::span<const Weight> weights,
                                    std::span<const Value> input) {
  const MatrixProduct product = spec.matrix_product();
  const std::size_t weight_count = product.columns * product.inner;
  const std::size_t input_count = product.inner * product.rows;
  std::vector<Sum> sums;
  for (std::uint32_t group = 0; group < spec.groups; ++group) {
    const std::vector<Sum> part =
        multiply<Sum>(weights.subspan(group * weight_count, weight_count), product.columns,
                      product.inner, input.subspan(group * input_count, input_count), product.rows);
    sums.insert(sums.end(), part.begin(), part.end());
  }
  return sums;
}

/// A convolution's sums `[output channels, height, width]`.
template <class Sum, class Weight, class Value>
std::vector<Sum> convolve(const LayerSpec& spec, std::span<const Weight> weights,
                          std::span<const Value> input) {
  if (is_pointwise(spec)) return convolve_pointwise<Sum>(spec, weights, input);
  const std::size_t in_map = std::size_t{spec.input.height} * spec.input.width;
  const std::size_t out_map = std::size_t{spec.output.height} * spec.output.width;
  const std::uint32_t outputs_per_group = spec.output.channels / spec.groups;
  const std::uint32_t inputs_per_group = spec.input.channels / spec.groups;
  std::vector<Sum> sums(spec.output.elements(), Sum{0});
  const Weight* weight = weights.data();
  for (std::uint32_t channel = 0; channel < spec.output.channels; ++channel) {
    const std::uint32_t first_input = channel / outputs_per_group * inputs_per_group;
    for (std::uint32_t in = 0; in < inputs_per_group; ++in) {
      const Value* map = input.data() + (first_input + in) * in_map;
      for (std::uint32_t ky = 0; ky < spec.kernel.height; ++ky) {
        for (std::uint32_t kx = 0; kx < spec.kernel.width; ++kx, ++weight) {
          if (*weight == Weight{0}) continue;
          add_tap(spec, *weight, ky, kx, map, sums.data() + channel * out_map);
        }
      }
    }
  }
  return sums;
}

/// The product of two activation tensors, head by head: `[heads x columns, rows]`. The second
/// operand, seen as weights `[columns, inner]`, lies so unless it is transposed.
template <class Sum, class Value>
std::vector<Sum> multiply_heads(const LayerSpec& spec, std::span<const Value> first,
                                std::span<const Value> second) {
  const MatrixProduct product = spec.matrix_product();
  const std::uint64_t inner = product.inner;
  const std::uint64_t columns = product.columns;
  std::vector<Sum> sums;
  std::vector<Value> weights(inner * columns);
  for (std::uint64_t head = 0; head < product.groups; ++head) {
    const std::span<const Value> part = second.subspan(head * inner * columns, inner * columns);
    std::copy(part.begin(), part.end(), weights.begin());
    for (std::uint64_t k = 0; spec.transpose_second && k < inner; ++k) {
      for (std::uint64_t c = 0; c < columns; ++c) weights[c * inner + k] = part[k * columns + c];
    }
    const std::vector<Sum> block = multiply<Sum>(
        std::span<const Value>(weights), columns, inner,
        first.subspan(head * inner * product.rows, inner * product.rows), product.rows);
    sums.insert(sums.end(), block.begin(), block.end());
  }
  return sums;
}

/// The inputs of one vector `[length]` of a sequence of `count`, element by element.
template <class Value>
std::vector<Value> vector_of_sequence(std::span<const Value> sequence, std::size_t length,
                                      std::size_t count, std::size_t vector) {
  std::vector<Value> values(length);
  for (std::size_t l = 0; l < length; ++l) values[l] = sequence[l * count + vector];
  return values;
}

/// Calls `visit` with the index of every input element of one pooling window that lies inside.
template <class Visit>
void visit_window(const LayerSpec& spec, std::uint32_t channel, std::uint32_t y, std::uint32_t x,
                  const Visit& visit) {
  const std::int64_t top = std::int64_t{y} * spec.stride.height - spec.padding.height;
  const std::int64_t left = std::int64_t{x} * spec.stride.width - spec.padding.width;
  const std::int64_t bottom = std::min<std::int64_t>(top + spec.kernel.height, spec.input.height);
  const std::int64_t right = std::min<std::int64_t>(left + spec.kernel.width, spec.input.width);
  for (std::int64_t row = std::max<std::int64_t>(top, 0); row < bottom; ++row) {
    for (std::int64_t column = std::max<std::int64_t>(left, 0); column < right; ++column) {
      visit((std::size_t{channel} * spec.input.height + static_cast<std::size_t>(row)) *
                spec.input.width +
            static_cast<std::size_t>(column));
    }
  }
}

}  // namespace nzsim::plain
