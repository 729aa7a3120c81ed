#pragma once

#include <cstdint>

#include "models/systolic/config.h"
#include "models/systolic/program.h"

namespace nzsim::systolic {

/// Writes the instructions of products: the loops over strips, blocks and tiles of the three
/// dataflows (`mapping.h`).
class ProductEmitter {
 public:
  /// Both must outlive the object.
  ProductEmitter(const Config& config, SystolicProgram& program)
      : config_(config), program_(program) {}

  /// Appends the instructions of product `item`.
  void emit(std::uint32_t item) { emit_products(item, 1); }
  /// The same for products `item` and `item` + 1, whose sums are activated together.
  void emit_pair(std::uint32_t item) { emit_products(item, 2); }

 private:
  /// Products whose sums stand side by side in the accumulators, and are activated together.
  struct Group {
    std::uint32_t first = 0;
    std::uint32_t count = 1;
  };
  /// What the accumulators take before they are activated.
  struct Block {
    std::uint32_t strip = 0;
    std::uint32_t first_row = 0;
    std::uint32_t rows = 0;
    std::uint32_t accumulator = 0;
  };

  void emit_products(std::uint32_t item, std::uint32_t count);
  void emit_weight_stationary(const Group& group);
  void emit_input_stationary(const Group& group);
  void emit_output_stationary(const Group& group);

  void stream_rows(std::uint32_t item, const Block& block, bool keeps_tile);
  void stream_columns(std::uint32_t item, const Block& block, bool keeps_tile);
  void stream_fold(std::uint32_t item, const Block& block);

  /// Calls `visit` with each of the equal blocks of at most `limit` that `total` is cut into.
  template <class Visit>
  void for_blocks(std::uint64_t total, std::uint64_t limit, const Visit& visit);

  /// `tiles` tiles along the inner dimension, from `inner` on.
  void read_weights(const Product& product, std::uint64_t strip, std::uint64_t inner,
                    std::uint64_t tiles);
  void push_multiplication(std::uint32_t item, const Instruction& fields);
  void activate(const Group& group, const Block& block);
  /// First row of the half of the accumulators whose turn it is.
  [[nodiscard]] std::uint32_t next_half();
  /// Rows that a block of each product of a group may have.
  [[nodiscard]] std::uint64_t block_limit(const Group& group) const;

  const Config& config_;
  SystolicProgram& program_;
  std::uint32_t half_ = 0;
};

}  // namespace nzsim::systolic
