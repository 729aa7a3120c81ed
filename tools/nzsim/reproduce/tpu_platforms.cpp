#include "tools/nzsim/reproduce/tpu_platforms.h"

#include <cmath>

#include <fmt/format.h>

#include "models/platform/network_time.h"
#include "sim/base/errors.h"
#include "sim/workload/network.h"
#include "tools/nzsim/catalogue.h"

namespace nzsim::reproduce {
namespace {

constexpr platform::Format kFormat{platform::Layout::dense, platform::NumberType::float32};
constexpr double kBytesPerWeight = 4.0;

}  // namespace

platform::Platform platform_named(const std::string& name) {
  return platform::load_platform(cli::find_file(cli::Shelf::platforms, name));
}

std::uint32_t batch_by(const Published& figure, const TpuApplication& application) {
  const Published table1 = load_published(cli::find_file(cli::Shelf::published, "tpu-table1"));
  const PublishedTable& applications = table1.table("applications");
  const double macs_per_weight =
      published_at(applications, application.name, "operations per weight byte") /
      published_at(applications, application.name, "batch");
  const double intensity =
      published_at(figure.table("intensity"), "operations per weight byte", application.name);
  return static_cast<std::uint32_t>(std::lround(kBytesPerWeight * intensity / macs_per_weight));
}

RooflinePoint roofline_point(const platform::Platform& platform, const TpuApplication& application,
                             std::uint32_t batch) {
  const Network network =
      load_network(cli::find_file(cli::Shelf::networks, application.network), batch);
  if (const auto obstacle = platform::obstacle(platform, kFormat, network)) {
    throw SimulationError(fmt::format("{} on {}: expected no obstacle, got: {}", network.name,
                                      platform.name, *obstacle));
  }
  RooflinePoint point;
  point.batch = batch;
  for (const LayerSpec& layer : network.layers) {
    point.macs += static_cast<double>(layer.batch * layer.dense_multiply_accumulates());
    point.weight_bytes += kBytesPerWeight * static_cast<double>(layer.weight_elements());
  }
  for (const platform::LayerTime& time : platform::network_time(platform, kFormat, network)) {
    point.seconds += time.seconds;
    point.bytes += static_cast<double>(time.bytes.value());
  }
  return point;
}

std::vector<std::string> roofline_assumptions() {
  return {
      tpu_assumption(),
      "Batches of CPU and GPU follow from the operations per weight byte of Figs. 6 and 7 with "
      "weights of 32 bits: CPU 32, 60, 64, 64, 8 and 256 from MLP0 to CNN1, GPU 16, 60, 64, 80, 8 "
      "and 256. Table 4 has a batch of 16 for MLP0 on both within the limit of 7 ms.",
      "A bound is that of the platform's peak rate and memory, layer by layer, in 32-bit floating "
      "point, with weights, inputs and outputs from memory, and nothing of it measured or "
      "calibrated: what runs the layers of these networks one by one is no faster."};
}

}  // namespace nzsim::reproduce
