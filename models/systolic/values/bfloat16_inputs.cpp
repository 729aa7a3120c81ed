#include "models/systolic/values/bfloat16_inputs.h"

#include <utility>
#include <vector>

#include "models/systolic/values/bfloat16_vector_unit.h"
#include "sim/workload/layer_shape.h"

namespace nzsim::systolic {
namespace {

using Vector = std::vector<Bfloat16>;
using Maps = FeatureMaps<Bfloat16>;

}  // namespace

Bfloat16Inputs::Bfloat16Inputs(const LayerSpec& spec, std::span<const Maps> sources) {
  if (takes_operands(spec.type)) {
    for (const Maps& source : sources) operands_.add(source.values);
  } else {
    concatenate_sources(spec, sources);
  }
  if (!spec.relu_on_input) return;
  for (std::span<const Bfloat16>& operand : operands_.all()) {
    Vector clamped(operand.begin(), operand.end());
    clamp_negative(clamped);
    operands_.replace(operand, std::move(clamped));
  }
}

void Bfloat16Inputs::concatenate_sources(const LayerSpec& spec, std::span<const Maps> sources) {
  operands_.add(sources[0].values);
  FeatureShape joined = sources[0].shape;
  if (sources.size() > 1) {
    std::vector<Bfloat16Part> parts;
    std::size_t elements = 0;
    joined.channels = 0;
    for (const Maps& maps : sources) {
      parts.push_back({maps.values, maps.shape.channels});
      elements += maps.values.size();
      joined.channels += maps.shape.channels;
    }
    Vector values(elements);
    concatenate(parts, values);
    operands_.replace_last(std::move(values));
  }
  operands_.reshape_last(joined, spec.input);
}

}  // namespace nzsim::systolic
