#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// A matrix of weights: `[outputs, inputs]`.
struct LayerShape {
  std::uint64_t inputs = 0;
  std::uint64_t outputs = 0;
  /// Part of the weights that is not zero; dense layouts store and multiply zeros too.
  double weight_density = 1.0;
};

/// What a layer asks of a platform for its whole batch: equal products, and the inputs and outputs
/// that it moves.
struct LayerWork {
  /// Each of `shape` times `[inputs, vectors]`; 0 for a layer that only moves numbers.
  std::uint64_t products = 1;
  LayerShape shape;
  std::uint64_t vectors = 1;
  /// Numbers of all inputs and outputs.
  std::uint64_t activations = 0;
  /// Whether the matrices are weights, each read once per product. Otherwise they are activations,
  /// dense and counted there.
  bool has_weights = true;
  /// Kernels that start one after the other.
  std::uint64_t calls = 1;
  /// Whether the products are what the calibrated kernels compute: a fully connected layer's.
  bool is_fully_connected = true;
};

/// What sort of number a time is.
inline constexpr std::string_view kCalibrated = "calibrated";
inline constexpr std::string_view kRooflineBound = "roofline bound, not measured";

/// What a layer's time is made of mostly.
enum class Bound { memory, compute, launch };

/// Time of a layer for a whole batch, and what it follows from.
struct LayerTime {
  /// Nothing for a layer without products.
  std::optional<Kernel> kernel;
  /// `launch_seconds` plus the longer of the other two.
  double seconds = 0.0;
  double launch_seconds = 0.0;
  double memory_seconds = 0.0;
  double compute_seconds = 0.0;
  /// Weights in their format once per product; inputs and outputs once, unless the platform keeps
  /// them on its chip.
  Bytes bytes;
  /// Two per multiply-accumulate of a stored weight.
  Operations operations;
  /// Two per multiply-accumulate of the layer without sparsity.
  Operations dense_operations;
  /// With what tiles, waves and gathers add to `operations`.
  Operations executed_operations;
  Bound bound = Bound::memory;
  /// Whether fractions calibrated to measurements of this kernel are in it. Otherwise it is the
  /// roofline's bound: nothing of this format is faster whose `bytes` cross that memory.
  bool is_measured = false;
  /// `kCalibrated` or `kRooflineBound`: for whoever shows the number.
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

/// Time of `work` on `platform`, from its memory:
///
///     launch + max(bytes / (bandwidth x fraction), executed operations / (rate x fraction))
///
/// docs/platforms.md has the rules. Throws `ConfigError` where `missing_figure` names one, and
/// `WorkloadError` for products of no size.
[[nodiscard]] LayerTime layer_time(const Platform& platform, const LayerWork& work,
                                   const Format& format);

/// The same of a fully connected layer with a batch of at least 1.
[[nodiscard]] LayerTime layer_time(const Platform& platform, const LayerShape& layer,
                                   const Format& format, std::uint64_t batch);

/// Operations per byte at which memory and peak rate bind alike; nothing where a figure is missing.
/// Multiply and add are counted apart.
[[nodiscard]] std::optional<double> ridge_operations_per_byte(const Platform& platform,
                                                              NumberType type);

[[nodiscard]] std::string_view to_string(Bound bound);

}  // namespace nzsim::platform
