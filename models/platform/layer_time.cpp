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

/// Bytes of one matrix of weights.
std::uint64_t bytes_of(const LayerShape& layer, const Format& format) {
  const std::uint64_t number = bytes_of(format.type);
  const std::uint64_t stored = stored_weights(layer, format.layout);
  if (format.layout == Layout::dense) return stored * number;
  return stored * (number + kIndexBytes) + (layer.outputs + 1) * kIndexBytes;
}

std::uint64_t bytes_of(const Platform& platform, const LayerWork& work, const Format& format) {
  std::uint64_t bytes = 0;
  if (work.has_weights) bytes += work.products * bytes_of(work.shape, format);
  if (!platform.activations_on_chip) bytes += work.activations * bytes_of(format.type);
  return bytes;
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

/// What a unit executes for one product, and how long.
struct Execution {
  std::uint64_t multiply_accumulates = 0;
  double seconds = std::numeric_limits<double>::infinity();
};

/// By the unit that is fastest with its tiles filled up: a batch of 1 leaves most of a matrix
/// unit's tile empty.
Execution fastest_execution(const Platform& platform, const Attainable& fractions,
                            const LayerWork& work, const Format& format) {
  Execution fastest;
  for (const Rate& rate : platform.rates) {
    if (!may_compute(rate, format)) continue;
    Execution execution;
    execution.multiply_accumulates =
        format.layout == Layout::dense
            ? executed_products(platform, rate, fractions, work.shape, work.vectors)
            : gathered_products(work.shape, fractions.gathered_numbers, work.vectors);
    execution.seconds = 2.0 * static_cast<double>(execution.multiply_accumulates) /
                        (rate.operations_per_second * fractions.rate_fraction);
    if (execution.seconds < fastest.seconds) fastest = execution;
  }
  return fastest;
}

/// Adds operations and their time.
void add_products(const Platform& platform, const Attainable& fractions, const LayerWork& work,
                  const Format& format, LayerTime& time) {
  const std::uint64_t stored = stored_weights(work.shape, format.layout);
  const std::uint64_t dense = work.shape.inputs * work.shape.outputs;
  const Execution execution = fastest_execution(platform, fractions, work, format);
  time.operations = Operations{2 * stored * work.vectors * work.products};
  time.dense_operations = Operations{2 * dense * work.vectors * work.products};
  time.executed_operations = Operations{2 * execution.multiply_accumulates * work.products};
  time.compute_seconds = execution.seconds * static_cast<double>(work.products);
}

/// The term of `time` that is largest.
Bound bound_of(const LayerTime& time) {
  const double work = std::max(time.memory_seconds, time.compute_seconds);
  if (time.launch_seconds > work) return Bound::launch;
  return time.memory_seconds >= time.compute_seconds ? Bound::memory : Bound::compute;
}

void check(const Platform& platform, const LayerWork& work, const Format& format) {
  if (const std::optional<std::string> missing = missing_figure(platform, format)) {
    throw ConfigError(platform.name, "",
                      fmt::format("expected {} of this platform, got none", *missing));
  }
  const LayerShape& shape = work.shape;
  if (work.products == 0) return;
  if (shape.inputs == 0 || shape.outputs == 0 || work.vectors == 0 ||
      !(shape.weight_density > 0.0) || shape.weight_density > 1.0) {
    throw WorkloadError(
        platform.name, "",
        fmt::format("expected a layer with inputs, outputs, a batch and a density "
                    "in (0, 1], got {} x {}, {}, {}",
                    shape.outputs, shape.inputs, work.vectors, shape.weight_density));
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

LayerTime layer_time(const Platform& platform, const LayerWork& work, const Format& format) {
  check(platform, work, format);
  // Activations are not compressed.
  const Format held = work.has_weights ? format : Format{Layout::dense, format.type};
  LayerTime time;
  if (work.products > 0) time.kernel = kernel_of(held.layout, work.vectors);
  const bool may_be_calibrated =
      time.kernel && work.is_fully_connected && held.type == NumberType::float32;
  const Attainable* attainable = may_be_calibrated ? platform.attainable(*time.kernel) : nullptr;
  time.is_measured = attainable != nullptr;
  time.basis = std::string(time.is_measured ? kCalibrated : kRooflineBound);

  const Attainable peak;
  const Attainable& fractions = attainable == nullptr ? peak : *attainable;
  time.bytes = Bytes{bytes_of(platform, work, held)};
  if (time.is_measured) {
    time.launch_seconds = platform.calibration->launch_seconds * static_cast<double>(work.calls);
  }
  time.memory_seconds =
      static_cast<double>(time.bytes.value()) /
      (1e9 * platform.memory_gigabytes_per_second->value * fractions.bandwidth_fraction);
  if (time.kernel) add_products(platform, fractions, work, held, time);
  time.seconds = time.launch_seconds + std::max(time.memory_seconds, time.compute_seconds);
  time.bound = bound_of(time);
  if (platform.busy_watts) time.joules = platform.busy_watts->value * time.seconds;
  return time;
}

LayerTime layer_time(const Platform& platform, const LayerShape& layer, const Format& format,
                     std::uint64_t batch) {
  return layer_time(
      platform,
      {.shape = layer, .vectors = batch, .activations = (layer.inputs + layer.outputs) * batch},
      format);
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
