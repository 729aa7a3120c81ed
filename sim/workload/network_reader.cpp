#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/config/node.h"
#include "sim/workload/layer_shape.h"
#include "sim/workload/network.h"

namespace nzsim {
namespace {

std::string in_quotes(const std::string& text) { return fmt::format("\"{}\"", text); }

/// The words that the network file may hold for `kinds`.
template <class Kinds>
std::vector<std::string> names(const Kinds& kinds) {
  std::vector<std::string> words;
  words.reserve(kinds.size());
  for (const auto kind : kinds) words.emplace_back(to_string(kind));
  return words;
}

SyntheticSource read_density_and_seed(ConfigNode& node) {
  SyntheticSource source;
  source.density = node.number("density", {.minimum = 0.0,
                                           .maximum = 1.0,
                                           .description = "Share of non-zero values.",
                                           .exclusive_minimum = true});
  source.seed = static_cast<std::uint64_t>(node.integer(
      "seed", {.default_value = 1, .description = "Seed; the same values on every machine."}));
  return source;
}

SyntheticSource read_synthetic_weights(ConfigNode& node) {
  SyntheticSource source = read_density_and_seed(node);
  const auto read_spreads = [&](ConfigNode& spreads) {
    source.row_spread = spreads.number(
        "row_spread",
        {.maximum = 1.0,
         .default_value = 0.0,
         .description = "Rows hold density x (1 + row_spread x u), u uniform in [-1, 1)."});
    source.column_spread = spreads.number(
        "column_spread", {.maximum = 1.0,
                          .default_value = 0.0,
                          .description = "The same for columns, drawn independently."});
  };
  node.choice_or_object("distribution",
                        {.options = {"uniform"},
                         .default_value = "uniform",
                         .description = "Where the non-zero weights are."},
                        [&](ConfigNode& distribution) {
                          distribution.object("uneven", true,
                                              "Rows and columns of different densities.",
                                              read_spreads);
                        });
  source.codebook_entries = static_cast<std::uint32_t>(node.integer(
      "codebook_entries", {.minimum = 2,
                           .maximum = 65536,
                           .default_value = 16,
                           .description = "Entries of the codebook, its zero included."}));
  return source;
}

SyntheticSource read_synthetic_activations(ConfigNode& node) {
  SyntheticSource source = read_density_and_seed(node);
  node.choice("distribution", {.options = {"uniform"},
                               .default_value = "uniform",
                               .description = "Where the non-zero activations are."});
  source.is_signed = node.boolean("signed", false, "Half of the non-zero values are negative.");
  return source;
}

/// `{"file": ...}` or `{"synthetic": {...}}`.
template <class Source, class ReadSynthetic>
Source read_values(ConfigNode& node, std::string_view key, std::string_view description,
                   ReadSynthetic read_synthetic) {
  Source source;
  node.object(key, true, description, [&](ConfigNode& values) {
    values.one_of({"file", "synthetic"}, true, [&](const std::string& kind) {
      if (kind == "file") {
        source = FileSource{values.text(
            kind, {.description = "NumPy file (.npz, .npy), relative to the network file."})};
      } else {
        values.object(kind, true, "Values drawn from a seed.",
                      [&](ConfigNode& synthetic) { source = read_synthetic(synthetic); });
      }
    });
  });
  return source;
}

/// Layers of a network, and layers that one takes its inputs from.
constexpr std::size_t kMostLayers = 10'000;
constexpr std::size_t kMostSources = 256;

class NetworkReader {
 public:
  explicit NetworkReader(ConfigNode& root) : root_(root) {}

  Network read() {
    network_.name = root_.text("name", {.default_value = default_name(),
                                        .description = "Name; default: that of the file."});
    root_.text("description", {.default_value = "",
                               .description = "What the network is, in one sentence.",
                               .may_be_empty = true});
    network_.source = root_.text("source", {.default_value = "",
                                            .description = "Where shapes and densities come from.",
                                            .may_be_empty = true});
    root_.objects("layers",
                  {.minimum_size = 1,
                   .maximum_size = kMostLayers,
                   .description = "Layers in the order in which they are computed."},
                  [&](ConfigNode& node) { read_layer(node); });
    return std::move(network_);
  }

 private:
  [[nodiscard]] std::string default_name() const {
    const std::string stem = root_.describing() ? "" : root_.file().stem().string();
    return stem.empty() ? "network" : stem;
  }

  void read_layer(ConfigNode& node) {
    LayerSpec layer;
    read_name(node, layer);
    read_inputs(node, layer);
    read_activation(node, layer);
    read_batch(node, layer);
    bool has_shape = false;
    node.variant("type", {.options = names(kLayerTypes), .description = "Kind of layer."},
                 [&](const std::string& type) {
                   layer.type = layer_type_of(type);
                   has_shape = read_layer_shape(node, given_inputs(node, layer), layer);
                   if (!layer.has_weights()) return;
                   layer.weights = read_values<WeightSource>(node, "weights", "Weight values.",
                                                             read_synthetic_weights);
                 });
    read_relu_on_input(node, layer);
    const bool passes_sign_on =
        layer.type == LayerType::pooling || layer.type == LayerType::elementwise;
    const bool non_negative =
        layer.activation == Activation::relu ||
        (layer.activation == Activation::none && passes_sign_on && layer.relu_on_input);
    facts_.push_back({has_shape && node.valid(), non_negative});
    by_name_.emplace(layer.name, network_.layers.size());
    network_.layers.push_back(std::move(layer));
  }

  void read_name(ConfigNode& node, LayerSpec& layer) {
    layer.name =
        node.text("name", {.description = "Name, unique in the network.", .maximum_length = 256});
    if (!layer.name.empty() && find(layer.name)) {
      node.fail("name", fmt::format("expected a name that no layer before has, got {}",
                                    in_quotes(layer.name)));
    }
  }

  void read_activation(ConfigNode& node, LayerSpec& layer) {
    const std::string name =
        node.choice("activation", {.options = names(kActivations),
                                   .default_value = "none",
                                   .description = "Function applied to the outputs."});
    layer.activation =
        *std::find_if(kActivations.begin(), kActivations.end(),
                      [&](Activation activation) { return to_string(activation) == name; });
  }

  void read_inputs(ConfigNode& node, LayerSpec& layer) {
    bool is_given = false;
    node.one_of({"activations", "from"}, false, [&](const std::string& key) {
      is_given = true;
      if (key == "from") {
        layer.activations = ChainedSource{read_from(node)};
      } else {
        layer.activations = read_values<ActivationSource>(
            node, key, "Input values; missing: the outputs of the layer before.",
            read_synthetic_activations);
      }
    });
    if (is_given || node.describing() || node.has("activations")) return;
    if (node.pointer() == "/layers/0") {
      node.fail({}, "expected \"activations\", for no layer is before this one, got nothing");
    } else if (!network_.layers.empty()) {
      layer.activations = ChainedSource{{network_.layers.size() - 1}};
    }
  }

  std::vector<std::size_t> read_from(ConfigNode& node) {
    std::vector<std::size_t> layers;
    const std::vector<std::string> names =
        node.texts("from",
                   {.minimum_size = 1,
                    .maximum_size = kMostSources,
                    .description = "Earlier layers whose outputs are the inputs, concatenated "
                                   "along the channels, or the operands of the layer."},
                   {.description = {}, .maximum_length = 256});
    for (const std::string& name : names) {
      if (const auto index = find(name)) {
        layers.push_back(*index);
        continue;
      }
      node.fail("from", fmt::format("expected names of layers before this one, got {}{}",
                                    in_quotes(name), suggestion(name)));
      break;
    }
    return layers;
  }

  void read_batch(ConfigNode& node, LayerSpec& layer) {
    const std::vector<std::size_t> sources = known_sources(layer);
    const std::int64_t inherited = sources.empty() ? 1 : network_.layers[sources.front()].batch;
    layer.batch = static_cast<std::uint32_t>(node.integer(
        "batch",
        {.minimum = 1,
         .maximum = kLargestLayerElements,
         .default_value = inherited,
         .description = "Inputs computed one after the other; a layer that takes another's "
                        "outputs has its batch."}));
    for (const std::size_t source : sources) {
      const LayerSpec& before = network_.layers[source];
      if (before.batch == layer.batch) continue;
      node.fail("batch", fmt::format("expected {}, the batch of {}, got {}", before.batch,
                                     in_quotes(before.name), layer.batch));
    }
  }

  GivenInputs given_inputs(ConfigNode& node, const LayerSpec& layer) {
    if (!takes_operands(layer.type)) return {given_shape(node, layer), {}};
    const auto* chain = std::get_if<ChainedSource>(&layer.activations);
    const std::vector<std::size_t> sources = known_sources(layer);
    if (chain == nullptr || sources.size() != chain->layers.size()) return {};
    GivenInputs given;
    for (const std::size_t source : sources) {
      given.operands.push_back({network_.layers[source].name, network_.layers[source].output});
    }
    return given;
  }

  /// The shape that earlier layers give; nothing where there are none or they are wrong.
  std::optional<FeatureShape> given_shape(ConfigNode& node, const LayerSpec& layer) {
    const auto* chain = std::get_if<ChainedSource>(&layer.activations);
    const std::vector<std::size_t> sources = known_sources(layer);
    if (sources.empty() || sources.size() != chain->layers.size()) return std::nullopt;
    const LayerSpec& first = network_.layers[sources.front()];
    std::uint64_t channels = 0;
    for (const std::size_t source : sources) {
      const LayerSpec& other = network_.layers[source];
      channels += other.output.channels;
      if (other.output.height == first.output.height && other.output.width == first.output.width) {
        continue;
      }
      node.fail("from", fmt::format("expected outputs of one height and width, got {} of {} and {} "
                                    "of {}",
                                    describe(first.output), in_quotes(first.name),
                                    describe(other.output), in_quotes(other.name)));
      return std::nullopt;
    }
    if (channels * first.output.height * first.output.width > kLargestLayerElements) {
      node.fail("from", fmt::format("expected at most {} inputs, got more", kLargestLayerElements));
      return std::nullopt;
    }
    return FeatureShape{static_cast<std::uint32_t>(channels), first.output.height,
                        first.output.width};
  }

  void read_relu_on_input(ConfigNode& node, LayerSpec& layer) {
    constexpr std::string_view kDescription =
        "Whether negative inputs count as zero. Default: true where all inputs come from a ReLU "
        "or are synthetic and not signed.";
    if (node.describing()) {
      (void)node.optional_boolean("relu_on_input", kDescription);
      return;
    }
    bool by_default = false;
    if (const auto* chain = std::get_if<ChainedSource>(&layer.activations)) {
      by_default = std::all_of(chain->layers.begin(), chain->layers.end(),
                               [&](std::size_t source) { return facts_[source].non_negative; });
    } else if (const auto* synthetic = std::get_if<SyntheticSource>(&layer.activations)) {
      by_default = !synthetic->is_signed;
    }
    layer.relu_on_input = node.boolean("relu_on_input", by_default, kDescription);
  }

  /// The layers that `layer` takes its inputs from and that have no error.
  [[nodiscard]] std::vector<std::size_t> known_sources(const LayerSpec& layer) const {
    std::vector<std::size_t> sources;
    if (const auto* chain = std::get_if<ChainedSource>(&layer.activations)) {
      std::copy_if(chain->layers.begin(), chain->layers.end(), std::back_inserter(sources),
                   [&](std::size_t source) { return facts_[source].is_known; });
    }
    return sources;
  }

  [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::nullopt : std::optional(found->second);
  }

  /// `; did you mean "x"?`, from the names of the last layers.
  [[nodiscard]] std::string suggestion(const std::string& name) const {
    std::vector<std::string> candidates;
    const std::size_t count = network_.layers.size();
    for (std::size_t index = count - std::min(count, kMostSources); index < count; ++index) {
      candidates.push_back(network_.layers[index].name);
    }
    const std::string near = did_you_mean(name, candidates);
    return near.empty() ? "" : fmt::format("; did you mean {}?", in_quotes(near));
  }

  /// What later layers need to know of one.
  struct LayerFacts {
    bool is_known = false;
    bool non_negative = false;
  };

  ConfigNode& root_;
  Network network_;
  std::vector<LayerFacts> facts_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace

Network network_from(ConfigNode& root) { return NetworkReader(root).read(); }

}  // namespace nzsim
