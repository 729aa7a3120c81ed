#include "sim/memory/timing.h"

#include <algorithm>
#include <array>
#include <utility>

namespace nzsim {
namespace {

using enum Command;
using enum TimingLevel;

/// Collects the rules of one memory, leaving out those that do not bind.
class Table {
 public:
  explicit Table(const DramConfig& config) : config_(config) {}

  void add(TimingLevel level, Command preceding, Command following, Clock clocks, std::string rule,
           std::uint32_t window = 1) {
    if (clocks <= 0 || !exists(level)) return;
    constraints_.push_back({level, preceding, following, clocks, window, std::move(rule)});
  }

  [[nodiscard]] std::vector<TimingConstraint> take() { return std::move(constraints_); }

 private:
  [[nodiscard]] bool exists(TimingLevel level) const {
    return level != other_rank || config_.organization.ranks > 1;
  }

  const DramConfig& config_;
  std::vector<TimingConstraint> constraints_;
};

/// JESD79-3F and JESD79-4B, "Bank Activate", "Precharge", "Read" and "Write Command".
void add_row_rules(Table& table, const DramTimings& t, Clock burst) {
  table.add(bank, activate, activate, t.tRC, "tRC");
  table.add(bank, activate, precharge, t.tRAS, "tRAS");
  table.add(bank, activate, read, t.tRCDRD, "tRCDRD");
  table.add(bank, activate, write, t.tRCDWR, "tRCDWR");
  table.add(bank, precharge, activate, t.tRP, "tRP");
  table.add(bank, read, precharge, t.tRTP, "tRTP");
  table.add(bank, write, precharge, t.tCWL + burst + t.tWR, "tCWL + BL/2 + tWR");

  table.add(rank, activate, activate, t.tRRD_S, "tRRD_S");
  table.add(bank_group, activate, activate, t.tRRD_L, "tRRD_L");
  table.add(rank, activate, activate, t.tFAW, "tFAW", 4);
  table.add(rank, activate, activate, t.t32AW, "t32AW", 32);
  table.add(rank, precharge, precharge, t.tPPD, "tPPD");

  table.add(rank, activate, precharge_all, t.tRAS, "tRAS");
  table.add(rank, read, precharge_all, t.tRTP, "tRTP");
  table.add(rank, write, precharge_all, t.tCWL + burst + t.tWR, "tCWL + BL/2 + tWR");
  table.add(rank, precharge, precharge_all, t.tPPD, "tPPD");
  table.add(rank, precharge_all, activate, t.tRPab, "tRPab");
}

/// The same, for the data bus: bursts follow each other without overlap, and with a gap of tCS
/// between two ranks.
void add_column_rules(Table& table, const DramTimings& t, Clock burst) {
  for (const Command command : {read, write}) {
    table.add(rank, command, command, t.tCCD_S, "tCCD_S");
    table.add(bank_group, command, command, t.tCCD_L, "tCCD_L");
    table.add(pseudo_channel, command, command, burst, "BL/2");
    table.add(other_rank, command, command, burst + t.tCS, "BL/2 + tCS");
  }
  table.add(pseudo_channel, read, write, t.tRTW, "tRTW");
  table.add(other_rank, read, write, t.read_latency() + burst + t.tCS - t.tCWL,
            "tCL + tDQSCK + BL/2 + tCS - tCWL");
  table.add(rank, write, read, t.tCWL + burst + t.tWTR_S, "tCWL + BL/2 + tWTR_S");
  table.add(bank_group, write, read, t.tCWL + burst + t.tWTR_L, "tCWL + BL/2 + tWTR_L");
  table.add(other_rank, write, read, t.tCWL + burst + t.tCS - t.read_latency(),
            "tCWL + BL/2 + tCS - tCL - tDQSCK");
}

/// "Refresh Command"; per-bank refresh by JESD209-4 and JESD235.
void add_refresh_rules(Table& table, const DramTimings& t, bool has_bank_refresh) {
  table.add(rank, activate, refresh, t.tRC, "tRC");
  table.add(rank, precharge, refresh, t.tRP, "tRP");
  table.add(rank, precharge_all, refresh, t.tRPab, "tRPab");
  table.add(rank, refresh, activate, t.tRFC, "tRFC");
  table.add(rank, refresh, refresh, t.tRFC, "tRFC");
  if (!has_bank_refresh) return;
  table.add(bank, activate, refresh_bank, t.tRC, "tRC");
  table.add(bank, precharge, refresh_bank, t.tRP, "tRP");
  table.add(rank, precharge_all, refresh_bank, t.tRPab, "tRPab");
  table.add(rank, activate, refresh_bank, t.tRREFD, "tRREFD");
  table.add(bank, refresh_bank, activate, t.tRFCpb, "tRFCpb");
  table.add(rank, refresh_bank, activate, t.tRREFD, "tRREFD");
  table.add(bank, refresh_bank, refresh_bank, t.tRFCpb, "tRFCpb");
  table.add(rank, refresh_bank, refresh_bank, t.tPBR2PBR, "tPBR2PBR");
  table.add(rank, refresh_bank, refresh, t.tRFCpb, "tRFCpb");
  table.add(rank, refresh, refresh_bank, t.tRFC, "tRFC");
}

}  // namespace

std::string_view to_string(TimingLevel level) {
  static constexpr std::array<std::string_view, 5> kNames{"bank", "bank group", "rank",
                                                          "other rank", "pseudo-channel"};
  return kNames[static_cast<std::size_t>(level)];
}

std::vector<TimingConstraint> timing_constraints(const DramConfig& config) {
  Table table(config);
  const Clock burst = config.organization.burst_clocks();
  add_row_rules(table, config.timings, burst);
  add_column_rules(table, config.timings, burst);
  add_refresh_rules(table, config.timings, config.timings.tREFIpb > 0);
  return table.take();
}

}  // namespace nzsim
