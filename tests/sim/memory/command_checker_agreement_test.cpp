#include <algorithm>
#include <cstdint>
#include <map>
#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/memory/command_checker.h"
#include "sim/memory/timing.h"
#include "tests/support/memory.h"
#include "tests/support/shipped_memory.h"

namespace nzsim {
namespace {

using ::testing::IsEmpty;

/// Random commands that the state of the banks allows, each at the first clock that the scheduler's
/// table and the command buses allow, or later: what a scheduler without a strategy would do.
class RandomScheduler {
 public:
  RandomScheduler(const DramConfig& config, std::uint32_t seed)
      : config_(config), constraints_(timing_constraints(config)), random_(seed) {
    // Few banks for tRC and its like, many for tFAW.
    mask_ = draw(4);
  }

  /// A command at the first clock that is legal for it.
  [[nodiscard]] CommandRecord next() {
    CommandRecord record{0, kAllCommands[draw(kCommands)], place()};
    while (!is_legal(record)) record = {0, kAllCommands[draw(kCommands)], place()};
    if (is_rank_command(record.command)) {
      record.address = {.pseudo_channel = record.address.pseudo_channel,
                        .rank = record.address.rank};
    }
    record.clock = earliest(record);
    return record;
  }

  void issue(const CommandRecord& record) {
    history_.push_back(record);
    const bool opens = record.command == Command::activate;
    if (opens || record.command == Command::precharge) is_open_[key(record.address)] = opens;
    if (record.command == Command::precharge_all) close_rank(record.address);
  }

  /// `count` commands, most of them at once, some later.
  void run(int count) {
    for (int i = 0; i < count; ++i) {
      CommandRecord record = next();
      record.clock += draw(3) == 0 ? draw(100) : 0;
      issue(record);
    }
  }

  [[nodiscard]] const std::vector<CommandRecord>& history() const { return history_; }

 private:
  using Key = std::vector<std::uint32_t>;

  [[nodiscard]] std::uint32_t draw(std::size_t below) {
    return static_cast<std::uint32_t>(random_() % below);
  }
  [[nodiscard]] DramAddress place() {
    const DramOrganization& o = config_.organization;
    const std::uint32_t group = draw(o.bank_groups);
    const std::uint32_t bank = draw(o.banks_per_group);
    return {.pseudo_channel = draw(o.pseudo_channels),
            .rank = draw(o.ranks),
            .bank_group = (mask_ & 1) != 0 ? group & 1 : group,
            .bank = (mask_ & 2) != 0 ? bank & 1 : bank};
  }
  static Key key(const DramAddress& a) { return {a.pseudo_channel, a.rank, a.bank_group, a.bank}; }
  static bool is_same_rank(const DramAddress& a, const DramAddress& b) {
    return a.pseudo_channel == b.pseudo_channel && a.rank == b.rank;
  }
  void close_rank(const DramAddress& address) {
    for (auto& [bank, is_open] : is_open_) {
      if (bank[0] == address.pseudo_channel && bank[1] == address.rank) is_open = false;
    }
  }

  [[nodiscard]] bool is_legal(const CommandRecord& record) const {
    const auto found = is_open_.find(key(record.address));
    const bool is_open = found != is_open_.end() && found->second;
    const bool rank_is_open = std::any_of(is_open_.begin(), is_open_.end(), [&](const auto& bank) {
      return bank.second && bank.first[0] == record.address.pseudo_channel &&
             bank.first[1] == record.address.rank;
    });
    switch (record.command) {
      case Command::activate:
        return !is_open;
      case Command::precharge_all:
        return rank_is_open;
      case Command::refresh:
        return !rank_is_open;
      case Command::refresh_bank:
        return !is_open && config_.timings.tREFIpb > 0;
      default:
        return is_open;
    }
  }

  static bool meet(TimingLevel level, const CommandRecord& a, const CommandRecord& b) {
    if (level == TimingLevel::other_rank) {
      return a.address.pseudo_channel == b.address.pseudo_channel &&
             a.address.rank != b.address.rank;
    }
    if (level == TimingLevel::pseudo_channel) {
      return a.address.pseudo_channel == b.address.pseudo_channel;
    }
    if (!is_same_rank(a.address, b.address)) return false;
    if (level == TimingLevel::rank) return true;
    if (is_rank_command(a.command) || is_rank_command(b.command)) return false;
    return a.address.bank_group == b.address.bank_group &&
           (level == TimingLevel::bank_group || a.address.bank == b.address.bank);
  }

  [[nodiscard]] Clock earliest(const CommandRecord& record) const {
    Clock clock = history_.empty() ? 0 : history_.back().clock;
    for (const TimingConstraint& constraint : constraints_) {
      if (constraint.following != record.command) continue;
      std::uint32_t passed = 0;
      for (auto past = history_.rbegin(); past != history_.rend(); ++past) {
        if (past->command != constraint.preceding) continue;
        if (!meet(constraint.level, *past, record) || ++passed < constraint.window) continue;
        clock = std::max(clock, past->clock + constraint.clocks);
        break;
      }
    }
    return std::max(clock, bus_free(record));
  }

  [[nodiscard]] Clock bus_free(const CommandRecord& record) const {
    const CommandClocks& c = config_.command_clocks;
    // By Command: ACT, RD, WR, PRE, PREA, REF, REFPB.
    const std::vector<Clock> clocks{c.activate,  c.column,  c.column, c.precharge,
                                    c.precharge, c.refresh, c.refresh};
    Clock free = 0;
    for (const CommandRecord& past : history_) {
      if (config_.organization.command_buses == 2 &&
          is_column_command(past.command) != is_column_command(record.command)) {
        continue;
      }
      free = std::max(free, past.clock + clocks[static_cast<std::size_t>(past.command)]);
    }
    return free;
  }

  const DramConfig& config_;
  std::vector<TimingConstraint> constraints_;
  std::mt19937 random_;
  std::uint32_t mask_ = 0;
  std::vector<CommandRecord> history_;
  std::map<Key, bool> is_open_;
};

std::vector<CommandViolation> violations_of(const DramConfig& config,
                                            const std::vector<CommandRecord>& commands) {
  CommandChecker checker(config);
  for (const CommandRecord& record : commands) checker.on_command(record);
  return checker.violations();
}

/// The violations of 120 commands as early as the scheduler's table allows, for some seeds.
std::vector<CommandViolation> violations_of_schedules(const DramConfig& config) {
  std::vector<CommandViolation> all;
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    RandomScheduler scheduler(config, seed);
    scheduler.run(120);
    const std::vector<CommandViolation> found = violations_of(config, scheduler.history());
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

/// A command as early as the table allows, and the first clock at which the checker allows it, for
/// the checker is asked one clock before.
struct Answer {
  CommandRecord record;
  Clock allowed = 0;
};

/// Answers that are not the table's, among some hundred; `asked` counts all.
std::vector<Answer> differing_answers(const DramConfig& config, int& asked) {
  std::vector<Answer> differing;
  for (std::uint32_t seed = 0; seed < 600; ++seed) {
    RandomScheduler scheduler(config, seed);
    scheduler.run(static_cast<int>(5 + seed % 40));
    std::vector<CommandRecord> commands = scheduler.history();
    const CommandRecord record = scheduler.next();
    if (record.clock <= commands.back().clock) continue;
    ++asked;
    commands.push_back(record);
    --commands.back().clock;
    Clock allowed = commands.back().clock;
    for (const CommandViolation& violation : violations_of(config, commands)) {
      allowed = std::max(allowed, violation.earliest);
    }
    if (allowed != record.clock) differing.push_back({record, allowed});
  }
  return differing;
}

void PrintTo(const Answer& answer, std::ostream* out) {
  *out << to_string(CommandViolation{answer.record, "the checker", answer.allowed});
}

/// A name of `dram_config`, or of a shipped memory.
DramConfig config_of(const std::string& name) {
  const std::vector<std::string> shipped = test::shipped_drams();
  if (std::find(shipped.begin(), shipped.end(), name) == shipped.end()) {
    return test::dram_config(name);
  }
  return test::shipped_dram(name, {{"/organization/ranks", "2"}});
}

class CheckerAgreement : public ::testing::TestWithParam<std::string> {};

TEST_P(CheckerAgreement, AllowsWhatTheSchedulersTableAllows) {
  EXPECT_THAT(violations_of_schedules(config_of(GetParam())), IsEmpty());
}

TEST_P(CheckerAgreement, RefusesWhatTheSchedulersTableRefuses) {
  int asked = 0;
  EXPECT_THAT(differing_answers(config_of(GetParam()), asked), IsEmpty());
  EXPECT_GT(asked, 200);
}

std::string name_of(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, CheckerAgreement,
                         ::testing::Values("DDR4", "GDDR5", "HBM2", "LPDDR4"), name_of);
INSTANTIATE_TEST_SUITE_P(Shipped, CheckerAgreement, ::testing::ValuesIn(test::shipped_drams()),
                         name_of);

}  // namespace
}  // namespace nzsim
