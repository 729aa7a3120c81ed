#include "models/systolic/values/layer_inputs.h"

#include <utility>

#include "models/systolic/values/rescaling.h"
#include "models/systolic/values/vector_unit.h"
#include "sim/base/vector.h"
#include "sim/workload/layer_shape.h"

namespace nzsim::systolic {
namespace {

using Vector = std::vector<std::int8_t>;
using Values = std::span<const std::int8_t>;
using Maps = FeatureMaps<std::int8_t>;

SIM_VECTOR_CLONES
std::int8_t bits_of(const std::int8_t* values, std::size_t count) {
  std::int8_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) bits = static_cast<std::int8_t>(bits | values[i]);
  return bits;
}

bool has_negative(Values values) { return bits_of(values.data(), values.size()) < 0; }

}  // namespace

LayerInputs::LayerInputs(const QuantizedLayer& layer, std::span<const Maps> sources) {
  if (takes_operands(layer.spec.type)) {
    for (const Maps& source : sources) operands_.add(source.values);
  } else {
    concatenate_sources(layer, sources);
  }
  if (layer.spec.relu_on_input) clamp_operands();
}

void LayerInputs::concatenate_sources(const QuantizedLayer& layer, std::span<const Maps> sources) {
  operands_.add(sources[0].values);
  FeatureShape joined = sources[0].shape;
  const std::vector<Requantization>& factors = layer.quantization.sources;
  if (sources.size() > 1 || !is_identity(factors[0])) {
    std::vector<ConcatenatedPart> parts;
    std::size_t elements = 0;
    joined.channels = 0;
    for (std::size_t source = 0; source < sources.size(); ++source) {
      const Maps& maps = sources[source];
      parts.push_back({maps.values, maps.shape.channels, factors[source]});
      elements += maps.values.size();
      joined.channels += maps.shape.channels;
    }
    Vector values(elements);
    concatenate(parts, values);
    operands_.replace_last(std::move(values));
  }
  operands_.reshape_last(joined, layer.spec.input);
}

void LayerInputs::clamp_operands() {
  for (Values& operand : operands_.all()) {
    if (!has_negative(operand)) continue;
    Vector clamped(operand.begin(), operand.end());
    clamp_negative(clamped);
    operands_.replace(operand, std::move(clamped));
  }
}

}  // namespace nzsim::systolic
