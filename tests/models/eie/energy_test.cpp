#include "models/eie/energy.h"

#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/eie/eie.h"
#include "sim/energy/dram_energy.h"
#include "sim/energy/table.h"
#include "sim/workload/network.h"
#include "tests/support/shipped_memory.h"

namespace nzsim::eie {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

/// Power of one PE by module, mW: Han et al., ISCA 2016, Table II.
const std::map<std::string, double> kTable2 = {{"ActQueue", 0.112},
                                               {"PtrRead", 1.807},
                                               {"SpmatRead", 4.955},
                                               {"ArithmUnit", 1.162},
                                               {"ActRW", 1.122}};

EnergyTable shipped_table() {
  return load_energy_table(NZSIM_SOURCE_DIR "/configs/energy/eie-45nm.json");
}

/// The value of a counter that the table's calibration states.
std::uint64_t stated(const Calibration& calibration, std::string_view name) {
  for (const Calibration::Counter& counter : calibration.counters) {
    if (counter.name == name) return counter.value;
  }
  ADD_FAILURE() << "the calibration states no " << name;
  return 0;
}

/// The calibration's activity as counters of a machine; what it states per PE stands in PE 0.
CounterValues calibration_counters(const Statistics& statistics, const Calibration& calibration) {
  CounterValues counters = statistics.registry.zeros();
  counters[statistics.cycles.value] = stated(calibration, "cycles");
  counters[statistics.broadcasts.value] = stated(calibration, "broadcasts");
  statistics.pointer_reads.of(counters)[0] = stated(calibration, "pointer_reads");
  statistics.sparse_matrix_line_reads.of(counters)[0] =
      stated(calibration, "sparse_matrix_line_reads");
  statistics.busy_cycles.of(counters)[0] = stated(calibration, "busy_cycles");
  statistics.multiply_accumulates.of(counters)[0] = stated(calibration, "multiply_accumulates");
  return counters;
}

/// Mean power of each module over all cycles of the calibration's run, mW of the whole machine.
struct ModulePower {
  std::map<std::string, double> dynamic_part;
  std::map<std::string, double> static_part;
};

ModulePower calibrated_power() {
  const Config config;
  const Statistics statistics(config);
  const EnergyTable table = shipped_table();
  const Calibration& calibration = table.calibration.value();
  const CounterValues counters = calibration_counters(statistics, calibration);
  const double seconds = static_cast<double>(stated(calibration, "cycles")) / calibration.clock_hz;
  ModulePower power;
  for (const EnergyRow& row :
       energy_of(table, energy_events(config, statistics, counters), calibration.clock_hz)) {
    // pJ / s = 1e-9 mW.
    (row.is_static ? power.static_part : power.dynamic_part)[row.module] +=
        row.energy.value() * 1e-9 / seconds;
  }
  return power;
}

/// The count of one event, which must be there once.
std::uint64_t count_of(const std::vector<EnergyEvent>& events, std::string_view component,
                       std::string_view action) {
  std::vector<std::uint64_t> counts;
  for (const EnergyEvent& event : events) {
    if (event.component == component && event.action == action) counts.push_back(event.count);
  }
  EXPECT_EQ(counts.size(), 1U) << component << " " << action;
  return counts.empty() ? 0 : counts.front();
}

TEST(EieEnergy, DetectionTreeOf64PesHas21Nodes) {
  EXPECT_EQ(lnzd_nodes(64), 21U);  // 16 + 4 + 1
  EXPECT_EQ(lnzd_nodes(1), 1U);
  EXPECT_EQ(lnzd_nodes(4), 1U);
  EXPECT_EQ(lnzd_nodes(5), 3U);     // 2 + 1
  EXPECT_EQ(lnzd_nodes(256), 85U);  // 64 + 16 + 4 + 1
  EXPECT_EQ(lnzd_nodes(1024), 341U);
}

TEST(EieEnergy, EventsFollowFromTheCounters) {
  Config config;
  config.pe_count = 2;
  const Statistics statistics(config);
  CounterValues counters = statistics.registry.zeros();
  counters[statistics.cycles.value] = 100;
  counters[statistics.broadcasts.value] = 5;
  counters[statistics.activation_sram_reads.value] = 7;
  counters[statistics.activation_sram_writes.value] = 3;
  const auto set = [&](const CounterVector& vector, std::uint64_t first, std::uint64_t second) {
    vector.of(counters)[0] = first;
    vector.of(counters)[1] = second;
  };
  set(statistics.pointer_reads, 5, 5);
  set(statistics.sparse_matrix_line_reads, 8, 9);
  set(statistics.busy_cycles, 60, 70);
  set(statistics.multiply_accumulates, 50, 55);

  const auto events = energy_events(config, statistics, counters);
  EXPECT_EQ(count_of(events, "activation_queue", "push"), 10U);
  EXPECT_EQ(count_of(events, "activation_queue", "pop"), 10U);
  EXPECT_EQ(count_of(events, "pointer_sram", "bank_read"), 20U);
  EXPECT_EQ(count_of(events, "sparse_matrix_sram", "line_read"), 17U);
  EXPECT_EQ(count_of(events, "codebook", "look_up"), 130U);
  EXPECT_EQ(count_of(events, "arithmetic_unit", "row_add"), 130U);
  EXPECT_EQ(count_of(events, "arithmetic_unit", "multiply"), 130U);
  EXPECT_EQ(count_of(events, "arithmetic_unit", "add"), 130U);
  // 130 slots + 5 broadcasts + 3 lines of four activations written back.
  EXPECT_EQ(count_of(events, "activation_registers", "read"), 147U);
  // 105 results + 7 lines of four activations loaded.
  EXPECT_EQ(count_of(events, "activation_registers", "write"), 133U);
  EXPECT_EQ(count_of(events, "activation_sram", "read"), 7U);
  EXPECT_EQ(count_of(events, "activation_sram", "write"), 3U);
  EXPECT_EQ(count_of(events, "sparse_matrix_sram", "leakage_and_clock"), 200U);
  EXPECT_EQ(count_of(events, "leading_nonzero_detector", "leakage_and_clock"), 100U);
}

TEST(EieEnergy, SegmentsAreReadFromDramAndWrittenIntoTheSrams) {
  Config config;
  config.pe_count = 2;
  config.memory = nzsim::test::shipped_memory("ddr3-1600");
  config.matrix_streaming = MatrixStreaming::always;
  const Statistics statistics(config);
  CounterValues counters = statistics.registry.zeros();
  counters[statistics.streaming->sparse_matrix_line_writes.value] = 11;
  counters[statistics.streaming->pointer_writes.value] = 13;
  ChannelCounters counted;
  counted.reads = 17;
  counted.precharged_clocks = 19;
  statistics.streaming->dram.fill(counters, 0, {}, counted);
  const auto events = energy_events(config, statistics, counters);
  EXPECT_EQ(count_of(events, "sparse_matrix_sram", "line_write"), 11U);
  EXPECT_EQ(count_of(events, "pointer_sram", "bank_write"), 13U);
  EXPECT_EQ(count_of(events, "dram", "read"), 17U);
  EXPECT_EQ(count_of(events, "dram", "precharged_standby"), 19U);
}

TEST(EieEnergy, AWriteCostsAsMuchAsARead) {
  Config config;
  config.memory = nzsim::test::shipped_memory("ideal");
  config.matrix_streaming = MatrixStreaming::always;
  const Statistics statistics(config);
  EnergyTable table = shipped_table();
  const EnergyTable dram = dram_energy_table(*config.memory).value();
  table.entries.insert(table.entries.end(), dram.entries.begin(), dram.entries.end());
  std::map<std::string, double> each;
  for (const EnergyRow& row :
       energy_of(table, energy_events(config, statistics, statistics.registry.zeros()), 800e6)) {
    each[row.component + "." + row.action] = row.picojoules_each;
  }
  EXPECT_EQ(each["sparse_matrix_sram.line_write"], each["sparse_matrix_sram.line_read"]);
  EXPECT_EQ(each["pointer_sram.bank_write"], each["pointer_sram.bank_read"]);
}

TEST(EieEnergy, MemoriesScaleWithTheirGeometry) {
  Config config;
  config.sparse_matrix_width_bits = 128;
  config.sparse_matrix_bytes = 4 * 131072;
  config.pointer_bytes = 65536;
  const Statistics statistics(config);
  CounterValues counters = statistics.registry.zeros();
  counters[statistics.cycles.value] = 1;
  const auto rows = energy_of(shipped_table(), energy_events(config, statistics, counters), 800e6);
  std::map<std::string, double> each;
  for (const EnergyRow& row : rows) each[row.component + "." + row.action] = row.picojoules_each;
  // Fig. 9's 13.6 pJ at 64 bits of 128 KB, twice as wide, four times as large.
  EXPECT_NEAR(each["sparse_matrix_sram.line_read"], 13.6 * 2 * 2, 1e-9);
  // Table I's 5 pJ at 32 bits of 32 KB: half as wide, a bank of 32 KB.
  EXPECT_NEAR(each["pointer_sram.bank_read"], 2.5, 1e-9);
}

TEST(EieEnergy, CalibratedEntriesAreTheResidualsOfTable2) {
  const EnergyTable table = shipped_table();
  const ModulePower power = calibrated_power();
  const std::map<std::string, std::string> component_of = {{"ActQueue", "activation_queue"},
                                                           {"PtrRead", "pointer_sram"},
                                                           {"SpmatRead", "sparse_matrix_sram"},
                                                           {"ArithmUnit", "arithmetic_unit"},
                                                           {"ActRW", "activation_read_write"}};
  std::size_t calibrated = 0;
  for (const EnergyEntry& entry : table.entries) {
    if (entry.provenance == Provenance::calibrated) ++calibrated;
  }
  EXPECT_EQ(calibrated, component_of.size()) << "something else is fitted";
  for (const Calibration::Target& target : table.calibration->targets) {
    const double residual = target.milliwatts - power.dynamic_part.at(target.module) / 64;
    EXPECT_GT(residual, 0.0) << target.module;
    for (const EnergyEntry& entry : table.entries) {
      if (entry.component != component_of.at(target.module) || !entry.milliwatts) continue;
      EXPECT_EQ(entry.provenance, Provenance::calibrated);
      EXPECT_NEAR(*entry.milliwatts, residual, 1e-6) << target.module;
    }
  }
}

TEST(EieEnergy, CalibrationStatesTheActivityThatTheSimulatorCounts) {
  const Config config;
  const Statistics statistics(config);
  const Eie machine(config);
  const Network network = load_network(NZSIM_SOURCE_DIR "/workloads/networks/alex-7.json");
  const auto program = machine.compile({network, 0});
  const CounterValues counters = machine.simulate(*program, {false}).layers.at(0).counters;
  const auto sum = [&](const CounterVector& vector) {
    const auto part = vector.of(counters);
    return std::accumulate(part.begin(), part.end(), std::uint64_t{0});
  };
  const Calibration calibration = shipped_table().calibration.value();
  EXPECT_EQ(calibration.parts, config.pe_count);
  EXPECT_EQ(calibration.clock_hz, config.clock_hz);
  EXPECT_EQ(stated(calibration, "cycles"), counters[statistics.cycles.value]);
  EXPECT_EQ(stated(calibration, "broadcasts"), counters[statistics.broadcasts.value]);
  EXPECT_EQ(stated(calibration, "pointer_reads"), sum(statistics.pointer_reads));
  EXPECT_EQ(stated(calibration, "sparse_matrix_line_reads"),
            sum(statistics.sparse_matrix_line_reads));
  EXPECT_EQ(stated(calibration, "busy_cycles"), sum(statistics.busy_cycles));
  EXPECT_EQ(stated(calibration, "multiply_accumulates"), sum(statistics.multiply_accumulates));
  // What the calibration does not state is none: the layer fits the register files.
  EXPECT_EQ(counters[statistics.activation_sram_reads.value], 0U);
  EXPECT_EQ(counters[statistics.activation_sram_writes.value], 0U);
}

TEST(EieEnergy, TargetsOfTheCalibrationAreTable2) {
  const EnergyTable table = shipped_table();
  std::map<std::string, double> targets;
  for (const Calibration::Target& target : table.calibration->targets) {
    targets[target.module] = target.milliwatts;
  }
  EXPECT_EQ(targets, kTable2);
}

TEST(EieEnergy, OnePeHasThePowerOfTable2) {
  const ModulePower power = calibrated_power();
  double sum = 0.0;
  for (const auto& [module, milliwatts] : kTable2) {
    const double pe = (power.dynamic_part.at(module) + power.static_part.at(module)) / 64;
    EXPECT_NEAR(pe, milliwatts, 1e-6) << module;
    sum += pe;
  }
  // Table II's total; its rounded modules add up to 9.158.
  EXPECT_NEAR(sum, 9.157, 0.0011);
}

TEST(EieEnergy, SixtyFourPesHaveThePowerOfThePaper) {
  const ModulePower power = calibrated_power();
  double milliwatts = 0.0;
  for (const auto& [module, part] : power.dynamic_part) milliwatts += part;
  for (const auto& [module, part] : power.static_part) milliwatts += part;
  // 64 x 9.158 mW + 21 x 0.023 mW; the paper says 0.59 W.
  EXPECT_NEAR(milliwatts, 586.6, 0.05);
}

TEST(EieEnergy, EveryEnergyAndAreaNamesItsSource) {
  const EnergyTable table = shipped_table();
  for (const EnergyEntry& entry : table.entries) {
    EXPECT_THAT(entry.source, ::testing::HasSubstr("ISCA 2016")) << entry.component;
    const bool says_so = entry.source.find("Assumption") != std::string::npos;
    EXPECT_EQ(says_so, entry.provenance == Provenance::assumption) << entry.component;
  }
}

TEST(EieEnergy, AreaIsThatOfTable2) {
  Config one;
  one.pe_count = 1;
  double pe = -189.0;  // its one LNZD node is no part of a PE
  for (const AreaRow& row : area_of(shipped_table(), area_parts(one))) {
    pe += row.square_micrometres;
  }
  EXPECT_NEAR(pe, 638024.0, 1e-6);
  double all = 0.0;
  for (const AreaRow& row : area_of(shipped_table(), area_parts(Config{}))) {
    all += row.square_micrometres;
  }
  // 64 x 638,024 + 21 x 189 um2; the paper says 40.8 mm2.
  EXPECT_NEAR(all * 1e-6, 40.8, 0.05);
}

TEST(EieEnergy, MemoriesGrowWithTheirCapacity) {
  Config twice;
  twice.sparse_matrix_bytes *= 2;
  const auto rows = area_of(shipped_table(), area_parts(twice));
  EXPECT_EQ(rows[2].component, "sparse_matrix_sram");
  EXPECT_NEAR(rows[2].square_micrometres, 64 * 2 * 469412.0, 1e-3);
}

TEST(EieEnergy, SramRuleComparesWithFigure9AsStated) {
  const EnergyTable table = shipped_table();
  const auto rule = compare_sram_rule(table, {32, 64, 128, 256, 512}, 131072);
  // Han et al., ISCA 2016, Fig. 9 left, pJ per read, read off the figure.
  const std::vector<double> figure = {9.1, 13.6, 27.8, 62.5, 178.0};
  std::vector<double> error_percent;
  ASSERT_EQ(rule.size(), figure.size());
  for (std::size_t index = 0; index < rule.size(); ++index) {
    error_percent.push_back(100.0 * (rule[index].picojoules / figure[index] - 1.0));
  }
  // The rule is linear in width and anchored at 64 bits; it is not fitted to the other points,
  // which grow less than linearly below and more above.
  EXPECT_THAT(error_percent,
              ElementsAre(DoubleNear(-25.3, 0.05), DoubleNear(0.0, 0.05), DoubleNear(-2.2, 0.05),
                          DoubleNear(-13.0, 0.05), DoubleNear(-38.9, 0.05)));
  EXPECT_EQ(rule[4].width_bits, 512U);
}

}  // namespace
}  // namespace nzsim::eie
