#include "models/systolic/values_check.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "sim/base/files.h"

namespace nzsim::systolic {
namespace {

std::string text_of(std::int8_t value) { return fmt::format("{}", value); }
std::string text_of(Bfloat16 value) { return fmt::format("{}", to_float(value)); }

/// Compares the outputs of one layer, input by input.
template <class Value>
class LayerCheck {
 public:
  /// `scale`: real value of 1. All must outlive the object.
  LayerCheck(const LayerSpec& spec, double scale, std::span<const Value> outputs,
             ValuesCheck& check)
      : spec_(spec), scale_(scale), outputs_(outputs), check_(check) {
    check_.checked = true;
    check_.matches = true;
    check_.sha256 = sha256(std::as_bytes(outputs));
  }

  /// `real`: empty for inputs that were not computed in double precision.
  void compare(std::uint32_t input, std::span<const Value> expected, std::span<const double> real) {
    const std::size_t length = spec_.output.elements();
    const auto outputs = outputs_.subspan(input * length, length);
    const auto difference =
        std::mismatch(expected.begin(), expected.end(), outputs.begin(), outputs.end());
    if (check_.matches && difference.first != expected.end()) {
      check_.matches = false;
      check_.difference = fmt::format("layer {}: output {} of input {}: expected {}, got {}",
                                      spec_.name, difference.first - expected.begin(), input,
                                      text_of(*difference.first), text_of(*difference.second));
    }
    for (std::size_t i = 0; i < real.size(); ++i) add_error(value_of(outputs[i]), real[i]);
  }

  void finish() {
    if (count_ > 0) check_.rms_error = std::sqrt(squares_ / static_cast<double>(count_));
  }

 private:
  [[nodiscard]] double value_of(std::int8_t value) const { return value * scale_; }
  [[nodiscard]] double value_of(Bfloat16 value) const { return double{to_float(value)} * scale_; }

  void add_error(double value, double real) {
    const double error = std::abs(value - real);
    check_.largest_error = std::max(check_.largest_error, error);
    check_.largest_output = std::max(check_.largest_output, std::abs(real));
    squares_ += error * error;
    ++count_;
  }

  const LayerSpec& spec_;
  double scale_;
  std::span<const Value> outputs_;
  ValuesCheck& check_;
  double squares_ = 0.0;
  std::uint64_t count_ = 0;
};

/// `plain`: the plain outputs of all layers for one input; `scale`: that of a layer's outputs.
template <class Layer, class Value, class Plain, class Scale>
void check_network(const std::vector<Layer>& layers, const std::vector<std::vector<Value>>& outputs,
                   const Plain& plain, const Scale& scale, RunResult& result) {
  std::vector<LayerCheck<Value>> checks;
  checks.reserve(layers.size());
  for (std::size_t index = 0; index < layers.size(); ++index) {
    checks.emplace_back(layers[index].spec, scale(layers[index]),
                        std::span<const Value>(outputs[index]), result.layers[index].values);
  }
  for (std::uint32_t input = 0; input < layers.front().spec.batch; ++input) {
    const std::vector<std::vector<Value>> expected = plain(input);
    for (std::size_t index = 0; index < layers.size(); ++index) {
      const auto& real = layers[index].real_outputs;
      checks[index].compare(
          input, expected[index],
          input < real.size() ? std::span<const double>(real[input]) : std::span<const double>());
    }
  }
  for (LayerCheck<Value>& check : checks) check.finish();
}

}  // namespace

void check_values(const std::vector<QuantizedLayer>& layers,
                  const std::vector<std::vector<std::int8_t>>& outputs, RunResult& result) {
  const auto plain = [&](std::uint32_t input) {
    std::vector<std::vector<std::int8_t>> values;
    for (Int8Outputs& layer : plain_int8_network(layers, input)) {
      values.push_back(std::move(layer.values));
    }
    return values;
  };
  check_network(
      layers, outputs, plain,
      [](const QuantizedLayer& layer) { return layer.quantization.output.scale; }, result);
}

void check_values(const std::vector<RoundedLayer>& layers, const SummationOrder& order,
                  const std::vector<std::vector<Bfloat16>>& outputs, RunResult& result) {
  check_network(
      layers, outputs,
      [&](std::uint32_t input) { return plain_bfloat16_network(layers, order, input); },
      [](const RoundedLayer&) { return 1.0; }, result);
}

}  // namespace nzsim::systolic
