#include "sim/memory/timing.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/shipped_memory.h"

namespace nzsim {
namespace {

using enum Command;
using enum TimingLevel;
using test::shipped_dram;

/// The rules between two commands at a level, longest first, as `RULE = CLOCKS`.
std::vector<std::string> rules(const DramConfig& config, TimingLevel level, Command preceding,
                               Command following) {
  std::vector<TimingConstraint> found = timing_constraints(config);
  std::erase_if(found, [&](const TimingConstraint& rule) {
    return rule.level != level || rule.preceding != preceding || rule.following != following;
  });
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& one, const auto& other) { return one.clocks > other.clocks; });
  std::vector<std::string> lines;
  for (const TimingConstraint& rule : found) {
    lines.push_back(rule.rule + " = " + std::to_string(rule.clocks) +
                    (rule.window > 1 ? " of " + std::to_string(rule.window) : std::string{}));
  }
  return lines;
}

using Lines = std::vector<std::string>;

// ddr4-2400: tCL 16, tCWL 12, tRCD 16, tRP 16, tRAS 39, tRC 55, tRRD 4/6, tCCD 4/6, tFAW 26, tWR
// 18, tWTR 3/9, tRTP 9, tRTW 10, tREFI 9360, tRFC 420; a burst takes 4 clocks.
TEST(TimingTable, OfDdr4HasTheRulesOfRows) {
  const DramConfig ddr4 = shipped_dram("ddr4-2400");
  EXPECT_EQ(rules(ddr4, bank, activate, activate), Lines{"tRC = 55"});
  EXPECT_EQ(rules(ddr4, bank, activate, precharge), Lines{"tRAS = 39"});
  EXPECT_EQ(rules(ddr4, bank, activate, read), Lines{"tRCDRD = 16"});
  EXPECT_EQ(rules(ddr4, bank, precharge, activate), Lines{"tRP = 16"});
  EXPECT_EQ(rules(ddr4, bank, read, precharge), Lines{"tRTP = 9"});
  // 12 + 4 + 18 = 34.
  EXPECT_EQ(rules(ddr4, bank, write, precharge), Lines{"tCWL + BL/2 + tWR = 34"});
  EXPECT_EQ(rules(ddr4, rank, write, precharge_all), Lines{"tCWL + BL/2 + tWR = 34"});
  EXPECT_EQ(rules(ddr4, rank, activate, activate), (Lines{"tFAW = 26 of 4", "tRRD_S = 4"}));
  EXPECT_EQ(rules(ddr4, bank_group, activate, activate), Lines{"tRRD_L = 6"});
}

TEST(TimingTable, OfDdr4HasTheRulesOfColumns) {
  const DramConfig ddr4 = shipped_dram("ddr4-2400");
  EXPECT_EQ(rules(ddr4, rank, read, read), Lines{"tCCD_S = 4"});
  EXPECT_EQ(rules(ddr4, bank_group, write, write), Lines{"tCCD_L = 6"});
  EXPECT_EQ(rules(ddr4, pseudo_channel, read, read), Lines{"BL/2 = 4"});
  EXPECT_EQ(rules(ddr4, pseudo_channel, read, write), Lines{"tRTW = 10"});
  // 12 + 4 + 3 = 19 and 12 + 4 + 9 = 25.
  EXPECT_EQ(rules(ddr4, rank, write, read), Lines{"tCWL + BL/2 + tWTR_S = 19"});
  EXPECT_EQ(rules(ddr4, bank_group, write, read), Lines{"tCWL + BL/2 + tWTR_L = 25"});
}

TEST(TimingTable, OfDdr4HasTheRulesOfRefresh) {
  const DramConfig ddr4 = shipped_dram("ddr4-2400");
  EXPECT_EQ(rules(ddr4, rank, refresh, activate), Lines{"tRFC = 420"});
  EXPECT_EQ(rules(ddr4, rank, precharge_all, refresh), Lines{"tRPab = 16"});
  EXPECT_EQ(rules(ddr4, rank, precharge, refresh), Lines{"tRP = 16"});
  EXPECT_EQ(rules(ddr4, rank, activate, refresh), Lines{"tRC = 55"});
  EXPECT_EQ(rules(ddr4, bank, refresh_bank, activate), Lines{});
}

TEST(TimingTable, OfOneRankHasNoRulesBetweenRanks) {
  const DramConfig one = shipped_dram("ddr4-2400");
  EXPECT_EQ(rules(one, other_rank, read, read), Lines{});
  const DramConfig two = shipped_dram("ddr4-2400", {{"/organization/ranks", "2"}});
  EXPECT_EQ(rules(two, other_rank, read, read), Lines{"BL/2 + tCS = 6"});
  // 16 + 0 + 4 + 2 - 12 = 10 and 12 + 4 + 2 - 16 - 0 = 2.
  EXPECT_EQ(rules(two, other_rank, read, write), Lines{"tCL + tDQSCK + BL/2 + tCS - tCWL = 10"});
  EXPECT_EQ(rules(two, other_rank, write, read), Lines{"tCWL + BL/2 + tCS - tCL - tDQSCK = 2"});
}

TEST(TimingTable, OfStandardsWithoutBankGroupsTakesAllBanksForOneGroup) {
  const DramConfig ddr3 = shipped_dram("ddr3-1600");
  EXPECT_EQ(rules(ddr3, bank_group, read, read), Lines{"tCCD_L = 4"});
  EXPECT_EQ(rules(ddr3, bank_group, write, read), Lines{"tCWL + BL/2 + tWTR_L = 18"});
}

TEST(TimingTable, OfHbm1LetsTheDataBusLimitBursts) {
  // tCCD_S of 1 holds for bursts of two beats; four beats take 2 clocks.
  const DramConfig hbm = shipped_dram("hbm-1000");
  EXPECT_EQ(rules(hbm, rank, read, read), Lines{"tCCD_S = 1"});
  EXPECT_EQ(rules(hbm, pseudo_channel, read, read), Lines{"BL/2 = 2"});
}

TEST(TimingTable, OfLpddr4RefreshesBanksAlone) {
  const DramConfig lpddr4 = shipped_dram("lpddr4-3200");
  EXPECT_EQ(rules(lpddr4, bank, refresh_bank, activate), Lines{"tRFCpb = 224"});
  EXPECT_EQ(rules(lpddr4, rank, refresh_bank, refresh_bank), Lines{"tPBR2PBR = 224"});
  EXPECT_EQ(rules(lpddr4, rank, refresh_bank, activate), Lines{"tRREFD = 16"});
  EXPECT_EQ(rules(lpddr4, rank, precharge, precharge), Lines{"tPPD = 4"});
  EXPECT_EQ(rules(lpddr4, rank, precharge_all, activate), Lines{"tRPab = 34"});
}

TEST(TimingTable, OfGddr5HasAWindowOf32Activates) {
  EXPECT_EQ(rules(shipped_dram("gddr5-6000"), rank, activate, activate),
            (Lines{"t32AW = 276 of 32", "tFAW = 35 of 4", "tRRD_S = 9"}));
}

}  // namespace
}  // namespace nzsim
