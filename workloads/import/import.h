#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/workload/network.h"

namespace nzsim {

/// File formats that `nzsim import` turns into networks.
enum class ImportFormat {
  /// `.npz` or `.npy`: a compressed layer (`codes`, `codebook`) or a dense one (`weights`).
  numpy,
  /// Matrix Market coordinate file, `.mtx`.
  matrix_market,
  /// Pattern of the Deep Learning Matrix Collection, `.smtx`; its values are drawn from a seed.
  dlmc,
  /// Container of a whole network in Deep Compression format, `.net`.
  deep_compression,
  /// Topology of SCALE-Sim, `.csv`: shapes alone; all values are drawn from seeds.
  scalesim_topology
};

/// Entries of the codebook, its zero included, where a request names none: EIE's four-bit codes.
inline constexpr std::uint32_t kDefaultCodebookEntries = 16;

/// What to import, and how.
struct ImportRequest {
  std::filesystem::path input;
  /// Directory to create; it must not exist. The network is named after it.
  std::filesystem::path output;
  /// Nothing: by the suffix of `input`.
  std::optional<ImportFormat> format;
  /// Largest codebook, its zero included, [2, 65536]. Weights with more distinct values are shared
  /// by k-means. Nothing: codes that the input holds stay as they are, values get
  /// `kDefaultCodebookEntries`.
  std::optional<std::uint32_t> codebook_entries;
  /// Name of the layer where the input holds one; empty: the input's name without suffix. A
  /// topology's layers have names, and a request with another is refused.
  std::string layer_name;
  /// Activation function of a single layer (nothing: ReLU) or of each layer of a topology (nothing:
  /// none); the layers of a container have their template's.
  std::optional<Activation> activation;
  /// `.npz` (array `activations`), `.npy` or `.mtx` (one input vector per row): inputs of the first
  /// layer. Nothing: `synthetic_activations`, or the template's where there is one. Refused with a
  /// topology, whose layers are not chained.
  std::optional<std::filesystem::path> activations;
  /// Where it is not set and nothing else is: dense, not negative, seed 1. Layer i of a topology
  /// has seed + i.
  std::optional<SyntheticSource> synthetic_activations;
  /// Network file that names and shapes the layers of a container, without weights.
  std::filesystem::path network_template;
  /// Seed of weights that the input does not hold (`.smtx`; `.csv`, where layer i has seed + i).
  std::uint64_t seed = 1;
};

/// One imported weight matrix.
struct ImportedLayer {
  std::string name;
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  std::uint64_t non_zeros = 0;
  std::uint32_t codebook_entries = 0;
  /// Non-zeros by the elements of the matrix.
  [[nodiscard]] double density() const;
};

/// What was written.
struct ImportSummary {
  std::filesystem::path network_file;
  /// The layers with a weight file: none of a topology.
  std::vector<ImportedLayer> layers;
  /// What was not taken over exactly: shared weights with their error, values that were drawn.
  std::vector<std::string> notes;
};

/// Reads `request.input` and writes the directory `request.output`: `NAME.json`, a network file,
/// and one `.npz` per weight layer. Nothing is written where anything is wrong: the directory is
/// filled beside its place and renamed. Throws `InputError` (`WorkloadError`) for a file that
/// cannot be read, is corrupt or does not fit its shapes, and for an output that exists.
[[nodiscard]] ImportSummary import_network(const ImportRequest& request);

/// The format named `name` (`npz`, `mtx`, `smtx`, `net`, `csv`), or by the suffix of `input` where
/// `name` is empty. Throws `InputError` where there is none.
[[nodiscard]] ImportFormat import_format(const std::string& name,
                                         const std::filesystem::path& input);

}  // namespace nzsim
