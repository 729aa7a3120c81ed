#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/config/node.h"
#include "sim/workload/matrix.h"

namespace nzsim {

// A network file (`workloads/networks/NAME.json`) holds `name` (default: the file's),
// `description`, `source` and `layers`. Each layer has
//
// * `name` (unique), `type`, `activation` (`none`, `relu`, `sigmoid`, `tanh`, `gelu`; default
//   `none`; applied to the outputs), `batch` (inputs computed one after the other; default 1, or
//   the batch of the layers whose outputs it takes, from which it may not differ);
// * where its inputs come from: `activations`: values that belong to the network's input, or
//   `from`: names of earlier layers, concatenated along the channels (they must agree in height and
//   width; the operands of `matmul` and `elementwise` are not concatenated). With neither, the
//   layer takes the outputs of the layer before;
// * `relu_on_input`: negative inputs count as zero. Default: true where every layer it takes its
//   inputs from ends in a ReLU (pooling and elementwise layers pass the property of their own
//   inputs on) or where its synthetic activations are not signed; false otherwise, and for files;
// * values: `{"file": "x.npz"}` or `{"synthetic": {...}}`. Synthetic `weights` have `density` in
//   (0, 1], `distribution` ("uniform", or {"uneven": {"row_spread", "column_spread"}} in [0, 1]),
//   `codebook_entries` (16) and `seed` (1); synthetic `activations` have `density`, `distribution`
//   ("uniform"), `signed` (false) and `seed` (1).
//
// A sequence of N vectors of length L (the tokens of a text, the steps of a recurrent layer) is a
// feature map of L channels, height N and width 1: element l of vector n lies at l x N + n. So a
// fully connected layer over a sequence is a 1 x 1 convolution, and sequences concatenate along
// their elements. Concatenation, pooling and convolution read them like any other feature map.
//
// Shapes, where `input` and `inputs` may be left out if earlier layers give them, and are checked
// against these if they are there:
//
// * `fully_connected`: `inputs`, `outputs`, `rows` (1), `weights` `[outputs, inputs]`. With one
//   row, the layer flattens what it takes to channels x height x width, in that order. With more,
//   one input is a sequence of `rows` vectors, which share the weights and give as many outputs
//   (the tokens of a transformer): inputs x rows x 1 to outputs x rows x 1;
// * `convolution`: `input` {`channels`, `height`, `width`}, `output_channels`, `kernel`, `stride`
//   (1), `padding` (0), `dilation` (1: distance of a window's elements), each an integer or
//   {`height`, `width`}, `groups` (1; as many as channels: depthwise), `weights` `[output channels,
//   input channels / groups x kernel height x kernel width]`;
// * `lstm`, `gru`: `inputs`, `outputs` (hidden units), `steps` (1; time steps of one input),
//   `weights`. Input and output are sequences of `steps` vectors, flattened and checked as the rows
//   of a fully connected layer are. `activation` is `none`: the gates' functions belong to the
//   type;
// * `matmul`: `heads` (1), `rows`, `inner`, `columns`, `transpose_second` (false): per head, a
//   matrix `[rows, inner]` times `[inner, columns]`, both activations. The first operand is a
//   sequence of `rows` vectors of heads x inner elements (head by head), the second one of `inner`
//   vectors of heads x columns, or, transposed, of `columns` vectors of heads x inner. The output
//   is a sequence of `rows` vectors of heads x columns. `from` names exactly two layers, or
//   `activations` holds both operands, the second behind the first;
// * `elementwise`: `operation` (`add`, `multiply`) of two or more layers `from`, all of one shape;
// * `pooling`: `input`, `kind` (`maximum`, `average`), and either `"global": true` or `kernel`,
//   `stride` (1), `padding` (0; less than the kernel), `ceil_mode` (false; Caffe's pooling has
//   true);
// * `activation`: `input`; applies `activation`, which is not `none`, and nothing else;
// * `normalization`: `input`, `kind` (`softmax`, `layer_normalization`), `groups` (1): at each
//   place of the feature map the channels, in as many equal parts as there are groups, part by
//   part (the scores of an attention: as many groups as heads). softmax: exp(x - max) / sum of
//   these; layer normalization: (x - mean) / sqrt(variance + epsilon) x scale + shift, whose scale
//   and shift per channel are no weights here, as little as biases are.
//
// Recurrent layers, with x the input and h the hidden state of a step, h' and c' (the cell state)
// those of the step before, 0 before the first; W the columns of `weights` that meet x, the first
// ones, U those that meet the hidden state, behind them; . the product element by element:
//
// * lstm (Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997, with the forget gate of Gers
//   et al., 2000, and without peepholes): `weights` `[4 outputs, inputs + outputs]`, rows of the
//   gates i, f, g, o in this order:
//     i = sigmoid(W_i x + U_i h' + b_i)    f = sigmoid(W_f x + U_f h' + b_f)
//     g = tanh(W_g x + U_g h' + b_g)       o = sigmoid(W_o x + U_o h' + b_o)
//     c = f . c' + i . g                   h = o . tanh(c)
// * gru (Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014):
//   `weights` `[3 outputs, inputs + outputs]`, rows of r, z, n in this order:
//     r = sigmoid(W_r x + U_r h' + b_r)    z = sigmoid(W_z x + U_z h' + b_z)
//     n = tanh(W_n x + U_n (r . h') + b_n) h = z . h' + (1 - z) . n
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

enum class LayerType {
  fully_connected,
  convolution,
  pooling,
  lstm,
  gru,
  matmul,
  elementwise,
  activation,
  normalization
};
enum class Activation { none, relu, sigmoid, tanh, gelu };
enum class PoolingKind { maximum, average };
enum class ElementwiseOperation { add, multiply };
enum class NormalizationKind { softmax, layer_normalization };

/// All of them, in the order of the enumeration.
inline constexpr std::array kLayerTypes{LayerType::fully_connected,
                                        LayerType::convolution,
                                        LayerType::pooling,
                                        LayerType::lstm,
                                        LayerType::gru,
                                        LayerType::matmul,
                                        LayerType::elementwise,
                                        LayerType::activation,
                                        LayerType::normalization};
inline constexpr std::array kActivations{Activation::none, Activation::relu, Activation::sigmoid,
                                         Activation::tanh, Activation::gelu};

/// As the network file spells it.
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

/// Takes the outputs of earlier layers, concatenated along the channels; the operands, in their
/// order, of `matmul` and `elementwise`.
struct ChainedSource {
  /// Indices of earlier layers of the network.
  std::vector<std::size_t> layers;
};

using WeightSource = std::variant<std::monostate, FileSource, SyntheticSource>;
using ActivationSource = std::variant<FileSource, SyntheticSource, ChainedSource>;

/// `groups` products that do not mix, each of a matrix `[rows, inner]` of inputs and one `[inner,
/// columns]` of weights (matmul: of inputs too). Fully connected: its rows; convolution: the output
/// pixels; lstm and gru: the steps, which follow one another, since each needs the one before.
struct MatrixProduct {
  std::uint64_t groups = 0;
  std::uint64_t rows = 0;
  std::uint64_t inner = 0;
  std::uint64_t columns = 0;

  friend bool operator==(const MatrixProduct&, const MatrixProduct&) = default;
};

/// One layer as the network file states it; values are drawn or loaded later.
struct LayerSpec {
  std::string name;
  LayerType type = LayerType::fully_connected;
  Activation activation = Activation::none;
  /// Input vectors (feature maps) that are computed one after the other.
  std::uint32_t batch = 1;

  /// Shape of one input and of one output. Fully connected: `[inputs, rows, 1]`, `[outputs, rows,
  /// 1]`; lstm and gru the same with steps; matmul: of the first operand; elementwise: of each.
  FeatureShape input;
  FeatureShape output;
  /// Convolution and pooling windows; dilation of convolutions alone.
  Extent2 kernel;
  Extent2 stride;
  Extent2 padding{0, 0};
  Extent2 dilation;
  /// Parts of the channels that are computed apart: groups of convolutions and normalizations,
  /// heads of matmul.
  std::uint32_t groups = 1;
  PoolingKind pooling = PoolingKind::maximum;

  /// Matmul: shape of the second operand, and whether it is transposed.
  FeatureShape second_input;
  bool transpose_second = false;
  /// Inputs that are combined: 2 for matmul, at least 2 for elementwise, 1 for all others.
  std::uint32_t operands = 1;
  ElementwiseOperation elementwise = ElementwiseOperation::add;
  NormalizationKind normalization = NormalizationKind::softmax;

  WeightSource weights;
  ActivationSource activations;
  /// Whether negative inputs count as zero; by default where the inputs come from a ReLU.
  bool relu_on_input = false;

  /// Whether the layer has a weight matrix: fully connected, convolution, lstm, gru.
  [[nodiscard]] bool has_weights() const;
  /// Rows of the weight matrix of all groups: outputs, output channels, 4 (lstm) or 3 (gru) x
  /// outputs; 0 where there are no weights.
  [[nodiscard]] std::uint32_t matrix_outputs() const;
  /// Columns of the weight matrix: inputs, input channels / groups x kernel height x width, or
  /// inputs + outputs (lstm, gru); 0 where there are no weights.
  [[nodiscard]] std::uint64_t matrix_inputs() const;
  /// Elements of the weight matrix, biases not counted.
  [[nodiscard]] std::uint64_t weight_elements() const { return matrix_outputs() * matrix_inputs(); }
  /// The matrix products of one input; of extents 0 where the layer has none.
  [[nodiscard]] MatrixProduct matrix_product() const;
  /// Multiply-accumulates of the uncompressed layer for one input, padding included.
  [[nodiscard]] std::uint64_t dense_multiply_accumulates() const;
  /// Elements that one input has, all operands together.
  [[nodiscard]] std::uint64_t input_elements() const;
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
/// `overrides` are applied to the file, in order. Throws `WorkloadError` with all errors of the
/// file, or where a `layers` name does not exist.
[[nodiscard]] Network load_network(const std::filesystem::path& path,
                                   std::optional<std::uint32_t> batch = {},
                                   const std::vector<Override>& overrides = {});
/// Describes the network file for `nzsim schema network`, and reads it.
[[nodiscard]] Network network_from(ConfigNode& root);

/// Keeps the layers that `names` lists, in the network's order. Throws `WorkloadError` for unknown
/// names (with "did you mean") and where a kept layer takes its inputs from one that is not.
[[nodiscard]] Network select_layers(const Network& network, const std::vector<std::string>& names);

/// What a machine can compute of a network; dilated windows and rows of fully connected layers
/// apart from the types, since a machine may know the type alone.
struct LayerSupport {
  std::vector<LayerType> types;
  std::vector<Activation> activations;
  bool dilation = false;
  bool rows = false;
  /// An activation function behind a pooling layer.
  bool pooling_activation = false;
};

/// Called by a machine's `compile`, before anything else. Throws `WorkloadError` with every layer
/// that needs more than `support`, at its `type`, `activation`, `dilation` or `rows`.
void require_supported(const Network& network, const LayerSupport& support);

}  // namespace nzsim
