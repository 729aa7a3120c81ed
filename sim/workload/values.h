#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sim/workload/matrix.h"
#include "sim/workload/network.h"

namespace nzsim {

/// Everything a layer computes with, as numbers.
struct LayerValues {
  /// Shared weights, or dense ones where the file holds no codes; none where the layer has none.
  std::variant<std::monostate, CompressedMatrix, DenseMatrix> weights;
  /// `[matrix outputs]`, empty where the layer has no bias.
  std::vector<float> bias;
  /// `[batch, input elements]`, all operands one behind the other; empty for chained layers.
  ActivationTensor activations;
};

/// Draws or loads the values of layer `index`. `seed` (the run's `--seed`) is mixed into the seeds
/// of the file. Throws `WorkloadError` naming the file and, where it has one, the layer's field.
[[nodiscard]] LayerValues load_values(const Network& network, std::size_t index,
                                      std::uint64_t seed);

/// A key that changes whenever `load_values` would return something else: hash of the layer's spec,
/// of the seed and of the bytes of every file that the layer names.
[[nodiscard]] std::string values_digest(const Network& network, std::size_t index,
                                        std::uint64_t seed);

/// A matrix `[outputs, inputs]` with codes 1..entries-1 at uniformly drawn places, and an evenly
/// spaced codebook without zero in [-1, 1] behind entry 0. Time is linear in the non-zeros for
/// uniform matrices.
[[nodiscard]] CompressedMatrix synthetic_matrix(std::uint32_t outputs, std::uint32_t inputs,
                                                const SyntheticSource& source, std::uint64_t seed);

/// Activations `[vectors, length]`: non-zero with probability `source.density`, magnitudes
/// multiples of 1/256 in (0, 4].
[[nodiscard]] ActivationTensor synthetic_activations(std::uint32_t vectors, std::uint32_t length,
                                                     const SyntheticSource& source,
                                                     std::uint64_t seed);

}  // namespace nzsim
