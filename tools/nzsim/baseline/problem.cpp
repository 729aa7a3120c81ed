#include "tools/nzsim/baseline/problem.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/workload/network.h"
#include "sim/workload/plain_real.h"
#include "sim/workload/values.h"

namespace nzsim::baseline {
namespace {

/// What `nzsim run` mixes into the seeds of the file by default.
constexpr std::uint64_t kSeed = 0;

void require_fully_connected(const Network& network) {
  std::vector<Diagnostic> errors;
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    const LayerSpec& layer = network.layers[index];
    if (layer.type != LayerType::fully_connected) {
      errors.push_back({network.path.string(), fmt::format("/layers/{}/type", index),
                        fmt::format("expected fully_connected, which baseline measures, got {}",
                                    to_string(layer.type))});
    } else if (layer.input.height != 1) {
      errors.push_back(
          {network.path.string(), fmt::format("/layers/{}/rows", index),
           fmt::format("expected 1, which baseline measures, got {}", layer.input.height)});
    }
  }
  if (!errors.empty()) throw WorkloadError(std::move(errors));
}

/// Outputs of all inputs of a batch.
using Outputs = std::vector<std::vector<double>>;

bool is_chained(const LayerSpec& layer) {
  return std::holds_alternative<ChainedSource>(layer.activations);
}

/// What input `index` of the batch is made of.
std::vector<std::vector<double>> sources_of(const LayerSpec& layer, const LayerValues& values,
                                            const std::vector<Outputs>& outputs,
                                            std::uint32_t index) {
  if (!is_chained(layer)) return own_sources(layer, values.activations, index);
  std::vector<std::vector<double>> sources;
  for (const std::size_t earlier : std::get<ChainedSource>(layer.activations).layers) {
    sources.push_back(outputs[earlier][index]);
  }
  return sources;
}

CsrMatrix weights_of(const LayerValues& values) {
  if (const auto* shared = std::get_if<CompressedMatrix>(&values.weights)) return csr_of(*shared);
  return csr_of(std::get<DenseMatrix>(values.weights));
}

/// Copies one vector, the parts of which are concatenated, to column `column` of the inputs.
void set_column(LayerProblem& problem, const LayerSpec& layer, std::uint32_t column,
                const std::vector<std::vector<double>>& sources) {
  std::size_t row = 0;
  for (const std::vector<double>& source : sources) {
    for (const double number : source) {
      const double used = layer.relu_on_input ? std::max(number, 0.0) : number;
      problem.inputs[row * problem.batch + column] = static_cast<float>(used);
      ++row;
    }
  }
}

/// A reference of rows `begin` to `end`.
void add_rows(const CsrMatrix& weights, const std::vector<float>& inputs, RowRange range,
              Reference& reference) {
  const std::uint32_t batch = reference.batch;
  for (std::uint32_t row = range.begin; row < range.end; ++row) {
    double* sums = reference.sums.data() + std::size_t{row} * batch;
    double* magnitudes = reference.tolerances.data() + std::size_t{row} * batch;
    for (std::uint32_t at = weights.row_starts[row]; at < weights.row_starts[row + 1]; ++at) {
      const double weight = weights.weights[at];
      const float* numbers = inputs.data() + std::size_t{weights.columns[at]} * batch;
      for (std::uint32_t k = 0; k < batch; ++k) {
        const double product = weight * static_cast<double>(numbers[k]);
        sums[k] += product;
        magnitudes[k] += std::abs(product);
      }
    }
    const double count = weights.row_starts[row + 1] - weights.row_starts[row];
    const double epsilon = std::numeric_limits<float>::epsilon();
    for (std::uint32_t k = 0; k < batch; ++k) magnitudes[k] *= count * epsilon;
  }
}

}  // namespace

std::vector<float> LayerProblem::first_columns(std::uint32_t count) const {
  std::vector<float> numbers(std::size_t{weights.inputs} * count);
  for (std::size_t row = 0; row < weights.inputs; ++row) {
    const auto from = inputs.begin() + static_cast<std::ptrdiff_t>(row * batch);
    std::copy_n(from, count, numbers.begin() + static_cast<std::ptrdiff_t>(row * count));
  }
  return numbers;
}

void check_network(const std::filesystem::path& path) {
  require_fully_connected(load_network(path));
}

std::vector<LayerProblem> problems_of(const std::filesystem::path& path, std::uint32_t batch) {
  const Network network = load_network(path, batch);
  require_fully_connected(network);
  const bool needs_outputs = std::any_of(network.layers.begin(), network.layers.end(), is_chained);
  std::vector<LayerProblem> problems;
  std::vector<Outputs> outputs(network.layers.size());
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    const LayerSpec& layer = network.layers[index];
    const LayerValues values = load_values(network, index, kSeed);
    LayerProblem problem{network.name, layer.name, weights_of(values), {}, batch};
    problem.inputs.resize(std::size_t{problem.weights.inputs} * batch);
    const std::vector<float> dense = needs_outputs ? dense_weights(values) : std::vector<float>{};
    for (std::uint32_t column = 0; column < batch; ++column) {
      const std::vector<std::vector<double>> sources = sources_of(layer, values, outputs, column);
      set_column(problem, layer, column, sources);
      if (!needs_outputs) continue;
      LayerRanges ranges;
      outputs[index].push_back(plain_real(layer, {dense, values.bias}, sources, ranges));
    }
    problems.push_back(std::move(problem));
  }
  return problems;
}

Reference reference_of(const CsrMatrix& weights, const std::vector<float>& inputs,
                       std::uint32_t batch, ThreadTeam& team) {
  const std::size_t count = std::size_t{weights.outputs} * batch;
  Reference reference{batch, std::vector<double>(count), std::vector<double>(count)};
  const std::vector<RowRange> ranges = balanced_ranges(weights, team.size());
  team.run([&](std::size_t thread) { add_rows(weights, inputs, ranges[thread], reference); });
  return reference;
}

void check_result(const Reference& reference, const std::vector<float>& result,
                  const std::string& kernel) {
  for (std::size_t place = 0; place < reference.sums.size(); ++place) {
    const double expected = reference.sums[place];
    const double error = std::abs(static_cast<double>(result.at(place)) - expected);
    if (error <= reference.tolerances[place]) continue;
    throw SimulationError(fmt::format("{}: expected {} within {} as output {} of vector {}, got {}",
                                      kernel, expected, reference.tolerances[place],
                                      place / reference.batch, place % reference.batch,
                                      result[place]));
  }
}

}  // namespace nzsim::baseline
