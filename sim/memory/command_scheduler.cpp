#include "sim/memory/command_scheduler.h"

#include <algorithm>

namespace nzsim {
namespace {

constexpr std::uint64_t order_of(std::uint64_t precedence, std::uint64_t age) {
  return (precedence << 60) | age;
}
constexpr std::uint64_t kRefresh = 0;
constexpr std::uint64_t kColumn = 1;
constexpr std::uint64_t kRow = 2;
constexpr std::uint64_t kPageClose = 3;

/// Keeps the earlier of the two, or the one that comes first within a clock.
void keep_first(Choice& best, const Choice& other) {
  if (other.clock > best.clock || (other.clock == best.clock && other.order >= best.order)) return;
  best = other;
}

}  // namespace

CommandScheduler::CommandScheduler(const DramConfig& config, std::uint32_t channel)
    : config_(config),
      channel_(channel),
      timing_(config),
      banks_(config.organization.banks()),
      ranks_(std::size_t{config.organization.pseudo_channels} * config.organization.ranks),
      refresh_(config),
      queues_{RequestQueue(config.controller.read_queue_entries, config.organization.banks()),
              RequestQueue(config.controller.write_queue_entries, config.organization.banks())},
      candidates_{BankCandidates(config.organization.banks()),
                  BankCandidates(config.organization.banks())} {
  for (BankIndex bank = 0; bank < banks_.size(); ++bank) {
    banks_[bank].rank = bank / config.organization.banks_per_rank();
  }
}

bool CommandScheduler::admit(Access access, BurstIndex burst, Clock now) {
  RequestQueue& own = queue(access);
  RequestQueue& other = queue(access == Access::read ? Access::write : Access::read);
  const BankIndex bank = own[burst].bank;
  for (BurstIndex i = other.first(bank); i != kNoBurst; i = other.next(i)) {
    if (!other[i].is_same_place(own[burst])) continue;
    if (access == Access::read) {
      ++counters_.forwarded_reads;
      own.drop(burst);
      return true;
    }
    other[i].blocks_writes = true;
    blocked_writes_ += own[burst].is_blocked ? 0 : 1;
    own[burst].is_blocked = true;
  }
  own.link(burst);
  if (changes_candidate(access, own[burst])) update(bank, access);
  if (is_choice_valid_) reconsider(access, bank, now);
  return false;
}

bool CommandScheduler::changes_candidate(Access access, const Burst& youngest) const {
  const Bank& bank = banks_[youngest.bank];
  const bool is_first_hit = bank.hit[index_of(access)] == kNoBurst && bank.open_row == youngest.row;
  return is_first_hit || candidates_[index_of(access)].of(youngest.bank) == nullptr;
}

void CommandScheduler::reconsider(Access access, BankIndex bank, Clock now) {
  const bool is_simple = config_.controller.page_policy == PagePolicy::open &&
                         config_.controller.scheduler == SchedulerPolicy::fr_fcfs;
  if (!is_simple || choice_.bank == bank || direction() != serving_) {
    is_choice_valid_ = false;
    return;
  }
  const BankCandidate* candidate = candidates_[index_of(access)].of(bank);
  if (access == serving_ && candidate != nullptr) take_if_first(*candidate, now, choice_);
}

void CommandScheduler::mark_due(Clock clock) {
  if (!refresh_.mark_due(clock)) return;
  is_choice_valid_ = false;
  for (const std::uint32_t due : refresh_.pending()) {
    if (refresh_.is_per_bank()) {
      banks_[due].awaits_refresh = true;
      update(due);
    } else {
      update_rank(due);
    }
  }
}

void CommandScheduler::find_choice(Clock now) {
  serving_ = direction();
  Choice best;
  if (config_.controller.scheduler == SchedulerPolicy::fcfs) {
    choose_oldest_request(now, best);
  } else {
    choose_request(now, best);
  }
  if (!refresh_.pending().empty()) choose_refresh(now, best);
  if (config_.controller.page_policy != PagePolicy::open && open_banks_ > 0) {
    choose_page_close(now, best);
  }
  choice_ = best;
  is_choice_valid_ = true;
}

Access CommandScheduler::direction() const {
  const std::uint32_t reads = queue(Access::read).visible();
  const std::uint32_t writes = queue(Access::write).visible();
  const std::uint32_t ready_writes = writes - blocked_writes_;
  if (serving_ == Access::write) {
    const bool is_drained = reads > 0 && writes <= config_.controller.write_low_watermark;
    return ready_writes == 0 || is_drained ? Access::read : Access::write;
  }
  const bool must_drain = reads == 0 || writes >= config_.controller.write_high_watermark;
  return ready_writes > 0 && must_drain ? Access::write : Access::read;
}

void CommandScheduler::update(BankIndex bank) {
  update(bank, Access::read);
  update(bank, Access::write);
}

void CommandScheduler::update_rank(std::uint32_t rank) {
  const std::uint32_t banks = config_.organization.banks_per_rank();
  const auto& pending = refresh_.pending();
  const bool is_due =
      !refresh_.is_per_bank() && std::find(pending.begin(), pending.end(), rank) != pending.end();
  for (BankIndex bank = rank * banks; bank < (rank + 1) * banks; ++bank) {
    banks_[bank].awaits_refresh = is_due;
    const bool is_wanted =
        queue(Access::read).first(bank) != kNoBurst || queue(Access::write).first(bank) != kNoBurst;
    if (is_wanted) update(bank);
  }
}

void CommandScheduler::update(BankIndex bank, Access access) {
  const RequestQueue& waiting = queue(access);
  Bank& state = banks_[bank];
  BurstIndex oldest = waiting.first(bank);
  while (oldest != kNoBurst && waiting[oldest].is_blocked) oldest = waiting.next(oldest);
  BurstIndex& hit = state.hit[index_of(access)];
  hit = state.open_row == kClosed ? kNoBurst : oldest;
  while (hit != kNoBurst && (waiting[hit].row != state.open_row || waiting[hit].is_blocked)) {
    hit = waiting.next(hit);
  }
  if (oldest == kNoBurst || state.awaits_refresh) {
    candidates_[index_of(access)].clear(bank);
  } else {
    candidates_[index_of(access)].set(candidate_of(bank, access, oldest));
  }
}

BankCandidate CommandScheduler::candidate_of(BankIndex bank, Access access,
                                             BurstIndex oldest) const {
  const RequestQueue& waiting = queue(access);
  const Bank& state = banks_[bank];
  const std::uint64_t age = waiting[oldest].age;
  const auto candidate = [&](Command command, BurstIndex burst, std::uint64_t order) {
    return BankCandidate{bank,  command, static_cast<std::uint8_t>(bus_of(command)),
                         burst, order,   timing_.slots(command, bank)};
  };
  if (state.open_row == kClosed) return candidate(Command::activate, oldest, order_of(kRow, age));
  const BurstIndex hit = state.hit[index_of(access)];
  const bool is_overtaking_too_much =
      config_.controller.scheduler == SchedulerPolicy::fcfs ||
      state.overtaken[index_of(access)] >= config_.controller.row_hit_cap;
  if (hit == kNoBurst || (hit != oldest && is_overtaking_too_much)) {
    return candidate(Command::precharge, oldest, order_of(kRow, age));
  }
  const Command command = access == Access::read ? Command::read : Command::write;
  return candidate(command, hit, order_of(kColumn, waiting[hit].age));
}

Clock CommandScheduler::earliest(Command command, const TimingState::Slots& slots,
                                 Clock now) const {
  return std::max(timing_.earliest(slots), std::max(bus_free_[bus_of(command)], now));
}

void CommandScheduler::take_if_first(const BankCandidate& candidate, Clock now,
                                     Choice& best) const {
  const Clock clock = earliest(candidate.command, candidate.slots, now);
  if (clock > best.clock || (clock == best.clock && candidate.order >= best.order)) return;
  best = {clock, candidate.order, candidate.command, candidate.bank, candidate.burst};
}

void CommandScheduler::choose_request(Clock now, Choice& best) const {
  const std::array<Clock, 2> bus_free{std::max(bus_free_[0], now), std::max(bus_free_[1], now)};
  Clock clock = kNever;
  std::uint64_t order = UINT64_MAX;
  const BankCandidate* first = nullptr;
  for (const BankCandidate& candidate : candidates_[index_of(serving_)].list()) {
    const Clock earliest = std::max(timing_.earliest(candidate.slots), bus_free[candidate.bus]);
    if (earliest > clock || (earliest == clock && candidate.order >= order)) continue;
    clock = earliest;
    order = candidate.order;
    first = &candidate;
  }
  if (first != nullptr) best = {clock, order, first->command, first->bank, first->burst};
}

void CommandScheduler::choose_oldest_request(Clock now, Choice& best) const {
  constexpr std::uint64_t kAge = (std::uint64_t{1} << 60) - 1;
  const auto& list = candidates_[index_of(serving_)].list();
  const auto oldest = std::min_element(list.begin(), list.end(),
                                       [](const BankCandidate& a, const BankCandidate& b) {
                                         return (a.order & kAge) < (b.order & kAge);
                                       });
  if (oldest != list.end()) take_if_first(*oldest, now, best);
}

void CommandScheduler::choose_refresh(Clock now, Choice& best) const {
  for (const std::uint32_t due : refresh_.pending()) {
    BankIndex bank = due;
    Command command = Command::refresh_bank;
    if (!refresh_.is_per_bank()) {
      bank = due * config_.organization.banks_per_rank();
      command = ranks_[due].open_banks() > 0 ? Command::precharge_all : Command::refresh;
    } else if (banks_[bank].open_row != kClosed) {
      command = Command::precharge;
    }
    const Clock clock = earliest(command, timing_.slots(command, bank), now);
    keep_first(best, {clock, order_of(kRefresh, due), command, bank, kNoBurst});
  }
}

void CommandScheduler::choose_page_close(Clock now, Choice& best) const {
  const Clock timeout = config_.controller.page_policy == PagePolicy::closed
                            ? 0
                            : config_.controller.page_timeout_clocks;
  for (BankIndex bank = 0; bank < banks_.size(); ++bank) {
    const Bank& state = banks_[bank];
    const bool is_needed = state.hit[0] != kNoBurst || state.hit[1] != kNoBurst;
    if (state.open_row == kClosed || is_needed || state.awaits_refresh) continue;
    const Clock clock =
        std::max(earliest(Command::precharge, timing_.slots(Command::precharge, bank), now),
                 state.last_use + timeout);
    keep_first(best, {clock, order_of(kPageClose, bank), Command::precharge, bank, kNoBurst});
  }
}

Burst CommandScheduler::issue() {
  const Choice choice = choice_;
  is_choice_valid_ = false;
  timing_.issue(choice.command, choice.bank, choice.clock);
  bus_free_[bus_of(choice.command)] = choice.clock + config_.command_clocks.of(choice.command);
  if (listener_ != nullptr) tell(choice);
  const std::uint32_t rank = banks_[choice.bank].rank;
  switch (choice.command) {
    case Command::activate:
      open_row(choice);
      break;
    case Command::read:
    case Command::write:
      return move_data(choice);
    case Command::precharge:
      close_row(choice.bank, choice.burst != kNoBurst);
      ranks_[rank].close_banks(choice.clock, 1);
      break;
    case Command::precharge_all:
      close_all(rank, choice.clock);
      break;
    case Command::refresh:
      ++counters_.refreshes;
      ranks_[rank].begin_refresh(choice.clock, refresh_.duration());
      refresh_.done(rank);
      update_rank(rank);
      break;
    case Command::refresh_bank:
      ++counters_.bank_refreshes;
      ranks_[rank].begin_bank_refresh(choice.clock, refresh_.duration());
      refresh_.done(choice.bank);
      banks_[choice.bank].awaits_refresh = false;
      update(choice.bank);
      break;
  }
  return {};
}

void CommandScheduler::open_row(const Choice& choice) {
  Bank& bank = banks_[choice.bank];
  Burst& burst = queue(serving_)[choice.burst];
  burst.was_activated = true;
  burst.was_conflict |= bank.was_closed_by_conflict;
  bank.was_closed_by_conflict = false;
  bank.open_row = burst.row;
  bank.last_use = choice.clock;
  bank.overtaken = {};
  ++open_banks_;
  ++counters_.activates;
  ranks_[bank.rank].open_bank(choice.clock);
  update(choice.bank);
}

void CommandScheduler::close_row(BankIndex index, bool is_conflict) {
  Bank& bank = banks_[index];
  bank.open_row = kClosed;
  bank.was_closed_by_conflict = is_conflict;
  bank.overtaken = {};
  --open_banks_;
  ++counters_.precharges;
  update(index);
}

void CommandScheduler::close_all(std::uint32_t rank, Clock clock) {
  const std::uint32_t banks = config_.organization.banks_per_rank();
  ranks_[rank].close_banks(clock, ranks_[rank].open_banks());
  for (BankIndex bank = rank * banks; bank < (rank + 1) * banks; ++bank) {
    if (banks_[bank].open_row != kClosed) close_row(bank, false);
  }
}

Burst CommandScheduler::move_data(const Choice& choice) {
  RequestQueue& waiting = queue(serving_);
  Bank& bank = banks_[choice.bank];
  const Burst burst = waiting[choice.burst];
  BurstIndex oldest = waiting.first(choice.bank);
  while (waiting[oldest].is_blocked) oldest = waiting.next(oldest);
  std::uint32_t& overtaken = bank.overtaken[index_of(serving_)];
  overtaken = choice.burst == oldest ? 0 : overtaken + 1;
  bank.last_use = choice.clock;
  const BurstIndex next = waiting.next(choice.burst);
  waiting.remove(choice.burst);
  ++(serving_ == Access::read ? counters_.reads : counters_.writes);
  counters_.busy_clocks += static_cast<std::uint64_t>(config_.organization.burst_clocks());
  counters_.bytes += config_.organization.burst_bytes();
  count_row_state(burst);
  if (burst.blocks_writes) unblock_writes(burst);
  const bool is_next_hit = choice.burst == oldest && next != kNoBurst &&
                           waiting[next].row == burst.row && !waiting[next].is_blocked;
  if (is_next_hit && !bank.awaits_refresh) {
    // What `update` would find: the next of the bank in the same row, by the same command.
    bank.hit[index_of(serving_)] = next;
    candidates_[index_of(serving_)].move_on(choice.bank, next,
                                            order_of(kColumn, waiting[next].age));
  } else {
    update(choice.bank, serving_);
  }
  return burst;
}

void CommandScheduler::count_row_state(const Burst& burst) {
  if (burst.was_conflict) {
    ++counters_.row_conflicts;
  } else if (burst.was_activated) {
    ++counters_.row_misses;
  } else {
    ++counters_.row_hits;
  }
}

void CommandScheduler::unblock_writes(const Burst& read) {
  const RequestQueue& reads = queue(Access::read);
  for (BurstIndex i = reads.first(read.bank); i != kNoBurst; i = reads.next(i)) {
    if (reads[i].is_same_place(read)) return;  // another read of the old data
  }
  RequestQueue& writes = queue(Access::write);
  for (BurstIndex i = writes.first(read.bank); i != kNoBurst; i = writes.next(i)) {
    if (!writes[i].is_blocked || !writes[i].is_same_place(read)) continue;
    writes[i].is_blocked = false;
    --blocked_writes_;
  }
  update(read.bank, Access::write);
}

void CommandScheduler::skip_idle(Clock until) {
  if (open_banks_ > 0 || listener_ != nullptr || !refresh_.pending().empty()) return;
  for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
    const std::uint64_t count = refresh_.intervals_before(rank, until);
    if (count == 0) continue;
    if (refresh_.is_per_bank()) {
      counters_.bank_refreshes += count;
      ranks_[rank].repeat_bank_refresh(refresh_.due(rank), count, refresh_.interval(),
                                       refresh_.duration());
    } else {
      counters_.refreshes += count;
      ranks_[rank].repeat_refresh(refresh_.due(rank), count, refresh_.interval(),
                                  refresh_.duration());
    }
    refresh_.skip(rank, count);
  }
}

void CommandScheduler::add_to(ChannelCounters& counters, Clock clock) const {
  counters = counters_;
  for (const RankState& rank : ranks_) rank.add_to(counters, clock);
  counters.clocks = static_cast<std::uint64_t>(clock);
}

void CommandScheduler::tell(const Choice& choice) const {
  listener_->on_command({choice.clock, choice.command, place_of(choice)});
}

DramAddress CommandScheduler::place_of(const Choice& choice) const {
  const DramOrganization& organization = config_.organization;
  DramAddress place;
  place.channel = channel_;
  const std::uint32_t rank = banks_[choice.bank].rank;
  place.rank = rank % organization.ranks;
  place.pseudo_channel = rank / organization.ranks;
  if (is_rank_command(choice.command)) return place;
  place.bank = choice.bank % organization.banks_per_group;
  place.bank_group = choice.bank / organization.banks_per_group % organization.bank_groups;
  const std::int64_t open_row = banks_[choice.bank].open_row;
  if (choice.command == Command::activate) {
    place.row = queue(serving_)[choice.burst].row;
  } else if (open_row != kClosed) {
    place.row = static_cast<std::uint32_t>(open_row);
  }
  if (is_column_command(choice.command)) place.column = queue(serving_)[choice.burst].column;
  return place;
}

std::size_t CommandScheduler::bus_of(Command command) const {
  return config_.organization.command_buses == 2 && is_column_command(command) ? 1 : 0;
}

}  // namespace nzsim
