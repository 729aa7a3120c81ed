#include "sim/memory/command_checker.h"

#include <algorithm>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "sim/memory/command_history.h"

namespace nzsim {
namespace {

/// Where a command takes place.
struct Place {
  ChannelHistory& channel;
  RankHistory& rank;
  BankGroupHistory& group;
  BankHistory& bank;
  std::span<BankHistory> banks_of_rank;
  std::uint32_t bank_of_rank;
};

}  // namespace

/// The rules. Each `on_` judges one command and then takes it as executed.
class CommandChecker::Rules {
 public:
  explicit Rules(const DramConfig& config)
      : organization_(config.organization),
        timings_(config.timings),
        command_clocks_(config.command_clocks),
        refresh_(config.controller.refresh),
        burst_(organization_.burst_clocks()),
        bank_refresh_interval_(timings_.tREFIpb * organization_.banks_per_rank()),
        channels_(config.channels, ChannelHistory(config)) {}

  void judge(const CommandRecord& record);
  void finish(Clock end);

  std::vector<CommandViolation> violations;
  std::uint64_t violation_count = 0;

 private:
  /// `rule` is broken whatever the clock.
  void violate(const CommandRecord& record, std::string_view rule, Clock earliest = kNever);
  /// `rule` allows the command from `earliest` on.
  void require(const CommandRecord& record, Clock earliest, std::string_view rule) {
    if (record.clock < earliest) violate(record, rule, earliest);
  }

  [[nodiscard]] bool is_in_range(const DramAddress& address) const;
  [[nodiscard]] Place place_of(const DramAddress& address);
  void occupy_command_bus(const CommandRecord& record, ChannelHistory& channel);
  void occupy_data_bus(const CommandRecord& record, const Place& place, Clock latency);
  void judge_open_row(const CommandRecord& record, const Place& place);
  void judge_refresh_rate(const CommandRecord& record, const RefreshHistory& refreshes,
                          Clock interval, std::string_view gap_rule, std::string_view count_rule);
  void judge_rank_refreshes(const CommandRecord& record, const RankHistory& rank);
  void judge_bank_refreshes(const CommandRecord& record, const BankHistory& bank);

  void on_activate(const CommandRecord& record, const Place& place);
  void on_read(const CommandRecord& record, const Place& place);
  void on_write(const CommandRecord& record, const Place& place);
  void on_precharge(const CommandRecord& record, const Place& place);
  void on_precharge_all(const CommandRecord& record, const Place& place);
  void on_refresh(const CommandRecord& record, const Place& place);
  void on_refresh_bank(const CommandRecord& record, const Place& place);

  DramOrganization organization_;
  DramTimings timings_;
  CommandClocks command_clocks_;
  RefreshPolicy refresh_;
  Clock burst_;
  Clock bank_refresh_interval_;
  std::vector<ChannelHistory> channels_;
};

void CommandChecker::Rules::violate(const CommandRecord& record, std::string_view rule,
                                    Clock earliest) {
  ++violation_count;
  if (violations.size() < kMostKept) violations.push_back({record, std::string(rule), earliest});
}

bool CommandChecker::Rules::is_in_range(const DramAddress& address) const {
  const DramOrganization& o = organization_;
  return address.channel < channels_.size() && address.pseudo_channel < o.pseudo_channels &&
         address.rank < o.ranks && address.bank_group < o.bank_groups &&
         address.bank < o.banks_per_group && address.row < o.rows && address.column < o.columns();
}

Place CommandChecker::Rules::place_of(const DramAddress& address) {
  ChannelHistory& channel = channels_[address.channel];
  const std::size_t rank = std::size_t{address.pseudo_channel} * organization_.ranks + address.rank;
  const std::size_t group = rank * organization_.bank_groups + address.bank_group;
  const std::uint32_t bank = address.bank_group * organization_.banks_per_group + address.bank;
  const std::size_t banks = organization_.banks_per_rank();
  const std::span<BankHistory> banks_of_rank(&channel.banks[rank * banks], banks);
  return {channel, channel.ranks[rank], channel.groups[group], banks_of_rank[bank], banks_of_rank,
          bank};
}

void CommandChecker::Rules::judge(const CommandRecord& record) {
  const DramAddress& address = record.address;
  if (!is_in_range(address)) return violate(record, "an address within the organization");
  const Place place = place_of(address);
  if (record.clock < place.channel.clock || record.clock >= kNever) {
    return violate(record, "the order of clocks", place.channel.clock);
  }
  place.channel.clock = record.clock;
  const bool has_bank = (address.bank_group | address.bank | address.row | address.column) != 0;
  if (is_rank_command(record.command) && has_bank) {
    violate(record, "bank, row and column 0 in a command to a rank");
  }
  occupy_command_bus(record, place.channel);
  switch (record.command) {
    case Command::activate:
      return on_activate(record, place);
    case Command::read:
      return on_read(record, place);
    case Command::write:
      return on_write(record, place);
    case Command::precharge:
      return on_precharge(record, place);
    case Command::precharge_all:
      return on_precharge_all(record, place);
    case Command::refresh:
      return on_refresh(record, place);
    case Command::refresh_bank:
      return on_refresh_bank(record, place);
  }
}

/// The pseudo-channels of a channel share its command buses: JESD235, "Pseudo Channel Mode".
void CommandChecker::Rules::occupy_command_bus(const CommandRecord& record,
                                               ChannelHistory& channel) {
  Clock clocks = command_clocks_.refresh;
  if (record.command == Command::activate) clocks = command_clocks_.activate;
  if (is_column_command(record.command)) clocks = command_clocks_.column;
  if (record.command == Command::precharge || record.command == Command::precharge_all) {
    clocks = command_clocks_.precharge;
  }
  const bool is_second = organization_.command_buses == 2 && is_column_command(record.command);
  Clock& bus_free = channel.bus_free[is_second ? 1 : 0];
  require(record, bus_free, "command bus");
  bus_free = std::max(bus_free, record.clock + clocks);
}

void CommandChecker::Rules::occupy_data_bus(const CommandRecord& record, const Place& place,
                                            Clock latency) {
  const DramAddress& address = record.address;
  const DataBus::Conflict conflict = place.channel.data_buses[address.pseudo_channel].add(
      record.clock, record.clock + latency, address.rank);
  require(record, conflict.bus_free - latency, "data bus");
  require(record, conflict.gap_over - latency, "tCS");
}

void CommandChecker::Rules::judge_open_row(const CommandRecord& record, const Place& place) {
  if (!place.bank.is_open) {
    violate(record, "an open bank");
  } else if (place.bank.row != record.address.row) {
    violate(record, "the open row");
  }
}

/// JESD79-4B, "Bank Activate Command"; t32AW: JESD212, "Active". Same bank group: _L, else _S.
void CommandChecker::Rules::on_activate(const CommandRecord& record, const Place& place) {
  const DramTimings& t = timings_;
  BankHistory& bank = place.bank;
  RankHistory& rank = place.rank;
  const std::uint32_t group = record.address.bank_group;
  if (bank.is_open) violate(record, "a closed bank");
  require(record, bank.activate + t.tRC, "tRC");
  require(record, bank.precharge + t.tRP, "tRP");
  require(record, rank.precharge_all + t.tRPab, "tRPab");
  require(record, place.group.activate + t.tRRD_L, "tRRD_L");
  require(record, rank.activate_groups.outside(group) + t.tRRD_S, "tRRD_S");
  require(record, rank.activates.before_next(4) + t.tFAW, "tFAW");
  require(record, rank.activates.before_next(32) + t.t32AW, "t32AW");
  require(record, rank.refresh + t.tRFC, "tRFC");
  require(record, bank.refresh + t.tRFCpb, "tRFCpb");
  require(record, rank.refresh_banks.outside(place.bank_of_rank) + t.tRREFD, "tRREFD");

  rank.open_banks += bank.is_open ? 0 : 1;
  bank.is_open = true;
  bank.row = record.address.row;
  bank.activate = place.group.activate = record.clock;
  rank.activate_groups.add(group, record.clock);
  rank.activate_banks.add(place.bank_of_rank, record.clock);
  rank.activates.add(record.clock);
}

/// JESD79-4B, "READ Operation": tWTR counts from the last beat of written data.
void CommandChecker::Rules::on_read(const CommandRecord& record, const Place& place) {
  const DramTimings& t = timings_;
  const std::uint32_t group = record.address.bank_group;
  const Clock write_burst = t.tCWL + burst_;
  judge_open_row(record, place);
  require(record, place.bank.activate + t.tRCDRD, "tRCDRD");
  require(record, place.group.read + t.tCCD_L, "tCCD_L");
  require(record, place.rank.read_groups.outside(group) + t.tCCD_S, "tCCD_S");
  require(record, place.group.write + write_burst + t.tWTR_L, "tCWL + BL/2 + tWTR_L");
  require(record, place.rank.write_groups.outside(group) + write_burst + t.tWTR_S,
          "tCWL + BL/2 + tWTR_S");
  occupy_data_bus(record, place, t.tCL + t.tDQSCK);

  place.bank.read = place.group.read = record.clock;
  place.rank.read_groups.add(group, record.clock);
  place.channel.reads[record.address.pseudo_channel] = record.clock;
}

/// JESD79-4B, "WRITE Operation".
void CommandChecker::Rules::on_write(const CommandRecord& record, const Place& place) {
  const DramTimings& t = timings_;
  const std::uint32_t group = record.address.bank_group;
  judge_open_row(record, place);
  require(record, place.bank.activate + t.tRCDWR, "tRCDWR");
  require(record, place.group.write + t.tCCD_L, "tCCD_L");
  require(record, place.rank.write_groups.outside(group) + t.tCCD_S, "tCCD_S");
  require(record, place.channel.reads[record.address.pseudo_channel] + t.tRTW, "tRTW");
  occupy_data_bus(record, place, t.tCWL);

  place.bank.write = place.group.write = record.clock;
  place.rank.write_groups.add(group, record.clock);
}

/// JESD79-4B, "Precharge Command"; tPPD, between any two of PRE and PREA: JESD209-4, JESD212.
void CommandChecker::Rules::on_precharge(const CommandRecord& record, const Place& place) {
  const DramTimings& t = timings_;
  BankHistory& bank = place.bank;
  RankHistory& rank = place.rank;
  require(record, std::max(rank.precharge, rank.precharge_all) + t.tPPD, "tPPD");
  if (bank.is_open) {
    require(record, bank.activate + t.tRAS, "tRAS");
    require(record, bank.read + t.tRTP, "tRTP");
    require(record, bank.write + t.tCWL + burst_ + t.tWR, "tCWL + BL/2 + tWR");
  } else {
    violate(record, "an open bank");
  }

  rank.open_banks -= bank.is_open ? 1 : 0;
  bank.is_open = false;
  bank.precharge = rank.precharge = record.clock;
}

void CommandChecker::Rules::on_precharge_all(const CommandRecord& record, const Place& place) {
  const DramTimings& t = timings_;
  RankHistory& rank = place.rank;
  BankHistory latest;
  for (BankHistory& bank : place.banks_of_rank) {
    if (!bank.is_open) continue;
    bank.is_open = false;
    latest.activate = std::max(latest.activate, bank.activate);
    latest.read = std::max(latest.read, bank.read);
    latest.write = std::max(latest.write, bank.write);
  }
  if (rank.open_banks == 0) violate(record, "an open bank in the rank");
  require(record, std::max(rank.precharge, rank.precharge_all) + t.tPPD, "tPPD");
  require(record, latest.activate + t.tRAS, "tRAS");
  require(record, latest.read + t.tRTP, "tRTP");
  require(record, latest.write + t.tCWL + burst_ + t.tWR, "tCWL + BL/2 + tWR");

  rank.open_banks = 0;
  rank.precharge_all = record.clock;
}

/// JESD79-4B, "Refresh Command".
void CommandChecker::Rules::on_refresh(const CommandRecord& record, const Place& place) {
  const DramTimings& t = timings_;
  RankHistory& rank = place.rank;
  if (rank.open_banks > 0) violate(record, "closed banks in the rank");
  require(record, rank.activate_banks.latest() + t.tRC, "tRC");
  require(record, rank.precharge + t.tRP, "tRP");
  require(record, rank.precharge_all + t.tRPab, "tRPab");
  require(record, rank.refresh + t.tRFC, "tRFC");
  require(record, rank.refresh_banks.latest() + t.tRFCpb, "tRFCpb");

  rank.refresh = record.clock;
  judge_rank_refreshes(record, rank);
  rank.refreshes.add(record.clock, t.tREFI);
  for (BankHistory& bank : place.banks_of_rank) {
    bank.refreshes.add(record.clock, bank_refresh_interval_);
  }
}

/// JESD209-4, "Refresh Command", and JESD235, "Single Bank Refresh".
void CommandChecker::Rules::on_refresh_bank(const CommandRecord& record, const Place& place) {
  const DramTimings& t = timings_;
  BankHistory& bank = place.bank;
  RankHistory& rank = place.rank;
  if (t.tREFIpb == 0) violate(record, "a standard with per-bank refresh");
  if (bank.is_open) violate(record, "a closed bank");
  require(record, bank.activate + t.tRC, "tRC");
  require(record, bank.precharge + t.tRP, "tRP");
  require(record, rank.precharge_all + t.tRPab, "tRPab");
  require(record, rank.activate_banks.outside(place.bank_of_rank) + t.tRREFD, "tRREFD");
  require(record, bank.refresh + t.tRFCpb, "tRFCpb");
  require(record, rank.refresh_banks.latest() + t.tPBR2PBR, "tPBR2PBR");
  require(record, rank.refresh + t.tRFC, "tRFC");

  bank.refresh = record.clock;
  rank.refresh_banks.add(place.bank_of_rank, record.clock);
  judge_bank_refreshes(record, bank);
  bank.refreshes.add(record.clock, bank_refresh_interval_);
}

void CommandChecker::Rules::judge_refresh_rate(const CommandRecord& record,
                                               const RefreshHistory& refreshes, Clock interval,
                                               std::string_view gap_rule,
                                               std::string_view count_rule) {
  const Clock gap_ends = refreshes.gap_ends(interval);
  const Clock postponed_until = refreshes.postponed_until(interval);
  if (record.clock > gap_ends) violate(record, gap_rule, gap_ends);
  if (record.clock > postponed_until) violate(record, count_rule, postponed_until);
}

void CommandChecker::Rules::judge_rank_refreshes(const CommandRecord& record,
                                                 const RankHistory& rank) {
  if (refresh_ != RefreshPolicy::all_bank) return;
  judge_refresh_rate(record, rank.refreshes, timings_.tREFI, "9 tREFI between two REF",
                     "8 postponed REF");
}

/// JESD209-4 counts REFPB as the part of a REF that it does: each bank by itself.
void CommandChecker::Rules::judge_bank_refreshes(const CommandRecord& record,
                                                 const BankHistory& bank) {
  if (refresh_ != RefreshPolicy::per_bank) return;
  judge_refresh_rate(record, bank.refreshes, bank_refresh_interval_,
                     "9 tREFIpb x banks between two REFPB", "8 postponed REFPB");
}

void CommandChecker::Rules::finish(Clock end) {
  const DramOrganization& o = organization_;
  CommandRecord missing{end, Command::refresh, {}};
  DramAddress& address = missing.address;
  for (; address.channel < channels_.size(); ++address.channel) {
    const ChannelHistory& channel = channels_[address.channel];
    for (std::uint32_t rank = 0; rank < channel.ranks.size(); ++rank) {
      address.pseudo_channel = rank / o.ranks;
      address.rank = rank % o.ranks;
      address.bank_group = address.bank = 0;
      missing.command = Command::refresh;
      judge_rank_refreshes(missing, channel.ranks[rank]);
      missing.command = Command::refresh_bank;
      for (std::uint32_t bank = 0; bank < o.banks_per_rank(); ++bank) {
        address.bank_group = bank / o.banks_per_group;
        address.bank = bank % o.banks_per_group;
        judge_bank_refreshes(missing, channel.banks[rank * o.banks_per_rank() + bank]);
      }
    }
  }
}

std::string to_string(const CommandViolation& violation) {
  const CommandRecord& record = violation.record;
  const DramAddress& a = record.address;
  std::string text = fmt::format(
      "clock {}: {} to channel {}, pseudo-channel {}, rank {}, bank group {}, bank {}, row {}, "
      "column {}: expected ",
      record.clock, to_string(record.command), a.channel, a.pseudo_channel, a.rank, a.bank_group,
      a.bank, a.row, a.column);
  if (violation.earliest == kNever) return text + violation.rule;
  const bool is_late = violation.earliest < record.clock;
  text += fmt::format("clock {} or {} by {}", violation.earliest, is_late ? "earlier" : "later",
                      violation.rule);
  return text;
}

CommandChecker::CommandChecker(const DramConfig& config)
    : rules_(std::make_unique<Rules>(config)) {}

CommandChecker::~CommandChecker() = default;

void CommandChecker::on_command(const CommandRecord& record) {
  ++commands_;
  rules_->judge(record);
}

void CommandChecker::finish(Clock end) { rules_->finish(end); }

const std::vector<CommandViolation>& CommandChecker::violations() const {
  return rules_->violations;
}

std::uint64_t CommandChecker::violation_count() const { return rules_->violation_count; }

}  // namespace nzsim
