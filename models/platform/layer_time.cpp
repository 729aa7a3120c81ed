#include "models/platform/layer_time.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim::platform {
namespace {

constexpr std::uint64_t kIndexBytes = 4;

std::uint64_t divide_up(std::uint64_t value, std::uint64_t divisor) {
  return (value + divisor - 1) / divisor;
}

std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return divide_up(value, step) * step;
}

/// Weights that are stored in `layout`.
std::uint64_t stored_weights(const LayerShape& layer, Layout layout) {
  const std::uint64_t all = layer.inputs * layer.outputs;
  if (layout == Layout::dense) return all;
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(all) * layer.weight_density));
}

std::uint64_t bytes_of(const LayerShape& layer, const Format& format, std::uint64_t batch) {
  const std::uint64_t number = bytes_of(format.type);
  const std::uint64_t stored = stored_weights(layer, format.layout);
  const std::uint64_t weights =
      format.layout == Layout::dense
          ? stored * number
          : stored * (number + kIndexBytes) + (layer.outputs + 1) * kIndexBytes;
  return weights + (layer.inputs + layer.outputs) * batch * number;
}

/// Whether the unit multiplies numbers of this format: sparse products have no use for one that
/// takes dense matrices.
bool may_compute(const Rate& rate, const Format& format) {
  return rate.type == format.type && (format.layout == Layout::dense || !rate.is_matrix_unit);
}

/// Multiply-accumulates of a dense product with the last tiles and the last wave filled up.
std::uint64_t executed_products(const Platform& platform, const Rate& rate,
                                const Attainable& fractions, const LayerShape& layer,
                                std::uint64_t batch) {
  const Tile tile = rate.tile.value_or(Tile{});
  const std::uint64_t inputs = round_up(layer.inputs, tile.inputs);
  const std::uint64_t plane = round_up(layer.outputs, tile.outputs) * round_up(batch, tile.batch);
  if (!fractions.block) return plane * inputs;
  const Tile& block = *fractions.block;
  const auto processors = static_cast<std::uint64_t>(platform.processors->value);
  const std::uint64_t blocks =
      divide_up(layer.outputs, block.outputs) * divide_up(batch, block.batch);
  const std::uint64_t in_waves = round_up(blocks, processors) * block.outputs * block.batch;
  return std::max(plane, in_waves) * inputs;
}

/// Multiply-accumulates of a sparse product if each number that is moved were multiplied: a row
/// moves `gathered` inputs where at least one of their weights is no zero.
std::uint64_t gathered_products(const LayerShape& layer, std::uint32_t gathered,
                                std::uint64_t batch) {
  const std::uint64_t products = stored_weights(layer, Layout::compressed_rows) * batch;
  if (gathered == 1) return products;
  const double moved = 1.0 - std::pow(1.0 - layer.weight_density, gathered);
  const auto all = static_cast<double>(layer.inputs * layer.outputs * batch);
  return std::max(products, static_cast<std::uint64_t>(std::llround(moved * all)));
}

/// A unit that may compute a product, what it executes and how long.
struct Work {
  std::uint64_t products = 0;
  double seconds = std::numeric_limits<double>::infinity();
};

/// The work of the unit that is fastest with its tiles filled up: a batch of 1 leaves most of a
/// matrix unit's tile empty.
Work least_work(const Platform& platform, const Attainable& fractions, const LayerShape& layer,
                const Format& format, std::uint64_t batch) {
  Work least;
  for (const Rate& rate : platform.rates) {
    if (!may_compute(rate, format)) continue;
    Work work;
    work.products = format.layout == Layout::dense
                        ? executed_products(platform, rate, fractions, layer, batch)
                        : gathered_products(layer, fractions.gathered_numbers, batch);
    work.seconds = 2.0 * static_cast<double>(work.products) /
                   (rate.operations_per_second * fractions.rate_fraction);
    if (work.seconds < least.seconds) least = work;
  }
  return least;
}

/// The term of `time` that is largest.
Bound bound_of(const LayerTime& time) {
  const double work = std::max(time.memory_seconds, time.compute_seconds);
  if (time.launch_seconds > work) return Bound::launch;
  return time.memory_seconds >= time.compute_seconds ? Bound::memory : Bound::compute;
}

void check(const Platform& platform, const LayerShape& layer, const Format& format,
           std::uint64_t batch) {
  if (const std::optional<std::string> missing = missing_figure(platform, format)) {
    throw ConfigError(platform.name, "",
                      fmt::format("expected {} of this platform, got none", *missing));
  }
  if (layer.inputs == 0 || layer.outputs == 0 || batch == 0 || !(layer.weight_density > 0.0) ||
      layer.weight_density > 1.0) {
    throw WorkloadError(platform.name, "",
                        fmt::format("expected a layer with inputs, outputs, a batch and a density "
                                    "in (0, 1], got {} x {}, {}, {}",
                                    layer.outputs, layer.inputs, batch, layer.weight_density));
  }
}

}  // namespace

Kernel kernel_of(Layout layout, std::uint64_t batch) {
  if (layout == Layout::dense) return batch == 1 ? Kernel::dense_vector : Kernel::dense_matrix;
  return batch == 1 ? Kernel::sparse_vector : Kernel::sparse_matrix;
}

std::optional<std::string> missing_figure(const Platform& platform, const Format& format) {
  if (!platform.memory_gigabytes_per_second) return "a memory bandwidth";
  if (platform.fastest(format.type, format.layout == Layout::dense) != nullptr) return {};
  return fmt::format("a peak rate of {}{}", to_string(format.type),
                     format.layout == Layout::dense ? "" : " outside a unit for dense products");
}

LayerTime layer_time(const Platform& platform, const LayerShape& layer, const Format& format,
                     std::uint64_t batch) {
  check(platform, layer, format, batch);
  LayerTime time;
  time.kernel = kernel_of(format.layout, batch);
  const bool is_calibrated_type = format.type == NumberType::float32;
  const Attainable* attainable = is_calibrated_type ? platform.attainable(time.kernel) : nullptr;
  time.is_measured = attainable != nullptr;
  time.basis = time.is_measured ? "calibrated" : "roofline bound, not measured";

  const std::uint64_t products = stored_weights(layer, format.layout) * batch;
  const Attainable peak;
  const Attainable& fractions = attainable == nullptr ? peak : *attainable;
  const Work work = least_work(platform, fractions, layer, format, batch);
  time.bytes = Bytes{bytes_of(layer, format, batch)};
  time.operations = Operations{2 * products};
  time.dense_operations = Operations{2 * layer.inputs * layer.outputs * batch};
  time.executed_operations = Operations{2 * work.products};

  time.launch_seconds = time.is_measured ? platform.calibration->launch_seconds : 0.0;
  time.memory_seconds =
      static_cast<double>(time.bytes.value()) /
      (1e9 * platform.memory_gigabytes_per_second->value * fractions.bandwidth_fraction);
  time.compute_seconds = work.seconds;
  time.seconds = time.launch_seconds + std::max(time.memory_seconds, time.compute_seconds);
  time.bound = bound_of(time);
  if (platform.busy_watts) time.joules = platform.busy_watts->value * time.seconds;
  return time;
}

std::optional<double> ridge_operations_per_byte(const Platform& platform, NumberType type) {
  const Rate* rate = platform.fastest(type, true);
  if (rate == nullptr || !platform.memory_gigabytes_per_second) return {};
  return rate->operations_per_second / (1e9 * platform.memory_gigabytes_per_second->value);
}

std::string_view to_string(Bound bound) {
  switch (bound) {
    case Bound::memory:
      return "memory";
    case Bound::compute:
      return "compute";
    case Bound::launch:
      return "launch";
  }
  throw std::logic_error("unknown bound");
}

}  // namespace nzsim::platform
