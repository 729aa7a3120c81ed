#include "models/systolic/mapping.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

std::uint64_t divided_up(std::uint64_t value, std::uint64_t by) { return (value + by - 1) / by; }

std::uint32_t narrow(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

/// Element operations on a recurrent layer's hidden units that no gate's own activation covers.
/// lstm: f . c', i . g, their sum, tanh of it, o . that. gru, first part: r . h'; second part: z .
/// h', 1 - z, its product with n, the sum.
constexpr std::uint64_t kLstmVectorWork = 5;
constexpr std::uint64_t kGruFirstVectorWork = 1;
constexpr std::uint64_t kGruSecondVectorWork = 4;

/// Maps the layers of one network in order.
class Mapper {
 public:
  Mapper(const ArrayShape& shape, const Network& network) : shape_(shape), network_(network) {}

  MappedNetwork map() {
    find_outputs();
    for (std::size_t index = 0; index < network_.layers.size(); ++index) map_layer(index);
    return std::move(mapped_);
  }

 private:
  void find_outputs() {
    is_output_.assign(network_.layers.size(), true);
    for (const LayerSpec& layer : network_.layers) {
      const auto* chain = std::get_if<ChainedSource>(&layer.activations);
      if (chain == nullptr) continue;
      for (const std::size_t source : chain->layers) is_output_[source] = false;
    }
  }

  void map_layer(std::size_t index) {
    const LayerSpec& layer = network_.layers[index];
    MappedLayer mapped;
    mapped.name = layer.name;
    mapped.first_instruction = mapped_.instructions.size();
    mapped.multiply_accumulates = layer.batch * layer.dense_multiply_accumulates();
    mapped.buffer_bytes = layer.batch * (layer.input_elements() + layer.output.elements());
    if (mapped.buffer_bytes > shape_.unified_buffer_bytes) {
      fail(index, "",
           fmt::format("expected inputs and outputs of at most {} bytes, what "
                       "/unified_buffer_bytes holds, got {}",
                       shape_.unified_buffer_bytes, mapped.buffer_bytes));
    }
    if (!std::holds_alternative<ChainedSource>(layer.activations)) {
      push({.opcode = Opcode::read_host_memory, .bytes = layer.batch * layer.input_elements()});
    }
    push({.opcode = Opcode::synchronize});
    map_work(index, layer, mapped);
    if (is_output_[index]) {
      push({.opcode = Opcode::write_host_memory, .bytes = layer.batch * layer.output.elements()});
    }
    mapped.end_instruction = mapped_.instructions.size();
    mapped_.layers.push_back(std::move(mapped));
  }

  void map_work(std::size_t index, const LayerSpec& layer, MappedLayer& mapped) {
    switch (layer.type) {
      case LayerType::fully_connected:
        map_fully_connected(layer, mapped);
        break;
      case LayerType::convolution:
        map_convolution(layer, mapped);
        break;
      case LayerType::lstm:
      case LayerType::gru:
        map_recurrent(layer, mapped);
        break;
      case LayerType::matmul:
        fail(index, "/type", "expected a layer whose second operand is weights, got \"matmul\"");
      case LayerType::pooling:
      case LayerType::elementwise:
      case LayerType::activation:
      case LayerType::normalization:
        push_vectors(vector_elements(layer));
        break;
    }
  }

  /// Elements that the activation unit takes in for one layer without weights, of the whole batch.
  [[nodiscard]] static std::uint64_t vector_elements(const LayerSpec& layer) {
    const std::uint64_t outputs = layer.output.elements();
    std::uint64_t passes = 1;
    if (layer.type == LayerType::pooling) {
      passes = std::uint64_t{layer.kernel.height} * layer.kernel.width;
    }
    if (layer.type == LayerType::elementwise) passes = layer.operands;
    if (layer.type == LayerType::normalization) passes = 2;
    return layer.batch * outputs * passes;
  }

  void map_fully_connected(const LayerSpec& layer, MappedLayer& mapped) {
    const MatrixProduct product = layer.matrix_product();
    const std::uint64_t first = next_address_;
    const std::uint64_t inner = divided_up(product.inner, shape_.rows);
    const std::uint64_t strips = divided_up(product.columns, shape_.columns);
    multiply(layer.batch * product.rows, inner, strips, first, mapped);
    store(inner * strips, mapped);
  }

  void map_convolution(const LayerSpec& layer, MappedLayer& mapped) {
    const std::uint64_t channels = layer.input.channels / layer.groups;
    const std::uint64_t filters = layer.output.channels / layer.groups;
    const std::uint64_t positions = std::uint64_t{layer.kernel.height} * layer.kernel.width;
    const std::uint64_t pixels =
        std::uint64_t{layer.batch} * layer.output.height * layer.output.width;
    // Small groups stand side by side in a tile, with zeros beside its diagonal of blocks.
    const std::uint64_t side_by_side =
        std::clamp<std::uint64_t>(std::min(shape_.rows / std::max<std::uint64_t>(channels, 1),
                                           shape_.columns / std::max<std::uint64_t>(filters, 1)),
                                  1, layer.groups);
    const std::uint64_t products = divided_up(layer.groups, side_by_side);
    const std::uint64_t inner = positions * divided_up(channels, shape_.rows);
    const std::uint64_t strips = divided_up(filters, shape_.columns);
    for (std::uint64_t product = 0; product < products; ++product) {
      multiply(pixels, inner, strips, next_address_, mapped);
      store(inner * strips, mapped);
    }
  }

  void map_recurrent(const LayerSpec& layer, MappedLayer& mapped) {
    const std::uint64_t hidden = layer.output.channels;
    const std::uint64_t inner =
        divided_up(std::uint64_t{layer.input.channels} + hidden, shape_.rows);
    const bool is_lstm = layer.type == LayerType::lstm;
    // gru: the third gate needs the first one's result.
    const std::uint64_t first_strips = divided_up((is_lstm ? 4 : 2) * hidden, shape_.columns);
    const std::uint64_t second_strips = is_lstm ? 0 : divided_up(hidden, shape_.columns);
    const std::uint64_t first = next_address_;
    const std::uint64_t second = first + first_strips * inner * shape_.tile_bytes();
    const std::uint64_t elements =
        layer.batch * divided_up(hidden, shape_.columns) * shape_.columns;
    for (std::uint32_t step = 0; step < layer.output.height; ++step) {
      if (step > 0) push({.opcode = Opcode::synchronize});
      multiply(layer.batch, inner, first_strips, first, mapped);
      push_vectors(elements * (is_lstm ? kLstmVectorWork : kGruFirstVectorWork));
      if (is_lstm) continue;
      push({.opcode = Opcode::synchronize});
      multiply(layer.batch, inner, second_strips, second, mapped);
      push_vectors(elements * kGruSecondVectorWork);
    }
    store((first_strips + second_strips) * inner, mapped);
  }

  /// `rows` rows times `inner` x `strips` tiles, which lie strip by strip from `address` on.
  void multiply(std::uint64_t rows, std::uint64_t inner, std::uint64_t strips,
                std::uint64_t address, MappedLayer& mapped) {
    const std::uint64_t half = std::max<std::uint64_t>(shape_.accumulator_rows / 2, 1);
    const std::uint64_t blocks = divided_up(rows, half);
    const std::uint64_t block_rows = divided_up(rows, blocks);
    for (std::uint64_t strip = 0; strip < strips; ++strip) {
      const std::uint64_t tiles_at = address + strip * inner * shape_.tile_bytes();
      for (std::uint64_t first = 0; first < rows; first += block_rows) {
        const bool keeps_tile = inner == 1 && first > 0;
        const auto count = narrow(std::min(block_rows, rows - first));
        if (!keeps_tile) read_weights(tiles_at, inner, mapped);
        multiply_block(count, inner, !keeps_tile);
      }
    }
  }

  void read_weights(std::uint64_t address, std::uint64_t tiles, MappedLayer& mapped) {
    push({.opcode = Opcode::read_weights, .tiles = narrow(tiles), .address = address});
    mapped.tiles += tiles;
  }

  void multiply_block(std::uint32_t rows, std::uint64_t inner, bool is_new_tile) {
    const std::uint32_t accumulator = half_ * (shape_.accumulator_rows / 2);
    for (std::uint64_t tile = 0; tile < inner; ++tile) {
      push({.opcode = Opcode::matrix_multiply,
            .rows = rows,
            .cycles_per_row = shape_.cycles_per_row,
            .accumulator = accumulator,
            .is_new_tile = is_new_tile,
            .accumulates = tile > 0});
    }
    push({.opcode = Opcode::activate, .rows = rows, .accumulator = accumulator});
    half_ ^= 1U;
  }

  void push_vectors(std::uint64_t elements) {
    push({.opcode = Opcode::vector, .rows = narrow(divided_up(elements, shape_.columns))});
  }

  /// Weights of `tiles` tiles have their place in the weight memory.
  void store(std::uint64_t tiles, MappedLayer& mapped) {
    mapped.weight_bytes += tiles * shape_.tile_bytes();
    next_address_ += tiles * shape_.tile_bytes();
  }

  void push(const Instruction& instruction) { mapped_.instructions.push_back(instruction); }

  [[noreturn]] void fail(std::size_t index, std::string_view field, const std::string& message) {
    throw WorkloadError(network_.path.string(), fmt::format("/layers/{}{}", index, field), message);
  }

  const ArrayShape& shape_;
  const Network& network_;
  MappedNetwork mapped_;
  std::vector<bool> is_output_;
  std::uint64_t next_address_ = 0;
  std::uint32_t half_ = 0;
};

}  // namespace

MappedNetwork map_network(const ArrayShape& shape, const Network& network) {
  return Mapper(shape, network).map();
}

}  // namespace nzsim::systolic
