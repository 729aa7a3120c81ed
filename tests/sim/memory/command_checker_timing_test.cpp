#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/memory/command_checker.h"
#include "tests/support/memory.h"

namespace nzsim {
namespace {

using enum Command;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using T = DramTimings;
using Override = std::pair<Clock T::*, Clock>;

/// A sequence whose last command comes at the first clock that `rule` allows. The commands before
/// lie so far apart that no other rule binds, nor does any at the clock before the last.
struct TimingCase {
  const char* name;
  const char* memory;
  std::vector<CommandRecord> commands;
  const char* rule;
  /// Timings other than the memory's own: where two rules would bind together.
  std::vector<Override> overrides;
};

void PrintTo(const TimingCase& test, std::ostream* out) { *out << test.name; }

// Two banks of one group, one of another group, one of another rank, one of another pseudo-channel,
// and what commands to a whole rank have.
constexpr DramAddress kBank{};
constexpr DramAddress kSameGroup{.bank = 1};
constexpr DramAddress kOtherGroup{.bank_group = 1};
constexpr DramAddress kOtherRank{.rank = 1};
constexpr DramAddress kOtherPseudoChannel{.pseudo_channel = 1};
constexpr DramAddress kRank{};

/// Four activates to four groups, none of which is nearer to the fifth than tRRD.
const std::vector<CommandRecord> kFourActivates{{1000, activate, {.bank_group = 0}},
                                                {1005, activate, {.bank_group = 1}},
                                                {1010, activate, {.bank_group = 2}},
                                                {1015, activate, {.bank_group = 3}}};

std::vector<CommandRecord> followed_by(std::vector<CommandRecord> commands, CommandRecord last) {
  commands.push_back(last);
  return commands;
}

/// An activate every 10 clocks to each of GDDR5's 16 banks in turn, twice; each bank is closed 105
/// clocks later, so that tRC = 60, tRRD = 9, tFAW = 35 and tRP = 18 are kept.
std::vector<CommandRecord> thirty_two_activates() {
  std::vector<CommandRecord> commands;
  for (std::uint32_t i = 0; i < 32; ++i) {
    const DramAddress bank{.bank_group = i % 4, .bank = i / 4 % 4};
    commands.push_back({1000 + 10 * i, activate, bank});
    if (i < 16) commands.push_back({1105 + 10 * i, precharge, bank});
  }
  commands.push_back({1380, precharge, kBank});
  std::sort(commands.begin(), commands.end(),
            [](const CommandRecord& a, const CommandRecord& b) { return a.clock < b.clock; });
  return commands;
}

const std::vector<TimingCase> kRowCases{
    {"ActivateToActivate",
     "DDR4",
     {{1000, activate, kBank}, {1050, precharge, kBank}, {1100, activate, kBank}},
     "tRC",
     {{&T::tRC, 100}}},
    {"ActivateToPrecharge",
     "DDR4",
     {{1000, activate, kBank}, {1039, precharge, kBank}},
     "tRAS",
     {}},
    {"ActivateToRead", "GDDR5", {{1000, activate, kBank}, {1018, read, kBank}}, "tRCDRD", {}},
    {"ActivateToWrite", "GDDR5", {{1000, activate, kBank}, {1015, write, kBank}}, "tRCDWR", {}},
    {"PrechargeToActivate",
     "DDR4",
     {{1000, activate, kBank}, {1500, precharge, kBank}, {1516, activate, kBank}},
     "tRP",
     {}},
    {"PrechargeAllToActivate",
     "LPDDR4",
     {{1000, activate, kBank}, {1500, precharge_all, kRank}, {1534, activate, kBank}},
     "tRPab",
     {}},
    {"PrechargeAllToActivateOfAClosedBank",
     "LPDDR4",
     {{1000, activate, kBank}, {1500, precharge_all, kRank}, {1534, activate, kSameGroup}},
     "tRPab",
     {}},
    {"ReadToPrecharge",
     "DDR4",
     {{1000, activate, kBank}, {1500, read, kBank}, {1509, precharge, kBank}},
     "tRTP",
     {}},
    // 12 + 4 + 18 = 34.
    {"WriteToPrecharge",
     "DDR4",
     {{1000, activate, kBank}, {1500, write, kBank}, {1534, precharge, kBank}},
     "tCWL + BL/2 + tWR",
     {}},
    {"ActivateToPrechargeAll",
     "DDR4",
     {{500, activate, kBank}, {1000, activate, kSameGroup}, {1039, precharge_all, kRank}},
     "tRAS",
     {}},
    {"ReadToPrechargeAll",
     "DDR4",
     {{1000, activate, kBank},
      {1200, activate, kOtherGroup},
      {1500, read, kBank},
      {1509, precharge_all, kRank}},
     "tRTP",
     {}},
    {"WriteToPrechargeAll",
     "DDR4",
     {{1000, activate, kBank},
      {1200, activate, kOtherGroup},
      {1500, write, kBank},
      {1534, precharge_all, kRank}},
     "tCWL + BL/2 + tWR",
     {}},
    {"ActivateToActivateOfAnotherGroup",
     "DDR4",
     {{1000, activate, kBank}, {1004, activate, kOtherGroup}},
     "tRRD_S",
     {}},
    {"ActivateToActivateOfTheGroup",
     "DDR4",
     {{1000, activate, kBank}, {1006, activate, kSameGroup}},
     "tRRD_L",
     {}},
    {"FiveActivates",
     "DDR4",
     followed_by(kFourActivates, {1026, activate, kSameGroup}),
     "tFAW",
     {}},
    {"ThirtyThreeActivates",
     "GDDR5",
     followed_by(thirty_two_activates(), {1450, activate, kBank}),
     "t32AW",
     {{&T::t32AW, 450}}},
    {"PrechargeToPrecharge",
     "LPDDR4",
     {{1000, activate, kBank},
      {1200, activate, kSameGroup},
      {1500, precharge, kBank},
      {1504, precharge, kSameGroup}},
     "tPPD",
     {}},
    {"PrechargeToPrechargeAll",
     "LPDDR4",
     {{1000, activate, kBank},
      {1200, activate, kSameGroup},
      {1500, precharge, kBank},
      {1504, precharge_all, kRank}},
     "tPPD",
     {}},
    {"PrechargeAllToPrecharge",
     "LPDDR4",
     {{1000, activate, kBank},
      {1500, precharge_all, kRank},
      {1700, activate, kBank},
      {2000, precharge, kBank}},
     "tPPD",
     {{&T::tPPD, 500}}},
    {"PrechargeAllToPrechargeAll",
     "LPDDR4",
     {{1000, activate, kBank},
      {1500, precharge_all, kRank},
      {1700, activate, kBank},
      {2000, precharge_all, kRank}},
     "tPPD",
     {{&T::tPPD, 500}}},
};

/// Opens `banks` 200 clocks apart, long before the column commands of a case.
std::vector<CommandRecord> opened(const std::vector<DramAddress>& banks,
                                  const std::vector<CommandRecord>& commands) {
  std::vector<CommandRecord> all;
  all.reserve(banks.size() + commands.size());
  for (const DramAddress& bank : banks) {
    all.push_back({static_cast<Clock>(200 * all.size()), activate, bank});
  }
  all.insert(all.end(), commands.begin(), commands.end());
  return all;
}

const std::vector<TimingCase> kColumnCases{
    // A burst has 4 clocks: tCCD_S = 6 binds alone.
    {"ReadToReadOfAnotherGroup",
     "DDR4",
     opened({kBank, kOtherGroup}, {{1500, read, kBank}, {1506, read, kOtherGroup}}),
     "tCCD_S",
     {{&T::tCCD_S, 6}, {&T::tCCD_L, 8}}},
    {"ReadToReadOfTheGroup",
     "DDR4",
     opened({kBank, kSameGroup}, {{1500, read, kBank}, {1506, read, kSameGroup}}),
     "tCCD_L",
     {}},
    {"ReadToReadOfTheBank",
     "DDR4",
     opened({kBank}, {{1500, read, kBank}, {1506, read, kBank}}),
     "tCCD_L",
     {}},
    {"WriteToWriteOfAnotherGroup",
     "DDR4",
     opened({kBank, kOtherGroup}, {{1500, write, kBank}, {1506, write, kOtherGroup}}),
     "tCCD_S",
     {{&T::tCCD_S, 6}, {&T::tCCD_L, 8}}},
    {"WriteToWriteOfTheGroup",
     "DDR4",
     opened({kBank, kSameGroup}, {{1500, write, kBank}, {1506, write, kSameGroup}}),
     "tCCD_L",
     {}},
    {"ReadToWrite",
     "DDR4",
     opened({kBank}, {{1500, read, kBank}, {1510, write, kBank}}),
     "tRTW",
     {}},
    {"ReadToWriteOfAnotherRank",
     "DDR4",
     opened({kBank, kOtherRank}, {{1500, read, kBank}, {1510, write, kOtherRank}}),
     "tRTW",
     {{&T::tCS, 0}}},
    // 12 + 4 + 3 = 19.
    {"WriteToReadOfAnotherGroup",
     "DDR4",
     opened({kBank, kOtherGroup}, {{1500, write, kBank}, {1519, read, kOtherGroup}}),
     "tCWL + BL/2 + tWTR_S",
     {}},
    // 12 + 4 + 9 = 25.
    {"WriteToReadOfTheGroup",
     "DDR4",
     opened({kBank, kSameGroup}, {{1500, write, kBank}, {1525, read, kSameGroup}}),
     "tCWL + BL/2 + tWTR_L",
     {}},
    // One group: 14 + 8 + 16 = 38.
    {"WriteToReadOfTheBank",
     "LPDDR4",
     opened({kBank}, {{1500, write, kBank}, {1538, read, kBank}}),
     "tCWL + BL/2 + tWTR_L",
     {}},
};

const std::vector<TimingCase> kDataBusCases{
    {"ReadsOfOneRank",
     "DDR4",
     opened({kBank}, {{1500, read, kBank}, {1504, read, kBank}}),
     "data bus",
     {{&T::tCCD_S, 1}, {&T::tCCD_L, 1}}},
    {"ReadsOfTwoRanks",
     "DDR4",
     opened({kBank, kOtherRank}, {{1500, read, kBank}, {1504, read, kOtherRank}}),
     "data bus",
     {{&T::tCS, 0}}},
    {"WritesOfTwoRanks",
     "DDR4",
     opened({kBank, kOtherRank}, {{1500, write, kBank}, {1504, write, kOtherRank}}),
     "data bus",
     {{&T::tCS, 0}}},
    // Read data end at 1500 + 16 + 4 = 1520, written data start 12 later than WR.
    {"ReadThenWrite",
     "DDR4",
     opened({kBank}, {{1500, read, kBank}, {1508, write, kBank}}),
     "data bus",
     {{&T::tRTW, 0}}},
    // Read data end at 1500 + 28 + 6 + 8 = 1542, written data start 14 later than WR.
    {"ReadDelayedByTheStrobeThenWrite",
     "LPDDR4",
     opened({kBank}, {{1500, read, kBank}, {1528, write, kBank}}),
     "data bus",
     {{&T::tRTW, 0}}},
    // Written data end at 1500 + 12 + 4 = 1516, read data start 8 later than RD.
    {"WriteThenReadOfAnotherRank",
     "DDR4",
     opened({kBank, kOtherRank}, {{1500, write, kBank}, {1508, read, kOtherRank}}),
     "data bus",
     {{&T::tCL, 8}, {&T::tCS, 0}}},
    // Read data at [1540, 1544) and [1560, 1564), written data fit between: [1544, 1548).
    {"WriteBetweenTwoReads",
     "DDR4",
     opened({kBank}, {{1500, read, kBank}, {1520, read, kBank}, {1532, write, kBank}}),
     "data bus",
     {{&T::tCL, 40}, {&T::tRTW, 0}}},
    // 4 + 2 = 6.
    {"GapOfReads",
     "DDR4",
     opened({kBank, kOtherRank}, {{1500, read, kBank}, {1506, read, kOtherRank}}),
     "tCS",
     {}},
    {"GapOfWrites",
     "DDR4",
     opened({kBank, kOtherRank}, {{1500, write, kBank}, {1506, write, kOtherRank}}),
     "tCS",
     {}},
    // 1520 + 2 - 12 = 1510.
    {"GapFromReadToWrite",
     "DDR4",
     opened({kBank, kOtherRank}, {{1500, read, kBank}, {1510, write, kOtherRank}}),
     "tCS",
     {{&T::tRTW, 0}}},
    // 1516 + 2 - 16 = 1502.
    {"GapFromWriteToRead",
     "DDR4",
     opened({kBank, kOtherRank}, {{1500, write, kBank}, {1502, read, kOtherRank}}),
     "tCS",
     {}},
};

const std::vector<TimingCase> kRefreshCases{
    {"ActivateToRefresh",
     "DDR4",
     {{1000, activate, kBank}, {1050, precharge, kBank}, {1100, refresh, kRank}},
     "tRC",
     {{&T::tRC, 100}}},
    {"PrechargeToRefresh",
     "DDR4",
     {{1000, activate, kBank}, {1500, precharge, kBank}, {1516, refresh, kRank}},
     "tRP",
     {}},
    {"PrechargeAllToRefresh",
     "LPDDR4",
     {{1000, activate, kBank}, {1500, precharge_all, kRank}, {1534, refresh, kRank}},
     "tRPab",
     {}},
    {"RefreshToActivate",
     "DDR4",
     {{1000, refresh, kRank}, {1420, activate, kOtherGroup}},
     "tRFC",
     {}},
    {"RefreshToRefresh", "DDR4", {{1000, refresh, kRank}, {1420, refresh, kRank}}, "tRFC", {}},
    {"RefreshToBankRefresh",
     "HBM2",
     {{1000, refresh, kRank}, {1350, refresh_bank, kBank}},
     "tRFC",
     {}},
    {"BankRefreshToActivateOfTheBank",
     "HBM2",
     {{1000, refresh_bank, kBank}, {1160, activate, kBank}},
     "tRFCpb",
     {}},
    {"BankRefreshToBankRefreshOfTheBank",
     "HBM2",
     {{1000, refresh_bank, kBank}, {1160, refresh_bank, kBank}},
     "tRFCpb",
     {}},
    {"BankRefreshToRefresh",
     "HBM2",
     {{1000, refresh_bank, kBank}, {1160, refresh, kRank}},
     "tRFCpb",
     {}},
    {"BankRefreshToActivateOfAnotherBank",
     "HBM2",
     {{1000, refresh_bank, kBank}, {1008, activate, kSameGroup}},
     "tRREFD",
     {}},
    {"ActivateToBankRefreshOfAnotherBank",
     "HBM2",
     {{1000, activate, kBank}, {1008, refresh_bank, kOtherGroup}},
     "tRREFD",
     {}},
    {"BankRefreshToBankRefreshOfAnotherBank",
     "LPDDR4",
     {{1000, refresh_bank, kBank}, {1090, refresh_bank, kSameGroup}},
     "tPBR2PBR",
     {}},
    {"ActivateToBankRefreshOfTheBank",
     "HBM2",
     {{1000, activate, kBank}, {1050, precharge, kBank}, {1100, refresh_bank, kBank}},
     "tRC",
     {{&T::tRC, 100}}},
    {"PrechargeToBankRefresh",
     "LPDDR4",
     {{1000, activate, kBank}, {1500, precharge, kBank}, {1529, refresh_bank, kBank}},
     "tRP",
     {}},
    {"PrechargeAllToBankRefresh",
     "LPDDR4",
     {{1000, activate, kBank}, {1500, precharge_all, kRank}, {1534, refresh_bank, kSameGroup}},
     "tRPab",
     {}},
};

// ACT and RD occupy LPDDR4's bus for 4 clocks, PRE, PREA and REF for 2; HBM2's ACT 2, others 1.
const std::vector<TimingCase> kCommandBusCases{
    {"TwoRanks",
     "DDR4",
     {{1000, activate, kBank}, {1001, activate, kOtherRank}},
     "command bus",
     {}},
    {"BehindAnActivate",
     "LPDDR4",
     {{1000, activate, kBank}, {1500, activate, kSameGroup}, {1504, read, kBank}},
     "command bus",
     {}},
    {"BehindARead",
     "LPDDR4",
     opened({kBank, kSameGroup}, {{1500, read, kBank}, {1504, precharge, kSameGroup}}),
     "command bus",
     {}},
    {"BehindAWrite",
     "LPDDR4",
     opened({kBank, kSameGroup}, {{1500, write, kBank}, {1504, precharge, kSameGroup}}),
     "command bus",
     {}},
    {"BehindAPrecharge",
     "LPDDR4",
     opened({kBank, kSameGroup}, {{1500, precharge, kSameGroup}, {1502, read, kBank}}),
     "command bus",
     {}},
    {"BehindABankRefresh",
     "LPDDR4",
     {{1000, activate, kBank}, {1500, refresh_bank, kSameGroup}, {1502, read, kBank}},
     "command bus",
     {}},
    {"BehindARefreshOfAnotherPseudoChannel",
     "HBM2",
     {{1000, refresh, kRank}, {1001, refresh, kOtherPseudoChannel}},
     "command bus",
     {}},
    {"BehindAPrechargeAllOfAnotherPseudoChannel",
     "HBM2",
     {{1000, activate, kBank}, {1500, precharge_all, kRank}, {1501, activate, kOtherPseudoChannel}},
     "command bus",
     {}},
    {"BehindAnActivateOfAnotherPseudoChannel",
     "HBM2",
     {{1000, activate, kBank}, {1002, activate, kOtherPseudoChannel}},
     "command bus",
     {}},
    {"OfColumnCommands",
     "HBM2",
     opened({kBank, kOtherPseudoChannel},
            {{1500, read, kBank}, {1501, write, kOtherPseudoChannel}}),
     "command bus",
     {}},
};

std::vector<CommandViolation> violations_of(const TimingCase& test,
                                            const std::vector<CommandRecord>& commands) {
  DramConfig config = test::dram_config(test.memory);
  for (const auto& [key, value] : test.overrides) config.timings.*key = value;
  CommandChecker checker(config);
  for (const CommandRecord& record : commands) checker.on_command(record);
  checker.finish(commands.back().clock);
  return checker.violations();
}

class CommandTiming : public ::testing::TestWithParam<TimingCase> {};

TEST_P(CommandTiming, AllowsACommandAtTheFirstClockOfItsRule) {
  EXPECT_THAT(violations_of(GetParam(), GetParam().commands), IsEmpty());
}

TEST_P(CommandTiming, ReportsExactlyItsRuleOneClockEarlier) {
  std::vector<CommandRecord> commands = GetParam().commands;
  const Clock earliest = commands.back().clock--;
  EXPECT_THAT(violations_of(GetParam(), commands),
              ElementsAre(CommandViolation{commands.back(), GetParam().rule, earliest}));
}

std::string name_of(const ::testing::TestParamInfo<TimingCase>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Row, CommandTiming, ::testing::ValuesIn(kRowCases), name_of);
INSTANTIATE_TEST_SUITE_P(Column, CommandTiming, ::testing::ValuesIn(kColumnCases), name_of);
INSTANTIATE_TEST_SUITE_P(DataBus, CommandTiming, ::testing::ValuesIn(kDataBusCases), name_of);
INSTANTIATE_TEST_SUITE_P(Refresh, CommandTiming, ::testing::ValuesIn(kRefreshCases), name_of);
INSTANTIATE_TEST_SUITE_P(CommandBus, CommandTiming, ::testing::ValuesIn(kCommandBusCases), name_of);

}  // namespace
}  // namespace nzsim
