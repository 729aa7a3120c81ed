// The activation unit's windows of bfloat16.

#include <algorithm>
#include <array>
#include <limits>

#include "models/systolic/values/bfloat16_activation.h"
#include "models/systolic/values/bfloat16_vector_unit.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

/// Channels whose results are kept together.
constexpr std::size_t kBlock = 256;

SIM_VECTOR_CLONES
void raise_to(const Bfloat16* values, std::size_t count, float* largest) {
  for (std::size_t i = 0; i < count; ++i) {
    const float value = to_float(values[i]);
    // The first of equal ones stays, which tells -0 from +0.
    largest[i] = largest[i] < value ? value : largest[i];
  }
}

SIM_VECTOR_CLONES
void add_values(const Bfloat16* values, std::size_t count, float* sums) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += to_float(values[i]);
}

/// The part of one side of a window that lies inside the input, [begin, end).
struct Side {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  [[nodiscard]] std::int64_t length() const { return std::max<std::int64_t>(end - begin, 0); }
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

  [[nodiscard]] std::int64_t count() const { return rows.length() * columns.length(); }
  /// Calls `visit` with the first channel of each.
  template <class Visit>
  void visit(const LayerSpec& spec, const Bfloat16* input, const Visit& visit_place) const {
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
      for (std::int64_t column = columns.begin; column < columns.end; ++column) {
        visit_place(input + (row * spec.input.width + column) * spec.input.channels);
      }
    }
  }
};

/// Largest values or sums of the channels from `first` on.
void reduce(const LayerSpec& spec, const Window& window, const Bfloat16* input, std::size_t first,
            std::span<float> results) {
  const bool is_maximum = spec.pooling == PoolingKind::maximum && window.count() > 0;
  float start = 0.0F;
  if (is_maximum) start = std::numeric_limits<float>::lowest();
  std::fill(results.begin(), results.end(), start);
  window.visit(spec, input, [&](const Bfloat16* place) {
    (is_maximum ? raise_to : add_values)(place + first, results.size(), results.data());
  });
}

}  // namespace

void pool_place(const LayerSpec& spec, std::span<const Bfloat16> input, std::uint32_t y,
                std::uint32_t x, std::span<Bfloat16> outputs) {
  const Window window{
      side_of(y, spec.stride.height, spec.padding.height, spec.kernel.height, spec.input.height),
      side_of(x, spec.stride.width, spec.padding.width, spec.kernel.width, spec.input.width)};
  const bool is_average = spec.pooling == PoolingKind::average && window.count() > 0;
  const double divisor = is_average ? static_cast<double>(window.count()) : 1.0;
  std::array<float, kBlock> results;
  for (std::size_t first = 0; first < outputs.size(); first += kBlock) {
    const std::size_t count = std::min(outputs.size() - first, kBlock);
    reduce(spec, window, input.data(), first, {results.data(), count});
    for (std::size_t i = 0; i < count; ++i) {
      const double value = double{limit_to_finite(results[i])} / divisor;
      outputs[first + i] = round_to_bfloat16(activated(spec.activation, value));
    }
  }
}

void pool(const LayerSpec& spec, std::span<const Bfloat16> input, std::span<Bfloat16> outputs) {
  const std::size_t channels = spec.output.channels;
  std::size_t place = 0;
  for (std::uint32_t y = 0; y < spec.output.height; ++y) {
    for (std::uint32_t x = 0; x < spec.output.width; ++x, ++place) {
      pool_place(spec, input, y, x, outputs.subspan(place * channels, channels));
    }
  }
}

}  // namespace nzsim::systolic
