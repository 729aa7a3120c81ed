#include "models/platform/network_time.h"

#include <variant>

#include <fmt/format.h>

namespace nzsim::platform {
namespace {

/// Share of the weights that is not zero, where the network file states it.
std::optional<double> stated_density(const LayerSpec& layer) {
  const auto* synthetic = std::get_if<SyntheticSource>(&layer.weights);
  if (synthetic == nullptr) return {};
  return synthetic->density;
}

bool is_recurrent(const LayerSpec& layer) {
  return layer.type == LayerType::lstm || layer.type == LayerType::gru;
}

/// Numbers that come and go: a recurrent layer's product takes inputs and hidden state and gives
/// its gates.
std::uint64_t activations_of(const LayerSpec& layer, const MatrixProduct& product) {
  if (is_recurrent(layer)) return layer.batch * product.rows * (product.inner + product.columns);
  return layer.batch * (layer.input_elements() + layer.output.elements());
}

}  // namespace

LayerWork work_of(const LayerSpec& layer) {
  const MatrixProduct product = layer.matrix_product();
  LayerWork work;
  work.products = product.groups;
  work.shape = {product.inner, product.columns, stated_density(layer).value_or(1.0)};
  work.vectors = layer.batch * product.rows;
  work.activations = activations_of(layer, product);
  work.has_weights = layer.has_weights();
  work.is_fully_connected = layer.type == LayerType::fully_connected || is_recurrent(layer);
  if (is_recurrent(layer)) {
    work.vectors = layer.batch;
    work.products = product.rows;
    work.calls = product.rows;
  } else if (!work.has_weights) {
    work.vectors = product.rows;
    work.products = product.groups * layer.batch;
  }
  return work;
}

std::optional<std::string> obstacle(const Platform& platform, const Format& format,
                                    const Network& network) {
  if (const std::optional<std::string> missing = missing_figure(platform, format)) {
    return fmt::format("the platform lacks {}", *missing);
  }
  if (format.layout == Layout::dense) return {};
  for (const LayerSpec& layer : network.layers) {
    if (layer.has_weights() && !stated_density(layer)) {
      return fmt::format("layer {} has weights from a file, whose density is not stated",
                         layer.name);
    }
  }
  return {};
}

std::vector<LayerTime> network_time(const Platform& platform, const Format& format,
                                    const Network& network) {
  std::vector<LayerTime> times;
  times.reserve(network.layers.size());
  for (const LayerSpec& layer : network.layers) {
    times.push_back(layer_time(platform, work_of(layer), format));
  }
  return times;
}

}  // namespace nzsim::platform
