#include "models/systolic/config.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/config/node.h"
#include "tests/support/message_of.h"
#include "tests/support/shipped_systolic.h"

namespace nzsim::systolic {
namespace {

using ::testing::HasSubstr;

struct Read {
  Config config;
  std::string resolved;
};

Read read_all(std::string_view json) {
  ConfigDocument document = ConfigDocument::parse(json, "m.json");
  ConfigNode root = document.root();
  const Config config = Config::from(root, 700e6);
  document.finish();
  return {config, document.resolved()};
}

Config read(std::string_view json) { return read_all(json).config; }

std::string error_of(std::string_view json) {
  return nzsim::test::message_of([&] { (void)read(json); });
}

/// A memory of `bytes`.
std::string memory_of(std::uint64_t bytes) {
  return fmt::format(
      R"("memory": {{"name": "m", "source": "s", "kind": "ideal", "latency_ns": 1,
         "bytes_per_second": 1000, "capacity_bytes": {}}})",
      bytes);
}

TEST(SystolicConfig, DefaultsToTpuV1WithoutMemoryAndHost) {
  const Config config = read("{}");
  EXPECT_EQ(config.clock_hz, 700e6);
  EXPECT_EQ(config.elements(), 65536U);
  EXPECT_EQ(config.dataflow, Dataflow::weight_stationary);
  EXPECT_TRUE(config.weight_double_buffering);
  EXPECT_EQ(config.weight_fifo_tiles, 4U);
  EXPECT_EQ(config.unified_buffer_bytes, 25165824U);
  EXPECT_EQ(config.accumulator_rows, 4096U);
  EXPECT_EQ(config.operand_type, OperandType::int8);
  EXPECT_EQ(config.window_mapping, WindowMapping::by_position);
  EXPECT_EQ(config.synchronization_wait_cycles, 0U);
  EXPECT_FALSE(config.host_bytes_per_second);
  EXPECT_FALSE(config.memory);
}

TEST(SystolicConfig, TakesEveryKey) {
  const Config config = read(fmt::format(
      R"({{"rows": 8, "columns": 4, "dataflow": "input_stationary",
           "weight_double_buffering": false, "weight_fifo_tiles": 1, "unified_buffer_bytes": 4096,
           "accumulator_rows": 8, "operand_type": "int16", "accumulator_type": "int32",
           "window_mapping": "flattened", "synchronization_wait_cycles": 7,
           "host_interface": {{"bytes_per_second": 1e9}}, {}}})",
      memory_of(64)));
  EXPECT_EQ(config.rows, 8U);
  EXPECT_EQ(config.columns, 4U);
  EXPECT_EQ(config.dataflow, Dataflow::input_stationary);
  EXPECT_FALSE(config.weight_double_buffering);
  EXPECT_EQ(config.weight_fifo_tiles, 1U);
  EXPECT_EQ(config.unified_buffer_bytes, 4096U);
  EXPECT_EQ(config.accumulator_rows, 8U);
  EXPECT_EQ(config.operand_type, OperandType::int16);
  EXPECT_EQ(config.window_mapping, WindowMapping::flattened);
  EXPECT_EQ(config.synchronization_wait_cycles, 7U);
  EXPECT_EQ(config.host_bytes_per_second, 1e9);
  ASSERT_TRUE(config.memory);
  EXPECT_EQ(config.memory->capacity_bytes(), 64U);
}

TEST(SystolicConfig, OperandsDecideBytesAndPasses) {
  const Config mixed = read(R"({"operand_type": "int8x16"})");
  EXPECT_EQ(mixed.activation_bytes(), 2U);
  EXPECT_EQ(mixed.weight_bytes(), 1U);
  EXPECT_EQ(mixed.cycles_per_row(), 2U);
  const Config wide = read(R"({"operand_type": "int16"})");
  EXPECT_EQ(wide.weight_bytes(), 2U);
  EXPECT_EQ(wide.cycles_per_row(), 4U);
  const Config floats = read(R"({"operand_type": "bfloat16"})");
  EXPECT_EQ(floats.weight_bytes(), 2U);
  EXPECT_EQ(floats.cycles_per_row(), 1U);
}

TEST(SystolicConfig, RefusesAnArrayWithoutRowsOrTooLarge) {
  EXPECT_EQ(error_of(R"({"rows": 0})"), "m.json: /rows: expected an integer in [1, 4096], got 0");
  EXPECT_EQ(error_of(R"({"columns": 4097})"),
            "m.json: /columns: expected an integer in [1, 4096], got 4097");
}

TEST(SystolicConfig, RefusesAFifoInWhichNoTileCouldArrive) {
  EXPECT_EQ(error_of(R"({"weight_fifo_tiles": 0})"),
            "m.json: /weight_fifo_tiles: expected an integer of at least 1, as without a place in "
            "the FIFO no tile arrives and a multiplication waits for ever, got 0");
}

TEST(SystolicConfig, RefusesAccumulatorsTooSmallForOneTile) {
  EXPECT_EQ(error_of(R"({"accumulator_rows": 1})"),
            "m.json: /accumulator_rows: expected 0 or at least 2, two halves of 1 for the sums of "
            "one tile, got 1");
  EXPECT_EQ(error_of(R"({"rows": 8, "dataflow": "output_stationary", "accumulator_rows": 15})"),
            "m.json: /accumulator_rows: expected 0 or at least 16, two halves of 8 for the sums of "
            "one tile, got 15");
  EXPECT_EQ(error_of(R"({"columns": 8, "dataflow": "input_stationary", "accumulator_rows": 15})"),
            "m.json: /accumulator_rows: expected 0 or at least 16, two halves of 8 for the sums of "
            "one tile, got 15");
}

TEST(SystolicConfig, TakesTheSmallestAccumulatorsOfEachDataflow) {
  EXPECT_EQ(read(R"({"accumulator_rows": 2})").accumulator_rows, 2U);
  EXPECT_EQ(read(R"({"rows": 8, "dataflow": "output_stationary", "accumulator_rows": 16})")
                .accumulator_rows,
            16U);
  EXPECT_EQ(read(R"({"columns": 8, "dataflow": "input_stationary", "accumulator_rows": 16})")
                .accumulator_rows,
            16U);
  EXPECT_EQ(read(R"({"accumulator_rows": 0})").accumulator_rows, 0U);
}

TEST(SystolicConfig, AddsProductsInTheTypeThatFitsThem) {
  EXPECT_THAT(read_all("{}").resolved, HasSubstr(R"("accumulator_type": "int32")"));
  EXPECT_THAT(read_all(R"({"operand_type": "bfloat16"})").resolved,
              HasSubstr(R"("accumulator_type": "float32")"));
  EXPECT_EQ(error_of(R"({"operand_type": "bfloat16", "accumulator_type": "int32"})"),
            "m.json: /accumulator_type: expected \"float32\", in which products of this "
            "operand_type are added, got \"int32\"");
  EXPECT_EQ(error_of(R"({"accumulator_type": "float32"})"),
            "m.json: /accumulator_type: expected \"int32\", in which products of this "
            "operand_type are added, got \"float32\"");
}

TEST(SystolicConfig, EchoesEveryDefault) {
  const std::string resolved = read_all("{}").resolved;
  for (const char* key :
       {"rows", "columns", "dataflow", "weight_double_buffering", "weight_fifo_tiles",
        "unified_buffer_bytes", "accumulator_rows", "operand_type", "accumulator_type",
        "window_mapping", "synchronization_wait_cycles"}) {
    EXPECT_THAT(resolved, HasSubstr(fmt::format("\"{}\": ", key)));
  }
}

TEST(SystolicConfig, RefusesAMemoryWithoutRoomForATile) {
  // 4 x 4 weights of 2 bytes.
  const char* array = R"("rows": 4, "columns": 4, "operand_type": "int16")";
  EXPECT_EQ(error_of(fmt::format("{{{}, {}}}", array, memory_of(31))),
            "m.json: /memory: expected room for one weight tile of 32 bytes, got 31");
  EXPECT_TRUE(read(fmt::format("{{{}, {}}}", array, memory_of(32))).memory);
}

TEST(SystolicConfig, RefusesAHostThatMovesNothing) {
  EXPECT_THAT(error_of(R"({"host_interface": {"bytes_per_second": 0}})"),
              testing::StartsWith("m.json: /host_interface/bytes_per_second: expected a number"));
  EXPECT_THAT(error_of(R"({"host_interface": {}})"), HasSubstr("/host_interface"));
}

TEST(SystolicConfig, SuggestsTheNearestName) {
  EXPECT_THAT(error_of(R"({"dataflow": "weight_stationery"})"),
              HasSubstr("did you mean \"weight_stationary\"?"));
}

TEST(SystolicConfig, DescribesEveryKey) {
  ConfigDocument document = ConfigDocument::describe("systolic");
  ConfigNode root = document.root();
  (void)Config::from(root, 700e6);
  const std::string schema = document.schema();
  for (const char* key : {"weight_fifo_tiles", "accumulator_type", "host_interface", "memory",
                          "synchronization_wait_cycles", "window_mapping"}) {
    EXPECT_THAT(schema, HasSubstr(fmt::format("\"{}\"", key)));
  }
}

TEST(SystolicMachines, TpuV1IsThatOfThePaper) {
  const test::ShippedMachine machine = test::shipped_systolic("tpu-v1");
  EXPECT_EQ(machine.config.clock_hz, 700e6);
  // 65,536 x 2 x 700 MHz = 92 TOPS.
  EXPECT_EQ(machine.config.peak_macs_per_cycle(), 65536.0);
  ASSERT_TRUE(machine.config.memory);
  // Two channels of 64 bits at 2133 MT/s: Table 2 has 34 GB/s.
  EXPECT_NEAR(machine.config.memory->peak_bytes_per_second(), 34.1e9, 0.1e9);
  EXPECT_EQ(machine.config.host_bytes_per_second, 12.5e9);
}

TEST(SystolicMachines, WiderOperandsHaveHalfAndQuarterSpeed) {
  EXPECT_EQ(test::shipped_systolic("tpu-v1-8x16").config.peak_macs_per_cycle(), 32768.0);
  EXPECT_EQ(test::shipped_systolic("tpu-v1-16x16").config.peak_macs_per_cycle(), 16384.0);
}

TEST(SystolicMachines, Gddr5MovesTheRidgeOfTpuV1) {
  const Config config = test::shipped_systolic("tpu-v1-gddr5").config;
  const double bytes_per_second = config.memory->peak_bytes_per_second();
  EXPECT_NEAR(bytes_per_second, 192e9, 0.1e9);
  // Section 7: "ridge point" 250; 65,536 x 700 MHz / 192 GB/s = 239.
  EXPECT_NEAR(65536 * 700e6 / bytes_per_second, 239.0, 0.5);
}

TEST(SystolicMachines, TpuV2HasFloats) {
  const Config config = test::shipped_systolic("tpu-v2-mxu").config;
  EXPECT_EQ(config.operand_type, OperandType::bfloat16);
  // 8 channels of 128 bits at 2 Gb/s.
  EXPECT_NEAR(config.memory->peak_bytes_per_second(), 256e9, 1e6);
}

TEST(SystolicMachines, TeachingMachineWaitsForItsTiles) {
  const Config config = test::shipped_systolic("systolic-4x4-teaching").config;
  // 16 bytes at 2 bytes a cycle are 8 cycles; the shift of 4 rows takes 4.
  const double fetch_cycles = static_cast<double>(config.tile_bytes()) /
                              config.memory->peak_bytes_per_second() * config.clock_hz;
  EXPECT_EQ(fetch_cycles, 8.0);
}

TEST(SystolicMachines, ScalesimMachinesDifferInTheDataflowAlone) {
  const Config weights = test::shipped_systolic("scalesim-ws-32x32").config;
  const Config outputs = test::shipped_systolic("scalesim-os-32x32").config;
  const Config inputs = test::shipped_systolic("scalesim-is-32x32").config;
  EXPECT_EQ(weights.dataflow, Dataflow::weight_stationary);
  EXPECT_EQ(outputs.dataflow, Dataflow::output_stationary);
  EXPECT_EQ(inputs.dataflow, Dataflow::input_stationary);
  for (const Config& config : {weights, outputs, inputs}) {
    EXPECT_EQ(config.elements(), 1024U);
    EXPECT_FALSE(config.weight_double_buffering);
    EXPECT_EQ(config.accumulator_rows, 0U);
    EXPECT_EQ(config.window_mapping, WindowMapping::flattened);
    EXPECT_FALSE(config.memory);
    EXPECT_FALSE(config.host_bytes_per_second);
  }
}

}  // namespace
}  // namespace nzsim::systolic
