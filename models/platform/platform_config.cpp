#include <array>
#include <cmath>
#include <utility>

#include "models/platform/platform.h"
#include "sim/config/node.h"

namespace nzsim::platform {
namespace {

constexpr double kLargestFigure = 1e12;
constexpr std::array kKinds{Kind::cpu, Kind::gpu,  Kind::mobile_gpu,
                            Kind::tpu, Kind::asic, Kind::fpga};
constexpr std::array kNumberTypes{
    NumberType::float64,  NumberType::float32, NumberType::tensor_float32, NumberType::float16,
    NumberType::bfloat16, NumberType::float8,  NumberType::int16,          NumberType::int8};
constexpr std::array kKernels{Kernel::dense_vector, Kernel::dense_matrix, Kernel::sparse_vector,
                              Kernel::sparse_matrix};

/// The value of `key`, one of the names of `all`.
template <class All>
typename All::value_type choice_of(ConfigNode& node, std::string_view key, const All& all,
                                   std::string_view description) {
  ChoiceRule rule;
  for (const auto value : all) rule.options.emplace_back(to_string(value));
  rule.description = description;
  const std::string name = node.choice(key, rule);
  for (const auto value : all) {
    if (to_string(value) == name) return value;
  }
  return all.front();
}

std::string source_from(ConfigNode& node) {
  return node.text("source", {.description = "Paper and table, data sheet, or the assumption."});
}

std::optional<Figure> figure_from(ConfigNode& root, std::string_view key,
                                  std::string_view description) {
  std::optional<Figure> figure;
  root.optional_object(key, description, [&](ConfigNode& node) {
    Figure read;
    read.value =
        node.number("value", {.maximum = kLargestFigure,
                              .description = "The figure, above zero: unknown ones are left out.",
                              .exclusive_minimum = true});
    read.is_upper_limit =
        node.boolean("is_upper_limit", false, "Whether the source says \"less than\".");
    read.source = source_from(node);
    figure = std::move(read);
  });
  return figure;
}

std::uint32_t extent_from(ConfigNode& node, std::string_view key,
                          std::optional<std::int64_t> default_value, std::string_view description) {
  constexpr std::int64_t kLargestExtent = 65536;
  return static_cast<std::uint32_t>(
      node.integer(key, {1, kLargestExtent, default_value, description}));
}

std::optional<Tile> tile_from(ConfigNode& parent) {
  std::optional<Tile> tile;
  parent.optional_object(
      "tile", "Shape of one instruction of the matrix unit.", [&](ConfigNode& node) {
        tile = Tile{extent_from(node, "outputs", {}, "Outputs of a tile."),
                    extent_from(node, "batch", {}, "Columns of the batch."),
                    extent_from(node, "inputs", {}, "Inputs that are added up.")};
      });
  return tile;
}

std::optional<Tile> block_from(ConfigNode& parent) {
  std::optional<Tile> block;
  parent.optional_object("block", "What one processor computes at a time, over all inputs.",
                         [&](ConfigNode& node) {
                           block = Tile{extent_from(node, "outputs", {}, "Outputs of a block."),
                                        extent_from(node, "batch", {}, "Columns of the batch.")};
                         });
  return block;
}

Rate rate_from(ConfigNode& node) {
  Rate rate;
  rate.type = choice_of(node, "type", kNumberTypes, "Type of the numbers that are multiplied.");
  rate.operations_per_second =
      1e12 * node.number("tera_operations_per_second",
                         {.description = "Peak rate, 1e12 operations per second; a "
                                         "multiply-accumulate is two, sparsity does not count.",
                          .exclusive_minimum = true});
  rate.is_matrix_unit = node.boolean("is_matrix_unit", false,
                                     "Whether a unit for dense matrix products alone has it.");
  rate.tile = tile_from(node);
  rate.source = source_from(node);
  return rate;
}

double fraction_from(ConfigNode& node, std::string_view key, std::string_view description) {
  return node.number(key, {.maximum = 1.0,
                           .default_value = 1.0,
                           .description = description,
                           .exclusive_minimum = true});
}

Attainable attainable_from(Kernel kernel, ConfigNode& node) {
  Attainable attainable;
  attainable.kernel = kernel;
  attainable.bandwidth_fraction =
      fraction_from(node, "bandwidth_fraction", "Attained part of the memory's bandwidth.");
  attainable.rate_fraction =
      fraction_from(node, "rate_fraction", "Attained part of the peak rate.");
  const bool is_sparse = kernel == Kernel::sparse_vector || kernel == Kernel::sparse_matrix;
  if (is_sparse) {
    attainable.gathered_numbers = extent_from(node, "gathered_numbers", 1,
                                              "Inputs of one frame that are moved at once; a row "
                                              "of weights uses those at its non-zeros.");
  } else {
    attainable.block = block_from(node);
  }
  return attainable;
}

Calibration calibration_from(ConfigNode& node) {
  constexpr double kLongestLaunchMicroseconds = 1e6;
  Calibration calibration;
  calibration.launch_seconds =
      1e-6 * node.number("launch_us", {.maximum = kLongestLaunchMicroseconds,
                                       .description = "Time of a call before work starts, us."});
  for (const Kernel kernel : kKernels) {
    node.optional_object(
        to_string(kernel), "What this kernel attains of the peaks in float32.",
        [&](ConfigNode& entry) { calibration.kernels.push_back(attainable_from(kernel, entry)); });
  }
  node.optional_object(
      "mean_error_percent", "Mean magnitude of the errors of calibrated times, %.",
      [&](ConfigNode& errors) {
        calibration.errors = CalibrationErrors{
            errors.number("calibrating", {.description = "On the measurements that it is from."}),
            errors.number("judging", {.description = "On measurements that had no part in it."})};
      });
  calibration.source = source_from(node);
  return calibration;
}

void check_rates(ConfigNode& root, const Platform& platform) {
  if (root.describing() || !root.valid() || !platform.calibration) return;
  if (platform.fastest(NumberType::float32, false) == nullptr ||
      !platform.memory_gigabytes_per_second) {
    root.fail("calibration",
              "expected a rate of float32 and a memory bandwidth that the fractions are parts of, "
              "got none");
    return;
  }
  for (const Attainable& entry : platform.calibration->kernels) {
    if (!entry.block) continue;
    if (!platform.processors || platform.processors->value < 1.0 ||
        platform.processors->value != std::floor(platform.processors->value)) {
      root.fail("calibration",
                "expected a whole number of processors, which run the blocks, got none");
      return;
    }
  }
}

void read_figures(ConfigNode& root, Platform& platform) {
  platform.process_nm = figure_from(root, "process_nm", "Technology node, nm.");
  platform.die_mm2 = figure_from(root, "die_mm2", "Area of the die, mm2.");
  platform.base_clock_mhz = figure_from(root, "base_clock_mhz", "Clock that is guaranteed, MHz.");
  platform.boost_clock_mhz = figure_from(root, "boost_clock_mhz", "Highest clock, MHz.");
  platform.processors =
      figure_from(root, "processors", "Cores, streaming multiprocessors, tiles or elements.");
  platform.memory_gigabytes_per_second = figure_from(
      root, "memory_gigabytes_per_second", "Bandwidth of the memory that holds weights, 1e9 B/s.");
  platform.memory_gigabytes = figure_from(root, "memory_gigabytes", "Capacity of that memory, GB.");
  platform.on_chip_mebibytes =
      figure_from(root, "on_chip_mebibytes", "On-chip memory as the source counts it, MiB.");
  root.optional_object("activations_on_chip",
                       "There where inputs and outputs of layers stay on the chip, so that weights "
                       "alone cross the memory.",
                       [&](ConfigNode& node) { platform.activations_on_chip = source_from(node); });
  platform.thermal_watts = figure_from(root, "thermal_watts", "Thermal design power, W.");
  platform.busy_watts = figure_from(root, "busy_watts", "Power under load, W.");
  platform.idle_watts = figure_from(root, "idle_watts", "Power without load, W.");
}

}  // namespace

Platform platform_from(ConfigNode& root) {
  constexpr std::size_t kMostRates = 64;
  Platform platform;
  platform.name = root.text("name", {.description = "Name of the platform in reports."});
  platform.description = root.text("description", {.description = "What it is, in one line."});
  platform.kind = choice_of(root, "kind", kKinds, "Sort of machine.");
  read_figures(root, platform);
  root.objects("rates",
               {.maximum_size = kMostRates,
                .description = "Peak rates by type of numbers; none where none was published."},
               [&](ConfigNode& node) { platform.rates.push_back(rate_from(node)); });
  root.optional_object("calibration",
                       "What kernels attain in float32; without it a time is the roofline's bound.",
                       [&](ConfigNode& node) { platform.calibration = calibration_from(node); });
  platform.conflicts =
      root.texts("conflicts",
                 {.maximum_size = kMostRates,
                  .required = false,
                  .description = "Where sources disagree: each one's figure, the choice and why."},
                 {.description = "One disagreement."});
  check_rates(root, platform);
  return platform;
}

Platform load_platform(const std::filesystem::path& path) {
  ConfigDocument document = ConfigDocument::load(path);
  ConfigNode root = document.root();
  Platform platform = platform_from(root);
  document.finish();
  return platform;
}

}  // namespace nzsim::platform
