#include "models/systolic/values_check.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "sim/base/files.h"

namespace nzsim::systolic {
namespace {

/// Compares one input's outputs with what they should be.
void compare(const QuantizedLayer& layer, std::uint32_t input,
             std::span<const std::int8_t> expected, std::span<const std::int8_t> outputs,
             ValuesCheck& check) {
  const auto difference =
      std::mismatch(expected.begin(), expected.end(), outputs.begin(), outputs.end());
  if (check.matches && difference.first != expected.end()) {
    check.matches = false;
    check.difference = fmt::format("layer {}: output {} of input {}: expected {}, got {}",
                                   layer.spec.name, difference.first - expected.begin(), input,
                                   *difference.first, *difference.second);
  }
  for (const double value : layer.real_outputs[input]) {
    check.largest_output = std::max(check.largest_output, std::abs(value));
  }
}

}  // namespace

void check_values(const std::vector<QuantizedLayer>& layers,
                  const std::vector<std::vector<std::int8_t>>& outputs, RunResult& result) {
  std::vector<QuantizationError> errors(layers.size());
  for (std::size_t index = 0; index < layers.size(); ++index) {
    ValuesCheck& check = result.layers[index].values;
    check.checked = true;
    check.matches = true;
    check.sha256 = sha256(std::as_bytes(std::span(outputs[index])));
  }
  for (std::uint32_t input = 0; input < layers.front().spec.batch; ++input) {
    const std::vector<Int8Outputs> expected = plain_int8_network(layers, input);
    for (std::size_t index = 0; index < layers.size(); ++index) {
      const QuantizedLayer& layer = layers[index];
      const std::size_t length = layer.spec.output.elements();
      const auto output = std::span(outputs[index]).subspan(input * length, length);
      compare(layer, input, expected[index].values, output, result.layers[index].values);
      errors[index].add(output, layer.quantization.output.scale, layer.real_outputs[input]);
    }
  }
  for (std::size_t index = 0; index < layers.size(); ++index) {
    result.layers[index].values.rms_error = errors[index].root_mean_square();
    result.layers[index].values.largest_error = errors[index].largest;
  }
}

}  // namespace nzsim::systolic
