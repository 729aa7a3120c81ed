#include "models/systolic/energy.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/energy/dram_energy.h"
#include "sim/energy/table.h"
#include "tests/support/shipped_memory.h"
#include "tests/support/shipped_systolic.h"

namespace nzsim::systolic {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

EnergyTable shipped_table() {
  return load_energy_table(NZSIM_SOURCE_DIR "/configs/energy/tpu-28nm.json");
}

/// The table with the energies of the machine's memory, as `load_machine` makes it.
EnergyTable table_of(const Config& config) {
  EnergyTable table = shipped_table();
  if (!config.memory) return table;
  const EnergyTable dram = dram_energy_table(*config.memory).value();
  table.entries.insert(table.entries.end(), dram.entries.begin(), dram.entries.end());
  return table;
}

/// The event of a component and action, which must be there once.
EnergyEvent event_of(const std::vector<EnergyEvent>& events, std::string_view component,
                     std::string_view action) {
  std::vector<EnergyEvent> found;
  for (const EnergyEvent& event : events) {
    if (event.component == component && event.action == action) found.push_back(event);
  }
  EXPECT_EQ(found.size(), 1U) << component << " " << action;
  return found.empty() ? EnergyEvent{} : found.front();
}

std::uint64_t count_of(const std::vector<EnergyEvent>& events, std::string_view component,
                       std::string_view action) {
  return event_of(events, component, action).count;
}

/// 2 rows and 3 columns without memory and host.
Config small_array(Dataflow dataflow) {
  Config config;
  config.rows = 2;
  config.columns = 3;
  config.dataflow = dataflow;
  return config;
}

/// Events of 10 active cycles and 5 stationary operands.
std::vector<EnergyEvent> events_of_small(const Config& config) {
  const Statistics statistics(config);
  CounterValues counters = statistics.registry.zeros();
  counters[statistics.array_active_cycles.value] = 10;
  counters[statistics.stationary_loads.value] = 5;
  return energy_events(config, statistics, counters);
}

/// Activity of CNN0 in one million cycles of TPU v1: 78.2 % active and no unused row (Jouppi et
/// al., ISCA 2017, Table 3), 2,888 rows for each tile (Table 1: 19 x 19 positions, batch 8), hence
/// 271 tiles. Assumption: kernels of 3 x 3 on 256 channels, so that one of nine rows of sums is
/// finished and written back.
CounterValues cnn0_counters(const Statistics& statistics) {
  CounterValues counters = statistics.registry.zeros();
  counters[statistics.cycles.value] = 1'000'000;
  counters[statistics.array_active_cycles.value] = 782'000;
  counters[statistics.stationary_loads.value] = 271;
  counters[statistics.weight_tiles.value] = 271;
  counters[statistics.unified_buffer_bytes_read.value] = 782'000 * 256;
  counters[statistics.unified_buffer_bytes_written.value] = 86'889 * 256;
  counters[statistics.accumulator_row_writes.value] = 782'000;
  counters[statistics.accumulator_row_reads.value] = 782'000;
  counters[statistics.activation_rows.value] = 86'889;
  return counters;
}

/// Mean power of each module of TPU v1 in watts.
std::map<std::string, double> tpu_watts(
    const std::function<CounterValues(const Statistics&)>& counters_of) {
  const Config config = test::shipped_systolic("tpu-v1").config;
  const Statistics statistics(config);
  const CounterValues counters = counters_of(statistics);
  const double seconds = static_cast<double>(counters[statistics.cycles.value]) / config.clock_hz;
  std::map<std::string, double> watts;
  for (const EnergyRow& row :
       energy_of(table_of(config), energy_events(config, statistics, counters), config.clock_hz)) {
    watts[row.module] += row.energy.value() * 1e-12 / seconds;
  }
  return watts;
}

double sum(const std::map<std::string, double>& parts) {
  double all = 0.0;
  for (const auto& [name, part] : parts) all += part;
  return all;
}

TEST(SystolicEnergy, EventsFollowFromTheCounters) {
  Config config = small_array(Dataflow::weight_stationary);
  config.host_bytes_per_second = 1e9;
  config.memory = nzsim::test::shipped_memory("ddr3-2133");
  const Statistics statistics(config);
  CounterValues counters = statistics.registry.zeros();
  const std::vector<CounterIndex> counted = {statistics.unified_buffer_bytes_read,
                                             statistics.unified_buffer_bytes_written,
                                             statistics.accumulator_row_reads,
                                             statistics.accumulator_row_writes,
                                             statistics.weight_tiles,
                                             statistics.activation_rows,
                                             statistics.vector_rows,
                                             statistics.host_bytes_read,
                                             statistics.host_bytes_written,
                                             statistics.cycles};
  for (std::size_t index = 0; index < counted.size(); ++index) {
    counters[counted[index].value] = 10 * (index + 1);
  }
  ChannelCounters channel;
  channel.reads = 17;
  statistics.dram->fill(counters, 0, {}, channel);

  const auto events = energy_events(config, statistics, counters);
  EXPECT_EQ(count_of(events, "unified_buffer", "read"), 10U);
  EXPECT_EQ(count_of(events, "unified_buffer", "write"), 20U);
  EXPECT_EQ(count_of(events, "accumulators", "read"), 30U);
  EXPECT_EQ(count_of(events, "accumulators", "write"), 40U);
  // 50 tiles of 2 rows.
  EXPECT_EQ(count_of(events, "weight_fifo", "write"), 100U);
  EXPECT_EQ(count_of(events, "weight_fifo", "read"), 100U);
  // 60 and 70 rows of 3 columns.
  EXPECT_EQ(count_of(events, "activation_unit", "finish_int32"), 180U);
  EXPECT_EQ(count_of(events, "activation_unit", "vector_int32"), 210U);
  EXPECT_EQ(count_of(events, "host_link", "read"), 80U);
  EXPECT_EQ(count_of(events, "host_link", "write"), 90U);
  EXPECT_EQ(count_of(events, "dram", "read"), 17U);
  // 100 cycles of 6 elements, 3 lanes of the activation unit, one port of 64 bits and, for 1 GB/s,
  // two lanes of 0.78 GB/s.
  EXPECT_EQ(count_of(events, "matrix_unit_element", "leakage_and_clock"), 600U);
  EXPECT_EQ(count_of(events, "activation_unit_lane", "leakage_and_clock"), 300U);
  EXPECT_EQ(count_of(events, "memory_port", "leakage_and_clock"), 100U);
  EXPECT_EQ(count_of(events, "host_lane", "leakage_and_clock"), 200U);
}

TEST(SystolicEnergy, WeightsStayWhileActivationsAndSumsMove) {
  const auto events = events_of_small(small_array(Dataflow::weight_stationary));
  // 10 active cycles of 6 elements.
  EXPECT_EQ(count_of(events, "multiply_accumulator", "multiply_int8"), 60U);
  EXPECT_EQ(count_of(events, "multiply_accumulator", "add_int32"), 60U);
  EXPECT_EQ(count_of(events, "array_register", "activation"), 60U);
  EXPECT_EQ(count_of(events, "array_wire", "activation"), 60U);
  EXPECT_EQ(event_of(events, "array_wire", "activation").width_bits, 8U);
  EXPECT_EQ(count_of(events, "array_register", "partial_sum"), 60U);
  EXPECT_EQ(count_of(events, "array_wire", "partial_sum"), 60U);
  EXPECT_EQ(event_of(events, "array_wire", "partial_sum").width_bits, 32U);
  // 5 tiles: in 3 columns row 0 moves once and row 1 twice, then 6 elements take their weight.
  EXPECT_EQ(count_of(events, "array_wire", "weight"), 45U);
  EXPECT_EQ(count_of(events, "array_register", "weight"), 75U);
}

TEST(SystolicEnergy, WithoutDoubleBufferingThereAreNoShadowRegisters) {
  Config config = small_array(Dataflow::weight_stationary);
  config.weight_double_buffering = false;
  const auto events = events_of_small(config);
  EXPECT_EQ(count_of(events, "array_wire", "weight"), 45U);
  EXPECT_EQ(count_of(events, "array_register", "weight"), 45U);
}

TEST(SystolicEnergy, ActivationsStayInAnInputStationaryArray) {
  const auto events = events_of_small(small_array(Dataflow::input_stationary));
  EXPECT_EQ(count_of(events, "array_wire", "weight"), 60U);
  EXPECT_EQ(count_of(events, "array_wire", "activation"), 45U);
  EXPECT_EQ(count_of(events, "array_register", "activation"), 75U);
  EXPECT_EQ(count_of(events, "array_wire", "partial_sum"), 60U);
}

TEST(SystolicEnergy, SumsStayInAnOutputStationaryArray) {
  const auto events = events_of_small(small_array(Dataflow::output_stationary));
  EXPECT_EQ(count_of(events, "array_wire", "activation"), 60U);
  EXPECT_EQ(count_of(events, "array_wire", "weight"), 60U);
  // Each of 60 sums is kept; 5 folds are shifted out as weights are shifted in.
  EXPECT_EQ(count_of(events, "array_wire", "partial_sum"), 45U);
  EXPECT_EQ(count_of(events, "array_register", "partial_sum"), 60U + 75U);
}

TEST(SystolicEnergy, EachPassOfAWideOperandIsAMultiplication) {
  Config config = small_array(Dataflow::weight_stationary);
  config.operand_type = OperandType::int16;
  const auto events = events_of_small(config);
  // Active cycles count passes; a pass streams 8 bits, the weight has 16.
  EXPECT_EQ(count_of(events, "multiply_accumulator", "multiply_int8"), 60U);
  EXPECT_EQ(event_of(events, "array_wire", "activation").width_bits, 8U);
  EXPECT_EQ(event_of(events, "array_wire", "weight").width_bits, 16U);
}

TEST(SystolicEnergy, FloatsAreMultipliedAndAddedAsSuch) {
  Config config = small_array(Dataflow::weight_stationary);
  config.operand_type = OperandType::bfloat16;
  const auto events = events_of_small(config);
  EXPECT_EQ(count_of(events, "multiply_accumulator", "multiply_bfloat16"), 60U);
  EXPECT_EQ(count_of(events, "multiply_accumulator", "add_float32"), 60U);
  EXPECT_EQ(event_of(events, "array_wire", "activation").width_bits, 16U);
  EXPECT_EQ(count_of(events, "activation_unit", "finish_float32"), 0U);
}

TEST(SystolicEnergy, WhatAMachineLacksCostsNothing) {
  Config config = small_array(Dataflow::weight_stationary);
  config.accumulator_rows = 0;
  for (const EnergyEvent& event : events_of_small(config)) {
    EXPECT_THAT(event.module,
                AnyOf("MatrixUnit.multiply", "MatrixUnit.registers", "MatrixUnit.wires",
                      "UnifiedBuffer", "ActivationUnit", "Static"));
    EXPECT_THAT(event.component, testing::Not(AnyOf("accumulators", "memory_port", "host_lane")));
  }
}

TEST(SystolicEnergy, MemoriesAreBanksAlongTheArray) {
  Config config;
  config.rows = 32;
  config.unified_buffer_bytes = 32 * 4 * 32768;
  config.columns = 2;
  config.accumulator_rows = 4 * 2048;
  config.memory = nzsim::test::shipped_memory("ddr3-2133");
  config.weight_fifo_tiles = 1024;
  const Statistics statistics(config);
  std::map<std::string, double> each;
  for (const EnergyRow& row :
       energy_of(table_of(config), energy_events(config, statistics, statistics.registry.zeros()),
                 700e6)) {
    each[row.component + "." + row.action] = row.picojoules_each;
  }
  // 16.08 pJ for 64 bits of 32 KB: 8 bits of four times the capacity.
  EXPECT_NEAR(each["unified_buffer.read"], 16.08 / 8 * 2, 1e-9);
  EXPECT_EQ(each["unified_buffer.write"], each["unified_buffer.read"]);
  // 9.293 pJ for 64 bits of 8 KB: two banks of 32 bits, each with four times the capacity.
  EXPECT_NEAR(each["accumulators.read"], 9.293 * 2, 1e-9);
  EXPECT_EQ(each["accumulators.write"], each["accumulators.read"]);
  // Two banks of 8 bits; 1,024 tiles of 32 rows are 32 KB in each.
  EXPECT_NEAR(each["weight_fifo.read"], 9.293 / 4 * 2, 1e-9);
}

TEST(SystolicEnergy, IdleTpuTakesThePublishedPowerByCalibration) {
  const auto watts = tpu_watts([](const Statistics& statistics) {
    CounterValues counters = statistics.registry.zeros();
    counters[statistics.cycles.value] = 1000;
    return counters;
  });
  // Jouppi et al., ISCA 2017, Table 2: 28 W.
  EXPECT_NEAR(watts.at("Static"), 28.0, 1e-4);
  EXPECT_NEAR(sum(watts), 28.0, 1e-4);
}

TEST(SystolicEnergy, BusyTpuTakesMoreThanThePublishedPower) {
  const auto watts = tpu_watts(cnn0_counters);
  // (0.153 + 0.07357) pJ x 65,536 x 0.782 x 700 MHz.
  EXPECT_NEAR(watts.at("MatrixUnit.multiply"), 8.128, 0.001);
  // 0.844 fJ x 40 bits x 65,536 x 547.4 MHz = 1.211 W; 189,700 tiles/s x (256 x 256 x 257 / 2 +
  // 65,536) x 8 bits x 0.844 fJ = 0.011 W.
  EXPECT_NEAR(watts.at("MatrixUnit.registers"), 1.222, 0.001);
  // 4.22 fJ x 40 bits x 65,536 x 547.4 MHz = 6.056 W; tiles 0.054 W.
  EXPECT_NEAR(watts.at("MatrixUnit.wires"), 6.110, 0.001);
  // 256 x 16.08 pJ / 8 x sqrt(96 / 32) x 547.4 MHz x 10 / 9.
  EXPECT_NEAR(watts.at("UnifiedBuffer"), 0.542, 0.001);
  // 2 x 128 x 9.293 pJ x sqrt(16 / 8) x 547.4 MHz.
  EXPECT_NEAR(watts.at("Accumulators"), 1.842, 0.001);
  // 512 x 32 x 9.293 pJ x sqrt(1 / 8) x 189,700 tiles/s.
  EXPECT_NEAR(watts.at("WeightFifo"), 0.010, 0.001);
  // 60.8e6 rows/s x 256 x 2.641 pJ.
  EXPECT_NEAR(watts.at("ActivationUnit"), 0.041, 0.001);
  // Without DRAM and host. Published: 40 W busy (Table 2), 43 W at full load of CNN0 (Fig. 10).
  EXPECT_NEAR(sum(watts), 45.9, 0.05);
  EXPECT_EQ(watts.at("DRAM"), 0.0);
}

TEST(SystolicEnergy, DramOfABusyTpuAddsToItsPower) {
  const auto watts = tpu_watts([](const Statistics& statistics) {
    CounterValues counters = cnn0_counters(statistics);
    // 271 tiles of 64 KiB are 277,504 bursts of 64 bytes, 128 to a row of 8 KiB. 1.4286 ms are
    // 1,522,998 clocks of each channel, and 183 intervals of 8,316 clocks between refreshes.
    ChannelCounters counted;
    counted.reads = 277'504;
    counted.activates = 2'168;
    counted.precharges = 2'168;
    counted.active_clocks = 2 * 1'522'998;
    counted.refreshes = 2 * 183;
    statistics.dram->fill(counters, 0, {}, counted);
    return counters;
  });
  // Standby 1.056 W; bursts 194.3e6/s x (6.62 + 1.47 nJ) = 1.571 W; rows 0.024 W; refresh 0.165 W.
  EXPECT_NEAR(watts.at("DRAM"), 2.817, 0.002);
}

TEST(SystolicEnergy, RegistersAndWiresTakeNearlyHalfOfTheArray) {
  const auto watts = tpu_watts(cnn0_counters);
  const double moving = watts.at("MatrixUnit.registers") + watts.at("MatrixUnit.wires");
  // 7.332 W of 15.460 W.
  EXPECT_NEAR(moving / (moving + watts.at("MatrixUnit.multiply")), 0.474, 0.001);
}

TEST(SystolicEnergy, OnlyIdlePowerIsCalibrated) {
  const EnergyTable table = shipped_table();
  for (const EnergyEntry& entry : table.entries) {
    EXPECT_EQ(entry.milliwatts.has_value(), entry.provenance == Provenance::calibrated)
        << entry.component;
  }
  ASSERT_TRUE(table.calibration);
  ASSERT_EQ(table.calibration->targets.size(), 1U);
  EXPECT_EQ(table.calibration->targets[0].milliwatts, 28000.0);
  EXPECT_EQ(table.calibration->clock_hz, 700e6);
}

TEST(SystolicEnergy, ScaledEnergiesLieOnAPowerLawBetweenTheNodes) {
  // Values at 45 nm (Horowitz, ISSCC 2014) and 7 nm (Jouppi et al., ISCA 2021, Table 2).
  const auto at_28_nm = [](double at_45, double at_7) {
    return at_45 * std::pow(at_7 / at_45, std::log(45.0 / 28.0) / std::log(45.0 / 7.0));
  };
  std::map<std::string, double> values;
  for (const EnergyEntry& entry : shipped_table().entries) {
    values[entry.component + "." + entry.action] = entry.picojoules.value_or(0.0);
  }
  EXPECT_NEAR(values["multiply_accumulator.multiply_int8"], at_28_nm(0.2, 0.07), 1e-4);
  EXPECT_NEAR(values["multiply_accumulator.add_int32"], at_28_nm(0.1, 0.03), 1e-5);
  EXPECT_NEAR(values["multiply_accumulator.add_float32"], at_28_nm(0.9, 0.38), 1e-4);
  EXPECT_NEAR(values["multiply_accumulator.multiply_bfloat16"], 0.21 * at_28_nm(1.1, 0.34) / 0.34,
              1e-4);
  EXPECT_NEAR(values["unified_buffer.read"], at_28_nm(20, 8.5), 1e-3);
  EXPECT_NEAR(values["accumulators.read"], at_28_nm(10, 7.5), 1e-3);
  EXPECT_NEAR(values["activation_unit.finish_int32"], at_28_nm(3.1, 1.48) + at_28_nm(0.1, 0.03),
              1e-3);
  EXPECT_NEAR(values["activation_unit.finish_float32"], at_28_nm(3.7, 1.31) + at_28_nm(0.9, 0.38),
              1e-3);
  // 310 pJ / 256 / 10 mm over the side of an element, 34.8 um.
  const double side_mm = std::sqrt(331.0 * 0.24 / 65536);
  EXPECT_NEAR(values["array_wire.partial_sum"], 310.0 / 2560 * side_mm, 1e-5);
  // A register switches with the exponent of the adder: ln(0.1 / 0.03) / ln(45 / 7).
  EXPECT_NEAR(values["array_register.partial_sum"],
              1.062977e-3 * std::pow(28.0 / 40, std::log(0.1 / 0.03) / std::log(45.0 / 7)), 1e-6);
}

TEST(SystolicEnergy, EveryEnergyAndAreaNamesItsSource) {
  const EnergyTable table = shipped_table();
  for (const EnergyEntry& entry : table.entries) {
    EXPECT_THAT(entry.source, AnyOf(HasSubstr("20"), HasSubstr("Assumption"))) << entry.component;
    const bool says_so = entry.source.find("Assumption") != std::string::npos;
    EXPECT_EQ(says_so, entry.provenance == Provenance::assumption) << entry.component;
  }
  for (const AreaEntry& entry : table.areas) {
    EXPECT_THAT(entry.source, HasSubstr("ISCA 2017, Fig. 2")) << entry.component;
  }
}

TEST(SystolicEnergy, AreaIsThatOfTheFloorPlan) {
  const Config config = test::shipped_systolic("tpu-v1").config;
  std::map<std::string, double> areas;
  for (const AreaRow& row : area_of(shipped_table(), area_parts(config))) {
    areas[row.component] = row.square_micrometres * 1e-6;
  }
  // Fig. 2 in percent of 331 mm2.
  EXPECT_NEAR(areas["matrix_unit_element"], 0.24 * 331, 1e-3);
  EXPECT_NEAR(areas["unified_buffer"], 0.29 * 331, 1e-3);
  EXPECT_NEAR(areas["accumulators"], 0.06 * 331, 1e-3);
  EXPECT_NEAR(areas["activation_unit_lane"], 0.06 * 331, 1e-3);
  EXPECT_NEAR(areas["memory_port"], 0.06 * 331, 1e-3);
  EXPECT_NEAR(areas["host_lane"], 0.05 * 331, 1e-3);
}

class SystolicMachineEnergy : public testing::TestWithParam<std::string> {};

TEST_P(SystolicMachineEnergy, IsPricedByItsTable) {
  const test::ShippedMachine machine = test::shipped_systolic(GetParam());
  EXPECT_EQ(machine.energy, "tpu-28nm");
  const Statistics statistics(machine.config);
  CounterValues counters = statistics.registry.zeros();
  counters[statistics.cycles.value] = 1;
  counters[statistics.array_active_cycles.value] = 1;
  Picojoules energy;
  for (const EnergyRow& row :
       energy_of(table_of(machine.config), energy_events(machine.config, statistics, counters),
                 machine.config.clock_hz)) {
    energy += row.energy;
  }
  EXPECT_GT(energy.value(), 0.0);
  EXPECT_FALSE(area_of(shipped_table(), area_parts(machine.config)).empty());
}

INSTANTIATE_TEST_SUITE_P(Shipped, SystolicMachineEnergy,
                         testing::ValuesIn(test::shipped_systolics()), [](const auto& param_info) {
                           std::string name = param_info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace nzsim::systolic
