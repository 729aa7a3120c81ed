#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/memory/command_checker.h"
#include "tests/support/memory.h"

namespace nzsim {
namespace {

using enum Command;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr DramAddress kRank{};
/// Of `DDR4`.
constexpr Clock kInterval = 9360;
/// Of each bank of `HBM2`: tREFIpb x 16 banks.
constexpr Clock kBankInterval = Clock{243} * 16;

/// `DDR4` with one rank, which is refreshed as a whole.
DramConfig one_rank() {
  DramConfig config = test::dram_config("DDR4");
  config.organization.ranks = 1;
  config.controller.refresh = RefreshPolicy::all_bank;
  return config;
}

DramConfig bank_by_bank() {
  DramConfig config = test::dram_config("HBM2");
  config.controller.refresh = RefreshPolicy::per_bank;
  return config;
}

/// The violations of refreshes of rank 0 at `clocks`; the trace ends at the last.
std::vector<CommandViolation> violations_of(const std::vector<Clock>& clocks) {
  CommandChecker checker(one_rank());
  for (const Clock clock : clocks) checker.on_command({clock, refresh, kRank});
  return checker.violations();
}

CommandViolation late(Clock clock, const char* rule, Clock latest) {
  return {{clock, refresh, kRank}, rule, latest};
}

TEST(RefreshRate, AllowsTheFirstRefreshToBePostponedByEight) {
  // Due at 1 tREFI.
  EXPECT_THAT(violations_of({9 * kInterval}), IsEmpty());
  EXPECT_THAT(violations_of({9 * kInterval + 1}),
              ElementsAre(late(9 * kInterval + 1, "8 postponed REF", 9 * kInterval)));
}

TEST(RefreshRate, AllowsEachRefreshToBePostponedByEight) {
  // The third is due at 3 tREFI.
  EXPECT_THAT(violations_of({9 * kInterval, 10 * kInterval, 11 * kInterval}), IsEmpty());
  EXPECT_THAT(violations_of({9 * kInterval, 10 * kInterval, 11 * kInterval + 1}),
              ElementsAre(late(11 * kInterval + 1, "8 postponed REF", 11 * kInterval)));
}

TEST(RefreshRate, AllowsNineIntervalsBetweenTwoRefreshes) {
  // Two until 1 tREFI: the third is due at 3 tREFI, which leaves until 11 tREFI.
  EXPECT_THAT(violations_of({kInterval / 2, kInterval, 10 * kInterval}), IsEmpty());
  EXPECT_THAT(violations_of({kInterval / 2, kInterval, 10 * kInterval + 1}),
              ElementsAre(late(10 * kInterval + 1, "9 tREFI between two REF", 10 * kInterval)));
}

TEST(RefreshRate, CountsNoMoreThanEightInAdvance) {
  // 20 refreshes until `last`: the next is due 9 tREFI later, and then one each tREFI.
  std::vector<Clock> clocks;
  for (Clock i = 1; i <= 20; ++i) clocks.push_back(450 * i);
  const Clock last = Clock{450} * 20;
  clocks.push_back(last + 9 * kInterval);
  clocks.push_back(last + 18 * kInterval);
  EXPECT_THAT(violations_of(clocks), IsEmpty());
  // The third is due at 11 tREFI and postponed by 8.
  clocks.push_back(last + 20 * kInterval);
  EXPECT_THAT(violations_of(clocks),
              ElementsAre(late(last + 20 * kInterval, "8 postponed REF", last + 19 * kInterval)));
}

TEST(RefreshRate, IsJudgedAtTheEndForEachRank) {
  DramConfig config = one_rank();
  config.organization.ranks = 2;
  CommandChecker checker(config);
  checker.on_command({kInterval, refresh, kRank});
  checker.finish(9 * kInterval);
  EXPECT_THAT(checker.violations(), IsEmpty());
  checker.finish(9 * kInterval + 1);
  EXPECT_THAT(checker.violations(),
              ElementsAre(CommandViolation{
                  {9 * kInterval + 1, refresh, {.rank = 1}}, "8 postponed REF", 9 * kInterval}));
}

TEST(RefreshRate, IsJudgedAtTheEndSinceTheLastRefresh) {
  CommandChecker checker(one_rank());
  checker.on_command({kInterval / 2, refresh, kRank});
  checker.on_command({kInterval, refresh, kRank});
  checker.finish(10 * kInterval);
  EXPECT_THAT(checker.violations(), IsEmpty());
  checker.finish(10 * kInterval + 1);
  EXPECT_THAT(checker.violations(),
              ElementsAre(late(10 * kInterval + 1, "9 tREFI between two REF", 10 * kInterval)));
}

TEST(RefreshRate, IsNotJudgedWithoutRefresh) {
  CommandChecker checker(test::dram_config("HBM2"));
  checker.on_command({100 * kInterval, refresh, kRank});
  checker.on_command({200 * kInterval, refresh_bank, kRank});
  checker.finish(1000 * kInterval);
  EXPECT_THAT(checker.violations(), IsEmpty());
}

TEST(RefreshRate, IsJudgedBankByBankWithRefreshOfBanks) {
  const DramAddress bank{.bank_group = 2, .bank = 3};
  const CommandRecord second{10 * kBankInterval + 1, refresh_bank, bank};
  CommandChecker checker(bank_by_bank());
  checker.on_command({9 * kBankInterval, refresh_bank, bank});
  EXPECT_THAT(checker.violations(), IsEmpty());
  // The second is due at 2 intervals.
  checker.on_command(second);
  EXPECT_THAT(checker.violations(),
              ElementsAre(CommandViolation{second, "8 postponed REFPB", 10 * kBankInterval}));
}

TEST(RefreshRate, AllowsNineIntervalsBetweenTwoRefreshesOfABank) {
  const CommandRecord third{10 * kBankInterval + 1, refresh_bank, kRank};
  CommandChecker checker(bank_by_bank());
  checker.on_command({kBankInterval / 2, refresh_bank, kRank});
  checker.on_command({kBankInterval, refresh_bank, kRank});
  checker.on_command(third);
  EXPECT_THAT(checker.violations(),
              ElementsAre(CommandViolation{third, "9 tREFIpb x banks between two REFPB",
                                           10 * kBankInterval}));
}

TEST(RefreshRate, IsJudgedAtTheEndForEachBank) {
  // REF refreshes all banks of pseudo-channel 0, REFPB one of the 16 of pseudo-channel 1.
  CommandChecker checker(bank_by_bank());
  checker.on_command({kBankInterval, refresh, kRank});
  checker.on_command(
      {kBankInterval + 1, refresh_bank, {.pseudo_channel = 1, .bank_group = 3, .bank = 3}});
  checker.finish(9 * kBankInterval);
  EXPECT_THAT(checker.violations(), IsEmpty());
  checker.finish(9 * kBankInterval + 1);
  EXPECT_THAT(checker.violations(), SizeIs(15));
  EXPECT_THAT(checker.violations(), Each(Field(&CommandViolation::earliest, 9 * kBankInterval)));
  EXPECT_EQ(
      checker.violations().back().record,
      (CommandRecord{
          9 * kBankInterval + 1, refresh_bank, {.pseudo_channel = 1, .bank_group = 3, .bank = 2}}));
}

}  // namespace
}  // namespace nzsim
