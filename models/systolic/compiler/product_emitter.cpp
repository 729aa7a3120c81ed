#include "models/systolic/compiler/product_emitter.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

std::uint64_t divided_up(std::uint64_t value, std::uint64_t by) { return (value + by - 1) / by; }

std::uint32_t narrow(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

}  // namespace

void ProductEmitter::emit_products(std::uint32_t item, std::uint32_t count) {
  const Group group{item, count};
  if (block_limit(group) == 0) {
    const std::uint32_t layer = program_.products[item].layer;
    throw WorkloadError(program_.network().path.string(), fmt::format("/layers/{}/type", layer),
                        fmt::format("expected at least {} accumulator rows for a recurrent layer, "
                                    "got {} (/accumulator_rows)",
                                    2 * count, config_.accumulator_rows));
  }
  switch (config_.dataflow) {
    case Dataflow::weight_stationary:
      return emit_weight_stationary(group);
    case Dataflow::input_stationary:
      return emit_input_stationary(group);
    case Dataflow::output_stationary:
      return emit_output_stationary(group);
  }
}

std::uint64_t ProductEmitter::block_limit(const Group& group) const {
  if (config_.accumulator_rows == 0) return std::numeric_limits<std::uint32_t>::max();
  return config_.accumulator_rows / 2 / group.count;
}

std::uint32_t ProductEmitter::next_half() {
  const std::uint32_t first = half_ * (config_.accumulator_rows / 2);
  half_ ^= 1U;
  return first;
}

template <class Visit>
void ProductEmitter::for_blocks(std::uint64_t total, std::uint64_t limit, const Visit& visit) {
  const std::uint64_t size = divided_up(total, divided_up(total, limit));
  for (std::uint64_t first = 0; first < total; first += size) {
    visit(narrow(first), narrow(std::min(size, total - first)));
  }
}

void ProductEmitter::emit_weight_stationary(const Group& group) {
  const Product& lead = program_.products[group.first];
  const std::uint64_t strips = divided_up(lead.columns, config_.columns);
  const bool has_one_tile = group.count == 1 && lead.inner.size() == 1;
  for (std::uint64_t strip = 0; strip < strips; ++strip) {
    for_blocks(lead.rows, block_limit(group), [&](std::uint32_t first, std::uint32_t rows) {
      const Block block{narrow(strip), first, rows, next_half()};
      for (std::uint32_t part = 0; part < group.count; ++part) {
        stream_rows(group.first + part, {block.strip, first, rows, block.accumulator + part * rows},
                    has_one_tile && first > 0);
      }
      activate(group, block);
    });
  }
}

void ProductEmitter::stream_rows(std::uint32_t item, const Block& block, bool keeps_tile) {
  const Product& product = program_.products[item];
  if (!keeps_tile) read_weights(product, block.strip, 0, product.inner.size());
  for (std::uint32_t tile = 0; tile < product.inner.size(); ++tile) {
    push_multiplication(item, {.is_new_tile = !keeps_tile,
                               .takes_tile = !keeps_tile,
                               .accumulates = tile > 0,
                               .rows = block.rows,
                               .accumulator = block.accumulator,
                               .inner_tile = tile,
                               .strip = block.strip,
                               .first_row = block.first_row});
  }
}

void ProductEmitter::emit_input_stationary(const Group& group) {
  const Product& lead = program_.products[group.first];
  const std::uint64_t strips = divided_up(lead.rows, config_.columns);
  const bool has_one_tile = group.count == 1 && lead.inner.size() == 1;
  for (std::uint64_t strip = 0; strip < strips; ++strip) {
    for_blocks(lead.columns, block_limit(group), [&](std::uint32_t first, std::uint32_t rows) {
      const Block block{narrow(strip), first, rows, next_half()};
      for (std::uint32_t part = 0; part < group.count; ++part) {
        stream_columns(group.first + part,
                       {block.strip, first, rows, block.accumulator + part * rows},
                       has_one_tile && first > 0);
      }
      activate(group, block);
    });
  }
}

void ProductEmitter::stream_columns(std::uint32_t item, const Block& block, bool keeps_tile) {
  const Product& product = program_.products[item];
  const std::uint32_t end = block.first_row + block.rows;
  for (std::uint32_t tile = 0; tile < product.inner.size(); ++tile) {
    // A tile of the FIFO holds C columns of weights.
    std::uint32_t next = 0;
    for (std::uint32_t first = block.first_row; first < end; first = next) {
      const std::uint32_t chunk = first / config_.columns;
      next = std::min(end, (chunk + 1) * config_.columns);
      read_weights(product, chunk, tile, 1);
      push_multiplication(item, {.is_new_tile = !keeps_tile && first == block.first_row,
                                 .takes_tile = true,
                                 .accumulates = tile > 0,
                                 .rows = next - first,
                                 .accumulator = config_.accumulator_rows == 0
                                                    ? 0
                                                    : block.accumulator + first - block.first_row,
                                 .inner_tile = tile,
                                 .strip = block.strip,
                                 .first_row = first});
    }
  }
}

void ProductEmitter::emit_output_stationary(const Group& group) {
  const Product& lead = program_.products[group.first];
  const std::uint64_t strips = divided_up(lead.columns, config_.columns);
  const auto fold = narrow(std::min<std::uint64_t>(config_.rows, block_limit(group)));
  for (std::uint64_t strip = 0; strip < strips; ++strip) {
    for (std::uint64_t first = 0; first < lead.rows; first += fold) {
      const auto rows = narrow(std::min<std::uint64_t>(fold, lead.rows - first));
      const Block block{narrow(strip), narrow(first), rows, next_half()};
      for (std::uint32_t part = 0; part < group.count; ++part) {
        stream_fold(group.first + part,
                    {block.strip, block.first_row, rows, block.accumulator + part * rows});
      }
      activate(group, block);
    }
  }
}

void ProductEmitter::stream_fold(std::uint32_t item, const Block& block) {
  const Product& product = program_.products[item];
  const auto tiles = narrow(product.inner.size());
  read_weights(product, block.strip, 0, tiles);
  for (std::uint32_t tile = 0; tile < tiles; ++tile) {
    push_multiplication(item, {.is_new_tile = tile == 0,
                               .takes_tile = true,
                               .accumulates = tile > 0,
                               .ends_fold = tile + 1 == tiles,
                               .rows = product.inner[tile].count,
                               .accumulator = block.accumulator,
                               .inner_tile = tile,
                               .strip = block.strip,
                               .first_row = block.first_row,
                               .held_rows = block.rows});
  }
}

void ProductEmitter::read_weights(const Product& product, std::uint64_t strip, std::uint64_t inner,
                                  std::uint64_t tiles) {
  // The weights of a head are activations.
  if (product.kind == ProductKind::head || !config_.memory) return;
  const std::uint64_t number = strip * product.inner.size() + inner;
  program_.instructions.push_back({.opcode = Opcode::read_weights,
                                   .tiles = narrow(tiles),
                                   .address = product.address + number * config_.tile_bytes()});
}

void ProductEmitter::push_multiplication(std::uint32_t item, const Instruction& fields) {
  const Product& product = program_.products[item];
  Instruction instruction = fields;
  instruction.opcode =
      product.kind == ProductKind::windows ? Opcode::convolve : Opcode::matrix_multiply;
  instruction.from_buffer = product.kind == ProductKind::head;
  instruction.takes_tile =
      fields.takes_tile && !instruction.from_buffer && config_.memory.has_value();
  instruction.item = item;
  program_.instructions.push_back(instruction);
}

void ProductEmitter::activate(const Group& group, const Block& block) {
  program_.instructions.push_back({.opcode = Opcode::activate,
                                   .rows = group.count * block.rows,
                                   .accumulator = block.accumulator,
                                   .item = group.first,
                                   .strip = block.strip,
                                   .first_row = block.first_row});
}

}  // namespace nzsim::systolic
