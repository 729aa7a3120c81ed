#include "workloads/import/scalesim_network.h"

#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace nzsim {
namespace {

using Json = nlohmann::ordered_json;

/// Integers of a network file are not negative and have 63 bits.
constexpr std::uint64_t kSeedMask = INT64_MAX;

/// The names of `layers`, each one once.
std::vector<std::string> unique_names(const std::vector<ScalesimLayer>& layers,
                                      const std::string& file, std::vector<std::string>& notes) {
  std::set<std::string> used;
  for (const ScalesimLayer& layer : layers) used.insert(layer.name);
  std::map<std::string, std::uint64_t> numbers;
  std::vector<std::string> names;
  std::vector<std::string> renamed;
  for (const ScalesimLayer& layer : layers) {
    std::uint64_t& number = numbers[layer.name];
    std::string name = layer.name;
    while (++number > 1) {
      name = fmt::format("{}_{}", layer.name, number);
      if (used.insert(name).second) break;
    }
    if (name != layer.name) renamed.push_back(name);
    names.push_back(std::move(name));
  }
  if (!renamed.empty()) {
    notes.push_back(
        fmt::format("{}: layers whose name an earlier one has, and which got a number: "
                    "{}, first {}",
                    file, renamed.size(), renamed.front()));
  }
  return names;
}

Json convolution_json(const ScalesimConvolution& shape) {
  const FeatureShape input = shape.covered_input();
  Json layer;
  layer["type"] = "convolution";
  layer["input"] = {{"channels", input.channels}, {"height", input.height}, {"width", input.width}};
  layer["output_channels"] = shape.output_channels();
  layer["kernel"] = {{"height", shape.filter.height}, {"width", shape.filter.width}};
  layer["stride"] = {{"height", shape.stride.height}, {"width", shape.stride.width}};
  if (shape.is_depthwise) layer["groups"] = shape.input.channels;
  layer["batch"] = shape.batch;
  return layer;
}

Json shape_json(const ScalesimLayer& layer) {
  if (const auto* gemm = std::get_if<ScalesimGemm>(&layer.shape)) {
    return {{"type", "fully_connected"},
            {"inputs", gemm->inner},
            {"outputs", gemm->columns},
            {"batch", gemm->rows}};
  }
  return convolution_json(std::get<ScalesimConvolution>(layer.shape));
}

double weight_density(const ScalesimLayer& layer) {
  if (!layer.sparsity) return 1.0;
  return static_cast<double>(layer.sparsity->non_zeros) / layer.sparsity->block;
}

Json values_json(const ScalesimLayer& layer, const ScalesimValues& values, std::uint64_t index) {
  const SyntheticSource& activations = values.activations;
  return {{"activation", to_string(values.activation)},
          {"weights",
           {{"synthetic",
             {{"density", weight_density(layer)},
              {"codebook_entries", values.codebook_entries},
              {"seed", (values.seed + index) & kSeedMask}}}}},
          {"activations",
           {{"synthetic",
             {{"density", activations.density},
              {"signed", activations.is_signed},
              {"seed", (activations.seed + index) & kSeedMask}}}}}};
}

bool is_grown(const ScalesimLayer& layer) {
  const auto* shape = std::get_if<ScalesimConvolution>(&layer.shape);
  return shape != nullptr && shape->covered_input() != shape->input;
}

/// What a reader of the network should know about its origin.
void note_differences(const std::vector<ScalesimLayer>& layers, const std::string& file,
                      std::vector<std::string>& notes) {
  const bool is_gemm = std::holds_alternative<ScalesimGemm>(layers.front().shape);
  notes.push_back(fmt::format(
      "{}: {} {}{}; the file holds no values and no links: each layer has inputs and weights of "
      "its "
      "own, drawn from seeds",
      file, layers.size(), is_gemm ? "GEMM" : "convolution", layers.size() == 1 ? "" : "s"));
  std::size_t grown = 0;
  std::size_t sparse = 0;
  for (const ScalesimLayer& layer : layers) {
    if (is_grown(layer)) ++grown;
    if (layer.sparsity) ++sparse;
  }
  if (grown > 0) {
    notes.push_back(fmt::format(
        "{}: layers whose input is grown to the end of its last window, as SCALE-Sim rounds the "
        "number of windows up: {}",
        file, grown));
  }
  if (sparse > 0) {
    notes.push_back(fmt::format(
        "{}: layers whose sparsity N:M is a density of N/M at places drawn uniformly: {}", file,
        sparse));
  }
}

}  // namespace

Json scalesim_network_layers(const std::vector<ScalesimLayer>& layers, const std::string& name,
                             const ScalesimValues& values, std::vector<std::string>& notes) {
  note_differences(layers, name, notes);
  const std::vector<std::string> names = unique_names(layers, name, notes);
  Json document = Json::array();
  for (std::size_t index = 0; index < layers.size(); ++index) {
    Json layer = {{"name", names[index]}};
    layer.update(shape_json(layers[index]));
    layer.update(values_json(layers[index], values, index));
    document.push_back(std::move(layer));
  }
  return document;
}

}  // namespace nzsim
