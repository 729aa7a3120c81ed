#include "tests/fuzz/fuzz.h"
#include "workloads/import/deep_compression.h"

/// A convolution and a fully connected layer: what is read keeps the promises of its type.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return nzsim::fuzz::run([&] {
    const auto layers = nzsim::parse_deep_compression(nzsim::fuzz::as_text(data, size), "fuzz",
                                                      {{"conv", 1, 9, 8}, {"fc", 2, 20, 4}});
    try {
      for (const nzsim::DeepCompressionLayer& layer : layers) nzsim::check(layer.matrix, "layer");
    } catch (const nzsim::InputError&) {
      nzsim::fuzz::require(false);
    }
  });
}
