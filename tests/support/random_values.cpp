#include "tests/support/random_values.h"

#include <array>
#include <filesystem>
#include <map>
#include <variant>
#include <vector>

#include "sim/base/files.h"
#include "sim/workload/npz.h"
#include "tests/support/bfloat16_layers.h"

namespace nzsim::test {
namespace {

std::string bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

FileSource weights_file(const std::filesystem::path& path, const LayerSpec& spec,
                        const std::vector<float>& weights, const std::vector<float>& bias) {
  std::map<std::string, NumpyArray> arrays;
  arrays["weights"] = {
      ArrayType::float32, {spec.matrix_outputs(), spec.matrix_inputs()}, bytes_of(weights)};
  arrays["bias"] = {ArrayType::float32, {bias.size()}, bytes_of(bias)};
  write_file(path, format_npz(arrays));
  return {path};
}

FileSource activations_file(const std::filesystem::path& path, const LayerSpec& spec,
                            const std::vector<float>& values) {
  std::map<std::string, NumpyArray> arrays;
  arrays["activations"] = {
      ArrayType::float32, {spec.batch, spec.input_elements()}, bytes_of(values)};
  write_file(path, format_npz(arrays));
  return {path};
}

std::vector<float> draw_reals(Draw& draw, std::size_t count, double magnitude) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(draw.real(magnitude));
  return values;
}

std::vector<float> draw_floats(Draw& draw, std::size_t count, Magnitudes magnitudes) {
  std::vector<float> values(count);
  to_float(draw_numbers(count, magnitudes, draw), values);
  return values;
}

}  // namespace

void add_real_files(Draw& draw, const std::string& stem, Network& network) {
  for (LayerSpec& spec : network.layers) {
    if (spec.weight_elements() == 0 || draw.integer(1, 2) == 1) continue;
    const std::vector<float> weights = draw_reals(draw, spec.weight_elements(), 0.5);
    spec.weights = weights_file(stem + spec.name + ".npz", spec, weights,
                                draw_reals(draw, spec.matrix_outputs(), 2.0));
  }
}

void add_bfloat16_files(Draw& draw, const std::string& stem, Network& network) {
  constexpr std::array kMagnitudes{Magnitudes::cancelling, Magnitudes::cancelling, Magnitudes::any,
                                   Magnitudes::overflowing};
  const Magnitudes magnitudes = kMagnitudes[draw.integer(0, kMagnitudes.size() - 1)];
  for (LayerSpec& spec : network.layers) {
    if (spec.weight_elements() > 0) {
      const std::vector<float> weights = draw_floats(draw, spec.weight_elements(), magnitudes);
      spec.weights = weights_file(stem + spec.name + ".npz", spec, weights,
                                  draw_floats(draw, spec.matrix_outputs(), magnitudes));
    }
    if (std::holds_alternative<ChainedSource>(spec.activations)) continue;
    spec.activations =
        activations_file(stem + spec.name + "-activations.npz", spec,
                         draw_floats(draw, spec.batch * spec.input_elements(), magnitudes));
  }
}

}  // namespace nzsim::test
