#pragma once

#include <string>

namespace nzsim::test {

/// Layers as a network file lists them, for `read_layers`. One of every type, of a feature map and
/// of a sequence.
inline const std::string kLayersOfEveryType = R"(
  {"name": "map", "type": "convolution", "input": {"channels": 3, "height": 8, "width": 8},
   "output_channels": 8, "kernel": 3, "padding": 1, "activation": "relu", "batch": 2,
   "weights": {"synthetic": {"density": 0.6}}, "activations": {"synthetic": {"density": 0.8}}},
  {"name": "depthwise", "type": "convolution", "output_channels": 8, "kernel": 3, "padding": 2,
   "dilation": 2, "groups": 8, "weights": {"synthetic": {"density": 0.9}}},
  {"name": "sum", "type": "elementwise", "operation": "add", "from": ["map", "depthwise"],
   "activation": "tanh"},
  {"name": "average", "type": "pooling", "kind": "average", "kernel": 2, "stride": 2},
  {"name": "largest", "type": "pooling", "kind": "maximum", "kernel": 2, "stride": 2,
   "from": ["depthwise"]},
  {"name": "joined", "type": "convolution", "output_channels": 6, "kernel": 1,
   "activation": "gelu", "from": ["average", "largest"],
   "weights": {"synthetic": {"density": 0.5}}},
  {"name": "layer_norm", "type": "normalization", "kind": "layer_normalization"},
  {"name": "product", "type": "elementwise", "operation": "multiply",
   "from": ["joined", "layer_norm"]},
  {"name": "squashed", "type": "activation", "activation": "sigmoid"},
  {"name": "connected", "type": "fully_connected", "outputs": 12,
   "weights": {"synthetic": {"density": 0.3}}},
  {"name": "tokens", "type": "fully_connected", "inputs": 10, "outputs": 8, "rows": 6, "batch": 2,
   "weights": {"synthetic": {"density": 0.7}},
   "activations": {"synthetic": {"density": 0.7, "signed": true}}},
  {"name": "scores", "type": "matmul", "heads": 2, "rows": 6, "inner": 4, "columns": 6,
   "transpose_second": true, "from": ["tokens", "tokens"]},
  {"name": "softmax", "type": "normalization", "kind": "softmax", "groups": 2},
  {"name": "context", "type": "matmul", "heads": 2, "rows": 6, "inner": 6, "columns": 4,
   "from": ["softmax", "tokens"]},
  {"name": "lstm", "type": "lstm", "outputs": 5, "steps": 6,
   "weights": {"synthetic": {"density": 0.8}}},
  {"name": "gru", "type": "gru", "outputs": 4, "steps": 6,
   "weights": {"synthetic": {"density": 0.8}}})";

/// Branches of different scales that are concatenated, and flattened by the last layer.
inline const std::string kBranches = R"(
  {"name": "stem", "type": "convolution", "input": {"channels": 3, "height": 9, "width": 8},
   "output_channels": 10, "kernel": 3, "padding": 1, "stride": 2, "batch": 3,
   "weights": {"synthetic": {"density": 0.6}},
   "activations": {"synthetic": {"density": 0.8, "signed": true}}},
  {"name": "small", "type": "convolution", "output_channels": 5, "kernel": 1, "activation": "tanh",
   "from": ["stem"], "weights": {"synthetic": {"density": 0.9}}},
  {"name": "large", "type": "convolution", "output_channels": 7, "kernel": 3, "padding": 1,
   "from": ["stem"], "weights": {"synthetic": {"density": 0.9}}},
  {"name": "pooled", "type": "pooling", "kind": "average", "kernel": 3, "padding": 1,
   "from": ["stem"]},
  {"name": "joined", "type": "convolution", "output_channels": 6, "kernel": 3,
   "from": ["small", "large", "pooled"], "weights": {"synthetic": {"density": 0.5}}},
  {"name": "largest", "type": "pooling", "kind": "maximum", "kernel": 2, "relu_on_input": true,
   "from": ["large", "small"]},
  {"name": "scores", "type": "fully_connected", "outputs": 11, "activation": "sigmoid",
   "from": ["small", "pooled"], "weights": {"synthetic": {"density": 0.7}}},
  {"name": "memory", "type": "lstm", "outputs": 6, "from": ["largest"],
   "weights": {"synthetic": {"density": 0.7}}})";

}  // namespace nzsim::test
