#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "models/ideal/ideal.h"
#include "sim/base/errors.h"
#include "sim/workload/values.h"

namespace nzsim::ideal {
namespace {

/// Largest number of shared weights: codes are 16 bit wide.
constexpr std::size_t kLargestCodebook = 65536;

double largest_magnitude(const std::vector<float>& values) {
  double largest = 0.0;
  for (const float value : values) largest = std::max(largest, std::abs(double{value}));
  return largest;
}

/// Dense weights rounded to 15 bits: at most 32,768 different ones, which leaves codes for the
/// bias.
CompressedMatrix share(DenseMatrix dense, const std::string& name) {
  const FixedPointFormat format = format_for_range(2.0 * largest_magnitude(dense.weights));
  for (float& weight : dense.weights) {
    weight = static_cast<float>(dequantize(quantize(weight, format), format));
  }
  std::optional<CompressedMatrix> shared =
      compress_exactly(dense, static_cast<std::uint32_t>(kLargestCodebook));
  if (!shared) throw WorkloadError(name, "", "expected weights that can be shared");
  return *std::move(shared);
}

CompressedMatrix shared_weights(LayerValues& values, const std::string& name) {
  if (auto* dense = std::get_if<DenseMatrix>(&values.weights))
    return share(std::move(*dense), name);
  return std::get<CompressedMatrix>(std::move(values.weights));
}

/// Codes of the bias: its values join the codebook.
std::vector<std::uint16_t> code_bias(const std::vector<float>& bias, std::vector<float>& codebook,
                                     const std::string& name) {
  std::unordered_map<float, std::uint16_t> known;
  for (std::size_t code = codebook.size(); code-- > 0;) {
    known[codebook[code]] = static_cast<std::uint16_t>(code);
  }
  std::vector<std::uint16_t> codes;
  for (const float value : bias) {
    const auto place = known.find(value);
    if (place != known.end()) {
      codes.push_back(place->second);
      continue;
    }
    if (codebook.size() == kLargestCodebook) {
      throw WorkloadError(name, "",
                          fmt::format("expected at most {} different weights and biases, "
                                      "got more",
                                      kLargestCodebook));
    }
    codes.push_back(static_cast<std::uint16_t>(codebook.size()));
    known.emplace(value, codes.back());
    codebook.push_back(value);
  }
  return codes;
}

/// Turns the rows of `layer` into columns, group by group.
void transpose(LayerProgram& layer) {
  const std::uint64_t inputs = layer.spec.matrix_inputs();
  const std::uint32_t outputs = layer.spec.matrix_outputs();
  const std::uint32_t rows_per_group = outputs / layer.spec.groups;
  const auto column_of = [&](std::uint32_t row, std::uint64_t entry) {
    return row / rows_per_group * inputs + layer.row_columns[entry];
  };
  layer.column_starts.assign(layer.spec.groups * inputs + 1, 0);
  for (std::uint32_t row = 0; row < outputs; ++row) {
    for (std::uint64_t entry = layer.row_starts[row]; entry < layer.row_starts[row + 1]; ++entry) {
      ++layer.column_starts[column_of(row, entry) + 1];
    }
  }
  for (std::size_t column = 1; column < layer.column_starts.size(); ++column) {
    layer.column_starts[column] += layer.column_starts[column - 1];
  }
  std::vector<std::uint64_t> next = layer.column_starts;
  layer.column_rows.resize(layer.row_codes.size());
  layer.column_weights.resize(layer.row_codes.size());
  for (std::uint32_t row = 0; row < outputs; ++row) {
    for (std::uint64_t entry = layer.row_starts[row]; entry < layer.row_starts[row + 1]; ++entry) {
      const std::uint64_t place = next[column_of(row, entry)]++;
      layer.column_rows[place] = row;
      layer.column_weights[place] = layer.codebook[layer.row_codes[entry]];
    }
  }
}

void compile_weights(LayerProgram& layer, LayerValues& values, const std::string& name) {
  CompressedMatrix matrix = shared_weights(values, name);
  layer.row_starts = std::move(matrix.row_starts);
  layer.row_columns = std::move(matrix.columns);
  layer.row_codes = std::move(matrix.codes);
  layer.real_codebook = std::move(matrix.codebook);
  layer.bias = std::move(values.bias);
  layer.bias_codes = code_bias(layer.bias, layer.real_codebook, name);
  layer.weight_format = format_for_range(largest_magnitude(layer.real_codebook));
  for (const float weight : layer.real_codebook) {
    layer.codebook.push_back(quantize(weight, layer.weight_format));
  }
  transpose(layer);
}

}  // namespace

PlainLayer LayerProgram::plain() const {
  return {.row_starts = row_starts,
          .columns = row_columns,
          .codes = row_codes,
          .bias_codes = bias_codes,
          .bias = bias};
}

LayerSupport layer_support() {
  return {.types = {LayerType::fully_connected, LayerType::convolution, LayerType::pooling},
          .activations = {Activation::none, Activation::relu}};
}

std::unique_ptr<IdealProgram> compile(const Config& config, const Workload& workload) {
  const Network& network = workload.network;
  require_supported(network, layer_support());
  auto program = std::make_unique<IdealProgram>();
  program->layers.resize(network.layers.size());
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    LayerProgram& layer = program->layers[index];
    layer.spec = network.layers[index];
    layer.activation_format = {config.activation_fraction_bits};
    LayerValues values = load_values(network, index, workload.seed);
    if (layer.spec.has_weights()) {
      compile_weights(layer, values,
                      fmt::format("{}: layer {}", network.path.string(), layer.spec.name));
    }
    for (const float value : values.activations.values) {
      layer.activations.push_back(quantize(value, layer.activation_format));
    }
    if (const auto* chained = std::get_if<ChainedSource>(&layer.spec.activations)) {
      for (const std::size_t source : chained->layers) {
        program->layers[source].feeds_later_layer = true;
      }
    }
  }
  return program;
}

}  // namespace nzsim::ideal
