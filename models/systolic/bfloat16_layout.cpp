#include "models/systolic/bfloat16_layout.h"

#include <algorithm>
#include <utility>

#include "models/systolic/bfloat16_vector_unit.h"
#include "sim/workload/layer_shape.h"

namespace nzsim::systolic {
namespace {

using Values = std::span<const Bfloat16>;
using Vector = std::vector<Bfloat16>;

/// Side of the squares whose cache lines are complete before the next is begun.
constexpr std::size_t kTile = 32;

/// `from` `[rows, columns]`.
void transpose(std::size_t rows, std::size_t columns, const Bfloat16* from, Bfloat16* to) {
  for (std::size_t top = 0; top < rows; top += kTile) {
    const std::size_t bottom = std::min(top + kTile, rows);
    for (std::size_t left = 0; left < columns; left += kTile) {
      const std::size_t right = std::min(left + kTile, columns);
      for (std::size_t row = top; row < bottom; ++row) {
        for (std::size_t column = left; column < right; ++column) {
          to[column * rows + row] = from[row * columns + column];
        }
      }
    }
  }
}

/// Transposes the matrix `[rows, columns]` of each input.
Vector transpose_each(std::size_t rows, std::size_t columns, Values values) {
  Vector transposed(values.size());
  for (std::size_t first = 0; first < values.size(); first += rows * columns) {
    transpose(rows, columns, values.data() + first, transposed.data() + first);
  }
  return transposed;
}

std::size_t places_of(const FeatureShape& shape) { return std::size_t{shape.height} * shape.width; }

}  // namespace

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
