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
