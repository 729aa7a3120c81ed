#pragma once

#include <string>
#include <vector>

#include "workloads/compress/sparse_matrix.h"
#include "workloads/import/import.h"
#include "workloads/import/layer_file.h"

namespace nzsim {

/// Reads an input that holds one weight matrix (no container and no topology), shares its weights
/// where it must, and appends to `notes` what is not as in the input. Throws `InputError`.
[[nodiscard]] LayerFile read_single_layer(const ImportRequest& request, ImportFormat format,
                                          std::vector<std::string>& notes);

/// Reads the input vectors of a layer of shape `input` from a `.npz` (array `activations`), a
/// `.npy` or a
/// `.mtx` (one vector per row): all that are there. Throws `InputError`.
[[nodiscard]] ActivationTensor read_activations(const std::filesystem::path& path,
                                                const FeatureShape& input);

/// `weights` with at most `entries` shared values; a note about layer `name` where that is not
/// exact.
[[nodiscard]] CompressedMatrix share_with_note(const SparseMatrix& weights, std::uint32_t entries,
                                               const std::string& name,
                                               std::vector<std::string>& notes);

}  // namespace nzsim
