// The activation unit's windows.

#include <algorithm>
#include <array>
#include <cstdlib>

#include "models/systolic/values/vector_unit.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

/// Channels whose sums are kept together.
constexpr std::size_t kBlock = 256;

SIM_VECTOR_CLONES
void raise_to(const std::int8_t* values, std::size_t count, std::int8_t* largest) {
  for (std::size_t i = 0; i < count; ++i) largest[i] = std::max(largest[i], values[i]);
}

SIM_VECTOR_CLONES
void add_values(const std::int8_t* values, std::size_t count, std::int64_t* sums) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += values[i];
}

/// sum / count, rounded half away from zero.
std::int32_t average(std::int64_t sum, std::int64_t count) {
  const std::int64_t magnitude = (2 * std::abs(sum) + count) / (2 * count);
  return static_cast<std::int32_t>(sum < 0 ? -magnitude : magnitude);
}

/// The part of one side of a window that lies inside the input, [begin, end).
struct Side {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

Side side_of(std::uint32_t place, std::uint32_t stride, std::uint32_t padding, std::uint32_t kernel,
             std::uint32_t inputs) {
  const std::int64_t first = std::int64_t{place} * stride - padding;
  return {std::max<std::int64_t>(first, 0), std::min<std::int64_t>(first + kernel, inputs)};
}

/// The elements of one window that lie inside.
struct Window {
  Side rows;
  Side columns;

  [[nodiscard]] std::int64_t count() const {
    return std::max<std::int64_t>(rows.end - rows.begin, 0) *
           std::max<std::int64_t>(columns.end - columns.begin, 0);
  }
  /// Calls `visit` with the first channel of each.
  template <class Visit>
  void visit(const LayerSpec& spec, const std::int8_t* input, const Visit& visit_place) const {
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
      for (std::int64_t column = columns.begin; column < columns.end; ++column) {
        visit_place(input + (row * spec.input.width + column) * spec.input.channels);
      }
    }
  }
};

void average_window(const LayerSpec& spec, const Window& window, const std::int8_t* input,
                    const OutputQuantization& output, std::span<std::int8_t> outputs) {
  std::array<std::int64_t, kBlock> sums;
  std::array<std::int32_t, kBlock> averages;
  for (std::size_t first = 0; first < outputs.size(); first += kBlock) {
    const std::size_t count = std::min(outputs.size() - first, kBlock);
    std::fill_n(sums.begin(), count, 0);
    window.visit(spec, input,
                 [&](const std::int8_t* place) { add_values(place + first, count, sums.data()); });
    for (std::size_t i = 0; i < count; ++i) averages[i] = average(sums[i], window.count());
    finish_row({averages.data(), count}, {}, output, outputs.subspan(first, count));
  }
}

}  // namespace

void pool_place(const LayerSpec& spec, std::span<const std::int8_t> input, std::uint32_t y,
                std::uint32_t x, const OutputQuantization& output, std::span<std::int8_t> outputs) {
  const Window window{
      side_of(y, spec.stride.height, spec.padding.height, spec.kernel.height, spec.input.height),
      side_of(x, spec.stride.width, spec.padding.width, spec.kernel.width, spec.input.width)};
  const bool is_empty = window.count() == 0;
  if (spec.pooling == PoolingKind::average && !is_empty) {
    average_window(spec, window, input.data(), output, outputs);
    return;
  }
  std::fill(outputs.begin(), outputs.end(), is_empty ? std::int8_t{0} : std::int8_t{INT8_MIN});
  window.visit(spec, input.data(),
               [&](const std::int8_t* place) { raise_to(place, outputs.size(), outputs.data()); });
  apply_activation(outputs, output, outputs);
}

void pool(const LayerSpec& spec, std::span<const std::int8_t> input,
          const OutputQuantization& output, std::span<std::int8_t> outputs) {
  const std::size_t channels = spec.output.channels;
  std::size_t place = 0;
  for (std::uint32_t y = 0; y < spec.output.height; ++y) {
    for (std::uint32_t x = 0; x < spec.output.width; ++x, ++place) {
      pool_place(spec, input, y, x, output, outputs.subspan(place * channels, channels));
    }
  }
}

}  // namespace nzsim::systolic
