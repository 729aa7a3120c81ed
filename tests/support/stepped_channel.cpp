#include "tests/support/stepped_channel.h"

#include <algorithm>

namespace nzsim::test {
namespace {

bool is_same_rank(const DramAddress& a, const DramAddress& b) {
  return a.pseudo_channel == b.pseudo_channel && a.rank == b.rank;
}
bool is_same_group(const DramAddress& a, const DramAddress& b) {
  return is_same_rank(a, b) && a.bank_group == b.bank_group;
}
bool is_same_bank(const DramAddress& a, const DramAddress& b) {
  return is_same_group(a, b) && a.bank == b.bank;
}
bool is_same_place(const DramAddress& a, const DramAddress& b) {
  return is_same_bank(a, b) && a.row == b.row && a.column == b.column;
}

bool is_at(TimingLevel level, const CommandRecord& before, Command command,
           const DramAddress& place) {
  const DramAddress& other = before.address;
  const bool has_bank = !is_rank_command(before.command) && !is_rank_command(command);
  switch (level) {
    case TimingLevel::bank:
      return has_bank && is_same_bank(other, place);
    case TimingLevel::bank_group:
      return has_bank && is_same_group(other, place);
    case TimingLevel::rank:
      return is_same_rank(other, place);
    case TimingLevel::other_rank:
      return other.pseudo_channel == place.pseudo_channel && other.rank != place.rank;
    case TimingLevel::pseudo_channel:
      break;
  }
  return other.pseudo_channel == place.pseudo_channel;
}

}  // namespace

SteppedChannel::SteppedChannel(const DramConfig& config, const AddressMapping& mapping)
    : config_(config), mapping_(mapping), constraints_(timing_constraints(config)) {
  const DramOrganization& organization = config.organization;
  const std::uint32_t ranks = organization.pseudo_channels * organization.ranks;
  const Clock interval = config.controller.refresh == RefreshPolicy::per_bank
                             ? config.timings.tREFIpb
                             : config.timings.tREFI;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    ranks_.push_back({rank / organization.ranks, rank % organization.ranks,
                      interval + interval * (rank % organization.ranks) / organization.ranks, 0,
                      0});
  }
}

void SteppedChannel::run(const std::vector<BurstRequest>& requests, Clock end) {
  answers_.assign(requests.size(), std::nullopt);
  port_.assign(requests.begin(), requests.end());
  for (Clock clock = 0; clock < end; ++clock) {
    enter(clock);
    see(clock);
    fall_due(clock);
    do {
      turn();
    } while (issue_one(clock));
  }
}

void SteppedChannel::enter(Clock clock) {
  while (!port_.empty() && port_.front().arrival <= clock) {
    const BurstRequest request = port_.front();
    const std::size_t entries = request.access == Access::read
                                    ? config_.controller.read_queue_entries
                                    : config_.controller.write_queue_entries;
    const auto used = static_cast<std::size_t>(std::count_if(
        waiting_.begin(), waiting_.end(),
        [&](const Waiting& other) { return other.request.access == request.access; }));
    if (used >= entries) return;
    const Clock offered = std::max(request.arrival, last_entry_);
    waiting_.push_back({request, mapping_.decode(request.address), offered,
                        std::max(offered + config_.controller.request_clocks, clock), next_age_++,
                        false});
    last_entry_ = clock;
    port_.pop_front();
  }
}

void SteppedChannel::see(Clock clock) {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    Waiting& burst = waiting_[i];
    if (burst.is_seen || burst.visible != clock) continue;
    burst.is_seen = true;
    if (burst.request.access == Access::write) continue;
    const bool is_forwarded =
        std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& other) {
          return other.is_seen && other.request.access == Access::write &&
                 is_same_place(other.place, burst.place) && other.age < burst.age;
        });
    if (!is_forwarded) continue;
    answers_[burst.request.id] = clock + 1 + config_.controller.response_clocks;
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i--));
  }
}

void SteppedChannel::fall_due(Clock clock) {
  if (config_.controller.refresh == RefreshPolicy::none) return;
  const DramOrganization& organization = config_.organization;
  for (Rank& rank : ranks_) {
    if (rank.due != clock) continue;
    if (config_.controller.refresh == RefreshPolicy::all_bank) {
      rank.due += config_.timings.tREFI;
      ++rank.owed;
      continue;
    }
    rank.due += config_.timings.tREFIpb;
    DramAddress bank;
    bank.pseudo_channel = rank.pseudo_channel;
    bank.rank = rank.rank;
    bank.bank_group = rank.next_bank / organization.banks_per_group;
    bank.bank = rank.next_bank % organization.banks_per_group;
    rank.next_bank = (rank.next_bank + 1) % organization.banks_per_rank();
    owed_banks_.push_back(bank);
  }
}

std::size_t SteppedChannel::count(Access access, bool only_ready) const {
  return static_cast<std::size_t>(
      std::count_if(waiting_.begin(), waiting_.end(), [&](const Waiting& burst) {
        return burst.is_seen && burst.request.access == access &&
               !(only_ready && is_blocked(burst));
      }));
}

void SteppedChannel::turn() {
  const std::size_t reads = count(Access::read, false);
  const std::size_t writes = count(Access::write, false);
  const std::size_t ready = count(Access::write, true);
  if (serving_ == Access::write) {
    const bool is_drained = reads > 0 && writes <= config_.controller.write_low_watermark;
    if (ready == 0 || is_drained) serving_ = Access::read;
  } else if (ready > 0 && (reads == 0 || writes >= config_.controller.write_high_watermark)) {
    serving_ = Access::write;
  }
}

bool SteppedChannel::is_blocked(const Waiting& write) const {
  return write.request.access == Access::write &&
         std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& other) {
           return other.is_seen && other.request.access == Access::read && other.age < write.age &&
                  is_same_place(other.place, write.place);
         });
}

const SteppedChannel::OpenBank* SteppedChannel::open_bank(const DramAddress& bank) const {
  const auto found = std::find_if(open_.begin(), open_.end(), [&](const OpenBank& open) {
    return is_same_bank(open.place, bank);
  });
  return found == open_.end() ? nullptr : &*found;
}

std::uint64_t SteppedChannel::index_of(const DramAddress& bank) const {
  const DramOrganization& organization = config_.organization;
  const std::uint64_t rank = bank.pseudo_channel * organization.ranks + bank.rank;
  return (rank * organization.bank_groups + bank.bank_group) * organization.banks_per_group +
         bank.bank;
}

bool SteppedChannel::awaits_refresh(const DramAddress& bank) const {
  return std::any_of(ranks_.begin(), ranks_.end(),
                     [&](const Rank& rank) {
                       return rank.owed > 0 && rank.pseudo_channel == bank.pseudo_channel &&
                              rank.rank == bank.rank;
                     }) ||
         std::any_of(owed_banks_.begin(), owed_banks_.end(),
                     [&](const DramAddress& owed) { return is_same_bank(owed, bank); });
}

std::optional<SteppedChannel::Option> SteppedChannel::option_of_bank(
    const DramAddress& bank) const {
  if (awaits_refresh(bank)) return {};
  const OpenBank* open = open_bank(bank);
  std::size_t oldest = SIZE_MAX;
  std::size_t hit = SIZE_MAX;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const Waiting& burst = waiting_[i];
    const bool is_candidate = burst.is_seen && burst.request.access == serving_ &&
                              is_same_bank(burst.place, bank) && !is_blocked(burst);
    if (!is_candidate) continue;
    if (oldest == SIZE_MAX) oldest = i;
    if (hit == SIZE_MAX && open != nullptr && burst.place.row == open->place.row) hit = i;
  }
  if (oldest == SIZE_MAX) return {};
  const Waiting& first = waiting_[oldest];
  if (open == nullptr) return Option{2, first.age, Command::activate, first.place, oldest};
  const bool is_strict =
      config_.controller.scheduler == SchedulerPolicy::fcfs ||
      open->overtaken[static_cast<std::size_t>(serving_)] >= config_.controller.row_hit_cap;
  if (hit == SIZE_MAX || (hit != oldest && is_strict)) {
    return Option{2, first.age, Command::precharge, open->place, oldest};
  }
  const Command command = serving_ == Access::read ? Command::read : Command::write;
  return Option{1, waiting_[hit].age, command, waiting_[hit].place, hit};
}

void SteppedChannel::collect_requests(std::vector<Option>& options) const {
  std::vector<DramAddress> banks;
  for (const Waiting& burst : waiting_) {
    const bool is_new = std::none_of(banks.begin(), banks.end(), [&](const DramAddress& bank) {
      return is_same_bank(bank, burst.place);
    });
    if (is_new) banks.push_back(burst.place);
  }
  for (const DramAddress& bank : banks) {
    if (const std::optional<Option> option = option_of_bank(bank)) options.push_back(*option);
  }
  if (config_.controller.scheduler != SchedulerPolicy::fcfs || options.empty()) return;
  options = {*std::min_element(options.begin(), options.end(),
                               [](const Option& a, const Option& b) { return a.age < b.age; })};
}

void SteppedChannel::collect_refreshes(std::vector<Option>& options) const {
  for (std::size_t i = 0; i < ranks_.size(); ++i) {
    const Rank& rank = ranks_[i];
    if (rank.owed == 0) continue;
    DramAddress place;
    place.pseudo_channel = rank.pseudo_channel;
    place.rank = rank.rank;
    const bool is_open = std::any_of(open_.begin(), open_.end(), [&](const OpenBank& open) {
      return is_same_rank(open.place, place);
    });
    options.push_back({0, i, is_open ? Command::precharge_all : Command::refresh, place, SIZE_MAX});
  }
  for (const DramAddress& owed : owed_banks_) {
    const OpenBank* open = open_bank(owed);
    options.push_back({0, index_of(owed),
                       open != nullptr ? Command::precharge : Command::refresh_bank,
                       open != nullptr ? open->place : owed, SIZE_MAX});
  }
}

void SteppedChannel::collect_unneeded_rows(std::vector<Option>& options, Clock clock) const {
  const DramController& controller = config_.controller;
  if (controller.page_policy == PagePolicy::open) return;
  const bool is_timeout = controller.page_policy == PagePolicy::timeout;
  for (const OpenBank& open : open_) {
    const bool is_needed = std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& burst) {
      return burst.is_seen && !is_blocked(burst) && is_same_bank(burst.place, open.place) &&
             burst.place.row == open.place.row;
    });
    const bool is_time = clock >= open.last_use + (is_timeout ? controller.page_timeout_clocks : 0);
    if (is_needed || !is_time || awaits_refresh(open.place)) continue;
    options.push_back({3, index_of(open.place), Command::precharge, open.place, SIZE_MAX});
  }
}

bool SteppedChannel::is_allowed(Command command, const DramAddress& place, Clock clock) const {
  const bool has_own_bus = config_.organization.command_buses == 2 && is_column_command(command);
  if (bus_free_[has_own_bus ? 1 : 0] > clock) return false;
  for (const TimingConstraint& constraint : constraints_) {
    if (constraint.following != command) continue;
    std::uint32_t seen = 0;
    for (auto before = commands_.rbegin(); before != commands_.rend(); ++before) {
      if (clock - before->clock >= constraint.clocks) break;
      if (before->command != constraint.preceding ||
          !is_at(constraint.level, *before, command, place)) {
        continue;
      }
      if (++seen == constraint.window) return false;
    }
  }
  return true;
}

bool SteppedChannel::issue_one(Clock clock) {
  std::vector<Option> options;
  collect_requests(options);
  collect_refreshes(options);
  collect_unneeded_rows(options, clock);
  const Option* best = nullptr;
  for (const Option& option : options) {
    if (!is_allowed(option.command, option.place, clock)) continue;
    if (best == nullptr ||
        std::pair(option.precedence, option.age) < std::pair(best->precedence, best->age)) {
      best = &option;
    }
  }
  if (best == nullptr) return false;
  perform(*best, clock);
  return true;
}

void SteppedChannel::perform(const Option& option, Clock clock) {
  const Command command = option.command;
  const bool has_own_bus = config_.organization.command_buses == 2 && is_column_command(command);
  bus_free_[has_own_bus ? 1 : 0] = clock + config_.command_clocks.of(command);
  DramAddress place = option.place;
  if (!is_column_command(command)) place.column = 0;
  commands_.push_back({clock, command, place});
  const auto in_bank = [&](const OpenBank& open) { return is_same_bank(open.place, place); };
  const auto in_rank = [&](const OpenBank& open) { return is_same_rank(open.place, place); };
  switch (command) {
    case Command::activate:
      open_.push_back({place, {}, clock});
      break;
    case Command::read:
    case Command::write:
      move_data(option, clock);
      break;
    case Command::precharge:
      std::erase_if(open_, in_bank);
      break;
    case Command::precharge_all:
      std::erase_if(open_, in_rank);
      break;
    case Command::refresh:
      for (Rank& rank : ranks_) {
        if (rank.pseudo_channel == place.pseudo_channel && rank.rank == place.rank) --rank.owed;
      }
      break;
    case Command::refresh_bank:
      std::erase_if(owed_banks_,
                    [&](const DramAddress& owed) { return is_same_bank(owed, place); });
      break;
  }
}

void SteppedChannel::move_data(const Option& option, Clock clock) {
  const DramAddress& place = option.place;
  const bool overtakes = std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& other) {
    return other.is_seen && other.request.access == serving_ && is_same_bank(other.place, place) &&
           !is_blocked(other) && other.age < option.age;
  });
  for (OpenBank& open : open_) {
    if (!is_same_bank(open.place, place)) continue;
    std::uint32_t& overtaken = open.overtaken[static_cast<std::size_t>(serving_)];
    overtaken = overtakes ? overtaken + 1 : 0;
    open.last_use = clock;
  }
  const bool is_read = option.command == Command::read;
  answers_[waiting_[option.waiting].request.id] =
      clock + (is_read ? config_.timings.read_latency() : config_.timings.tCWL) +
      config_.organization.burst_clocks() + config_.controller.response_clocks;
  waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(option.waiting));
}

}  // namespace nzsim::test
