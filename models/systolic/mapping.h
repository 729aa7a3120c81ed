#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/systolic/instruction.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

/// The sizes of a weight-stationary machine that decide how layers are cut.
struct ArrayShape {
  std::uint32_t rows = 256;
  std::uint32_t columns = 256;
  /// Rows of the accumulators; one half is drained while the other is written.
  std::uint32_t accumulator_rows = 4096;
  std::uint64_t unified_buffer_bytes = 24 << 20;
  /// Bytes of a weight in the weight memory.
  std::uint32_t weight_bytes = 1;
  /// Cycles of one row: 1, 2 or 4 (8-bit operands, one of 16 bits, both of 16 bits).
  std::uint32_t cycles_per_row = 1;

  [[nodiscard]] std::uint64_t tile_bytes() const {
    return std::uint64_t{rows} * columns * weight_bytes;
  }
};

/// What became of one layer.
struct MappedLayer {
  std::string name;
  /// Its instructions, [first, end) of the program.
  std::size_t first_instruction = 0;
  std::size_t end_instruction = 0;
  /// Of the whole batch, without the padding of tiles.
  std::uint64_t multiply_accumulates = 0;
  /// Weight tiles fetched; those of a layer whose rows exceed half the accumulators more than once.
  std::uint64_t tiles = 0;
  /// Weights in the weight memory, in whole tiles, each once.
  std::uint64_t weight_bytes = 0;
  /// Inputs and outputs in the unified buffer, whole rows of the array.
  std::uint64_t buffer_bytes = 0;
};

/// A network as instructions.
struct MappedNetwork {
  InstructionList instructions;
  std::vector<MappedLayer> layers;
};

/// Cuts layers into weight tiles and instructions.
///
/// * **Tiles.** A product `[rows, inner] x [inner, columns]` takes ceil(inner / R) x ceil(columns /
///   C) tiles of R x C, stored whole. A convolution has channels on the array's rows: inner is cut
///   by kernel position and then by R channels of the group, so that each tile reads one row of the
///   unified buffer per output pixel (Jouppi et al., ISCA 2017, Section 2; the layout is an
///   assumption). Groups are products of their own.
/// * **Blocks.** The rows (batch x rows of a product) are cut into equal blocks of at most half the
///   accumulators. For each strip of C columns and each block, all tiles along `inner` are
///   multiplied into one half of the accumulators, then activated, while the next block goes into
///   the other half. With one tile along `inner` all blocks use it before the next is fetched; with
///   more, each block fetches its tiles anew.
/// * **Steps.** Each step of a recurrent layer is a product of batch rows; inputs and hidden state
///   stand side by side, padded to whole rows of the array together. Its vector work follows the
///   activation of its gates, C elements in a cycle. The next step waits for it.
/// * **Other layers** (pooling, elementwise, activation, normalization) are vector work of the
///   activation unit: C elements in a cycle, each operand and each element of a window once, a
///   normalization twice (assumption).
/// * **Order.** The inputs of layers that name no layer come from the host before they run; what no
///   layer takes goes to it. Each layer begins with a synchronisation.
///
/// Throws `WorkloadError` naming file, layer and field where a layer's inputs and outputs exceed
/// the unified buffer or a type is not known (matmul: both operands are activations).
[[nodiscard]] MappedNetwork map_network(const ArrayShape& shape, const Network& network);

}  // namespace nzsim::systolic
