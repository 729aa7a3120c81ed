#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/instruction.h"
#include "sim/run/accelerator.h"
#include "sim/workload/bfloat16_network.h"
#include "sim/workload/quantized_network.h"

namespace nzsim::systolic {

inline constexpr std::uint32_t kNoItem = std::numeric_limits<std::uint32_t>::max();

/// Some inputs of a batch of one feature map in the unified buffer: `[inputs, height, width,
/// channels]`, element behind element. A sequence of vectors is `[inputs, vectors, 1, length]`.
struct Tensor {
  std::uint64_t address = 0;
  FeatureShape shape;
  /// Of the batch: [first_input, first_input + inputs).
  std::uint32_t first_input = 0;
  std::uint32_t inputs = 1;
  /// 16-bit cell states of an lstm have 2 elements each.
  std::uint32_t elements_each = 1;

  [[nodiscard]] std::uint64_t elements() const { return inputs * shape.elements() * elements_each; }
};

/// A part of a product's inner dimension that stands on the array's rows (output stationary: is
/// streamed) together.
struct InnerTile {
  /// Position in the window; 0 where the product has none, or is flattened.
  std::uint32_t kernel_y = 0;
  std::uint32_t kernel_x = 0;
  /// First channel behind the product's own first one, and how many; flattened windows: elements
  /// in the order kernel height, kernel width, channels.
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

enum class ProductKind {
  /// Each vector of a sequence, or a whole feature map as one vector, times the weights.
  vectors,
  /// The windows of a convolution.
  windows,
  /// One step of a recurrent layer: W x + b, and U h', which follows it in the list of products.
  /// One activation takes the sums of both, rows of the first and then rows of the second.
  gates_of_input,
  gates_of_hidden,
  /// One head of a product of two activation tensors.
  head,
};

/// A matrix `[rows, inner]` of activations times one `[inner, columns]` of weights.
struct Product {
  ProductKind kind = ProductKind::vectors;
  std::uint32_t layer = 0;
  /// Tensors. `second`: the weights of a head, else kNoItem.
  std::uint32_t input = 0;
  std::uint32_t second = kNoItem;
  std::uint32_t output = 0;
  /// A head: which input of the tensors it is about; other products are about all of them.
  std::uint32_t input_index = 0;
  /// Groups of a convolution that stand side by side, or the one head.
  std::uint32_t first_group = 0;
  std::uint32_t groups = 1;
  /// Time step of a recurrent layer.
  std::uint32_t step = 0;
  /// First row of the layer's weight matrix, where the columns of the product begin.
  std::uint32_t first_output = 0;
  /// Rows: inputs x vectors or output pixels, in the order of the tensor's elements.
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  std::vector<InnerTile> inner;
  /// Of tile 0 in the weight memory. Tile (inner i, strip of weights s) is number s x inner tiles +
  /// i behind it. A strip has C columns of weights; tiles are padded with zeros.
  std::uint64_t address = 0;
};

enum class VectorKind {
  /// Joins the sources of a layer along the channels.
  concatenate,
  pooling,
  elementwise,
  activation,
  normalization,
  /// lstm: cell and hidden state from the gates. gru: r . h', then the hidden state.
  lstm_step,
  gru_reset,
  gru_step,
};

/// As listings write it.
[[nodiscard]] std::string_view to_string(VectorKind kind);

/// Work of the activation unit on tensors of the unified buffer.
struct VectorWork {
  VectorKind kind = VectorKind::concatenate;
  std::uint32_t layer = 0;
  std::uint32_t step = 0;
  /// Tensors. Recurrent: the gates, then lstm: cell states; gru: r . h'.
  std::vector<std::uint32_t> inputs;
  std::uint32_t output = 0;
};

/// What a host transfer moves between host memory and a tensor of the unified buffer.
struct HostTransfer {
  std::uint32_t tensor = 0;
  /// Whose outputs, or whose own inputs.
  std::uint32_t layer = 0;
  bool is_input = false;
  /// Of own inputs: the operand (matmul has two).
  std::uint32_t source = 0;
};

/// A layer's instructions, or those for a part of its batch: [first, end) of the program. Sections
/// follow each other without a gap.
struct Section {
  std::uint32_t layer = 0;
  std::size_t first_instruction = 0;
  std::size_t end_instruction = 0;
  /// The tensor of outputs, whole when the section ends.
  std::uint32_t output = kNoItem;
};

/// What became of one layer.
struct ProgramLayer {
  /// Parts of the batch that run one after the other, since not all fits the unified buffer; each
  /// fetches the weights.
  std::uint32_t pieces = 1;
  /// Weights in the weight memory, in whole tiles, each once.
  std::uint64_t weight_bytes = 0;
  /// Bytes that go to the host, and come back, only because the unified buffer is full.
  std::uint64_t spilled_bytes = 0;
};

/// A network compiled for one machine: what all its units do.
class SystolicProgram final : public Program {
 public:
  SystolicProgram(Network network, std::uint64_t seed);

  /// Programs are compiled faster than read.
  [[nodiscard]] std::string serialize() const override { return {}; }
  /// All instructions, layer by layer, with what they are about.
  [[nodiscard]] std::string listing() const override;

  [[nodiscard]] const Network& network() const { return network_; }
  [[nodiscard]] const LayerSpec& spec(std::size_t layer) const { return network_.layers[layer]; }
  /// Weights, biases, inputs and scales, for integer operands. Computed when first asked for: time
  /// alone needs none. Thread-safe. Throws `WorkloadError` for values that cannot be loaded.
  [[nodiscard]] const std::vector<QuantizedLayer>& values() const;
  /// The same for bfloat16 operands.
  [[nodiscard]] const std::vector<RoundedLayer>& bfloat16_values() const;
  /// The end of each section's instructions.
  [[nodiscard]] std::vector<std::size_t> section_ends() const;

  InstructionList instructions;
  std::vector<Section> sections;
  std::vector<ProgramLayer> layers;
  std::vector<Product> products;
  std::vector<VectorWork> vector_works;
  std::vector<HostTransfer> transfers;
  std::vector<Tensor> tensors;

 private:
  Network network_;
  std::uint64_t seed_;
  mutable std::once_flag once_;
  mutable std::vector<QuantizedLayer> values_;
  mutable std::once_flag bfloat16_once_;
  mutable std::vector<RoundedLayer> bfloat16_values_;
};

}  // namespace nzsim::systolic
