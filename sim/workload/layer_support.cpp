#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/workload/network.h"

namespace nzsim {
namespace {

template <class Kind>
bool holds(const std::vector<Kind>& kinds, Kind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

/// `"convolution", "pooling"`, then `or` and the last.
template <class Kind>
std::string alternatives(const std::vector<Kind>& kinds) {
  std::string text;
  for (std::size_t index = 0; index < kinds.size(); ++index) {
    if (index > 0) text += index + 1 == kinds.size() ? " or " : ", ";
    text += fmt::format("\"{}\"", to_string(kinds[index]));
  }
  return text;
}

}  // namespace

void require_supported(const Network& network, const LayerSupport& support) {
  std::vector<Diagnostic> problems;
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    const LayerSpec& layer = network.layers[index];
    const auto refuse = [&](std::string_view key, std::string message) {
      problems.push_back(
          {network.path.string(), fmt::format("/layers/{}/{}", index, key), std::move(message)});
    };
    if (!holds(support.types, layer.type)) {
      refuse("type", fmt::format("expected {}, what this machine computes, got \"{}\"",
                                 alternatives(support.types), to_string(layer.type)));
      continue;
    }
    if (!holds(support.activations, layer.activation)) {
      refuse("activation",
             fmt::format("expected {}, what this machine computes, got \"{}\"",
                         alternatives(support.activations), to_string(layer.activation)));
    }
    if (!support.pooling_activation && layer.type == LayerType::pooling &&
        layer.activation != Activation::none) {
      refuse("activation",
             fmt::format(
                 "expected \"none\" of a pooling layer, what this machine computes, got \"{}\"",
                 to_string(layer.activation)));
    }
    if (!support.dilation && (layer.dilation.height > 1 || layer.dilation.width > 1)) {
      refuse("dilation", fmt::format("expected 1, what this machine computes, got {} x {}",
                                     layer.dilation.height, layer.dilation.width));
    }
    if (!support.rows && layer.type == LayerType::fully_connected && layer.output.height > 1) {
      refuse("rows",
             fmt::format("expected 1, what this machine computes, got {}", layer.output.height));
    }
  }
  if (!problems.empty()) throw WorkloadError(std::move(problems));
}

}  // namespace nzsim
