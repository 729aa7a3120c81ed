#include "tests/support/random_traffic.h"

#include <random>

#include <fmt/format.h>

#include "sim/memory/address_mapping.h"

namespace nzsim::test {
namespace {

/// Draws numbers; the engine alone is portable, so no distribution is used.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  /// In [low, high].
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + engine_() % (high - low + 1);
  }
  Clock clocks(std::uint64_t low, std::uint64_t high) {
    return static_cast<Clock>(between(low, high));
  }
  std::uint32_t power(std::uint64_t highest) { return std::uint32_t{1} << between(0, highest); }
  bool chance(std::uint64_t in) { return between(1, in) == 1; }

 private:
  std::mt19937_64 engine_;
};

DramOrganization organization(Dice& dice) {
  DramOrganization o;
  o.pseudo_channels = dice.power(1);
  o.ranks = dice.power(1);
  o.bank_groups = dice.power(2);
  o.banks_per_group = dice.power(1) * 2;
  o.rows = 16;
  o.row_bytes = 512;
  o.data_bus_bits = 64;
  o.burst_length = 8;
  o.transfers_per_clock = dice.chance(3) ? 4 : 2;
  o.command_buses = dice.chance(3) ? 2 : 1;
  return o;
}

DramTimings timings(Dice& dice, const DramOrganization& o) {
  const Clock burst = o.burst_clocks();
  DramTimings t;
  t.tCL = dice.clocks(5, 20);
  t.tCWL = dice.clocks(2, 14);
  t.tDQSCK = dice.chance(3) ? dice.clocks(1, 6) : 0;
  t.tRCDRD = dice.clocks(4, 20);
  t.tRCDWR = dice.clocks(3, 20);
  t.tRP = dice.clocks(4, 20);
  t.tRPab = t.tRP + dice.clocks(0, 4);
  t.tRAS = t.tRCDRD + dice.clocks(0, 25);
  t.tRC = t.tRAS + t.tRP + dice.clocks(0, 3);
  t.tRRD_S = dice.clocks(1, 8);
  t.tRRD_L = t.tRRD_S + dice.clocks(0, 4);
  t.tCCD_S = dice.clocks(1, 6);
  t.tCCD_L = t.tCCD_S + dice.clocks(0, 4);
  t.tFAW = dice.clocks(4, 40);
  t.t32AW = dice.chance(3) ? t.tFAW * 9 : 0;
  t.tWR = dice.clocks(4, 20);
  t.tWTR_S = dice.clocks(1, 8);
  t.tWTR_L = t.tWTR_S + dice.clocks(0, 6);
  t.tRTP = dice.clocks(2, 10);
  t.tRTW = std::max<Clock>(1, t.tCL + t.tDQSCK + burst - t.tCWL + dice.clocks(0, 3));
  t.tPPD = dice.chance(3) ? dice.clocks(1, 5) : 0;
  t.tCS = dice.clocks(0, 3);
  t.tRFC = dice.clocks(40, 120);
  t.tREFI = t.tRFC + t.tRP + t.tRC + dice.clocks(100, 900);
  t.tRFCpb = dice.clocks(20, 40);
  t.tRREFD = dice.clocks(2, 8);
  t.tPBR2PBR = dice.clocks(2, 30);
  t.tREFIpb = std::max(t.tRFCpb, t.tPBR2PBR) + dice.clocks(20, 120);
  return t;
}

DramController controller(Dice& dice) {
  DramController c;
  c.read_queue_entries = static_cast<std::uint32_t>(dice.between(1, 16));
  c.write_queue_entries = static_cast<std::uint32_t>(dice.between(1, 16));
  c.write_high_watermark = static_cast<std::uint32_t>(dice.between(1, c.write_queue_entries));
  c.write_low_watermark = static_cast<std::uint32_t>(dice.between(0, c.write_high_watermark - 1));
  c.scheduler = dice.chance(4) ? SchedulerPolicy::fcfs : SchedulerPolicy::fr_fcfs;
  c.row_hit_cap = static_cast<std::uint32_t>(dice.between(1, 6));
  c.page_policy = static_cast<PagePolicy>(dice.between(0, 2));
  c.page_timeout_clocks = dice.clocks(1, 60);
  c.request_clocks = dice.clocks(0, 3);
  c.response_clocks = dice.clocks(0, 3);
  c.refresh = static_cast<RefreshPolicy>(dice.between(0, 2));
  return c;
}

}  // namespace

RandomTraffic random_traffic(std::uint64_t seed, std::size_t count) {
  Dice dice(seed + 1);
  RandomTraffic traffic;
  DramConfig& config = traffic.config;
  config.standard = "random";
  config.clock_femtoseconds = 1'000'000;
  config.organization = organization(dice);
  config.timings = timings(dice, config.organization);
  config.command_clocks = {dice.clocks(1, 2), dice.clocks(1, 2), 1, 1};
  config.controller = controller(dice);
  const FieldBits bits = field_bits(config);
  const std::vector<std::string> presets = mapping_presets();
  config.mapping.order = mapping_preset(presets[dice.between(0, presets.size() - 1)], bits);
  if (dice.chance(2)) config.mapping.hashes = {{AddressField::bank, AddressField::row, 0}};

  const std::uint64_t span = dice.chance(2) ? config.capacity_bytes() : 2048;
  const std::uint64_t writes_in_ten = dice.between(0, 9);
  const std::uint64_t longest_gap = dice.chance(2) ? 2 : 60;
  std::uint64_t address = 0;
  Clock clock = 0;
  for (std::size_t id = 0; id < count; ++id) {
    address = dice.chance(4) ? dice.between(0, span - 1) / 64 * 64 : (address + 64) % span;
    const Access access = dice.between(0, 9) < writes_in_ten ? Access::write : Access::read;
    traffic.requests.push_back({id, access, address, clock});
    clock += dice.clocks(0, longest_gap) + (dice.chance(50) ? dice.clocks(0, 3000) : 0);
  }
  traffic.description = fmt::format(
      "seed {}: {} pseudo-channels, {} ranks, {} groups, {} banks each, scheduler {}, refresh {}, "
      "page policy {}, {} of 10 writes",
      seed, config.organization.pseudo_channels, config.organization.ranks,
      config.organization.bank_groups, config.organization.banks_per_group,
      static_cast<int>(config.controller.scheduler), static_cast<int>(config.controller.refresh),
      static_cast<int>(config.controller.page_policy), writes_in_ten);
  return traffic;
}

}  // namespace nzsim::test
