// The activation unit's softmax and layer normalization of bfloat16.

#include <algorithm>
#include <cmath>
#include <vector>

#include "models/systolic/values/bfloat16_activation.h"
#include "models/systolic/values/bfloat16_vector_unit.h"
#include "sim/workload/layer_quantization.h"

namespace nzsim::systolic {
namespace {

/// What the numerators of one part are multiplied by; they replace its values.
double softmax_numerators(std::span<double> part) {
  double largest = part[0];
  for (const double value : part) largest = largest < value ? value : largest;
  double sum = 0.0;
  for (double& value : part) {
    value = elementary::exponential(value - largest);
    sum += value;
  }
  return 1.0 / sum;
}

double normalization_numerators(std::span<double> part) {
  const auto length = static_cast<double>(part.size());
  double sum = 0.0;
  for (const double value : part) sum += value;
  const double mean = sum / length;
  double squares = 0.0;
  for (double& value : part) {
    value -= mean;
    squares += value * value;
  }
  return 1.0 / std::sqrt(squares / length + kNormalizationEpsilon);
}

}  // namespace

void normalize(const LayerSpec& spec, std::span<const Bfloat16> input,
               std::span<Bfloat16> outputs) {
  const std::size_t length = spec.input.channels / spec.groups;
  std::vector<double> part(length);
  for (std::size_t first = 0; first < input.size(); first += length) {
    for (std::size_t i = 0; i < length; ++i) part[i] = to_float(input[first + i]);
    const double inverse = spec.normalization == NormalizationKind::softmax
                               ? softmax_numerators(part)
                               : normalization_numerators(part);
    for (std::size_t i = 0; i < length; ++i) {
      outputs[first + i] = round_to_bfloat16(activated(spec.activation, part[i] * inverse));
    }
  }
}

}  // namespace nzsim::systolic
