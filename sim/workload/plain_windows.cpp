#include "sim/workload/plain_windows.h"

#include <array>

#include "sim/base/vector.h"

namespace nzsim::plain {
namespace {

/// Places whose windows are gathered at a time, so that each row of weights is read once for all.
constexpr std::size_t kBlock = 32;
/// Of these, places whose sums of integers are taken in one pass over a row of weights.
constexpr std::size_t kPass = 4;

using Pass = std::array<std::int32_t, kPass>;

/// The products of one row of weights with windows `[kPass, count]`.
SIM_VECTOR_CLONES
Pass dot_windows(const std::int8_t* weights, const std::int16_t* windows, std::size_t count) {
  Pass sums{};
  for (std::size_t k = 0; k < count; ++k) {
    const std::int16_t weight = weights[k];
    for (std::size_t p = 0; p < kPass; ++p) sums[p] += weight * windows[p * count + k];
  }
  return sums;
}

/// The products of one row of weights with windows `[count, kBlock]`, each sum in the order of the
/// row.
template <class Weight>
[[gnu::always_inline]] inline void add_windows(const Weight* weights, const double* windows,
                                               std::size_t count, double* sums) {
  std::array<double, kBlock> held{};
  for (std::size_t k = 0; k < count; ++k) {
    const double weight = weights[k];
    for (std::size_t p = 0; p < kBlock; ++p) held[p] += weight * windows[k * kBlock + p];
  }
  for (std::size_t p = 0; p < kBlock; ++p) sums[p] = held[p];
}

SIM_VECTOR_CLONES
void add_row(const float* weights, const double* windows, std::size_t count, double* sums) {
  add_windows(weights, windows, count, sums);
}

SIM_VECTOR_CLONES
void add_row(const double* weights, const double* windows, std::size_t count, double* sums) {
  add_windows(weights, windows, count, sums);
}

template <class Weight>
void multiply_real(std::span<const Weight> weights, const Windows& windows,
                   std::span<const double> values, std::span<double> sums) {
  const std::size_t inner = windows.taps.size();
  const std::size_t count = windows.places.size();
  std::vector<double> block(inner * kBlock);
  std::array<double, kBlock> row_sums{};
  for (std::size_t first = 0; first < count; first += kBlock) {
    const std::size_t used = std::min(kBlock, count - first);
    for (std::size_t k = 0; k < inner; ++k) {
      for (std::size_t p = 0; p < used; ++p) {
        block[k * kBlock + p] = values[windows.places[first + p] + windows.taps[k]];
      }
    }
    for (std::size_t row = 0; row * inner < weights.size(); ++row) {
      add_row(weights.data() + row * inner, block.data(), inner, row_sums.data());
      std::copy_n(row_sums.data(), used, sums.data() + row * count + first);
    }
  }
}

}  // namespace

Windows columns_of_matrix(std::uint64_t inner, std::uint64_t count) {
  Windows windows;
  for (std::uint64_t k = 0; k < inner; ++k) windows.taps.push_back(k * count);
  for (std::uint64_t p = 0; p < count; ++p) windows.places.push_back(p);
  return windows;
}

Extent2 padded_extent(const LayerSpec& spec) {
  const auto extent = [](std::uint32_t outputs, std::uint32_t stride, std::uint32_t kernel,
                         std::uint32_t dilation) {
    return (outputs - 1) * stride + (kernel - 1) * dilation + 1;
  };
  return {extent(spec.output.height, spec.stride.height, spec.kernel.height, spec.dilation.height),
          extent(spec.output.width, spec.stride.width, spec.kernel.width, spec.dilation.width)};
}

Windows windows_of_convolution(const LayerSpec& spec) {
  const Extent2 map = padded_extent(spec);
  const auto index = [&](std::size_t channel, std::size_t y, std::size_t x) {
    return (channel * map.height + y) * map.width + x;
  };
  Windows windows;
  for (std::size_t channel = 0; channel < spec.input.channels / spec.groups; ++channel) {
    for (std::size_t y = 0; y < spec.kernel.height; ++y) {
      for (std::size_t x = 0; x < spec.kernel.width; ++x) {
        windows.taps.push_back(index(channel, y * spec.dilation.height, x * spec.dilation.width));
      }
    }
  }
  for (std::size_t y = 0; y < spec.output.height; ++y) {
    for (std::size_t x = 0; x < spec.output.width; ++x) {
      windows.places.push_back(index(0, y * spec.stride.height, x * spec.stride.width));
    }
  }
  return windows;
}

void multiply_windows(std::span<const std::int8_t> weights, const Windows& windows,
                      std::span<const std::int8_t> values, std::span<std::int32_t> sums) {
  const std::size_t inner = windows.taps.size();
  const std::size_t count = windows.places.size();
  std::vector<std::int16_t> block(kBlock * inner);
  for (std::size_t first = 0; first < count; first += kBlock) {
    const std::size_t used = std::min(kBlock, count - first);
    for (std::size_t p = 0; p < used; ++p) {
      const std::int8_t* window = values.data() + windows.places[first + p];
      for (std::size_t k = 0; k < inner; ++k) block[p * inner + k] = window[windows.taps[k]];
    }
    for (std::size_t row = 0; row * inner < weights.size(); ++row) {
      for (std::size_t p = 0; p < used; p += kPass) {
        const Pass pass = dot_windows(weights.data() + row * inner, &block[p * inner], inner);
        std::copy_n(pass.data(), std::min(kPass, used - p), &sums[row * count + first + p]);
      }
    }
  }
}

void multiply_windows(std::span<const float> weights, const Windows& windows,
                      std::span<const double> values, std::span<double> sums) {
  multiply_real(weights, windows, values, sums);
}

void multiply_windows(std::span<const double> weights, const Windows& windows,
                      std::span<const double> values, std::span<double> sums) {
  multiply_real(weights, windows, values, sums);
}

}  // namespace nzsim::plain
