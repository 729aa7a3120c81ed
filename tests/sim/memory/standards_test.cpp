#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/memory/command_checker.h"
#include "sim/memory/dram_memory.h"
#include "sim/memory/timing_state.h"
#include "tests/support/channel_driver.h"
#include "tests/support/shipped_memory.h"

namespace nzsim {
namespace {

using ::testing::IsEmpty;

/// Every way in which a controller can be set, as overrides of a memory file.
std::vector<std::vector<Override>> policies(bool has_bank_refresh) {
  std::vector<std::string> refreshes{"all_bank"};
  if (has_bank_refresh) refreshes.emplace_back("per_bank");
  std::vector<std::vector<Override>> all;
  for (const char* scheduler : {"fr_fcfs", "fcfs"}) {
    for (const char* page_policy : {"open", "closed", "timeout"}) {
      for (const char* ranks : {"1", "2"}) {
        for (const std::string& refresh : refreshes) {
          all.push_back({{"/controller/scheduler", scheduler},
                         {"/controller/page_policy", page_policy},
                         {"/controller/refresh", refresh},
                         {"/organization/ranks", ranks}});
        }
      }
    }
  }
  return all;
}

/// What one play of random traffic gave.
struct Verdict {
  std::uint64_t commands = 0;
  std::vector<std::string> violations;
  std::uint64_t unanswered = 0;
};

/// Plays `count` transfers of up to four bursts: sequential runs, scattered ones, reads and writes,
/// saturating phases and pauses of some refresh intervals. The checker sees all commands.
Verdict play(const DramConfig& config, std::uint64_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  CommandChecker checker(config);
  DramMemory memory(config);
  memory.listen(checker);
  std::vector<MemoryEvent> events;
  Femtoseconds now = 0;
  std::uint64_t address = 0;
  for (std::uint64_t id = 0; id < count; ++id) {
    const std::uint64_t bytes = config.organization.burst_bytes() * (1 + below(4));
    address = below(4) == 0 ? below(config.capacity_bytes() / 2) : address + bytes;
    const Access access = id / 64 % 3 == 0 && below(2) == 0 ? Access::write : Access::read;
    memory.submit({id, access, address, bytes}, now);
    while (memory.waiting() > 8) {
      now = std::max(now, memory.next_time() + 1);
      memory.advance(now, events);
    }
    const bool is_pause = below(500) == 0;
    now += is_pause ? below(40'000) * config.clock_femtoseconds : 0;
  }
  while (memory.unanswered() > 0) {
    now = std::max(now, memory.next_time() + 1);
    memory.advance(now, events);
  }
  checker.finish(now / config.clock_femtoseconds);
  Verdict verdict{checker.commands(), {}, memory.unanswered()};
  for (const CommandViolation& violation : checker.violations()) {
    verdict.violations.push_back(to_string(violation));
  }
  return verdict;
}

class Standards : public ::testing::TestWithParam<std::string> {};

/// Over all standards and policies more than a million commands.
TEST_P(Standards, NoCommandOfRandomTrafficBreaksARuleUnderAnyPolicy) {
  const bool has_bank_refresh = test::shipped_dram(GetParam()).timings.tREFIpb > 0;
  std::uint64_t commands = 0;
  for (const std::vector<Override>& overrides : policies(has_bank_refresh)) {
    const DramConfig config = test::shipped_dram(GetParam(), overrides);
    const Verdict verdict = play(config, 3500, commands);
    commands += verdict.commands;
    ASSERT_THAT(verdict.violations, IsEmpty()) << overrides[0].value << " " << overrides[1].value;
    ASSERT_EQ(verdict.unanswered, 0U);
  }
  EXPECT_GE(commands, 100'000U);  // ten standards
}

/// The pairs of commands that a rule of the table binds: the state of the timing allows the second
/// exactly `clocks` after the first, unless a longer rule binds the pair too.
TEST_P(Standards, EachRuleBindsAtItsClockAndNotOneBefore) {
  const DramConfig config = test::shipped_dram(GetParam(), {{"/organization/ranks", "2"}});
  const DramOrganization& organization = config.organization;
  const std::uint32_t rank = organization.banks_per_rank();
  const std::vector<TimingConstraint> constraints = timing_constraints(config);
  for (const TimingConstraint& constraint : constraints) {
    // The nearest bank that is at this level with bank 0, and at no lower one where there is one.
    BankIndex other = 0;
    if (constraint.level == TimingLevel::bank_group) other = std::min(1U, rank - 1);
    if (constraint.level == TimingLevel::rank) other = rank - 1;
    if (constraint.level == TimingLevel::pseudo_channel) other = rank;
    if (constraint.level == TimingLevel::other_rank) other = rank;
    // All rules that bind two single commands at these places, by level: the longest counts.
    Clock longest = 0;
    for (const TimingConstraint& rule : constraints) {
      const bool is_rank_pair = is_rank_command(rule.preceding) || is_rank_command(rule.following);
      const bool is_met = rule.level == TimingLevel::pseudo_channel ||
                          (rule.level == TimingLevel::other_rank && other == rank) ||
                          (rule.level == TimingLevel::rank && other < rank) ||
                          (rule.level == TimingLevel::bank_group && !is_rank_pair &&
                           other < organization.banks_per_group) ||
                          (rule.level == TimingLevel::bank && other == 0);
      const bool is_pair = rule.preceding == constraint.preceding &&
                           rule.following == constraint.following &&
                           rule.window == constraint.window;
      if (is_met && is_pair) longest = std::max(longest, rule.clocks);
    }
    TimingState state(config);
    for (std::uint32_t i = 0; i < constraint.window; ++i) {
      state.issue(constraint.preceding, 0, 1000);
    }
    EXPECT_EQ(state.earliest(constraint.following, other), 1000 + longest)
        << to_string(constraint.level) << " " << to_string(constraint.preceding) << " "
        << to_string(constraint.following) << " " << constraint.rule;
    EXPECT_GE(longest, constraint.clocks);
  }
}

DramConfig without_refresh(const std::string& name, std::vector<Override> overrides = {}) {
  overrides.push_back({"/controller/refresh", "none"});
  return test::shipped_dram(name, overrides);
}

/// Row `row` and column `column` of bank 0.
DramAddress first_bank(std::uint32_t row, std::uint32_t column = 0) {
  DramAddress place;
  place.row = row;
  place.column = column;
  return place;
}

TEST_P(Standards, AnIdleChannelAnswersAfterTheSumOfItsParts) {
  const DramConfig config = without_refresh(GetParam());
  const DramTimings& t = config.timings;
  test::ChannelDriver driver(config);
  const std::uint64_t closed = driver.request(Access::read, first_bank(1), 10'000);
  const std::uint64_t open = driver.request(Access::read, first_bank(1, 1), 20'000);
  const std::uint64_t conflict = driver.request(Access::read, first_bank(2), 30'000);
  driver.run(40'000);
  // The controller's clock, CL (with tDQSCK) and the burst; before it tRCD, and tRP.
  const Clock hit = 1 + t.tCL + t.tDQSCK + config.organization.burst_clocks();
  EXPECT_EQ(driver.answered(open) - 20'000, hit);
  EXPECT_EQ(driver.answered(closed) - 10'000, hit + t.tRCDRD);
  EXPECT_EQ(driver.answered(conflict) - 30'000, hit + t.tRCDRD + t.tRP);
}

TEST_P(Standards, ConflictsInOneBankFollowEachOtherAtExactlyTrc) {
  const DramConfig config = without_refresh(GetParam());
  test::ChannelDriver driver(config);
  for (std::uint32_t row = 0; row < 30; ++row) driver.request(Access::read, first_bank(row), 0);
  driver.run(100'000);
  const Clock first = driver.answered(0);
  for (std::uint64_t id = 0; id < 30; ++id) {
    EXPECT_EQ(driver.answered(id), first + static_cast<Clock>(id) * config.timings.tRC);
  }
}

TEST_P(Standards, ASaturatedSequentialStreamFillsTheDataBus) {
  const DramConfig config = without_refresh(GetParam());
  const DramOrganization& organization = config.organization;
  test::ChannelDriver driver(config);
  constexpr std::uint64_t kBursts = 50'000;
  driver.transfer(Access::read, 0, kBursts * organization.burst_bytes(), 0);
  driver.run(1'000'000);
  // Nothing but the first burst's latency and some changes of rows comes on top.
  const auto clocks =
      static_cast<double>(kBursts) * organization.burst_clocks() / organization.pseudo_channels;
  EXPECT_GE(static_cast<double>(driver.answered(0)), clocks);
  EXPECT_LT(static_cast<double>(driver.answered(0)), 1.02 * clocks);
}

TEST_P(Standards, RefreshTakesTrfcOfEachTrefi) {
  const DramConfig config = test::shipped_dram(GetParam());
  const DramTimings& t = config.timings;
  test::ChannelDriver driver(config);
  constexpr std::uint64_t kBursts = 200'000;
  driver.transfer(Access::read, 0, kBursts * config.organization.burst_bytes(), 0);
  driver.run(4'000'000);
  const auto clocks = static_cast<double>(driver.answered(0));
  const double busy = static_cast<double>(kBursts) * config.organization.burst_clocks() /
                      config.organization.pseudo_channels;
  const auto interval = static_cast<double>(t.tREFI);
  // At least tRFC is lost; at most what comes before (the last burst's way to PREA, tRPab) and
  // behind it (ACT, and rows that open one after the other) as well.
  EXPECT_GT(clocks, busy / (1.0 - static_cast<double>(t.tRFC) / interval) * 0.999);
  const auto around = static_cast<double>(t.tRTP + t.tRAS + t.tRPab + t.tRCDRD + 2 * t.tFAW);
  EXPECT_LT(clocks, busy / (1.0 - (static_cast<double>(t.tRFC) + around) / interval) * 1.02);
}

std::string name_of(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Shipped, Standards, ::testing::ValuesIn(test::shipped_drams()), name_of);

}  // namespace
}  // namespace nzsim
