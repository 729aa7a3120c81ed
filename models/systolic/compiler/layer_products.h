#pragma once

#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/program.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

/// Tensors of the unified buffer that a layer works on; kNoItem where it has none.
struct LayerTensors {
  /// What its products read: the one source, the joined sources, or the operands.
  std::vector<std::uint32_t> inputs;
  std::uint32_t output = kNoItem;
  /// Recurrent layers: gates `[inputs, 1, 1, matrix outputs]`, and cell states or r . h'.
  std::uint32_t gates = kNoItem;
  std::uint32_t state = kNoItem;
};

/// The products of a layer with a matrix product on `inputs` of the batch, in the order in which
/// they run: of a convolution one per group or groups side by side, of a matmul one per head, of a
/// recurrent layer those of step `step`: W x + b and U h', and for a gru the same again for its
/// third gate. Their addresses in the weight memory count from 0.
[[nodiscard]] std::vector<Product> products_of(const Config& config, const LayerSpec& spec,
                                               std::uint32_t layer, const LayerTensors& tensors,
                                               std::uint32_t inputs, std::uint32_t step);

/// Weight tiles of one product.
[[nodiscard]] std::uint64_t tiles_of(const Config& config, const Product& product);

}  // namespace nzsim::systolic
