#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/eie/image.h"
#include "models/eie/program.h"
#include "models/eie/segments.h"
#include "sim/base/errors.h"
#include "sim/workload/values.h"

namespace nzsim::eie {
namespace {

/// Where a layer stands in its network file, for messages.
struct LayerPlace {
  std::string file;
  std::string pointer;

  [[noreturn]] void fail(std::string_view field, const std::string& message) const {
    throw WorkloadError(file, pointer + std::string(field), message);
  }
};

/// Weights as shared codes. Dense weights are taken where they have few enough distinct values.
CompressedMatrix shared_weights(const Config& config, LayerValues& values,
                                const LayerPlace& place) {
  if (auto* dense = std::get_if<DenseMatrix>(&values.weights)) {
    std::optional<CompressedMatrix> matrix = compress_exactly(*dense, config.codebook_entries);
    if (!matrix) {
      place.fail(
          "/weights",
          fmt::format("expected shared weights (codes and a codebook of at most {} entries), "
                      "got dense weights with more distinct values; share them with "
                      "`nzsim import --codebook {}`",
                      config.codebook_entries, config.codebook_entries));
    }
    return std::move(*matrix);
  }
  CompressedMatrix matrix = std::move(std::get<CompressedMatrix>(values.weights));
  if (matrix.codebook.size() > config.codebook_entries) {
    place.fail(
        "/weights",
        fmt::format("expected a codebook of at most {} entries, what the machine's "
                    "/codebook_entries allows, got {}; use a machine with wider codes, such as "
                    "eie-8bit, or share the weights again with `nzsim import --codebook {}`",
                    config.codebook_entries, matrix.codebook.size(), config.codebook_entries));
  }
  return matrix;
}

/// The code whose weight is nearest to `bias`; the lower one of two that are equally near.
std::uint16_t nearest_code(const std::vector<float>& codebook, float bias) {
  std::size_t nearest = 0;
  for (std::size_t code = 1; code < codebook.size(); ++code) {
    if (std::abs(codebook[code] - bias) < std::abs(codebook[nearest] - bias)) nearest = code;
  }
  return static_cast<std::uint16_t>(nearest);
}

/// Outputs of the layers so far in double precision, `[batch][elements]`, and their formats: what a
/// chained layer starts from.
struct Forward {
  std::vector<std::vector<std::vector<double>>> outputs;
};

std::vector<std::vector<double>> real_inputs(const LayerSpec& spec, const LayerValues& values,
                                             const Forward& forward) {
  std::vector<std::vector<double>> inputs(spec.batch);
  if (const auto* chained = std::get_if<ChainedSource>(&spec.activations)) {
    for (std::uint32_t n = 0; n < spec.batch; ++n) {
      for (const std::size_t layer : chained->layers) {
        const std::vector<double>& part = forward.outputs[layer][n];
        inputs[n].insert(inputs[n].end(), part.begin(), part.end());
      }
    }
    return inputs;
  }
  const ActivationTensor& tensor = values.activations;
  for (std::uint32_t n = 0; n < spec.batch; ++n) {
    const auto begin = tensor.values.begin() + static_cast<std::ptrdiff_t>(n) * tensor.length;
    inputs[n].assign(begin, begin + tensor.length);
  }
  return inputs;
}

double largest_magnitude(const std::vector<std::vector<double>>& vectors) {
  double largest = 0.0;
  for (const std::vector<double>& vector : vectors) {
    for (const double value : vector) largest = std::max(largest, std::abs(value));
  }
  return largest;
}

/// Compiles the layers of one network in order.
class Compiler {
 public:
  Compiler(const Config& config, const Workload& workload)
      : config_(config), workload_(workload), program_(std::make_unique<EieProgram>()) {}

  std::unique_ptr<EieProgram> compile() {
    const Network& network = workload_.network;
    for (std::size_t index = 0; index < network.layers.size(); ++index) {
      compile_layer(index, {network.path.string(), fmt::format("/layers/{}", index)});
    }
    return std::move(program_);
  }

 private:
  void compile_layer(std::size_t index, const LayerPlace& place) {
    LayerProgram layer;
    layer.spec = workload_.network.layers[index];
    LayerValues values = load_values(workload_.network, index, workload_.seed);
    const std::vector<std::vector<double>> inputs = real_inputs(layer.spec, values, forward_);
    layer.has_bias = !values.bias.empty();
    layer.source_format = source_format(layer, inputs);
    layer.one = quantize(1.0, layer.source_format);
    if (layer.spec.has_weights()) {
      add_weights(layer, values, place);
      place_matrices(layer, place);
      check_activation_sram(layer, place);
    }
    finish_formats(layer, inputs);
    if (!std::holds_alternative<ChainedSource>(layer.spec.activations)) {
      layer.activations = quantized(values.activations, layer.source_format);
    }
    program_->layers.push_back(std::move(layer));
  }

  /// Chained layers read what the registers hold: the coarsest of the formats they were written in.
  FixedPointFormat source_format(const LayerProgram& layer,
                                 const std::vector<std::vector<double>>& inputs) const {
    if (const auto* chained = std::get_if<ChainedSource>(&layer.spec.activations)) {
      FixedPointFormat format = program_->layers[chained->layers.front()].destination_format;
      for (const std::size_t source : chained->layers) {
        format.fraction_bits = std::min(format.fraction_bits,
                                        program_->layers[source].destination_format.fraction_bits);
      }
      return format;
    }
    if (config_.activation_fraction_bits) return {*config_.activation_fraction_bits};
    return format_for_range(std::max(largest_magnitude(inputs), layer.has_bias ? 1.0 : 0.0));
  }

  void add_weights(LayerProgram& layer, LayerValues& values, const LayerPlace& place) {
    CompressedMatrix matrix = shared_weights(config_, values, place);
    double largest = 0.0;
    for (const float weight : matrix.codebook) {
      largest = std::max(largest, std::abs(static_cast<double>(weight)));
    }
    layer.weight_format = config_.weight_fraction_bits
                              ? FixedPointFormat{*config_.weight_fraction_bits}
                              : format_for_range(largest);
    for (const float weight : matrix.codebook) {
      layer.codebook.push_back(quantize(static_cast<double>(weight), layer.weight_format));
    }
    Arena& arena = program_->arena;
    if (layer.has_bias) {
      std::vector<std::uint16_t> codes;
      for (const float bias : values.bias) {
        codes.push_back(nearest_code(matrix.codebook, bias));
        layer.largest_bias_error =
            std::max(layer.largest_bias_error,
                     std::abs(static_cast<double>(bias) - matrix.codebook[codes.back()]));
      }
      layer.plain.bias_codes = arena.keep(std::move(codes));
      layer.plain.bias = arena.keep(std::move(values.bias));
    }
    layer.real_codebook = std::move(matrix.codebook);
    layer.plain.row_starts = arena.keep(std::move(matrix.row_starts));
    layer.plain.columns = arena.keep(std::move(matrix.columns));
    layer.plain.codes = arena.keep(std::move(matrix.codes));
    add_images(layer, matrix.outputs, matrix.inputs);
  }

  void add_images(LayerProgram& layer, std::uint32_t outputs, std::uint32_t inputs) {
    const std::uint32_t rows = outputs / layer.spec.groups;
    std::vector<std::uint32_t> bases(config_.pe_count, 0);
    for (std::uint32_t group = 0; group < layer.spec.groups; ++group) {
      MatrixRows part{rows,
                      inputs,
                      layer.plain.row_starts.subspan(std::size_t{group} * rows, rows + 1),
                      layer.plain.columns,
                      layer.plain.codes,
                      {}};
      if (layer.has_bias) {
        part.bias_codes = layer.plain.bias_codes.subspan(std::size_t{group} * rows, rows);
      }
      layer.images.push_back(build_image(config_, part, bases, program_->arena));
    }
  }

  /// Leaves the layer's matrices to the SRAMs or gives them a place in DRAM.
  void place_matrices(LayerProgram& layer, const LayerPlace& place) {
    const std::optional<std::string> excess = excess_of(layer);
    switch (config_.matrix_streaming) {
      case MatrixStreaming::never:
        if (excess) place.fail("", *excess);
        return;
      case MatrixStreaming::oversized:
        if (excess) stream_matrices(layer, place);
        return;
      case MatrixStreaming::always:
        stream_matrices(layer, place);
        return;
    }
  }

  void stream_matrices(LayerProgram& layer, const LayerPlace& place) {
    for (MatrixImage& image : layer.images) {
      check_rows(image, place);
      image.is_streamed = true;
      image.dram_address = dram_end_;
      const MatrixSegment last = passes_of(config_, image).back().segment;
      dram_end_ = last.address + last.bytes;
    }
    const std::uint64_t capacity = config_.memory->capacity_bytes();
    if (dram_end_ > capacity) {
      place.fail("", fmt::format("expected streamed matrices that fit /memory, {} bytes, got {} "
                                 "bytes for this layer's and those of the layers before",
                                 capacity, dram_end_));
    }
  }

  /// One row of columns is the least that can be streamed at once.
  void check_rows(const MatrixImage& image, const LayerPlace& place) const {
    const std::optional<ColumnsNeed> row = oversized_row(config_, image, passes_of(config_, image));
    if (!row) return;
    const SegmentLimits limits(config_);
    place.fail(
        "", fmt::format("expected rows of {} columns that fit halves of the SRAMs, since "
                        "/matrix_streaming streams the layer: at most {} entries and {} "
                        "pointers per PE by /sparse_matrix_sram/capacity_bytes = {} and "
                        "/pointer_sram/capacity_bytes = {}, and {} entries by "
                        "/pointer_sram/pointer_bits = {}; got {} entries in the fullest PE "
                        "and {} pointers",
                        config_.pe_count, limits.entries, limits.pointers,
                        config_.sparse_matrix_bytes, config_.pointer_bytes, limits.largest_address,
                        config_.pointer_bits, row->entries, row->pointers));
  }

  /// What the SRAMs cannot hold of the layer's matrices; nothing where they hold them.
  [[nodiscard]] std::optional<std::string> excess_of(const LayerProgram& layer) const {
    std::uint64_t pointers = 1;
    for (const MatrixImage& image : layer.images) {
      pointers += std::uint64_t{image.output_batches} * image.columns;
    }
    if (pointers > config_.held_pointers()) {
      return fmt::format(
          "expected at most {} column pointers per PE, what /pointer_sram/capacity_bytes = {} "
          "holds at {} bits each, got {}: {} bytes too many",
          config_.held_pointers(), config_.pointer_bytes, config_.pointer_bits, pointers,
          (pointers * config_.pointer_bits + 7) / 8 - config_.pointer_bytes);
    }
    const std::uint64_t most = most_entries(layer);
    const std::uint64_t held = config_.sparse_matrix_lines() * config_.entries_per_line();
    if (most > held) {
      return fmt::format(
          "expected at most {} entries per PE, what /sparse_matrix_sram/capacity_bytes = {} "
          "holds, got {} with padding in the fullest PE: {} entries too many",
          held, config_.sparse_matrix_bytes, most, most - held);
    }
    if (most > config_.largest_address()) {
      return fmt::format(
          "expected at most {} entries per PE, what /pointer_sram/pointer_bits = {} can address, "
          "got {} with padding in the fullest PE",
          config_.largest_address(), config_.pointer_bits, most);
    }
    return {};
  }

  [[nodiscard]] std::uint64_t most_entries(const LayerProgram& layer) const {
    std::uint64_t most = 0;
    for (std::uint32_t pe = 0; pe < config_.pe_count; ++pe) {
      std::uint64_t entries = 0;
      for (const MatrixImage& image : layer.images) entries += image.pe_entries(pe).size();
      most = std::max(most, entries);
    }
    return most;
  }

  /// Vectors longer than the register files lie in the activation SRAM during the layer.
  void check_activation_sram(const LayerProgram& layer, const LayerPlace& place) const {
    for (const MatrixImage& image : layer.images) {
      std::uint64_t words = 0;
      const std::uint64_t batch = config_.batch_activations();
      const auto per_pe = [&](std::uint64_t n) {
        return (n + config_.pe_count - 1) / config_.pe_count;
      };
      if (image.inputs > batch) words += per_pe(image.inputs);
      if (image.outputs > batch) words += per_pe(image.outputs);
      if (words * 2 > config_.activation_sram_bytes) {
        place.fail(
            "", fmt::format("expected vectors that fit /activation_sram/capacity_bytes = {} "
                            "per PE, got {} bytes for {} inputs and {} outputs",
                            config_.activation_sram_bytes, words * 2, image.inputs, image.outputs));
      }
    }
  }

  /// The accumulators' format, by the range of the exact results, and these for the next layers.
  void finish_formats(LayerProgram& layer, const std::vector<std::vector<double>>& inputs) {
    std::vector<std::vector<double>> outputs;
    outputs.reserve(inputs.size());
    double largest = 0.0;
    for (const std::vector<double>& input : inputs) {
      outputs.push_back(
          layer.spec.has_weights()
              ? plain_double(layer.spec, layer.plain, layer.real_codebook, input, &largest)
              : plain_pooling(layer.spec, input));
    }
    if (!layer.spec.has_weights()) {
      layer.destination_format = layer.source_format;
    } else if (config_.activation_fraction_bits) {
      layer.destination_format = {*config_.activation_fraction_bits};
    } else {
      // Assumption: one spare bit, since partial sums can exceed the final ones.
      layer.destination_format = format_for_range(2.0 * largest);
    }
    forward_.outputs.push_back(std::move(outputs));
  }

  View<std::int16_t> quantized(const ActivationTensor& tensor, FixedPointFormat format) {
    std::vector<std::int16_t> values;
    values.reserve(tensor.values.size());
    for (const float value : tensor.values) {
      values.push_back(quantize(static_cast<double>(value), format));
    }
    return program_->arena.keep(std::move(values));
  }

  const Config& config_;
  const Workload& workload_;
  std::unique_ptr<EieProgram> program_;
  Forward forward_;
  /// Where the next streamed matrix begins in DRAM.
  std::uint64_t dram_end_ = 0;
};

}  // namespace

LayerSupport layer_support() {
  return {.types = {LayerType::fully_connected, LayerType::convolution, LayerType::pooling},
          .activations = {Activation::none, Activation::relu}};
}

std::unique_ptr<EieProgram> compile(const Config& config, const Workload& workload) {
  require_supported(workload.network, layer_support());
  return Compiler(config, workload).compile();
}

}  // namespace nzsim::eie
