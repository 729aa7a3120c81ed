#include "workloads/import/import.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/node.h"
#include "workloads/import/deep_compression.h"
#include "workloads/import/output_directory.h"
#include "workloads/import/scalesim_network.h"
#include "workloads/import/single_layer.h"
#include "workloads/import/text_reader.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Names of layers become names of files.
constexpr std::size_t kLongestFileName = 100;
/// The largest codebook of EIE's own codes (Han et al., ISCA 2016, Section III).
constexpr std::uint32_t kEieCodebookEntries = 16;

struct FormatName {
  ImportFormat format;
  std::string_view name;
  std::string_view suffix;
};
constexpr std::array<FormatName, 6> kFormats{{{ImportFormat::numpy, "npz", ".npz"},
                                              {ImportFormat::numpy, "npy", ".npy"},
                                              {ImportFormat::matrix_market, "mtx", ".mtx"},
                                              {ImportFormat::dlmc, "smtx", ".smtx"},
                                              {ImportFormat::deep_compression, "net", ".net"},
                                              {ImportFormat::scalesim_topology, "csv", ".csv"}}};

/// Everything that a directory will hold, before any of it is written.
struct ImportedNetwork {
  Json document = Json::object();
  /// Per weight layer its name, its file's name and its contents.
  struct Layer {
    std::string name;
    std::string file_name;
    LayerFile file;
  };
  std::vector<Layer> layers;
  std::vector<std::string> notes;
};

std::string file_name_of(const std::string& layer, std::set<std::string>& used) {
  std::string name = layer.substr(0, kLongestFileName);
  for (char& c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    if (!plain) c = '_';
  }
  std::string unique = name + ".npz";
  for (int i = 2; !used.insert(unique).second; ++i) unique = fmt::format("{}_{}.npz", name, i);
  return unique;
}

std::string source_of(const fs::path& input) {
  return fmt::format("{}, SHA-256 {}", input.filename().string(),
                     sha256(MappedFile(input).bytes()));
}

Json synthetic_json(const SyntheticSource& source) {
  return Json{{"synthetic",
               {{"density", source.density}, {"signed", source.is_signed}, {"seed", source.seed}}}};
}

std::string dump(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

/// Reads `document` as the network file `name`.
Network network_of(const Json& document, const std::string& name) {
  ConfigDocument parsed = ConfigDocument::parse(dump(document), name);
  ConfigNode root = parsed.root();
  Network network = network_from(root);
  parsed.finish_workload();
  return network;
}

void import_single(const ImportRequest& request, ImportFormat format, ImportedNetwork& imported) {
  LayerFile layer = read_single_layer(request, format, imported.notes);
  if (request.activations) {
    layer.activations = read_activations(*request.activations, {layer.matrix.inputs, 1, 1});
  }
  const std::string name =
      request.layer_name.empty() ? request.input.stem().string() : request.layer_name;
  std::set<std::string> used;
  const std::string file_name = file_name_of(name, used);
  imported.document["source"] = source_of(request.input);
  const SyntheticSource synthetic = request.synthetic_activations.value_or(SyntheticSource{});
  imported.document["layers"] =
      Json::array({{{"name", name},
                    {"type", "fully_connected"},
                    {"inputs", layer.matrix.inputs},
                    {"outputs", layer.matrix.outputs},
                    {"activation", to_string(request.activation.value_or(Activation::relu))},
                    {"batch", layer.activations ? layer.activations->vectors : 1},
                    {"weights", {{"file", file_name}}},
                    {"activations",
                     layer.activations ? Json{{"file", file_name}} : synthetic_json(synthetic)}}});
  imported.layers.push_back({name, file_name, std::move(layer)});
}

/// Whether `layer` of a network file has weights.
bool has_weights(const Json& layer) {
  if (!layer.is_object() || !layer.contains("type")) return false;
  const Json& type = layer["type"];
  return type == "fully_connected" || type == "convolution" || type == "lstm" || type == "gru";
}

/// Puts the names of the value files into the template.
std::vector<std::string> name_weight_files(Json& document) {
  std::vector<std::string> file_names;
  std::set<std::string> used;
  if (!document.is_object() || !document.contains("layers")) return file_names;
  for (Json& layer : document["layers"]) {
    if (!has_weights(layer)) continue;
    const bool named = layer.contains("name") && layer["name"].is_string();
    const std::string name = named ? layer["name"].get<std::string>() : "layer";
    file_names.push_back(file_name_of(name, used));
    layer["weights"] = {{"file", file_names.back()}};
  }
  return file_names;
}

/// The template as JSON; syntax errors, also duplicate keys, are those of every configuration file.
Json read_template(const fs::path& path) {
  if (path.empty()) {
    throw InputError("network template", "",
                     "expected a network file that shapes the container's layers, got none");
  }
  const std::string text = read_file(path);
  static_cast<void>(ConfigDocument::parse(text, path.string()));
  return Json::parse(text, nullptr, true, true);
}

DeepCompressionShape container_shape(const LayerSpec& spec, const fs::path& network_template) {
  const std::uint64_t elements = spec.matrix_inputs() * spec.matrix_outputs();
  if (spec.matrix_inputs() > kLargestImportedElements || elements > kLargestImportedElements) {
    throw WorkloadError(
        network_template.string(), "",
        fmt::format("expected at most {} weights in {}, got {} x {}", kLargestImportedElements,
                    spec.name, spec.matrix_outputs(), spec.matrix_inputs()));
  }
  return {spec.name, spec.matrix_outputs(), static_cast<std::uint32_t>(spec.matrix_inputs()),
          spec.type == LayerType::convolution ? 8 : 4};
}

void share_container(const ImportRequest& request, ImportedNetwork& imported) {
  std::uint32_t largest = 0;
  for (ImportedNetwork::Layer& layer : imported.layers) {
    CompressedMatrix& matrix = layer.file.matrix;
    if (request.codebook_entries && matrix.codebook.size() > *request.codebook_entries) {
      matrix = share_with_note(sparse_matrix(matrix), *request.codebook_entries, layer.name,
                               imported.notes);
    }
    largest = std::max(largest, static_cast<std::uint32_t>(matrix.codebook.size()));
  }
  if (largest > kEieCodebookEntries) {
    imported.notes.push_back(fmt::format(
        "codebooks of up to {} entries are kept: a machine needs codes that wide, or the import a "
        "smaller codebook ({} for EIE's 4-bit codes)",
        largest, kEieCodebookEntries));
  }
}

void import_container(const ImportRequest& request, ImportedNetwork& imported) {
  imported.document = read_template(request.network_template);
  const std::vector<std::string> file_names = name_weight_files(imported.document);
  const Network network = network_of(imported.document, request.network_template.string());
  std::vector<DeepCompressionShape> shapes;
  for (const LayerSpec& spec : network.layers) {
    if (spec.has_weights()) shapes.push_back(container_shape(spec, request.network_template));
  }
  if (shapes.empty()) {
    throw WorkloadError(request.network_template.string(), "/layers",
                        "expected layers with weights, got none");
  }
  std::vector<DeepCompressionLayer> layers =
      parse_deep_compression(read_file(request.input), request.input.string(), shapes);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    imported.layers.push_back(
        {shapes[i].name,
         file_names[i],
         {std::move(layers[i].matrix), std::move(layers[i].bias), std::nullopt}});
  }
  share_container(request, imported);
  Json& first = imported.document["layers"][0];
  if (request.activations) {
    ActivationTensor inputs = read_activations(*request.activations, network.layers[0].input);
    first["activations"] = {{"file", imported.layers[0].file_name}};
    for (Json& layer : imported.document["layers"]) layer["batch"] = inputs.vectors;
    imported.layers[0].file.activations = std::move(inputs);
  } else if (request.synthetic_activations) {
    first["activations"] = synthetic_json(*request.synthetic_activations);
  }
  const std::string shapes_source = imported.document.value("source", "");
  imported.document["source"] =
      source_of(request.input) + (shapes_source.empty() ? "" : "; shapes: " + shapes_source);
}

void import_topology(const ImportRequest& request, ImportedNetwork& imported) {
  if (request.activations || !request.layer_name.empty()) {
    throw InputError(
        request.input.string(), "",
        fmt::format("expected {}, got {}",
                    request.activations ? "drawn activations for a topology's layers"
                                        : "a topology's own names of layers",
                    request.activations ? request.activations->string() : request.layer_name));
  }
  const std::vector<ScalesimLayer> layers =
      parse_scalesim_topology(read_file(request.input), request.input.string());
  ScalesimValues values;
  values.activation = request.activation.value_or(Activation::none);
  values.activations = request.synthetic_activations.value_or(SyntheticSource{});
  values.codebook_entries = request.codebook_entries.value_or(kDefaultCodebookEntries);
  values.seed = request.seed;
  imported.document["source"] = "SCALE-Sim topology " + source_of(request.input);
  imported.document["layers"] =
      scalesim_network_layers(layers, request.input.filename().string(), values, imported.notes);
}

void check_request(const ImportRequest& request) {
  const std::uint32_t entries = request.codebook_entries.value_or(kDefaultCodebookEntries);
  if (entries < 2 || entries > 65536) {
    throw InputError("codebook entries", "",
                     fmt::format("expected an integer in [2, 65536], got {}", entries));
  }
}

ImportSummary write_network(const ImportRequest& request, const ImportedNetwork& imported) {
  OutputDirectory directory(request.output);
  const std::string name = directory.path().filename().string();
  Json document;
  document["name"] = name;
  document.update(imported.document);
  document["name"] = name;
  if (!imported.notes.empty())
    document["notes"] = fmt::format("{}", fmt::join(imported.notes, ". "));
  const fs::path network_file = directory.path() / (name + ".json");
  // What is written can be read: the reader has the last word on names and shapes.
  static_cast<void>(network_of(document, network_file.string()));
  ImportSummary summary;
  summary.network_file = network_file;
  summary.notes = imported.notes;
  for (const ImportedNetwork::Layer& layer : imported.layers) {
    const CompressedMatrix& matrix = layer.file.matrix;
    directory.write(layer.file_name, format_npz(layer_arrays(layer.file)));
    summary.layers.push_back({layer.name, matrix.outputs, matrix.inputs, matrix.non_zeros(),
                              static_cast<std::uint32_t>(matrix.codebook.size())});
  }
  directory.write(name + ".json", dump(document));
  directory.commit();
  return summary;
}

}  // namespace

double ImportedLayer::density() const {
  const double elements = static_cast<double>(outputs) * static_cast<double>(inputs);
  return elements == 0.0 ? 0.0 : static_cast<double>(non_zeros) / elements;
}

ImportFormat import_format(const std::string& name, const fs::path& input) {
  std::string suffix = input.extension().string();
  for (char& c : suffix) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const FormatName& format : kFormats) {
    if (name.empty() ? format.suffix == suffix : format.name == name) return format.format;
  }
  if (!name.empty()) {
    throw InputError("format", "",
                     fmt::format("expected npz, npy, mtx, smtx, net or csv, got {}", name));
  }
  throw InputError(
      input.string(), "",
      "expected a file named .npz, .npy, .mtx, .smtx, .net or .csv, got another suffix");
}

ImportSummary import_network(const ImportRequest& request) {
  check_request(request);
  const ImportFormat format = request.format ? *request.format : import_format("", request.input);
  ImportedNetwork imported;
  if (format == ImportFormat::deep_compression) {
    import_container(request, imported);
  } else if (format == ImportFormat::scalesim_topology) {
    import_topology(request, imported);
  } else {
    import_single(request, format, imported);
  }
  return write_network(request, imported);
}

}  // namespace nzsim
