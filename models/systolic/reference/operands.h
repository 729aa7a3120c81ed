#pragma once

#include <cstdint>
#include <optional>

#include "models/systolic/program.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

// Where the operands of a product lie. Inner elements are counted within a tile, `product.inner`;
// rows and columns are those of the product. Nothing stands for a zero that is nowhere stored:
// padding of the feature map, the hidden state before the first step, weights beside the diagonal
// of groups that stand side by side. Elements behind the end of a tile, and columns behind the last
// one, are not asked for.

/// One inner element of a product.
struct InnerElement {
  std::uint32_t tile = 0;
  /// Below `InnerTile::count`.
  std::uint32_t element = 0;
};

/// The element of tensor `product.input`, whose shape is `input`, counted from its begin, that row
/// `row` multiplies. A layer that flattens the tensor takes its elements in the order channels,
/// height, width, in which they do not lie there.
[[nodiscard]] std::optional<std::uint64_t> activation_element(const LayerSpec& spec,
                                                              const Product& product,
                                                              const FeatureShape& input,
                                                              std::uint64_t row, InnerElement at);

/// Whether the inner elements of a tile lie side by side in the tensor, or are all zeros: not where
/// windows, or the tensor, are flattened.
[[nodiscard]] bool is_contiguous(const LayerSpec& spec, const Product& product,
                                 const FeatureShape& input);

/// The element of the layer's weight matrix `[matrix outputs, matrix inputs]` in column `column`;
/// of a head, the element of tensor `product.second`.
[[nodiscard]] std::optional<std::uint64_t> weight_element(const LayerSpec& spec,
                                                          const Product& product,
                                                          std::uint64_t column, InnerElement at);

/// The element of tensor `product.output` that row `row` and column `column` give.
[[nodiscard]] std::uint64_t output_element(const Product& product, const FeatureShape& output,
                                           std::uint64_t row, std::uint64_t column);

}  // namespace nzsim::systolic
