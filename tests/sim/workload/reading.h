#pragma once

#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/config/node.h"
#include "sim/workload/network.h"

/// Networks from text, for tests of the reader.
namespace nzsim::test {

inline const std::string kWeights = R"("weights": {"synthetic": {"density": 1}})";
inline const std::string kInputs =
    R"("activations": {"synthetic": {"density": 1, "signed": true}})";

/// A layer without weights, and one with synthetic ones.
inline std::string plain_layer(const std::string& name, const std::string& type,
                               const std::string& keys) {
  return R"({"name": ")" + name + R"(", "type": ")" + type + "\", " + keys + "}";
}
inline std::string weighted_layer(const std::string& name, const std::string& type,
                                  const std::string& keys) {
  return plain_layer(name, type, kWeights + ", " + keys);
}

/// The network of `layers`, a file named `net.json`.
inline Network read_layers(const std::string& layers) {
  ConfigDocument document = ConfigDocument::parse("{\"layers\": [" + layers + "]}", "net.json");
  ConfigNode root = document.root();
  Network network = network_from(root);
  document.finish_workload();
  network.path = "net.json";
  network.resolved = document.resolved();
  return network;
}

/// The errors of reading `layers`.
inline std::vector<std::string> layer_errors(const std::string& layers) {
  std::vector<std::string> lines;
  try {
    (void)read_layers(layers);
  } catch (const WorkloadError& error) {
    for (const Diagnostic& diagnostic : error.diagnostics()) lines.push_back(to_string(diagnostic));
  }
  return lines;
}

}  // namespace nzsim::test
