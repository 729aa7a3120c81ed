#include "models/systolic/values/bfloat16_layout.h"

#include <algorithm>
#include <array>
#include <utility>

#include "models/systolic/values/bfloat16_vector_unit.h"
#include "sim/workload/layer_shape.h"

namespace nzsim::systolic {
namespace {

using Values = std::span<const Bfloat16>;
using Vector = std::vector<Bfloat16>;

/// Side of squares, a row of which is a cache line. They are copied before they are turned, as
/// rows that lie a power of two apart would push each other out of the cache.
constexpr std::size_t kSquare = 32;

/// At most `kSquare` x `kSquare` elements.
void transpose_square(const MatrixView<const Bfloat16>& from, const MatrixView<Bfloat16>& to) {
  std::array<Bfloat16, kSquare * kSquare> square;
  for (std::size_t row = 0; row < from.rows; ++row) {
    std::copy_n(from.row(row), from.columns, square.data() + row * kSquare);
  }
  for (std::size_t column = 0; column < from.columns; ++column) {
    Bfloat16* target = to.row(column);
    for (std::size_t row = 0; row < from.rows; ++row) {
      target[row] = square[row * kSquare + column];
    }
  }
}

/// Transposes the matrix `[rows, columns]` of each input.
Vector transpose_each(std::size_t rows, std::size_t columns, Values values) {
  Vector transposed(values.size());
  for (std::size_t first = 0; first < values.size(); first += rows * columns) {
    transpose({values.data() + first, rows, columns, columns},
              {transposed.data() + first, columns, rows, rows});
  }
  return transposed;
}

std::size_t places_of(const FeatureShape& shape) { return std::size_t{shape.height} * shape.width; }

}  // namespace

void transpose(const MatrixView<const Bfloat16>& from, const MatrixView<Bfloat16>& to) {
  for (std::size_t row = 0; row < from.rows; row += kSquare) {
    const std::size_t rows = std::min(from.rows - row, kSquare);
    for (std::size_t column = 0; column < from.columns; column += kSquare) {
      const std::size_t columns = std::min(from.columns - column, kSquare);
      transpose_square({from.row(row) + column, rows, columns, from.stride},
                       {to.row(column) + row, columns, rows, to.stride});
    }
  }
}

std::vector<Bfloat16> to_buffer_layout(const FeatureShape& shape, Values values) {
  return transpose_each(shape.channels, places_of(shape), values);
}

std::vector<Bfloat16> to_network_layout(const FeatureShape& shape, Values values) {
  return transpose_each(places_of(shape), shape.channels, values);
}

Bfloat16Inputs::Bfloat16Inputs(const LayerSpec& spec, std::span<const Bfloat16Maps> sources) {
  if (takes_operands(spec.type)) {
    for (const Bfloat16Maps& source : sources) operands_.push_back(source.values);
  } else {
    concatenate_sources(spec, sources);
  }
  if (!spec.relu_on_input) return;
  for (Values& operand : operands_) {
    kept_.emplace_back(operand.begin(), operand.end());
    clamp_negative(kept_.back());
    operand = kept_.back();
  }
}

void Bfloat16Inputs::concatenate_sources(const LayerSpec& spec,
                                         std::span<const Bfloat16Maps> sources) {
  operands_.push_back(sources[0].values);
  FeatureShape joined = sources[0].shape;
  if (sources.size() > 1) {
    std::vector<Bfloat16Part> parts;
    std::size_t elements = 0;
    joined.channels = 0;
    for (const Bfloat16Maps& maps : sources) {
      parts.push_back({maps.values, maps.shape.channels});
      elements += maps.values.size();
      joined.channels += maps.shape.channels;
    }
    Vector values(elements);
    concatenate(parts, values);
    keep(std::move(values));
  }
  if (joined.channels == spec.input.channels) return;
  keep(to_network_layout(joined, operands_.back()));
  keep(to_buffer_layout(spec.input, operands_.back()));
}

void Bfloat16Inputs::keep(std::vector<Bfloat16> values) {
  kept_.push_back(std::move(values));
  operands_.back() = kept_.back();
}

}  // namespace nzsim::systolic
