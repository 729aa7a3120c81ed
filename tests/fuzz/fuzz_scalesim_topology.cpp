#include "sim/workload/layer_shape.h"
#include "tests/fuzz/fuzz.h"
#include "workloads/import/scalesim_topology.h"

namespace {

constexpr std::uint64_t kLargest = nzsim::kLargestLayerElements;

/// Sizes fit a network file, and the usual floor on the covered input gives the output.
void check(const nzsim::ScalesimConvolution& shape) {
  const nzsim::FeatureShape input = shape.covered_input();
  const nzsim::Extent2 output = shape.output();
  nzsim::fuzz::require(input.elements() <= kLargest && shape.output_channels() <= kLargest);
  nzsim::fuzz::require(input.height >= shape.input.height && input.width >= shape.input.width);
  nzsim::fuzz::require((input.height - shape.filter.height) / shape.stride.height + 1 ==
                       output.height);
  nzsim::fuzz::require((input.width - shape.filter.width) / shape.stride.width + 1 == output.width);
}

void check(const nzsim::ScalesimGemm& shape) {
  const std::uint64_t rows = shape.rows;
  nzsim::fuzz::require(rows > 0 && shape.columns > 0 && shape.inner > 0);
  nzsim::fuzz::require(rows * shape.inner <= kLargest && rows * shape.columns <= kLargest);
}

}  // namespace

/// Every layer that is read has sizes that a network file may hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return nzsim::fuzz::run([&] {
    const auto layers = nzsim::parse_scalesim_topology(nzsim::fuzz::as_text(data, size), "fuzz");
    nzsim::fuzz::require(!layers.empty());
    for (const nzsim::ScalesimLayer& layer : layers) {
      nzsim::fuzz::require(!layer.name.empty());
      std::visit([](const auto& shape) { check(shape); }, layer.shape);
    }
  });
}
