#include "sim/energy/dram_energy.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/shipped_memory.h"

namespace nzsim {
namespace {

using test::shipped_dram;
using test::shipped_memory;
using testing::HasSubstr;

const EnergyEntry& entry(const EnergyTable& table, const std::string& action) {
  return *std::find_if(table.entries.begin(), table.entries.end(),
                       [&](const EnergyEntry& each) { return each.action == action; });
}

double energy(const EnergyTable& table, const std::string& action) {
  return entry(table, action).picojoules.value();
}

/// Picojoules of one command, milliwatts of a state.
struct Energies {
  std::string name;
  double activate_and_precharge;
  double read;
  double write;
  double refresh;
  double open_milliwatts;
  double closed_milliwatts;
};

class EnergyOfMemory : public testing::TestWithParam<Energies> {};

TEST_P(EnergyOfMemory, IsThatOfItsCurrents) {
  const Energies& expected = GetParam();
  const EnergyTable table = dram_energy_table(shipped_memory(expected.name)).value();
  const double clock_ns =
      static_cast<double>(shipped_dram(expected.name).clock_femtoseconds) * 1e-6;
  EXPECT_EQ(table.name, expected.name);
  EXPECT_NEAR(energy(table, "activate") + energy(table, "precharge"),
              expected.activate_and_precharge, 1e-3);
  EXPECT_NEAR(energy(table, "read"), expected.read, 1e-3);
  EXPECT_NEAR(energy(table, "write"), expected.write, 1e-3);
  EXPECT_NEAR(energy(table, "refresh"), expected.refresh, 1e-3);
  EXPECT_NEAR(energy(table, "active_standby") / clock_ns, expected.open_milliwatts, 1e-9);
  EXPECT_NEAR(energy(table, "refreshing") / clock_ns, expected.open_milliwatts, 1e-9);
  EXPECT_NEAR(energy(table, "precharged_standby") / clock_ns, expected.closed_milliwatts, 1e-9);
}

// V (mA x clocks) tCK devices, for each standard:
// ACT + PRE: V (IDD0 tRC - IDD3N tRAS - IDD2N (tRC - tRAS)); RD: V (IDD4R - IDD3N) burst;
// REF: V (IDD5B - IDD3N) tRFC; standby: V IDD3N, V IDD2N.
INSTANTIATE_TEST_SUITE_P(
    Standards, EnergyOfMemory,
    testing::Values(
        // 1.5 (55 x 39 - 38 x 28 - 32 x 11) 1.25 x 8 = 1.5 x 729 x 10 = 10935;
        // 1.5 x 119 x 4 x 10 = 7140; 1.5 x 87 x 40 = 5220; 1.5 x 197 x 208 x 10 = 614640;
        // 1.5 x 38 x 8 = 456; 1.5 x 32 x 8 = 384.
        Energies{"ddr3-1600", 10935.0, 7140.0, 5220.0, 614640.0, 456.0, 384.0},
        // 1.5 (70 x 50 - 44 x 36 - 37 x 14) 0.938 x 8 = 1.5 x 1398 x 7.504;
        // 1.5 x 147 x 4 x 7.504; 1.5 x 113 x 4 x 7.504; 1.5 x 206 x 278 x 7.504.
        Energies{"ddr3-2133", 15735.888, 6618.528, 5087.712, 644608.608, 528.0, 444.0},
        // 1.2 (48 x 55 - 43 x 39 - 34 x 16) 0.833 x 8 = 1.2 x 419 x 6.664; 1.2 x 92 x 4 x 6.664;
        // 1.2 x 80 x 4 x 6.664; 1.2 x 207 x 420 x 6.664. VPP: nothing but standby, 2.5 x 3 x 8 =
        // 60: 412.8 + 60 and 326.4 + 60.
        Energies{"ddr4-2400", 3350.6592, 2942.8224, 2558.976, 695241.792, 472.8, 386.4},
        // 1.2 (57 x 74 - 52 x 52 - 37 x 22) 0.625 x 8 = 1.2 x 700 x 5; 1.2 x 116 x 4 x 5;
        // 1.2 x 98 x 20; 1.2 x 198 x 560 x 5; 499.2 + 60 and 355.2 + 60.
        Energies{"ddr4-3200", 4200.0, 2784.0, 2352.0, 665280.0, 559.2, 415.2},
        // Three supplies. ACT: (1.8 x 1.25 + 1.1 x 15 + 1.1 x 0) 68 x 0.625 = 18.75 x 42.5 =
        // 796.875, PRE: (1.8 x 1.5 + 1.1 x 18) 29 x 0.625 = 22.5 x 18.125 = 407.8125; RD: 1.1 (245
        // + 149.25) 8 x 0.625 = 433.675 x 5; WR: 1.1 (180 + 54.25) 5; REF: (1.8 x 7.75 + 1.1 x 60)
        // 448 x 0.625 = 79.95 x 280; 1.8 x 2.25 + 1.1 x 30 + 1.1 x 0.75 and 1.8 x 2 + 1.1 x 27
        // + 1.1 x 0.75.
        Energies{"lpddr4-3200", 1204.6875, 2168.375, 1288.375, 22386.0, 37.875, 34.125},
        // 1.5 (490 x 60 - 450 x 42 - 250 x 18) 0.667 = 1.5 x 6000 x 0.667; 1.5 x 630 x 2 x 0.667;
        // 1.5 x 710 x 2 x 0.667; 1.5 x (2110 - 450) x 98 x 0.667.
        Energies{"gddr5-6000", 6003.0, 1260.63, 1420.71, 162761.34, 675.0, 375.0},
        // 1.5 (490 x 70 - 450 x 49 - 250 x 21) 0.571 = 1.5 x 7000 x 0.571; 1.5 x 735 x 2 x 0.571;
        // 1.5 x 828.3 x 2 x 0.571; 1.5 x 1660 x 114 x 0.571.
        Energies{"gddr5-7000", 5995.5, 1259.055, 1418.8779, 162084.06, 675.0, 375.0},
        // 1.2 (65 x 24 - 55 x 17 - 40 x 7) 2 = 1.2 x 345 x 2; 1.2 x 305 x 2 x 2; 1.2 x 385 x 4;
        // 1.2 x 195 x 130 x 2.
        Energies{"hbm-1000", 828.0, 1464.0, 1848.0, 60840.0, 66.0, 48.0},
        // One pseudo-channel, half of 1.2 (65 x 48 - 55 x 34 - 40 x 14) = 828;
        // of 1.2 x 335 x 2 = 804; of 1.2 x 445 x 2 = 1068; of 1.2 x 195 x 350 = 81900.
        Energies{"hbm2-2000", 414.0, 402.0, 534.0, 40950.0, 33.0, 24.0}),
    [](const auto& param_info) {
      std::string name = param_info.param.name;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(DramEnergy, BooksActivateAndPrechargeApart) {
  const EnergyTable table = dram_energy_table(shipped_memory("ddr3-1600")).value();
  // 1.5 x 17 x 28 x 1.25 x 8 = 7140 and 1.5 x 23 x 11 x 10 = 3795.
  EXPECT_NEAR(energy(table, "activate"), 7140.0, 1e-6);
  EXPECT_NEAR(energy(table, "precharge"), 3795.0, 1e-6);
}

TEST(DramEnergy, OfTheInterfaceIsPowerPerPinTimesBurst) {
  const EnergyTable ddr4 = dram_energy_table(shipped_memory("ddr4-2400")).value();
  // 80 pins x 4 clocks x 0.833 ns = 266.56; x 11.73 mW and x 4.15 mW.
  EXPECT_NEAR(energy(ddr4, "read_interface"), 3126.7488, 1e-6);
  EXPECT_NEAR(energy(ddr4, "write_interface"), 1106.224, 1e-6);
  EXPECT_EQ(entry(ddr4, "read").provenance, Provenance::derived);
  EXPECT_EQ(entry(ddr4, "read_interface").provenance, Provenance::assumption);
  // 0.80 pJ for each of 32 x 8 bits.
  const EnergyTable hbm2 = dram_energy_table(shipped_memory("hbm2-2000")).value();
  EXPECT_NEAR(energy(hbm2, "read_interface"), 0.80 * 256, 1e-9);
  // And of 64 x 8 bits.
  const EnergyTable hbm = dram_energy_table(shipped_memory("hbm-1000")).value();
  EXPECT_NEAR(energy(hbm, "write_interface"), 0.80 * 512, 1e-9);
}

TEST(DramEnergy, OfABankRefreshIsItsShareWhereTheCurrentIsNotKnown) {
  const EnergyTable table = dram_energy_table(shipped_memory("lpddr4-3200")).value();
  // 22386 / 8 banks.
  EXPECT_NEAR(energy(table, "refresh_bank"), 2798.25, 1e-6);
  EXPECT_EQ(entry(table, "refresh_bank").provenance, Provenance::assumption);
  EXPECT_THAT(entry(table, "refresh_bank").source, HasSubstr("Assumption: IDD5PB is not known"));
}

TEST(DramEnergy, OfABankRefreshComesFromItsCurrentWhereThatIsKnown) {
  // HBM2: 1.2 (60 - 27.5) 160 clocks x 1 ns.
  const EnergyTable table =
      dram_energy_table(shipped_memory("hbm2-2000", {{"/energy/rails/0/IDD5PB", "60"}})).value();
  EXPECT_NEAR(energy(table, "refresh_bank"), 6240.0, 1e-6);
}

TEST(DramEnergy, SaysItsEquationAndSource) {
  const EnergyTable table = dram_energy_table(shipped_memory("ddr3-1600")).value();
  EXPECT_THAT(entry(table, "activate").source, HasSubstr("V (IDD0 - IDD3N) tRAS tCK devices. "));
  EXPECT_THAT(entry(table, "activate").source, HasSubstr("MT41J512M8"));
  const EnergyTable estimate = dram_energy_table(shipped_memory("hbm-1000")).value();
  EXPECT_EQ(entry(estimate, "activate").provenance, Provenance::assumption);
}

TEST(DramEnergy, IsUnknownWithoutCurrents) {
  EXPECT_FALSE(dram_energy_table(shipped_memory("hbm3-6400")).has_value());
  MemoryConfig ideal = shipped_memory("ideal");
  std::get<IdealMemoryConfig>(ideal.memory).picojoules_per_bit.reset();
  EXPECT_FALSE(dram_energy_table(ideal).has_value());
}

TEST(DramEnergy, OfAnIdealMemoryIsPerBit) {
  const MemoryConfig memory = shipped_memory("ideal");
  ChannelCounters counters;
  counters.bytes = 4;
  const auto rows =
      energy_of(dram_energy_table(memory).value(), dram_energy_events(memory, counters), 1e9);
  ASSERT_EQ(rows.size(), 1U);
  // The EIE paper, Table I: 640 pJ for 32 bits.
  EXPECT_DOUBLE_EQ(rows[0].energy.value(), 640.0);
}

/// One microsecond of DDR3-1600: 800 clocks.
ChannelCounters some_activity() {
  ChannelCounters counters;
  counters.reads = 60;
  counters.writes = 20;
  counters.activates = 8;
  counters.precharges = 7;
  counters.refreshes = 1;
  counters.active_clocks = 500;
  counters.precharged_clocks = 92;
  counters.refreshing_clocks = 208;
  return counters;
}

double total(const MemoryConfig& memory, const ChannelCounters& counters) {
  double sum = 0.0;
  const std::vector<EnergyRow> rows =
      energy_of(dram_energy_table(memory).value(), dram_energy_events(memory, counters), 1e9);
  for (const EnergyRow& row : rows) sum += row.energy.value();
  return sum;
}

TEST(DramEnergyEvents, PriceEveryCounter) {
  // 8 x 7140 + 7 x 3795 + 60 x 7140 + 20 x 5220 + 614640
  // + (500 + 208) x 570 + 92 x 480 + 60 x 1960 + 20 x 3720:
  // 57120 + 26565 + 428400 + 104400 + 614640 + 403560 + 44160 + 117600 + 74400.
  // Standby: 1.5 x 38 x 1.25 x 8 = 570, 1.5 x 32 x 10 = 480; interface: 80 pins x 5 ns = 400,
  // x 4.9 = 1960, x 9.3 = 3720.
  EXPECT_NEAR(total(shipped_memory("ddr3-1600"), some_activity()), 1870845.0, 1e-3);
}

TEST(DramEnergyEvents, BelongToTheModuleOfTheMemory) {
  const auto events = dram_energy_events(shipped_memory("hbm2-2000"), some_activity());
  EXPECT_EQ(events.size(), 11U);
  EXPECT_TRUE(std::all_of(events.begin(), events.end(), [](const EnergyEvent& event) {
    return event.module == "DRAM" && event.component == kDramComponent;
  }));
  // Without bank refresh there is no event of it, as there is no entry.
  EXPECT_EQ(dram_energy_events(shipped_memory("ddr3-1600"), some_activity()).size(), 10U);
}

/// Average power in milliwatts over `clocks`, interface left out.
double core_power(const std::string& name, const ChannelCounters& counters, double clocks) {
  const MemoryConfig memory =
      shipped_memory(name, {{"/energy/interface/read_milliwatts_per_pin", "0"}});
  const double clock_ns =
      static_cast<double>(std::get<DramConfig>(memory.memory).clock_femtoseconds) * 1e-6;
  return total(memory, counters) / (clocks * clock_ns);
}

TEST(DramEnergyEvents, LieBetweenIdleAndSaturatedPower) {
  // DDR3-1600 for 40000 clocks. Idle and closed: V IDD2N x 8 = 384 mW.
  ChannelCounters idle;
  idle.precharged_clocks = 40000;
  EXPECT_NEAR(core_power("ddr3-1600", idle, 40000), 384.0, 1e-6);
  // Reading without gap: V IDD4R x 8 = 1.5 x 157 x 8 = 1884 mW; each row of 128 bursts costs one
  // activate and precharge, 10935 pJ in 512 x 1.25 ns: 17.0859 mW more.
  ChannelCounters saturated;
  saturated.active_clocks = 40000;
  saturated.reads = 10000;
  saturated.activates = saturated.precharges = 78;
  EXPECT_NEAR(core_power("ddr3-1600", saturated, 40000), 1884.0 + 10935.0 * 78 / 50000, 1e-6);
  // Half of the time each, with refreshes of 208 clocks every 6240.
  ChannelCounters mixed;
  mixed.reads = 5000;
  mixed.activates = mixed.precharges = 39;
  mixed.active_clocks = 20000;
  mixed.refreshes = 6;
  mixed.refreshing_clocks = 6 * 208;
  mixed.precharged_clocks = 20000 - 6 * 208;
  const double power = core_power("ddr3-1600", mixed, 40000);
  EXPECT_GT(power, 384.0);
  EXPECT_LT(power, 1884.0 + 17.1);
}

}  // namespace
}  // namespace nzsim
