#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/workload/matrix.h"
#include "sim/workload/npz.h"

namespace nzsim {

/// What the `.npz` file of one layer holds.
struct LayerFile {
  CompressedMatrix matrix;
  /// `[outputs]`, empty where the layer has no bias.
  std::vector<float> bias;
  std::optional<ActivationTensor> activations;
};

/// The arrays `codes` `[outputs, inputs]` (uint8 for codebooks of at most 256 entries, else
/// uint16), `codebook`, and, where the layer has them, `bias` and `activations` `[vectors,
/// length]`.
[[nodiscard]] std::map<std::string, NumpyArray> layer_arrays(const LayerFile& layer);

}  // namespace nzsim
