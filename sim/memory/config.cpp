#include "sim/memory/config.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "sim/memory/address_mapping.h"
#include "sim/memory/currents_config.h"
#include "sim/memory/timing_checks.h"

namespace nzsim {
namespace {

std::uint32_t count(ConfigNode& node, std::string_view key, std::int64_t minimum,
                    std::int64_t maximum, std::optional<std::int64_t> default_value,
                    std::string_view description) {
  return static_cast<std::uint32_t>(
      node.integer(key, {minimum, maximum, default_value, description}));
}

/// A count that selects an address field, hence a power of two.
std::uint32_t power_of_two(ConfigNode& node, std::string_view key, std::int64_t maximum,
                           std::optional<std::int64_t> default_value,
                           std::string_view description) {
  const std::uint32_t value = count(node, key, 1, maximum, default_value, description);
  if (!node.describing() && !std::has_single_bit(value)) {
    node.fail(key,
              fmt::format("expected a power of two, as address bits select it, got {}", value));
  }
  return value;
}

void check_burst(ConfigNode& node, const DramOrganization& organization) {
  if (node.describing() || !node.valid()) return;
  if (organization.burst_length % organization.transfers_per_clock != 0) {
    node.fail(
        "burst_length",
        fmt::format("expected a burst that fits the bus, whole clocks of {} transfers, got {}",
                    organization.transfers_per_clock, organization.burst_length));
  } else if (organization.row_bytes < organization.burst_bytes()) {
    node.fail("row_bytes", fmt::format("expected at least one burst of {} bytes, got {}",
                                       organization.burst_bytes(), organization.row_bytes));
  } else if (organization.banks() > 1024) {
    node.fail(
        "", fmt::format("expected at most 1024 banks in a channel, got {}", organization.banks()));
  }
}

DramOrganization organization_from(ConfigNode& node) {
  DramOrganization o;
  o.pseudo_channels = power_of_two(node, "pseudo_channels", 8, 1,
                                   "Data buses of a channel that share its command buses.");
  o.ranks = power_of_two(node, "ranks", 8, 1, "Ranks of a pseudo-channel.");
  o.bank_groups = power_of_two(node, "bank_groups", 16, 1, "Bank groups of a rank.");
  o.banks_per_group = power_of_two(node, "banks_per_group", 64, {}, "Banks of a bank group.");
  o.rows = power_of_two(node, "rows", std::int64_t{1} << 24, {}, "Rows of a bank.");
  o.row_bytes = power_of_two(node, "row_bytes", std::int64_t{1} << 20, {},
                             "Bytes of an open row over all devices of the rank.");
  o.data_bus_bits =
      power_of_two(node, "data_bus_bits", 1024, {}, "Width of one pseudo-channel's data bus.");
  if (!node.describing() && o.data_bus_bits < 8) {
    node.fail("data_bus_bits", fmt::format("expected at least 8, got {}", o.data_bus_bits));
  }
  o.burst_length = power_of_two(node, "burst_length", 64, {}, "Beats of a read or write command.");
  o.transfers_per_clock = power_of_two(node, "transfers_per_clock", 8, 2,
                                       "Beats on the data bus in one command clock: 2 for DDR.");
  o.devices_per_rank =
      count(node, "devices_per_rank", 1, 64, 1, "Devices of a rank, for the energy.");
  o.command_buses = count(node, "command_buses", 1, 2, 1,
                          "2 where row and column commands have a bus each (HBM).");
  check_burst(node, o);
  return o;
}

/// One timing parameter and how it is read.
struct TimingKey {
  const char* key;
  Clock DramTimings::*value;
  bool is_required;
  const char* description;
};

constexpr Clock kLongestTiming = 10'000'000;

const std::vector<TimingKey>& timing_keys() {
  using T = DramTimings;
  static const std::vector<TimingKey> keys{
      {"tCL", &T::tCL, true, "RD to the first beat of data, without tDQSCK."},
      {"tCWL", &T::tCWL, true, "WR to the first beat of data."},
      {"tDQSCK", &T::tDQSCK, false, "Further delay of read data (LPDDR)."},
      {"tRCDRD", &T::tRCDRD, true, "ACT to RD, same bank."},
      {"tRCDWR", &T::tRCDWR, true, "ACT to WR, same bank."},
      {"tRP", &T::tRP, true, "PRE to ACT, same bank."},
      {"tRPab", &T::tRPab, false, "PREA to ACT, same rank; 0: tRP."},
      {"tRAS", &T::tRAS, true, "ACT to PRE, same bank."},
      {"tRC", &T::tRC, true, "ACT to ACT, same bank."},
      {"tRRD_S", &T::tRRD_S, true, "ACT to ACT, same rank."},
      {"tRRD_L", &T::tRRD_L, true, "ACT to ACT, same bank group."},
      {"tCCD_S", &T::tCCD_S, true, "RD to RD or WR to WR, same rank."},
      {"tCCD_L", &T::tCCD_L, true, "RD to RD or WR to WR, same bank group."},
      {"tFAW", &T::tFAW, true, "Window of four ACTs in a rank."},
      {"t32AW", &T::t32AW, false, "Window of 32 ACTs in a rank (GDDR5)."},
      {"tWR", &T::tWR, true, "Last beat of written data to PRE, same bank."},
      {"tWTR_S", &T::tWTR_S, true, "Last beat of written data to RD, same rank."},
      {"tWTR_L", &T::tWTR_L, true, "Last beat of written data to RD, same bank group."},
      {"tRTP", &T::tRTP, true, "RD to PRE, same bank."},
      {"tRTW", &T::tRTW, true, "RD to WR, same pseudo-channel."},
      {"tPPD", &T::tPPD, false, "PRE to PRE, same rank (LPDDR4, GDDR5)."},
      {"tCS", &T::tCS, false, "Gap on the data bus between bursts of two ranks."},
      {"tREFI", &T::tREFI, true, "Interval of REF to a rank."},
      {"tRFC", &T::tRFC, true, "REF to ACT or REF, same rank."},
      {"tREFIpb", &T::tREFIpb, false, "Interval of REFPB in a rank; 0: no per-bank refresh."},
      {"tRFCpb", &T::tRFCpb, false, "REFPB to ACT, same bank."},
      {"tRREFD", &T::tRREFD, false, "REFPB to ACT and ACT to REFPB, same rank, other bank."},
      {"tPBR2PBR", &T::tPBR2PBR, false, "REFPB to REFPB, same rank."},
  };
  return keys;
}

DramTimings timings_from(ConfigNode& node) {
  DramTimings timings;
  for (const TimingKey& key : timing_keys()) {
    IntegerRule rule{key.is_required ? 1 : 0, kLongestTiming, {}, key.description};
    if (!key.is_required) rule.default_value = 0;
    timings.*key.value = node.integer(key.key, rule);
  }
  if (timings.tRPab == 0) timings.tRPab = timings.tRP;
  return timings;
}

CommandClocks command_clocks_from(ConfigNode& node) {
  CommandClocks clocks;
  const auto read = [&](std::string_view key, Clock& value, std::string_view description) {
    value = node.integer(key, {1, 16, value, description});
  };
  read("activate", clocks.activate, "Clocks of ACT on its command bus.");
  read("column", clocks.column, "Clocks of RD and WR.");
  read("precharge", clocks.precharge, "Clocks of PRE and PREA.");
  read("refresh", clocks.refresh, "Clocks of REF and REFPB.");
  return clocks;
}

template <class Policy>
Policy choose(ConfigNode& node, std::string_view key, const std::vector<std::string>& options,
              std::string_view description) {
  const std::string word = node.choice(key, {options, options.front(), description});
  const auto found = std::find(options.begin(), options.end(), word);
  return static_cast<Policy>(found == options.end() ? 0 : found - options.begin());
}

void read_queues(ConfigNode& node, DramController& c) {
  c.read_queue_entries = count(node, "read_queue_entries", 1, 4096, c.read_queue_entries,
                               "Bursts that wait to be read.");
  c.write_queue_entries = count(node, "write_queue_entries", 1, 4096, c.write_queue_entries,
                                "Bursts that wait to be written.");
  c.write_high_watermark = count(node, "write_high_watermark", 1, 4096, c.write_high_watermark,
                                 "Waiting writes that start a drain.");
  c.write_low_watermark = count(node, "write_low_watermark", 0, 4095, c.write_low_watermark,
                                "Waiting writes that end a drain while reads wait.");
  if (node.describing() || !node.valid()) return;
  if (c.write_high_watermark > c.write_queue_entries) {
    node.fail("write_high_watermark",
              fmt::format("expected at most write_queue_entries = {}, got {}",
                          c.write_queue_entries, c.write_high_watermark));
  } else if (c.write_low_watermark >= c.write_high_watermark) {
    node.fail("write_low_watermark",
              fmt::format("expected less than write_high_watermark = {}, got {}",
                          c.write_high_watermark, c.write_low_watermark));
  }
}

DramController controller_from(ConfigNode& node) {
  DramController c;
  read_queues(node, c);
  c.scheduler = choose<SchedulerPolicy>(
      node, "scheduler", {"fr_fcfs", "fcfs"},
      "fr_fcfs: row hits first, then the oldest; fcfs: strictly the oldest.");
  c.row_hit_cap = count(node, "row_hit_cap", 1, 1'000'000, c.row_hit_cap,
                        "Column commands to a bank that may overtake its oldest waiting request.");
  c.page_policy = choose<PagePolicy>(
      node, "page_policy", {"open", "closed", "timeout"},
      "When a row that no waiting request needs is closed: never, at once, after a time.");
  c.page_timeout_clocks =
      node.integer("page_timeout_clocks", {1, kLongestTiming, c.page_timeout_clocks,
                                           "Clocks from the last column command until a row is "
                                           "closed, with page_policy timeout."});
  c.request_clocks = node.integer(
      "request_clocks",
      {0, 1000, c.request_clocks, "Clocks from a request's arrival until the scheduler sees it."});
  c.response_clocks = node.integer(
      "response_clocks",
      {0, 1000, c.response_clocks, "Clocks from the last beat of data until the answer."});
  c.refresh = choose<RefreshPolicy>(node, "refresh", {"all_bank", "per_bank", "none"},
                                    "Refresh of a whole rank, of one bank after the other, none.");
  return c;
}

MappingConfig mapping_object_from(ConfigNode& node, const FieldBits& bits, bool may_check) {
  MappingConfig mapping;
  const std::vector<std::string> words =
      node.texts("order",
                 {1, 32, true,
                  "Address fields from the highest bit down to the burst, FIELD or "
                  "FIELD:BITS; a field may be cut in several parts, high part first."},
                 {});
  node.objects(
      "hash", {0, 16, false, "Fields that are combined with others by XOR."},
      [&](ConfigNode& hash) {
        const std::vector<std::string> fields{
            "channel", "pseudo_channel", "rank", "bank_group", "bank", "row", "column"};
        const auto field = [&](std::string_view key, std::string_view description) {
          const std::string word = hash.choice(key, {fields, {}, description});
          const auto found = std::find(fields.begin(), fields.end(), word);
          return static_cast<AddressField>(found == fields.end() ? 0 : found - fields.begin());
        };
        MappingHash entry;
        entry.field = field("field", "The field that is changed.");
        entry.with = field("with", "The field it is combined with: row or column.");
        entry.shift = count(hash, "shift", 0, 31, 0, "First bit that is taken of `with`.");
        mapping.hashes.push_back(entry);
      });
  if (node.describing() || !may_check || !node.valid()) return mapping;
  std::string error = parse_mapping_order(words, bits, mapping.order);
  if (!error.empty()) {
    node.fail("order", error);
  } else if (error = mapping_error(mapping, bits); !error.empty()) {
    node.fail(mapping_error({mapping.order, {}}, bits).empty() ? "hash" : "order", error);
  }
  return mapping;
}

MappingConfig mapping_from(ConfigNode& root, const FieldBits& bits, bool may_check) {
  MappingConfig mapping;
  const std::optional<std::string> preset = root.choice_or_object(
      "mapping", {mapping_presets(), {}, "Order of the address bits: a preset, or order and hash."},
      [&](ConfigNode& node) { mapping = mapping_object_from(node, bits, may_check); });
  if (preset && may_check && !root.describing()) mapping.order = mapping_preset(*preset, bits);
  return mapping;
}

/// A time in nanoseconds as whole femtoseconds.
std::int64_t femtoseconds(double nanoseconds) { return std::llround(nanoseconds * 1e6); }

/// Per-bank refresh needs its parameters, and currents where there are any.
void check_bank_refresh(ConfigNode& root, const DramConfig& config) {
  if (root.describing() || !root.valid()) return;
  if (config.controller.refresh != RefreshPolicy::per_bank) return;
  if (config.timings.tREFIpb == 0) {
    root.fail("controller",
              "expected refresh all_bank or none, as timings have no tREFIpb, got per_bank");
  }
}

DramConfig dram_from(ConfigNode& root) {
  DramConfig config;
  config.standard = root.text("standard", {.description = "Name of the standard: DDR4."});
  config.channels = power_of_two(root, "channels", 256, 1, "Equal channels of the memory.");
  config.clock_femtoseconds = femtoseconds(root.number(
      "clock_period_ns",
      {.minimum = 0.01, .maximum = 100.0, .description = "Command clock, tCK, in nanoseconds."}));
  root.object("organization", true, "How one channel is built.",
              [&](ConfigNode& node) { config.organization = organization_from(node); });
  root.object("timings", true, "Timing parameters in command clocks, by JEDEC's names.",
              [&](ConfigNode& node) {
                config.timings = timings_from(node);
                if (node.describing() || !node.valid() || !root.valid("organization")) return;
                for (const TimingContradiction& found : timing_contradictions(config)) {
                  node.fail(found.key, found.message);
                }
              });
  root.object("command_clocks", false, "Clocks that commands occupy their bus.",
              [&](ConfigNode& node) { config.command_clocks = command_clocks_from(node); });
  root.object("controller", false, "The memory controller of a channel.",
              [&](ConfigNode& node) { config.controller = controller_from(node); });
  const bool may_map = root.valid("organization") && root.valid("channels");
  FieldBits bits{};
  if (may_map && !root.describing()) bits = field_bits(config);
  config.mapping = mapping_from(root, bits, may_map);
  root.optional_object("energy", "Currents that the energy is computed from.",
                       [&](ConfigNode& node) { config.currents = currents_from(node); });
  check_bank_refresh(root, config);
  return config;
}

IdealMemoryConfig ideal_from(ConfigNode& root) {
  IdealMemoryConfig config;
  config.latency_femtoseconds = femtoseconds(root.number(
      "latency_ns", {.maximum = 1e9, .description = "From a request to its first byte."}));
  config.bytes_per_second = root.number(
      "bytes_per_second", {.minimum = 1.0, .maximum = 1e18, .description = "Bandwidth."});
  config.capacity_bytes = static_cast<std::uint64_t>(
      root.integer("capacity_bytes", {1, std::int64_t{1} << 60, {}, "Bytes of the memory."}));
  root.optional_object("energy", "Energy of an access.", [&](ConfigNode& node) {
    config.picojoules_per_bit = node.number(
        "picojoules_per_bit", {.maximum = 1e6, .description = "Per bit read or written."});
    config.energy_source = node.text("source", {.description = "Where the energy comes from."});
  });
  return config;
}

}  // namespace

double MemoryConfig::peak_bytes_per_second() const {
  if (const auto* dram = std::get_if<DramConfig>(&memory)) return dram->peak_bytes_per_second();
  return std::get<IdealMemoryConfig>(memory).bytes_per_second;
}

std::uint64_t MemoryConfig::capacity_bytes() const {
  if (const auto* dram = std::get_if<DramConfig>(&memory)) return dram->capacity_bytes();
  return std::get<IdealMemoryConfig>(memory).capacity_bytes;
}

MemoryConfig memory_from(ConfigNode& root) {
  MemoryConfig config;
  config.name = root.text("name", {.description = "Name of the memory, printed in reports."});
  root.text("description", {.default_value = "",
                            .description = "One line about the memory, for lists.",
                            .may_be_empty = true});
  config.source = root.text("source", {.description = "Where the parameters come from."});
  root.variant("kind", {{"dram", "ideal"}, {}, "dram: command by command; ideal: two numbers."},
               [&](const std::string& kind) {
                 if (kind == "dram") {
                   config.memory = dram_from(root);
                 } else {
                   config.memory = ideal_from(root);
                 }
               });
  return config;
}

ResolvedMemory load_resolved_memory(const std::filesystem::path& path,
                                    const std::vector<Override>& overrides) {
  ConfigDocument document = ConfigDocument::load(path, overrides);
  ConfigNode root = document.root();
  ResolvedMemory memory;
  memory.config = memory_from(root);
  document.finish();
  memory.resolved = document.resolved();
  return memory;
}

MemoryConfig load_memory(const std::filesystem::path& path,
                         const std::vector<Override>& overrides) {
  return load_resolved_memory(path, overrides).config;
}

}  // namespace nzsim
