#include "workloads/import/single_layer.h"

#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/workload/npz.h"
#include "sim/workload/values.h"
#include "workloads/compress/weight_sharing.h"
#include "workloads/import/dlmc.h"
#include "workloads/import/matrix_market.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;

/// Activations from a text file: at most 256 MiB once they are dense. Assumption: more inputs than
/// anyone simulates.
constexpr std::uint64_t kLargestActivationElements = std::uint64_t{1} << 26;

/// The arrays of a `.npz`, or the one of a `.npy` under `single_name`.
std::map<std::string, NumpyArray> read_arrays(const fs::path& path, const char* single_name) {
  if (path.extension() == ".npz") return load_npz(path);
  std::map<std::string, NumpyArray> arrays;
  arrays.emplace(single_name, parse_npy(read_file(path), path.string()));
  return arrays;
}

std::uint32_t dimension(const fs::path& path, const std::string& array, std::uint64_t length) {
  constexpr std::uint32_t kLargest = std::numeric_limits<std::uint32_t>::max();
  if (length == 0 || length > kLargest) {
    throw WorkloadError(path.string(), array,
                        fmt::format("expected lengths in [1, {}], got {}", kLargest, length));
  }
  return static_cast<std::uint32_t>(length);
}

/// A network of one layer whose shape is that of the file's weights: `load_values` then checks the
/// rest.
Network numpy_network(const fs::path& path) {
  const std::map<std::string, NumpyArray> arrays = read_arrays(path, "weights");
  const std::string name = arrays.contains("codes") ? "codes" : "weights";
  const auto found = arrays.find(name);
  if (found == arrays.end()) {
    throw WorkloadError(path.string(), "", "expected an array codes or weights, got neither");
  }
  const std::vector<std::uint64_t>& shape = found->second.shape;
  if (shape.size() != 2 && shape.size() != 4) {
    throw WorkloadError(path.string(), name,
                        fmt::format("expected 2 or 4 dimensions, got {}", shape.size()));
  }
  for (const std::uint64_t length : shape) static_cast<void>(dimension(path, name, length));
  LayerSpec spec;
  spec.name = path.stem().string();
  spec.output.channels = dimension(path, name, shape[0]);
  // Not empty, so that the product of the other lengths is at most the file's bytes.
  spec.input.channels = dimension(path, name, found->second.elements() / shape[0]);
  if (shape.size() == 4) {
    spec.type = LayerType::convolution;
    spec.input.channels = dimension(path, name, shape[1]);
    spec.kernel = {dimension(path, name, shape[2]), dimension(path, name, shape[3])};
  }
  spec.weights = FileSource{fs::absolute(path)};
  spec.activations = ChainedSource{};
  Network network;
  network.path = path;
  network.layers.push_back(std::move(spec));
  return network;
}

LayerFile read_numpy_layer(const ImportRequest& request, std::vector<std::string>& notes) {
  LayerValues values = load_values(numpy_network(request.input), 0, 0);
  LayerFile layer;
  layer.bias = std::move(values.bias);
  const std::string name = request.input.filename().string();
  if (auto* compressed = std::get_if<CompressedMatrix>(&values.weights)) {
    const std::uint32_t entries =
        request.codebook_entries.value_or(static_cast<std::uint32_t>(compressed->codebook.size()));
    layer.matrix = compressed->codebook.size() <= entries
                       ? std::move(*compressed)
                       : share_with_note(sparse_matrix(*compressed), entries, name, notes);
  } else {
    layer.matrix =
        share_with_note(sparse_matrix(std::get<DenseMatrix>(values.weights)),
                        request.codebook_entries.value_or(kDefaultCodebookEntries), name, notes);
  }
  if (request.input.extension() == ".npz" && !request.activations &&
      load_npz(request.input).contains("activations")) {
    layer.activations = read_activations(request.input, {layer.matrix.inputs, 1, 1});
  }
  return layer;
}

ActivationTensor dense_activations(const fs::path& path) {
  const SparseMatrix matrix = parse_matrix_market(read_file(path), path.string());
  const std::uint64_t elements = std::uint64_t{matrix.outputs} * matrix.inputs;
  if (elements > kLargestActivationElements) {
    throw WorkloadError(path.string(), "",
                        fmt::format("expected at most {} activations, got {}",
                                    kLargestActivationElements, elements));
  }
  ActivationTensor tensor{matrix.outputs, matrix.inputs, std::vector<float>(elements, 0.0F)};
  for (std::size_t row = 0; row < matrix.outputs; ++row) {
    for (std::uint64_t i = matrix.row_starts[row]; i < matrix.row_starts[row + 1]; ++i) {
      tensor.values[row * matrix.inputs + matrix.columns[i]] = matrix.values[i];
    }
  }
  return tensor;
}

}  // namespace

CompressedMatrix share_with_note(const SparseMatrix& weights, std::uint32_t entries,
                                 const std::string& name, std::vector<std::string>& notes) {
  SharedWeights shared = share_weights(weights, entries);
  if (!shared.exact) {
    notes.push_back(fmt::format(
        "{}: {} non-zero weights share {} values by k-means; error {:.3g} root mean square, {:.3g} "
        "at most",
        name, weights.values.size(), entries - 1, shared.root_mean_square_error,
        shared.largest_error));
  }
  return std::move(shared.matrix);
}

LayerFile read_single_layer(const ImportRequest& request, ImportFormat format,
                            std::vector<std::string>& notes) {
  const std::uint32_t entries = request.codebook_entries.value_or(kDefaultCodebookEntries);
  const std::string name = request.input.filename().string();
  LayerFile layer;
  if (format == ImportFormat::numpy) return read_numpy_layer(request, notes);
  if (format == ImportFormat::dlmc) {
    const SparsePattern pattern = parse_dlmc(read_file(request.input), request.input.string());
    layer.matrix = draw_values(pattern, entries, request.seed);
    notes.push_back(fmt::format(
        "{}: the file holds no values; codes of {} evenly spaced weights are drawn from seed {}",
        name, entries - 1, request.seed));
    return layer;
  }
  layer.matrix = share_with_note(
      parse_matrix_market(read_file(request.input), request.input.string()), entries, name, notes);
  return layer;
}

ActivationTensor read_activations(const fs::path& path, const FeatureShape& input) {
  if (path.extension() == ".mtx") {
    ActivationTensor tensor = dense_activations(path);
    if (tensor.length != input.elements()) {
      throw WorkloadError(
          path.string(), "",
          fmt::format("expected rows of {} inputs, got {}", input.elements(), tensor.length));
    }
    return tensor;
  }
  const std::map<std::string, NumpyArray> arrays = read_arrays(path, "activations");
  const auto found = arrays.find("activations");
  LayerSpec spec;
  spec.type = LayerType::convolution;
  spec.input = input;
  spec.activations = FileSource{fs::absolute(path)};
  if (found != arrays.end()) {
    const std::vector<std::uint64_t>& shape = found->second.shape;
    const bool has_batch = shape.size() == 2 || shape.size() == 4;
    spec.batch = has_batch ? dimension(path, "activations", shape[0]) : 1;
  }
  Network network;
  network.path = path;
  network.layers.push_back(std::move(spec));
  return load_values(network, 0, 0).activations;
}

}  // namespace nzsim
