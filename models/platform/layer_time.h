#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/platform/platform.h"
#include "sim/base/units.h"

namespace nzsim::platform {

/// How weights lie in memory: all of them row by row, or compressed sparse rows: each non-zero with
/// a column index of four bytes, and where each row starts in four bytes.
enum class Layout { dense, compressed_rows };

/// Layout and type of the weights; inputs and outputs have the same type.
struct Format {
  Layout layout = Layout::dense;
  NumberType type = NumberType::float32;
};

/// A fully connected layer, or a convolution as the product that it is: `[outputs, inputs]`
/// weights.
struct LayerShape {
  std::uint64_t inputs = 0;
  std::uint64_t outputs = 0;
  /// Part of the weights that is not zero; dense layouts store and multiply zeros too.
  double weight_density = 1.0;
};

/// What a layer's time is made of mostly.
enum class Bound { memory, compute, launch };

/// Time of a layer for a whole batch, and what it follows from.
struct LayerTime {
  Kernel kernel = Kernel::dense_vector;
  /// `launch_seconds` plus the longer of the other two.
  double seconds = 0.0;
  double launch_seconds = 0.0;
  double memory_seconds = 0.0;
  double compute_seconds = 0.0;
  /// Weights in their format once, inputs and outputs once.
  Bytes bytes;
  /// Two per multiply-accumulate of a stored weight.
  Operations operations;
  /// Two per multiply-accumulate of the layer without sparsity.
  Operations dense_operations;
  /// With what tiles, waves and gathers add to `operations`.
  Operations executed_operations;
  Bound bound = Bound::memory;
  /// Whether fractions calibrated to measurements of this kernel are in it. Otherwise it is the
  /// roofline's bound: no product of this format is faster whose weights, inputs and outputs cross
  /// that memory.
  bool is_measured = false;
  /// "calibrated", or "roofline bound, not measured": for whoever shows the number.
  std::string basis;
  /// At the platform's power under load; nothing where that is unknown.
  std::optional<double> joules;
};

/// The kernel that multiplies weights in `layout` with a batch.
[[nodiscard]] Kernel kernel_of(Layout layout, std::uint64_t batch);

/// Which figure `layer_time` lacks for this format (`a peak rate of int8`); nothing where it lacks
/// none.
[[nodiscard]] std::optional<std::string> missing_figure(const Platform& platform,
                                                        const Format& format);

/// Time of `layer` with a batch of at least 1 on `platform`, from its memory:
///
///     launch + max(bytes / (bandwidth x fraction), executed operations / (rate x fraction))
///
/// docs/platforms.md has the rules. Throws `ConfigError` where `missing_figure` names one, and
/// `WorkloadError` for a layer or batch of no size.
[[nodiscard]] LayerTime layer_time(const Platform& platform, const LayerShape& layer,
                                   const Format& format, std::uint64_t batch);

/// Operations per byte at which memory and peak rate bind alike; nothing where a figure is missing.
/// Multiply and add are counted apart.
[[nodiscard]] std::optional<double> ridge_operations_per_byte(const Platform& platform,
                                                              NumberType type);

[[nodiscard]] std::string_view to_string(Bound bound);

}  // namespace nzsim::platform
