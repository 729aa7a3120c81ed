#include "models/systolic/values/layer_inputs.h"

#include <utility>

#include "models/systolic/values/rescaling.h"
#include "models/systolic/values/transpose.h"
#include "models/systolic/values/vector_unit.h"
#include "sim/base/vector.h"
#include "sim/workload/layer_shape.h"

namespace nzsim::systolic {
namespace {

using Vector = std::vector<std::int8_t>;
using Values = std::span<const std::int8_t>;

SIM_VECTOR_CLONES
std::int8_t bits_of(const std::int8_t* values, std::size_t count) {
  std::int8_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) bits = static_cast<std::int8_t>(bits | values[i]);
  return bits;
}

bool has_negative(Values values) { return bits_of(values.data(), values.size()) < 0; }

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

std::vector<std::int8_t> to_buffer_layout(const FeatureShape& shape, Values values) {
  return transpose_each(shape.channels, places_of(shape), values);
}

std::vector<std::int8_t> to_network_layout(const FeatureShape& shape, Values values) {
  return transpose_each(places_of(shape), shape.channels, values);
}

LayerInputs::LayerInputs(const QuantizedLayer& layer, std::span<const FeatureMaps> sources) {
  if (takes_operands(layer.spec.type)) {
    for (const FeatureMaps& source : sources) operands_.push_back(source.values);
  } else {
    concatenate_sources(layer, sources);
  }
  if (layer.spec.relu_on_input) clamp_operands();
}

void LayerInputs::concatenate_sources(const QuantizedLayer& layer,
                                      std::span<const FeatureMaps> sources) {
  operands_.push_back(sources[0].values);
  FeatureShape joined = sources[0].shape;
  const std::vector<Requantization>& factors = layer.quantization.sources;
  if (sources.size() > 1 || !is_identity(factors[0])) {
    std::vector<ConcatenatedPart> parts;
    std::size_t elements = 0;
    joined.channels = 0;
    for (std::size_t source = 0; source < sources.size(); ++source) {
      const FeatureMaps& maps = sources[source];
      parts.push_back({maps.values, maps.shape.channels, factors[source]});
      elements += maps.values.size();
      joined.channels += maps.shape.channels;
    }
    Vector values(elements);
    concatenate(parts, values);
    keep(std::move(values));
  }
  if (joined.channels == layer.spec.input.channels) return;
  keep(to_network_layout(joined, operands_.back()));
  keep(to_buffer_layout(layer.spec.input, operands_.back()));
}

void LayerInputs::clamp_operands() {
  for (Values& operand : operands_) {
    if (!has_negative(operand)) continue;
    kept_.emplace_back(operand.begin(), operand.end());
    clamp_negative(kept_.back());
    operand = kept_.back();
  }
}

void LayerInputs::keep(std::vector<std::int8_t> values) {
  kept_.push_back(std::move(values));
  operands_.back() = kept_.back();
}

}  // namespace nzsim::systolic
