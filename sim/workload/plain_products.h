#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/workload/network.h"
#include "sim/workload/plain_windows.h"

namespace nzsim::plain {

// The matrix products of the plain computations, for `<int8, int8, int32>` and `<float, double,
// double>`: weights, inputs, sums. Sums of int32 may not overflow (`require_int8_fits`); sums of
// doubles are taken in one order, the same on every machine: `dot`'s where there is one window, and
// otherwise that of the weights. For sums of binary32, whose order differs from machine to machine,
// there is one part alone.

/// sums[i] += weight x inputs[i x step].
void add_scaled(float weight, const float* inputs, std::size_t step, std::span<float> sums);

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
  if (count == 1) {
    for (std::uint64_t row = 0; row < rows; ++row) {
      sums[row] = dot(weights.subspan(row * inner, inner), inputs);
    }
  } else {
    multiply_windows(weights, columns_of_matrix(inner, count), inputs, sums);
  }
  return sums;
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
  const std::size_t weight_count = weights.size() / spec.groups;
  const std::size_t sum_count = spec.output.elements() / spec.groups;
  const Windows windows = windows_of_convolution(spec);
  const std::vector<Value> maps = padded(spec, input);
  const std::size_t value_count = maps.size() / spec.groups;
  std::vector<Sum> sums(spec.output.elements());
  for (std::size_t group = 0; group < spec.groups; ++group) {
    multiply_windows(weights.subspan(group * weight_count, weight_count), windows,
                     std::span<const Value>(maps).subspan(group * value_count, value_count),
                     std::span<Sum>(sums).subspan(group * sum_count, sum_count));
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
