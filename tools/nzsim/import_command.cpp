#include <fmt/format.h>

#include "sim/base/errors.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/commands.h"
#include "workloads/import/import.h"

namespace nzsim::cli {
namespace {

/// The one network whose container is public.
constexpr const char* kDefaultTemplate = "squeezenet_v1.0";

/// Inputs of the first layer where `--activation-density` asks for drawn ones.
std::optional<SyntheticSource> synthetic_activations(const Arguments& arguments) {
  const auto density = arguments.number("activation-density", 1e-6, 1.0);
  if (!density) return {};
  if (arguments.text("activations")) {
    throw InputError("--activation-density", "",
                     "expected either drawn activations or --activations, got both");
  }
  SyntheticSource source;
  source.density = *density;
  return source;
}

ImportRequest request_of(const Arguments& arguments) {
  ImportRequest request;
  request.input = arguments.required(0);
  const std::optional<std::string> output = arguments.text("out");
  if (!output) throw InputError("nzsim import", "", "expected --out DIR, got nothing");
  request.output = *output;
  request.format = import_format(arguments.text("format").value_or(""), request.input);
  if (const auto entries = arguments.integer("codebook", 2, 65536)) {
    request.codebook_entries = static_cast<std::uint32_t>(*entries);
  }
  request.layer_name = arguments.text("layer").value_or("");
  if (arguments.text("activation")) {
    request.activation = arguments.choice("activation", {"relu", "none"}) == "relu"
                             ? Activation::relu
                             : Activation::none;
  }
  if (const auto file = arguments.text("activations")) request.activations = *file;
  request.synthetic_activations = synthetic_activations(arguments);
  if (request.format == ImportFormat::deep_compression) {
    request.network_template =
        find_file(Shelf::templates, arguments.text("template").value_or(kDefaultTemplate));
  }
  request.seed = arguments.integer("seed", 0, UINT64_MAX).value_or(request.seed);
  return request;
}

int import(const Arguments& arguments) {
  const ImportSummary summary = import_network(request_of(arguments));
  for (const ImportedLayer& layer : summary.layers) {
    fmt::print("{}: {} x {}, {} non-zeros ({:.2f} %), {} codebook entries\n", layer.name,
               layer.outputs, layer.inputs, layer.non_zeros, 100.0 * layer.density(),
               layer.codebook_entries);
  }
  for (const std::string& note : summary.notes) fmt::print("note: {}\n", note);
  fmt::print("network: {}\n", summary.network_file.string());
  return 0;
}

}  // namespace

Command import_command() {
  return {
      .name = "import",
      .summary = "Turn weights or shapes in another format into a network that nzsim runs.",
      .positionals = {{"FILE"}},
      .options = {{"out", "DIR", "directory to create: NAME.json and one .npz per layer"},
                  {"format", "npz|mtx|smtx|net|csv", "format of FILE (default: by its suffix)"},
                  {"codebook", "N", "largest codebook, its zero included; more values are shared"},
                  {"layer", "NAME", "name of the layer (default: FILE without suffix)"},
                  {"activation", "relu|none", "activation function (default relu; of a .csv none)"},
                  {"activations", "FILE", "inputs of the first layer: .npz, .npy or .mtx"},
                  {"activation-density", "SHARE", "draw the inputs, this share of them not zero"},
                  {"template", "NETWORK", "layers of a .net container (default squeezenet_v1.0)"},
                  {"seed", "N", "of values that FILE does not hold (default 1)"}},
      .example =
          "nzsim import layer.smtx --out my-layer --activation-density 0.35\n"
          "nzsim run eie-64pe my-layer/my-layer.json",
      .handler = import,
  };
}

}  // namespace nzsim::cli
