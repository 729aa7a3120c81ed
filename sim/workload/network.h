#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/workload/matrix.h"

namespace nzsim {

class ConfigNode;

// A network file (`workloads/networks/NAME.json`) holds `name` (default: the file's),
// `description`, `source` and `layers`. Each layer has
//
// * `name` (unique), `type` (`fully_connected`, `convolution`, `pooling`), `activation` (`none`,
//   `relu`; default `none`), `batch` (inputs computed one after the other; default 1, or the batch
//   of the layers whose outputs it takes, from which it may not differ);
// * where its inputs come from: `activations`: values that belong to the network's input, or
// `from`:
//   names of earlier layers, concatenated along the channels (they must agree in height and width).
//   With neither, the layer takes the outputs of the layer before. A fully connected layer flattens
//   what it takes to channels x height x width, in that order;
// * `relu_on_input`: negative inputs count as zero. Default: true where every layer it takes its
//   inputs from ends in a ReLU (pooling passes the property of its own inputs on) or where its
//   synthetic activations are not signed; false otherwise, and for files;
// * values: `{"file": "x.npz"}` or `{"synthetic": {...}}`. Synthetic `weights` have `density` in
//   (0, 1], `distribution` ("uniform", or {"uneven": {"row_spread", "column_spread"}} in [0, 1]),
//   `codebook_entries` (16) and `seed` (1); synthetic `activations` have `density`, `distribution`
//   ("uniform"), `signed` (false) and `seed` (1).
//
// Shapes, where `input` and `inputs` may be left out if earlier layers give them, and are checked
// against these if they are there:
//
// * fully connected: `inputs`, `outputs`, `weights`;
// * convolution: `input` {`channels`, `height`, `width`}, `output_channels`, `kernel`, `stride`
// (1),
//   `padding` (0), each an integer or {`height`, `width`}, `groups` (1), `weights`;
// * pooling: `input`, `kind` (`maximum`, `average`), and either `"global": true` or `kernel`,
// `stride`
//   (1), `padding` (0; less than the kernel), `ceil_mode` (false; Caffe's pooling has true).
//
// Inputs and outputs of a batch, and weights, are at most 2^31 elements per layer.

/// Height and width of a two-dimensional window, step or padding.
struct Extent2 {
  std::uint32_t height = 1;
  std::uint32_t width = 1;
};

/// A feature map: channels x height x width. A plain vector is `[length, 1, 1]`.
struct FeatureShape {
  std::uint32_t channels = 1;
  std::uint32_t height = 1;
  std::uint32_t width = 1;

  [[nodiscard]] std::uint64_t elements() const { return std::uint64_t{channels} * height * width; }
  friend bool operator==(const FeatureShape&, const FeatureShape&) = default;
};

enum class LayerType { fully_connected, convolution, pooling };
enum class Activation { none, relu };
enum class PoolingKind { maximum, average };

[[nodiscard]] std::string_view to_string(LayerType type);
[[nodiscard]] std::string_view to_string(Activation activation);

/// Values in a file beside the network: `.npz` or `.npy`.
struct FileSource {
  std::filesystem::path path;
};

/// Values drawn from a seed; the same on every machine.
struct SyntheticSource {
  /// Share of non-zero values, (0, 1].
  double density = 1.0;
  /// 0: every weight is non-zero with the same probability. Otherwise row i (column j) holds
  /// density x (1 + spread x u), u uniform in [-1, 1) and drawn once per row (column).
  double row_spread = 0.0;
  double column_spread = 0.0;
  /// Weights: entries of the codebook, its zero included.
  std::uint32_t codebook_entries = 16;
  /// Activations: whether half of the non-zero values are negative.
  bool is_signed = false;
  std::uint64_t seed = 1;
};

/// Takes the outputs of earlier layers, concatenated along the channels.
struct ChainedSource {
  /// Indices of earlier layers of the network.
  std::vector<std::size_t> layers;
};

using WeightSource = std::variant<std::monostate, FileSource, SyntheticSource>;
using ActivationSource = std::variant<FileSource, SyntheticSource, ChainedSource>;

/// One layer as the network file states it; values are drawn or loaded later.
struct LayerSpec {
  std::string name;
  LayerType type = LayerType::fully_connected;
  Activation activation = Activation::none;
  /// Input vectors (feature maps) that are computed one after the other.
  std::uint32_t batch = 1;

  /// Shape of one input and of one output. Fully connected: `[inputs, 1, 1]`, `[outputs, 1, 1]`.
  FeatureShape input;
  FeatureShape output;
  /// Convolution and pooling windows.
  Extent2 kernel;
  Extent2 stride;
  Extent2 padding{0, 0};
  std::uint32_t groups = 1;
  PoolingKind pooling = PoolingKind::maximum;

  WeightSource weights;
  ActivationSource activations;
  /// Whether negative inputs count as zero; by default where the inputs come from a ReLU.
  bool relu_on_input = false;

  /// Whether the layer has a weight matrix: fully connected and convolution.
  [[nodiscard]] bool has_weights() const { return type != LayerType::pooling; }
  /// Rows of the weight matrix of all groups: outputs, or output channels.
  [[nodiscard]] std::uint32_t matrix_outputs() const { return output.channels; }
  /// Columns of the weight matrix: inputs, or input channels / groups x kernel height x width.
  [[nodiscard]] std::uint64_t matrix_inputs() const;
  /// Multiply-accumulates of the uncompressed layer for one input, padding included.
  [[nodiscard]] std::uint64_t dense_multiply_accumulates() const;
};

/// An ordered list of layers, checked: names unique, shapes fit, chained layers lie before.
struct Network {
  std::string name;
  /// File that it came from; relative value files start from its directory.
  std::filesystem::path path;
  std::string source;
  std::vector<LayerSpec> layers;
  /// The resolved network file, JSON, for `config.json` and for cache keys.
  std::string resolved;
};

/// Reads and checks a network file. `batch`, where given, replaces every layer's batch.
/// Throws `WorkloadError` with all errors of the file, or where a `layers` name does not exist.
[[nodiscard]] Network load_network(const std::filesystem::path& path,
                                   std::optional<std::uint32_t> batch = {});
/// Describes the network file for `nzsim schema network`, and reads it.
[[nodiscard]] Network network_from(ConfigNode& root);

/// Keeps the layers that `names` lists, in the network's order. Throws `WorkloadError` for unknown
/// names (with "did you mean") and where a kept layer takes its inputs from one that is not.
[[nodiscard]] Network select_layers(const Network& network, const std::vector<std::string>& names);

}  // namespace nzsim
