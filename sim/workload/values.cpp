#include "sim/workload/values.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/workload/npz.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;
using Arrays = std::map<std::string, NumpyArray>;
using Shape = std::vector<std::uint64_t>;

/// Separate the random streams of one layer.
enum class Purpose : std::uint64_t { weights = 1, activations = 2 };

/// Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014: the output
/// function of SplitMix64.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// mix(mix(mix(file seed) ^ run seed) ^ purpose): other weights and activations for each pair of
/// seeds, and never the same stream for both. The layer's place in the network takes no part, so
/// that a layer alone has the values that it has within its network.
std::uint64_t effective_seed(std::uint64_t file_seed, std::uint64_t run_seed, Purpose purpose) {
  return mix(mix(mix(file_seed) ^ run_seed) ^ static_cast<std::uint64_t>(purpose));
}

/// Relative value files start from the directory of the network file.
fs::path resolve(const Network& network, const FileSource& source) {
  return network.path.parent_path() / source.path;
}

std::string shape_text(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

/// One named array of a file, for checks whose messages name it.
struct NamedArray {
  const std::string& file;
  std::string name;
  const NumpyArray& array;

  [[noreturn]] void fail(const std::string& message) const {
    throw WorkloadError(file, name, message);
  }
  void require_shape(const std::vector<Shape>& allowed) const {
    std::string expected;
    for (const Shape& shape : allowed) {
      if (array.shape == shape) return;
      expected += (expected.empty() ? "" : " or ") + shape_text(shape);
    }
    fail(fmt::format("expected the shape {}, got {}", expected, shape_text(array.shape)));
  }
};

std::vector<float> finite_floats(const NamedArray& named) {
  if (named.array.type != ArrayType::float32) {
    named.fail(fmt::format("expected float32, got {}", to_string(named.array.type)));
  }
  std::vector<float> values(named.array.bytes.size() / sizeof(float));
  if (!values.empty())
    std::memcpy(values.data(), named.array.bytes.data(), named.array.bytes.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      named.fail(fmt::format("expected finite values, got {} at element {}", values[i], i));
    }
  }
  return values;
}

/// Element `i` of uint8 or uint16 codes.
std::uint16_t code_at(const NumpyArray& array, std::uint64_t i) {
  if (array.type == ArrayType::uint8) return static_cast<unsigned char>(array.bytes[i]);
  std::uint16_t code = 0;
  std::memcpy(&code, array.bytes.data() + 2 * i, 2);
  return code;
}

/// Shapes that a weight array of `spec` may have: a matrix or, for convolutions, the kernels.
std::vector<Shape> weight_shapes(const LayerSpec& spec) {
  std::vector<Shape> shapes{{spec.matrix_outputs(), spec.matrix_inputs()}};
  if (spec.type == LayerType::convolution) {
    shapes.push_back({spec.matrix_outputs(), spec.input.channels / spec.groups, spec.kernel.height,
                      spec.kernel.width});
  }
  return shapes;
}

CompressedMatrix compressed_matrix(const NamedArray& codes, std::vector<float> codebook) {
  CompressedMatrix matrix;
  matrix.outputs = static_cast<std::uint32_t>(codes.array.shape[0]);
  matrix.inputs = static_cast<std::uint32_t>(codes.array.elements() / matrix.outputs);
  matrix.codebook = std::move(codebook);
  matrix.row_starts.reserve(std::size_t{matrix.outputs} + 1);
  matrix.row_starts.push_back(0);
  std::uint64_t element = 0;
  for (std::uint32_t row = 0; row < matrix.outputs; ++row) {
    for (std::uint32_t column = 0; column < matrix.inputs; ++column, ++element) {
      const std::uint16_t code = code_at(codes.array, element);
      if (code == 0) continue;
      if (code >= matrix.codebook.size()) {
        codes.fail(
            fmt::format("expected codes below the codebook's {} entries, got {} at element {}",
                        matrix.codebook.size(), code, element));
      }
      matrix.columns.push_back(column);
      matrix.codes.push_back(code);
    }
    matrix.row_starts.push_back(matrix.codes.size());
  }
  check(matrix, codes.file);
  return matrix;
}

/// The arrays of a `.npz`, or the one of a `.npy` under `single_name`.
Arrays load_arrays(const fs::path& path, const std::string& single_name) {
  if (path.extension() == ".npy") {
    Arrays arrays;
    arrays.emplace(single_name, parse_npy(read_file(path), path.string()));
    return arrays;
  }
  if (path.extension() != ".npz") {
    throw WorkloadError(path.string(), "", "expected a .npz or .npy file, got another suffix");
  }
  Arrays arrays = load_npz(path);
  for (const auto& [name, array] : arrays) {
    const bool known = name == "codes" || name == "codebook" || name == "weights" ||
                       name == "bias" || name == "activations";
    if (!known) {
      throw WorkloadError(
          path.string(), name,
          "expected one of codes, codebook, weights, bias, activations, got another array");
    }
  }
  return arrays;
}

const NumpyArray& required(const Arrays& arrays, const std::string& name, const std::string& file) {
  const auto found = arrays.find(name);
  if (found == arrays.end()) {
    throw WorkloadError(file, name, "expected an array of this name, got none");
  }
  return found->second;
}

void load_weights(const LayerSpec& spec, const fs::path& path, LayerValues& values) {
  const std::string file = path.string();
  const Arrays arrays = load_arrays(path, "weights");
  if (arrays.contains("codes") == arrays.contains("weights")) {
    throw WorkloadError(file, "",
                        fmt::format("expected either codes or weights, got {}",
                                    arrays.contains("codes") ? "both" : "neither"));
  }
  if (arrays.contains("codes")) {
    const NamedArray codes{file, "codes", required(arrays, "codes", file)};
    const NamedArray codebook{file, "codebook", required(arrays, "codebook", file)};
    if (codes.array.type != ArrayType::uint8 && codes.array.type != ArrayType::uint16) {
      codes.fail(fmt::format("expected uint8 or uint16, got {}", to_string(codes.array.type)));
    }
    codes.require_shape(weight_shapes(spec));
    if (codebook.array.shape.size() != 1) {
      codebook.fail("expected the shape [entries], got " + shape_text(codebook.array.shape));
    }
    values.weights = compressed_matrix(codes, finite_floats(codebook));
  } else {
    const NamedArray weights{file, "weights", required(arrays, "weights", file)};
    weights.require_shape(weight_shapes(spec));
    values.weights =
        DenseMatrix{spec.matrix_outputs(), static_cast<std::uint32_t>(spec.matrix_inputs()),
                    finite_floats(weights)};
  }
  if (arrays.contains("bias")) {
    const NamedArray bias{file, "bias", arrays.at("bias")};
    bias.require_shape({{spec.matrix_outputs()}});
    values.bias = finite_floats(bias);
  }
}

/// One vector, or at least `batch` of them: the first `batch` are taken. Feature maps and sequences
/// may keep their three dimensions.
ActivationTensor load_activations(const LayerSpec& spec, const fs::path& path) {
  const std::string file = path.string();
  const Arrays arrays = load_arrays(path, "activations");
  const NamedArray named{file, "activations", required(arrays, "activations", file)};
  const std::uint64_t length = spec.input_elements();
  Shape vector{length};
  Shape map{spec.input.channels, spec.input.height, spec.input.width};
  const Shape& shape = named.array.shape;
  std::uint64_t vectors = 1;
  if (shape.size() == vector.size() + 1 || shape.size() == map.size() + 1) {
    vectors = shape[0];
    vector.insert(vector.begin(), vectors);
    map.insert(map.begin(), vectors);
  }
  const bool is_plain_vector = spec.type == LayerType::fully_connected && spec.input.height == 1;
  if (is_plain_vector || spec.operands > 1) map = vector;
  named.require_shape(map == vector ? std::vector<Shape>{vector} : std::vector<Shape>{vector, map});
  if (vectors < spec.batch) {
    named.fail(
        fmt::format("expected at least {} vectors (the batch), got {}", spec.batch, vectors));
  }
  ActivationTensor tensor{spec.batch, static_cast<std::uint32_t>(length), finite_floats(named)};
  tensor.values.resize(std::size_t{spec.batch} * length);
  return tensor;
}

void require_addressable(const LayerSpec& spec, const Network& network, std::size_t index) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint32_t>::max();
  const std::uint64_t inputs = std::max(spec.matrix_inputs(), spec.input_elements());
  if (inputs > kLargest) {
    throw WorkloadError(network.path.string(), fmt::format("/layers/{}", index),
                        fmt::format("expected at most {} inputs, got {}", kLargest, inputs));
  }
}

std::string text(const SyntheticSource& source) {
  return fmt::format("synthetic {:a} {:a} {:a} {} {} {}", source.density, source.row_spread,
                     source.column_spread, source.codebook_entries, source.is_signed, source.seed);
}

template <class Source>
std::string source_text(const Network& network, const Source& source) {
  if (const auto* file = std::get_if<FileSource>(&source)) {
    const fs::path path = resolve(network, *file);
    return fmt::format("file {} {}", path.extension().string(), sha256(MappedFile(path).bytes()));
  }
  if (const auto* synthetic = std::get_if<SyntheticSource>(&source)) return text(*synthetic);
  return "none";
}

}  // namespace

LayerValues load_values(const Network& network, std::size_t index, std::uint64_t seed) {
  const LayerSpec& spec = network.layers.at(index);
  require_addressable(spec, network, index);
  LayerValues values;
  if (const auto* file = std::get_if<FileSource>(&spec.weights)) {
    load_weights(spec, resolve(network, *file), values);
  } else if (const auto* synthetic = std::get_if<SyntheticSource>(&spec.weights)) {
    values.weights =
        synthetic_matrix(spec.matrix_outputs(), static_cast<std::uint32_t>(spec.matrix_inputs()),
                         *synthetic, effective_seed(synthetic->seed, seed, Purpose::weights));
  }
  if (const auto* file = std::get_if<FileSource>(&spec.activations)) {
    values.activations = load_activations(spec, resolve(network, *file));
  } else if (const auto* synthetic = std::get_if<SyntheticSource>(&spec.activations)) {
    values.activations = synthetic_activations(
        spec.batch, static_cast<std::uint32_t>(spec.input_elements()), *synthetic,
        effective_seed(synthetic->seed, seed, Purpose::activations));
  }
  return values;
}

std::string values_digest(const Network& network, std::size_t index, std::uint64_t seed) {
  const LayerSpec& spec = network.layers.at(index);
  std::string canonical =
      fmt::format("nzsim values 2\nseed {}\ntype {} {} {} batch {}\n", seed, to_string(spec.type),
                  to_string(spec.activation), static_cast<int>(spec.pooling), spec.batch);
  for (const FeatureShape& shape : {spec.input, spec.output, spec.second_input}) {
    canonical += fmt::format("shape {} {} {}\n", shape.channels, shape.height, shape.width);
  }
  for (const Extent2& extent : {spec.kernel, spec.stride, spec.padding, spec.dilation}) {
    canonical += fmt::format("extent {} {}\n", extent.height, extent.width);
  }
  canonical += fmt::format("groups {} relu_on_input {}\n", spec.groups, spec.relu_on_input);
  canonical += fmt::format("operands {} {} transposed {} normalization {}\n", spec.operands,
                           static_cast<int>(spec.elementwise), spec.transpose_second,
                           static_cast<int>(spec.normalization));
  canonical += "weights " + source_text(network, spec.weights) + '\n';
  canonical += "activations " + source_text(network, spec.activations);
  if (const auto* chained = std::get_if<ChainedSource>(&spec.activations)) {
    canonical += fmt::format(" chained {}", fmt::join(chained->layers, " "));
  }
  return sha256(canonical);
}

}  // namespace nzsim
