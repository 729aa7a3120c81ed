#include "sim/config/node.h"
#include "sim/workload/network.h"
#include "tests/fuzz/fuzz.h"

/// Every layer that is read has inputs, outputs and operations that 64 bits hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return nzsim::fuzz::run([&] {
    auto document = nzsim::ConfigDocument::parse(nzsim::fuzz::as_text(data, size), "fuzz.json");
    nzsim::ConfigNode root = document.root();
    const nzsim::Network network = nzsim::network_from(root);
    document.finish_workload();
    for (const nzsim::LayerSpec& layer : network.layers) {
      nzsim::fuzz::require(layer.input.elements() > 0 && layer.output.elements() > 0);
      nzsim::fuzz::require(!layer.has_weights() || layer.matrix_inputs() > 0);
    }
  });
}
