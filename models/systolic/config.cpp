#include "models/systolic/config.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/config/node.h"
#include "sim/memory/machine_memory.h"

namespace nzsim::systolic {
namespace {

constexpr std::int64_t kMaximumBufferBytes = std::int64_t{1} << 44;
/// Two halves: one is drained while the other is written.
constexpr std::uint64_t kAccumulatorHalves = 2;

std::uint32_t unsigned_of(ConfigNode& node, std::string_view key, std::int64_t minimum,
                          std::int64_t maximum, std::int64_t default_value,
                          std::string_view description) {
  return static_cast<std::uint32_t>(
      node.integer(key, {minimum, maximum, default_value, description}));
}

Dataflow dataflow_from(ConfigNode& node) {
  const std::string name = node.choice(
      "dataflow", {.options = {"weight_stationary", "output_stationary", "input_stationary"},
                   .default_value = "weight_stationary",
                   .description = "What stays in the array while the other two pass through it."});
  if (name == "output_stationary") return Dataflow::output_stationary;
  return name == "input_stationary" ? Dataflow::input_stationary : Dataflow::weight_stationary;
}

OperandType operand_type_from(ConfigNode& node) {
  const std::string name = node.choice(
      "operand_type",
      {.options = {"int8", "int8x16", "int16", "bfloat16"},
       .default_value = "int8",
       .description = "Operands: 8 bits; weights of 8 and activations of 16 bits, in two passes; "
                      "16 bits, in four passes; or bfloat16, in one."});
  if (name == "int8x16") return OperandType::int8x16;
  if (name == "int16") return OperandType::int16;
  return name == "bfloat16" ? OperandType::bfloat16 : OperandType::int8;
}

WindowMapping window_mapping_from(ConfigNode& node) {
  const std::string name = node.choice(
      "window_mapping",
      {.options = {"by_position", "flattened"},
       .default_value = "by_position",
       .description = "How a convolution's window is cut into tiles: by kernel position and there "
                      "by channels, or all of it as one vector (im2col)."});
  return name == "flattened" ? WindowMapping::flattened : WindowMapping::by_position;
}

/// Sums are as wide as products need them: the type follows from the operands and is only checked.
void check_accumulator_type(ConfigNode& node, OperandType operand_type) {
  const std::string expected = operand_type == OperandType::bfloat16 ? "float32" : "int32";
  const std::string name = node.choice(
      "accumulator_type", {.options = {"int32", "float32"},
                           .default_value = expected,
                           .description = "Type of partial sums: float32 with operands bfloat16, "
                                          "int32 with all others."});
  if (node.describing() || name == expected) return;
  node.fail("accumulator_type",
            fmt::format("expected \"{}\", in which products of this operand_type are added, got "
                        "\"{}\"",
                        expected, name));
}

void read_array(ConfigNode& node, Config& config) {
  config.rows = unsigned_of(node, "rows", 1, 4096, config.rows,
                            "Rows of the array: elements of the inner dimension (output "
                            "stationary: output rows) at a time.");
  config.columns = unsigned_of(node, "columns", 1, 4096, config.columns,
                               "Columns of the array: outputs (input stationary: input vectors) at "
                               "a time.");
  config.dataflow = dataflow_from(node);
  config.weight_double_buffering =
      node.boolean("weight_double_buffering", config.weight_double_buffering,
                   "Whether the array takes the next stationary operand while it works on the one "
                   "before.");
  config.operand_type = operand_type_from(node);
  check_accumulator_type(node, config.operand_type);
  config.window_mapping = window_mapping_from(node);
}

/// The smallest accumulators that hold one fold in each half: a row of sums leaves a weight
/// stationary array at a time, and a whole array of sums an output stationary one.
std::uint64_t least_accumulator_rows(const Config& config) {
  switch (config.dataflow) {
    case Dataflow::weight_stationary:
      return kAccumulatorHalves;
    case Dataflow::output_stationary:
      return kAccumulatorHalves * config.rows;
    case Dataflow::input_stationary:
      return kAccumulatorHalves * config.columns;
  }
  return kAccumulatorHalves;
}

void read_buffers(ConfigNode& node, Config& config) {
  config.weight_fifo_tiles =
      unsigned_of(node, "weight_fifo_tiles", 0, 1 << 20, config.weight_fifo_tiles,
                  "Weight tiles, at least 1, that the FIFO holds, those under way included.");
  config.unified_buffer_bytes = static_cast<std::uint64_t>(
      node.integer("unified_buffer_bytes",
                   {1, kMaximumBufferBytes, static_cast<std::int64_t>(config.unified_buffer_bytes),
                    "Bytes of the buffer of activations."}));
  config.accumulator_rows =
      unsigned_of(node, "accumulator_rows", 0, 1 << 24, config.accumulator_rows,
                  "Rows of 32-bit sums, as wide as the array, in two halves; 0: none, sums of "
                  "several folds live in the unified buffer.");
  if (node.describing()) return;
  if (config.weight_fifo_tiles == 0) {
    node.fail("weight_fifo_tiles",
              "expected an integer of at least 1, as without a place in the FIFO no tile arrives "
              "and a multiplication waits for ever, got 0");
  }
  const std::uint64_t least = least_accumulator_rows(config);
  if (config.accumulator_rows != 0 && config.accumulator_rows < least && node.valid("rows") &&
      node.valid("columns")) {
    node.fail("accumulator_rows",
              fmt::format("expected 0 or at least {}, two halves of {} for the sums of one tile, "
                          "got {}",
                          least, least / kAccumulatorHalves, config.accumulator_rows));
  }
}

void read_host_interface(ConfigNode& node, Config& config) {
  node.optional_object("host_interface",
                       "Link that inputs come from and outputs go to; without it they are in the "
                       "unified buffer at first and stay there.",
                       [&](ConfigNode& host) {
                         config.host_bytes_per_second = host.number(
                             "bytes_per_second", {.minimum = 1.0,
                                                  .maximum = 1e15,
                                                  .description = "Rate of the link, both ways "
                                                                 "together."});
                       });
  if (node.describing()) config.host_bytes_per_second.reset();
}

void read_weight_memory(ConfigNode& node, Config& config) {
  config.memory = memory_of_machine(node);
  if (node.describing() || !node.valid() || !config.memory) return;
  if (config.memory->capacity_bytes() < config.tile_bytes()) {
    node.fail("memory", fmt::format("expected room for one weight tile of {} bytes, got {}",
                                    config.tile_bytes(), config.memory->capacity_bytes()));
  }
}

}  // namespace

Config Config::from(ConfigNode& node, double clock_hz) {
  Config config;
  config.clock_hz = clock_hz;
  read_array(node, config);
  read_buffers(node, config);
  config.synchronization_wait_cycles = static_cast<std::uint64_t>(
      node.integer("synchronization_wait_cycles",
                   {0, 1'000'000'000, static_cast<std::int64_t>(config.synchronization_wait_cycles),
                    "Cycles that each layer waits beyond its data."}));
  read_host_interface(node, config);
  read_weight_memory(node, config);
  return config;
}

}  // namespace nzsim::systolic
