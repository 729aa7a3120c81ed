#include "sim/energy/dram_energy.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace nzsim {
namespace {

constexpr const char* kModule = "DRAM";

/// Energies of one DRAM memory; milliamperes x volts x nanoseconds are picojoules.
class DramEnergies {
 public:
  DramEnergies(const DramConfig& config, const DramCurrents& currents)
      : config_(config),
        currents_(currents),
        clock_ns_(static_cast<double>(config.clock_femtoseconds) * 1e-6) {}

  [[nodiscard]] std::vector<EnergyEntry> entries() {
    add_commands();
    add_refreshes();
    add_standby();
    add_interface();
    return std::move(entries_);
  }

 private:
  using Current = double DramRail::*;

  /// Energy of `clocks` in which `current` flows instead of `standby`, in all devices of a rank.
  [[nodiscard]] double above(Current current, Current standby, Clock clocks) const {
    double milliwatts = 0.0;
    for (const DramRail& rail : currents_.rails) {
      milliwatts += rail.volts * (rail.*current - rail.*standby);
    }
    return rank_energy(milliwatts, clocks);
  }

  /// Energy of one clock in which `current` flows.
  [[nodiscard]] double in_one_clock(Current current) const {
    double milliwatts = 0.0;
    for (const DramRail& rail : currents_.rails) milliwatts += rail.volts * (rail.*current);
    return rank_energy(milliwatts, 1);
  }

  [[nodiscard]] double rank_energy(double milliwatts, Clock clocks) const {
    return milliwatts * static_cast<double>(clocks) * clock_ns_ *
           config_.organization.devices_per_rank;
  }

  void add(const char* action, double picojoules, const std::string& equation) {
    EnergyEntry entry;
    entry.component = kDramComponent;
    entry.action = action;
    entry.picojoules = picojoules;
    entry.provenance = currents_.is_estimate ? Provenance::assumption : Provenance::derived;
    entry.source = fmt::format("{}. {}", equation, currents_.source);
    entries_.push_back(std::move(entry));
  }

  void add_commands() {
    const DramTimings& t = config_.timings;
    const Clock burst = config_.organization.burst_clocks();
    add("activate", above(&DramRail::IDD0, &DramRail::IDD3N, t.tRAS),
        "V (IDD0 - IDD3N) tRAS tCK devices");
    add("precharge", above(&DramRail::IDD0, &DramRail::IDD2N, t.tRC - t.tRAS),
        "V (IDD0 - IDD2N) (tRC - tRAS) tCK devices");
    add("read", above(&DramRail::IDD4R, &DramRail::IDD3N, burst),
        "V (IDD4R - IDD3N) x burst clocks x tCK devices");
    add("write", above(&DramRail::IDD4W, &DramRail::IDD3N, burst),
        "V (IDD4W - IDD3N) x burst clocks x tCK devices");
  }

  void add_refreshes() {
    const DramTimings& t = config_.timings;
    const double refresh = above(&DramRail::IDD5B, &DramRail::IDD3N, t.tRFC);
    add("refresh", refresh, "V (IDD5B - IDD3N) tRFC tCK devices");
    if (t.tREFIpb == 0) return;
    const bool is_known = std::any_of(currents_.rails.begin(), currents_.rails.end(),
                                      [](const DramRail& rail) { return rail.IDD5PB > 0.0; });
    if (is_known) {
      add("refresh_bank", above(&DramRail::IDD5PB, &DramRail::IDD3N, t.tRFCpb),
          "V (IDD5PB - IDD3N) tRFCpb tCK devices");
      return;
    }
    add("refresh_bank", refresh / config_.organization.banks_per_rank(),
        "Assumption: IDD5PB is not known; a bank takes its share of a whole refresh, V (IDD5B - "
        "IDD3N) tRFC tCK devices / banks of a rank");
    entries_.back().provenance = Provenance::assumption;
  }

  /// Refresh energy is what lies above IDD3N, so that this much is left for the state.
  void add_standby() {
    add("active_standby", in_one_clock(&DramRail::IDD3N), "V IDD3N tCK devices");
    add("precharged_standby", in_one_clock(&DramRail::IDD2N), "V IDD2N tCK devices");
    add("refreshing", in_one_clock(&DramRail::IDD3N), "V IDD3N tCK devices");
  }

  void add_interface() {
    const double pin_ns = currents_.interface_pins * clock_ns_ *
                          static_cast<double>(config_.organization.burst_clocks());
    add("read_interface", currents_.read_milliwatts_per_pin * pin_ns,
        "power per pin x pins x burst clocks x tCK");
    entries_.back().provenance = Provenance::assumption;
    add("write_interface", currents_.write_milliwatts_per_pin * pin_ns,
        "power per pin x pins x burst clocks x tCK");
    entries_.back().provenance = Provenance::assumption;
  }

  const DramConfig& config_;
  const DramCurrents& currents_;
  double clock_ns_;
  std::vector<EnergyEntry> entries_;
};

EnergyTable table_of(const MemoryConfig& memory, std::string source) {
  EnergyTable table;
  table.name = memory.name;
  table.source = std::move(source);
  return table;
}

EnergyEntry ideal_entry(const IdealMemoryConfig& config) {
  EnergyEntry entry;
  entry.component = kDramComponent;
  entry.action = "transferred_bits";
  entry.picojoules = config.picojoules_per_bit;
  entry.provenance = Provenance::derived;
  entry.source = config.energy_source;
  return entry;
}

}  // namespace

std::optional<EnergyTable> dram_energy_table(const MemoryConfig& memory) {
  if (const auto* ideal = std::get_if<IdealMemoryConfig>(&memory.memory)) {
    if (!ideal->picojoules_per_bit) return {};
    EnergyTable table = table_of(memory, ideal->energy_source);
    table.entries.push_back(ideal_entry(*ideal));
    return table;
  }
  const auto& dram = std::get<DramConfig>(memory.memory);
  if (!dram.currents) return {};
  EnergyTable table = table_of(memory, dram.currents->source);
  table.entries = DramEnergies(dram, *dram.currents).entries();
  return table;
}

std::vector<EnergyEvent> dram_energy_events(const MemoryConfig& memory,
                                            const ChannelCounters& counters) {
  std::vector<EnergyEvent> events;
  const auto add = [&](const char* action, std::uint64_t count) {
    events.push_back({kModule, std::string(kDramComponent), action, count});
  };
  const auto* dram = std::get_if<DramConfig>(&memory.memory);
  if (dram == nullptr) {
    add("transferred_bits", counters.bytes * 8);
    return events;
  }
  add("activate", counters.activates);
  add("precharge", counters.precharges);
  add("read", counters.reads);
  add("write", counters.writes);
  add("refresh", counters.refreshes);
  if (dram->timings.tREFIpb > 0) add("refresh_bank", counters.bank_refreshes);
  add("active_standby", counters.active_clocks);
  add("precharged_standby", counters.precharged_clocks);
  add("refreshing", counters.refreshing_clocks);
  add("read_interface", counters.reads);
  add("write_interface", counters.writes);
  return events;
}

}  // namespace nzsim
