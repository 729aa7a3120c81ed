#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/platform/platform.h"
#include "tools/nzsim/reproduce/published.h"
#include "tools/nzsim/reproduce/tpu_runs.h"

namespace nzsim::reproduce {

/// What the roofline of a CPU or GPU says of one application, for its whole batch.
struct RooflinePoint {
  std::uint32_t batch = 1;
  /// Multiply-accumulates, each counted once.
  double macs = 0.0;
  double weight_bytes = 0.0;
  /// At the roofline's bound, layer by layer: weights, inputs and outputs come from memory.
  double seconds = 0.0;
  /// Of weights, inputs and outputs.
  double bytes = 0.0;

  /// Multiply and add counted apart.
  [[nodiscard]] double tera_operations_per_second() const { return 2e-12 * macs / seconds; }
};

/// The platform `NAME` of `configs/platforms`.
[[nodiscard]] platform::Platform platform_named(const std::string& name);

/// The batch that operations per weight byte imply: with weights of 32 bits, and as many
/// multiply-accumulates to a weight and input as in `tpu-table1`. `figure` is `tpu-fig6` or
/// `-fig7`.
[[nodiscard]] std::uint32_t batch_by(const Published& figure, const TpuApplication& application);

/// `application` in float32 on `platform`. Throws `SimulationError` where the platforms' model has
/// an obstacle.
[[nodiscard]] RooflinePoint roofline_point(const platform::Platform& platform,
                                           const TpuApplication& application, std::uint32_t batch);

/// What the networks assume, where the batches come from, and what a roofline's bound means.
[[nodiscard]] std::vector<std::string> roofline_assumptions();

}  // namespace nzsim::reproduce
