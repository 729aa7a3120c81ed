#include "sim/workload/network.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/config/node.h"

namespace nzsim {
namespace {

ConfigDocument load_document(const std::filesystem::path& path,
                             const std::vector<Override>& overrides) {
  try {
    return ConfigDocument::load(path, overrides);
  } catch (const ConfigError& error) {
    throw WorkloadError(error.diagnostics());
  }
}

Network read_document(ConfigDocument document, const std::filesystem::path& path) {
  ConfigNode root = document.root();
  Network network = network_from(root);
  document.finish_workload();
  network.path = path;
  network.resolved = document.resolved();
  return network;
}

/// Positions that the layers of `network` get when only those with `kept` stay.
std::vector<std::size_t> new_indices(const std::vector<bool>& kept) {
  std::vector<std::size_t> indices(kept.size());
  std::size_t next = 0;
  for (std::size_t index = 0; index < kept.size(); ++index) {
    indices[index] = next;
    if (kept[index]) ++next;
  }
  return indices;
}

std::vector<bool> kept_layers(const Network& network, const std::vector<std::string>& names) {
  std::map<std::string, std::size_t> by_name;
  std::vector<std::string> known;
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    by_name[network.layers[index].name] = index;
    known.push_back(network.layers[index].name);
  }
  std::vector<bool> kept(network.layers.size(), false);
  std::vector<Diagnostic> problems;
  for (const std::string& name : names) {
    const auto found = by_name.find(name);
    if (found != by_name.end()) {
      kept[found->second] = true;
      continue;
    }
    const std::string near = did_you_mean(name, known);
    const std::string hint = near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near);
    problems.push_back({network.path.string(), "/layers",
                        fmt::format("expected a layer named \"{}\", got none{}", name, hint)});
  }
  if (!problems.empty()) throw WorkloadError(std::move(problems));
  return kept;
}

}  // namespace

std::string_view to_string(LayerType type) {
  switch (type) {
    case LayerType::fully_connected:
      return "fully_connected";
    case LayerType::convolution:
      return "convolution";
    case LayerType::pooling:
      return "pooling";
    case LayerType::lstm:
      return "lstm";
    case LayerType::gru:
      return "gru";
    case LayerType::matmul:
      return "matmul";
    case LayerType::elementwise:
      return "elementwise";
    case LayerType::activation:
      return "activation";
    case LayerType::normalization:
      return "normalization";
  }
  return "fully_connected";
}

std::string_view to_string(Activation activation) {
  switch (activation) {
    case Activation::none:
      return "none";
    case Activation::relu:
      return "relu";
    case Activation::sigmoid:
      return "sigmoid";
    case Activation::tanh:
      return "tanh";
    case Activation::gelu:
      return "gelu";
  }
  return "none";
}

Network load_network(const std::filesystem::path& path, std::optional<std::uint32_t> batch,
                     const std::vector<Override>& overrides) {
  Network network = read_document(load_document(path, overrides), path);
  if (!batch) return network;
  if (*batch == 0) throw WorkloadError("--batch", "", "expected an integer of at least 1, got 0");
  // Read again, so that products are checked and `resolved` tells what is run.
  std::vector<Override> all = overrides;
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    all.push_back({fmt::format("/layers/{}/batch", index), std::to_string(*batch)});
  }
  return read_document(load_document(path, all), path);
}

Network select_layers(const Network& network, const std::vector<std::string>& names) {
  const std::vector<bool> kept = kept_layers(network, names);
  const std::vector<std::size_t> indices = new_indices(kept);
  Network selected = network;
  selected.layers.clear();
  std::vector<Diagnostic> problems;
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    if (!kept[index]) continue;
    LayerSpec layer = network.layers[index];
    if (auto* chain = std::get_if<ChainedSource>(&layer.activations)) {
      for (std::size_t& source : chain->layers) {
        if (!kept[source]) {
          problems.push_back(
              {network.path.string(), fmt::format("/layers/{}", index),
               fmt::format("expected the selected layers to hold \"{}\", whose outputs \"{}\" "
                           "takes, got a selection without it",
                           network.layers[source].name, layer.name)});
        }
        source = indices[source];
      }
    }
    selected.layers.push_back(std::move(layer));
  }
  if (!problems.empty()) throw WorkloadError(std::move(problems));
  return selected;
}

}  // namespace nzsim
