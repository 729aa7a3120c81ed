#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/workload/network.h"

namespace nzsim::plain {

/// Which values the sums of a matrix product take: sum p adds weight[k] x values[places[p] +
/// taps[k]] for all k.
struct Windows {
  std::vector<std::size_t> taps;
  std::vector<std::size_t> places;
};

/// Of a matrix `[inner, count]`: its columns.
[[nodiscard]] Windows columns_of_matrix(std::uint64_t inner, std::uint64_t count);

/// Height and width of an input map with all that the windows of a convolution see of its padding,
/// without what they do not see of the map.
[[nodiscard]] Extent2 padded_extent(const LayerSpec& spec);

/// The windows of one group of a convolution in the group's maps of `padded_extent`.
[[nodiscard]] Windows windows_of_convolution(const LayerSpec& spec);

/// Input maps `[channels, height, width]` brought to `padded_extent`.
template <class Value>
std::vector<Value> padded(const LayerSpec& spec, std::span<const Value> input) {
  const Extent2 extent = padded_extent(spec);
  const auto seen = [](std::uint32_t inputs, std::uint32_t whole, std::uint32_t padding) {
    return std::min(inputs, whole - std::min(whole, padding));
  };
  const std::size_t height = seen(spec.input.height, extent.height, spec.padding.height);
  const std::size_t width = seen(spec.input.width, extent.width, spec.padding.width);
  std::vector<Value> maps(std::size_t{spec.input.channels} * extent.height * extent.width);
  if (width == 0) return maps;
  for (std::size_t channel = 0; channel < spec.input.channels; ++channel) {
    for (std::size_t y = 0; y < height; ++y) {
      const Value* row = input.data() + (channel * spec.input.height + y) * spec.input.width;
      const std::size_t to = channel * extent.height + spec.padding.height + y;
      std::copy_n(row, width, maps.data() + to * extent.width + spec.padding.width);
    }
  }
  return maps;
}

/// Sums `[rows, places]` of weights `[rows, taps]` over the windows of `values`. Each sum of
/// doubles begins at 0 and takes its products in the order of the taps; `sums` may have any values
/// before.
void multiply_windows(std::span<const std::int8_t> weights, const Windows& windows,
                      std::span<const std::int8_t> values, std::span<std::int32_t> sums);
void multiply_windows(std::span<const float> weights, const Windows& windows,
                      std::span<const double> values, std::span<double> sums);
void multiply_windows(std::span<const double> weights, const Windows& windows,
                      std::span<const double> values, std::span<double> sums);

}  // namespace nzsim::plain
