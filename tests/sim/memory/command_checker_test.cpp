#include "sim/memory/command_checker.h"

#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/memory/command_history.h"
#include "tests/support/memory.h"

namespace nzsim {
namespace {

using enum Command;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr DramAddress kBank{};
constexpr DramAddress kSameGroup{.bank = 1};
constexpr DramAddress kOtherGroup{.bank_group = 1};
constexpr DramAddress kOtherRank{.rank = 1};
constexpr DramAddress kRank{};

std::vector<CommandViolation> violations_of(const DramConfig& config,
                                            const std::vector<CommandRecord>& commands) {
  CommandChecker checker(config);
  for (const CommandRecord& record : commands) checker.on_command(record);
  return checker.violations();
}

/// A sequence whose last command breaks a rule that has nothing to do with its clock.
struct StateCase {
  const char* name;
  const char* memory;
  std::vector<CommandRecord> commands;
  const char* rule;
};

void PrintTo(const StateCase& test, std::ostream* out) { *out << test.name; }

const char* const kInRange = "an address within the organization";
const char* const kZeros = "bank, row and column 0 in a command to a rank";

const std::vector<StateCase> kStateCases{
    {"ActivateOfAnOpenBank",
     "DDR4",
     {{1000, activate, kBank}, {2000, activate, kBank}},
     "a closed bank"},
    {"ReadOfAClosedBank", "DDR4", {{1000, read, kBank}}, "an open bank"},
    {"WriteOfAClosedBank",
     "DDR4",
     {{1000, activate, kSameGroup}, {2000, write, kBank}},
     "an open bank"},
    {"ReadBehindPrecharge",
     "DDR4",
     {{1000, activate, kBank}, {2000, precharge, kBank}, {3000, read, kBank}},
     "an open bank"},
    {"ReadBehindPrechargeAll",
     "DDR4",
     {{1000, activate, kBank}, {2000, precharge_all, kRank}, {3000, read, kBank}},
     "an open bank"},
    {"ReadOfAnotherRow",
     "DDR4",
     {{1000, activate, {.row = 5}}, {2000, read, {.row = 6}}},
     "the open row"},
    {"WriteOfAnotherRow",
     "DDR4",
     {{1000, activate, {.row = 5}}, {2000, write, {.row = 4}}},
     "the open row"},
    {"PrechargeOfAClosedBank",
     "DDR4",
     {{1000, activate, kBank}, {2000, precharge, kSameGroup}},
     "an open bank"},
    {"PrechargeBehindPrechargeAll",
     "DDR4",
     {{1000, activate, kBank}, {2000, precharge_all, kRank}, {3000, precharge, kBank}},
     "an open bank"},
    {"PrechargeAllOfClosedBanks",
     "DDR4",
     {{1000, activate, kOtherRank}, {2000, precharge_all, kRank}},
     "an open bank in the rank"},
    {"RefreshOfAnOpenRank",
     "DDR4",
     {{1000, activate, kBank},
      {1100, activate, kOtherGroup},
      {2000, precharge, kBank},
      {3000, refresh, kRank}},
     "closed banks in the rank"},
    {"RefreshOfAnOpenBank",
     "HBM2",
     {{1000, activate, kBank}, {2000, refresh_bank, kBank}},
     "a closed bank"},
    {"BankRefreshWithoutItsTimings",
     "DDR4",
     {{1000, refresh_bank, kBank}},
     "a standard with per-bank refresh"},
    {"Channel", "DDR4", {{1000, activate, {.channel = 1}}}, kInRange},
    {"PseudoChannel", "HBM2", {{1000, activate, {.pseudo_channel = 2}}}, kInRange},
    {"Rank", "DDR4", {{1000, activate, {.rank = 2}}}, kInRange},
    {"BankGroup", "DDR4", {{1000, activate, {.bank_group = 4}}}, kInRange},
    {"Bank", "DDR4", {{1000, activate, {.bank = 4}}}, kInRange},
    {"Row", "DDR4", {{1000, activate, {.row = 1024}}}, kInRange},
    // 8192 / 64 = 128 bursts in a row.
    {"Column", "DDR4", {{1000, activate, kBank}, {2000, read, {.column = 128}}}, kInRange},
    {"RefreshWithABankGroup", "DDR4", {{1000, refresh, {.bank_group = 1}}}, kZeros},
    {"RefreshWithABank", "DDR4", {{1000, refresh, {.bank = 1}}}, kZeros},
    {"PrechargeAllWithARow",
     "DDR4",
     {{1000, activate, {.row = 1}}, {2000, precharge_all, {.row = 1}}},
     kZeros},
    {"PrechargeAllWithAColumn",
     "DDR4",
     {{1000, activate, kBank}, {2000, precharge_all, {.column = 1}}},
     kZeros},
};

class CommandState : public ::testing::TestWithParam<StateCase> {};

TEST_P(CommandState, ReportsExactlyItsRule) {
  const StateCase& test = GetParam();
  EXPECT_THAT(violations_of(test::dram_config(test.memory), test.commands),
              ElementsAre(CommandViolation{test.commands.back(), test.rule, kNever}));
}

std::string name_of(const ::testing::TestParamInfo<StateCase>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(All, CommandState, ::testing::ValuesIn(kStateCases), name_of);

TEST(CommandChecker, TakesTheLastPlaceOfEachFieldAsWithinRange) {
  EXPECT_THAT(violations_of(test::dram_config("DDR4"), {{1000, activate, {0, 0, 1, 3, 3, 1023, 0}},
                                                        {2000, read, {0, 0, 1, 3, 3, 1023, 127}}}),
              IsEmpty());
}

TEST(CommandChecker, ReportsAClockThatGoesBackwards) {
  const CommandRecord late{999, activate, kOtherGroup};
  EXPECT_THAT(violations_of(test::dram_config("DDR4"), {{1000, activate, kBank}, late}),
              ElementsAre(CommandViolation{late, "the order of clocks", 1000}));
}

TEST(CommandChecker, ReportsAllRulesThatACommandBreaks) {
  // At 1030 tRAS = 39 ends later, and so does 1010 + 12 + 4 + 18; tRCDWR = 16 ends at 1016.
  const CommandRecord early_write{1010, write, kBank};
  const CommandRecord early_precharge{1030, precharge, kBank};
  EXPECT_THAT(violations_of(test::dram_config("DDR4"),
                            {{1000, activate, kBank}, early_write, early_precharge}),
              ElementsAre(CommandViolation{early_write, "tRCDWR", 1016},
                          CommandViolation{early_precharge, "tRAS", 1039},
                          CommandViolation{early_precharge, "tCWL + BL/2 + tWR", 1044}));
}

TEST(CommandChecker, TakesACommandThatBreaksARuleAsExecuted) {
  const CommandRecord second{2000, activate, {.row = 2}};
  EXPECT_THAT(violations_of(test::dram_config("DDR4"), {{1000, activate, {.row = 1}},
                                                        second,
                                                        {3000, read, {.row = 2}},
                                                        {4000, precharge, kBank},
                                                        {5000, refresh, kRank}}),
              ElementsAre(CommandViolation{second, "a closed bank", kNever}));
}

TEST(CommandChecker, LetsRanksShareTheBusesAlone) {
  // Rank 1 follows rank 0 by a clock. Its data start at 1102 + 16, 2 clocks behind the data written
  // to rank 0, and at 1112 + 12, behind its own read.
  EXPECT_THAT(violations_of(test::dram_config("DDR4"), {{1000, activate, kBank},
                                                        {1001, activate, kOtherRank},
                                                        {1100, write, kBank},
                                                        {1102, read, kOtherRank},
                                                        {1112, write, kOtherRank},
                                                        {1200, precharge, kBank},
                                                        {1201, precharge_all, kOtherRank},
                                                        {1300, refresh, kRank},
                                                        {1301, activate, kOtherRank}}),
              IsEmpty());
}

TEST(CommandChecker, TakesEachKindOfCommandWithItsOwnClocks) {
  DramConfig config = test::dram_config("HBM2");
  config.organization.command_buses = 1;
  config.command_clocks = {.activate = 2, .column = 3, .precharge = 5, .refresh = 7};
  const std::vector<CommandRecord> kinds{
      {1000, activate, kBank},     {2000, read, kBank},     {3000, write, kBank},
      {4000, precharge, kBank},    {5000, activate, kBank}, {6000, precharge_all, kRank},
      {7000, refresh_bank, kBank}, {8000, refresh, kRank},
  };
  // A clock behind each there is an activate of pseudo-channel 1, whose precharge comes later.
  const DramAddress other{.pseudo_channel = 1};
  std::vector<CommandRecord> commands;
  commands.reserve(3 * kinds.size());
  for (const CommandRecord& record : kinds) {
    commands.push_back(record);
    commands.push_back({record.clock + 1, activate, other});
    commands.push_back({record.clock + 500, precharge, other});
  }
  std::vector<Clock> earliest;
  for (const CommandViolation& violation : violations_of(config, commands)) {
    earliest.push_back(violation.earliest);
  }
  EXPECT_THAT(earliest, ElementsAre(1002, 2003, 3003, 4005, 5002, 6005, 7007, 8007));
}

TEST(CommandChecker, LetsPseudoChannelsShareTheCommandBusesAlone) {
  // All at least an ACT's 2 clocks apart; a row and a column command may share a clock.
  const DramAddress other{.pseudo_channel = 1};
  EXPECT_THAT(violations_of(test::dram_config("HBM2"), {{1000, activate, kBank},
                                                        {1002, activate, other},
                                                        {1100, read, kBank},
                                                        {1100, precharge, other},
                                                        {1200, activate, other},
                                                        {1300, read, kBank},
                                                        {1301, write, other},
                                                        {1302, refresh_bank, kSameGroup},
                                                        {1310, precharge_all, kRank},
                                                        {1340, refresh_bank, kOtherGroup}}),
              IsEmpty());
}

TEST(CommandChecker, LetsChannelsShareNothingNotEvenTheOrderOfClocks) {
  DramConfig config = test::dram_config("DDR4");
  config.channels = 2;
  EXPECT_THAT(violations_of(config, {{1000, activate, {.channel = 1}},
                                     {1000, activate, {.channel = 0}},
                                     {1016, read, {.channel = 1}},
                                     {1016, read, {.channel = 0}},
                                     {1050, precharge, {.channel = 1}},
                                     {1040, precharge, {.channel = 0}}}),
              IsEmpty());
}

TEST(CommandChecker, KeepsADistanceBeforeAndBehindBurstsOfOtherRanks) {
  // Read data of rank 0 at [1540, 1544); with tCS = 2 rank 1 may write until 1538 or from 1546 on.
  DramConfig config = test::dram_config("DDR4");
  config.timings.tCL = 40;
  config.timings.tRTW = 0;
  const auto with_write_at = [&](Clock clock) {
    return violations_of(config, {{1000, activate, kBank},
                                  {1100, activate, kOtherRank},
                                  {1500, read, kBank},
                                  {clock, write, kOtherRank}});
  };
  EXPECT_THAT(with_write_at(1538 - 4 - 12), IsEmpty());
  EXPECT_THAT(with_write_at(1523),
              ElementsAre(CommandViolation{{1523, write, kOtherRank}, "tCS", 1546 - 12}));
  EXPECT_THAT(with_write_at(1525),
              ElementsAre(CommandViolation{{1525, write, kOtherRank}, "data bus", 1544 - 12}));
  EXPECT_THAT(with_write_at(1546 - 12), IsEmpty());
}

TEST(CommandChecker, CountsAllViolationsAndKeepsTheFirst) {
  CommandChecker checker(test::dram_config("DDR4"));
  for (Clock i = 0; i < 1500; ++i) checker.on_command({1000 * i, precharge, kBank});
  EXPECT_EQ(checker.commands(), 1500U);
  EXPECT_EQ(checker.violation_count(), 1500U);
  EXPECT_THAT(checker.violations(), SizeIs(CommandChecker::kMostKept));
  EXPECT_EQ(checker.violations().back().record.clock, 999'000);
}

TEST(CommandChecker, StaysBoundedWhereBurstsPileUp) {
  CommandChecker checker(test::dram_config("DDR4"));
  checker.on_command({0, activate, kBank});
  for (int i = 0; i < 100'000; ++i) checker.on_command({1000, read, kBank});
  // All but the first break tCCD_L, the command bus and the data bus.
  EXPECT_EQ(checker.violation_count(), 3U * 99'999);
}

TEST(CommandChecker, WritesAViolationInOneLine) {
  EXPECT_EQ(to_string(CommandViolation{{54, activate, {0, 1, 2, 3, 4, 5, 6}}, "tRC", 55}),
            "clock 54: ACT to channel 0, pseudo-channel 1, rank 2, bank group 3, bank 4, row 5, "
            "column 6: expected clock 55 or later by tRC");
  EXPECT_EQ(to_string(CommandViolation{{54, read, kBank}, "an open bank", kNever}),
            "clock 54: RD to channel 0, pseudo-channel 0, rank 0, bank group 0, bank 0, row 0, "
            "column 0: expected an open bank");
  EXPECT_EQ(to_string(CommandViolation{{54, refresh, kRank}, "8 postponed REF", 53}),
            "clock 54: REF to channel 0, pseudo-channel 0, rank 0, bank group 0, bank 0, row 0, "
            "column 0: expected clock 53 or earlier by 8 postponed REF");
}

TEST(LatestByPlace, KnowsTheLatestOutsideAnyPlace) {
  LatestByPlace latest;
  EXPECT_EQ(latest.outside(1), kLongAgo);
  latest.add(1, 10);
  EXPECT_EQ(latest.outside(1), kLongAgo);
  EXPECT_EQ(latest.outside(2), 10);
  latest.add(2, 20);
  latest.add(2, 30);
  EXPECT_EQ(latest.outside(2), 10);
  EXPECT_EQ(latest.outside(1), 30);
  EXPECT_EQ(latest.latest(), 30);
}

}  // namespace
}  // namespace nzsim
