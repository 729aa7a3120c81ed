#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/config/node.h"
#include "sim/memory/command.h"

namespace nzsim {

/// How a channel is built. One pseudo-channel has a data bus of its own; the pseudo-channels of a
/// channel share the command buses. All counts but devices are powers of two.
struct DramOrganization {
  std::uint32_t pseudo_channels = 1;
  std::uint32_t ranks = 1;
  std::uint32_t bank_groups = 1;
  std::uint32_t banks_per_group = 1;
  std::uint32_t rows = 1;
  /// Bytes of one open row over all devices of the rank.
  std::uint32_t row_bytes = 1;
  /// Width of one pseudo-channel's data bus.
  std::uint32_t data_bus_bits = 8;
  std::uint32_t burst_length = 1;
  /// Beats on the data bus in one command clock: 2 for DDR, 4 for GDDR5.
  std::uint32_t transfers_per_clock = 2;
  /// Devices that share a rank's data bus: what currents are multiplied by.
  std::uint32_t devices_per_rank = 1;
  /// 1, or 2 where row and column commands have a bus each (HBM).
  std::uint32_t command_buses = 1;

  /// Bytes of one read or write command.
  [[nodiscard]] std::uint32_t burst_bytes() const { return data_bus_bits / 8 * burst_length; }
  /// Clocks that a burst occupies the data bus.
  [[nodiscard]] std::uint32_t burst_clocks() const { return burst_length / transfers_per_clock; }
  /// Bursts of one row.
  [[nodiscard]] std::uint32_t columns() const { return row_bytes / burst_bytes(); }
  [[nodiscard]] std::uint32_t banks_per_rank() const { return bank_groups * banks_per_group; }
  [[nodiscard]] std::uint32_t banks() const { return pseudo_channels * ranks * banks_per_rank(); }
  [[nodiscard]] std::uint64_t channel_bytes() const {
    return std::uint64_t{banks()} * rows * row_bytes;
  }
};

/// JEDEC's timing parameters in command clocks; 0 where a standard has no such parameter.
struct DramTimings {
  Clock tCL = 0;   ///< RD to the first beat of data, tDQSCK not included.
  Clock tCWL = 0;  ///< WR to the first beat of data.
  Clock tDQSCK = 0;
  Clock tRCDRD = 0;  ///< ACT to RD, same bank.
  Clock tRCDWR = 0;  ///< ACT to WR, same bank.
  Clock tRP = 0;     ///< PRE to ACT, same bank.
  Clock tRPab = 0;   ///< PREA to ACT, same rank.
  Clock tRAS = 0;    ///< ACT to PRE, same bank.
  Clock tRC = 0;     ///< ACT to ACT, same bank.
  Clock tRRD_S = 0;  ///< ACT to ACT, same rank; _L: same bank group.
  Clock tRRD_L = 0;
  Clock tCCD_S = 0;  ///< RD to RD and WR to WR, same rank; _L: same bank group.
  Clock tCCD_L = 0;
  Clock tFAW = 0;    ///< Window of four ACTs in a rank.
  Clock t32AW = 0;   ///< Window of 32 ACTs in a rank.
  Clock tWR = 0;     ///< Last beat of written data to PRE, same bank.
  Clock tWTR_S = 0;  ///< Last beat of written data to RD, same rank; _L: same bank group.
  Clock tWTR_L = 0;
  Clock tRTP = 0;      ///< RD to PRE, same bank.
  Clock tRTW = 0;      ///< RD to WR, same pseudo-channel.
  Clock tPPD = 0;      ///< PRE to PRE, same rank.
  Clock tCS = 0;       ///< Gap on the data bus between bursts of two ranks.
  Clock tREFI = 0;     ///< Interval of REF to a rank.
  Clock tRFC = 0;      ///< REF to ACT or REF, same rank.
  Clock tREFIpb = 0;   ///< Interval of REFPB in a rank; 0: the standard has no per-bank refresh.
  Clock tRFCpb = 0;    ///< REFPB to ACT, same bank.
  Clock tRREFD = 0;    ///< REFPB to ACT and ACT to REFPB, same rank, other bank.
  Clock tPBR2PBR = 0;  ///< REFPB to REFPB, same rank.

  /// RD command to the first beat of data.
  [[nodiscard]] Clock read_latency() const { return tCL + tDQSCK; }
};

/// Clocks that a command occupies its command bus.
struct CommandClocks {
  Clock activate = 1;
  Clock column = 1;
  Clock precharge = 1;
  Clock refresh = 1;

  [[nodiscard]] constexpr Clock of(Command command) const {
    if (command == Command::activate) return activate;
    if (is_column_command(command)) return column;
    const bool closes = command == Command::precharge || command == Command::precharge_all;
    return closes ? precharge : refresh;
  }
};

enum class SchedulerPolicy { fr_fcfs, fcfs };
enum class PagePolicy { open, closed, timeout };
enum class RefreshPolicy { all_bank, per_bank, none };

/// The memory controller of one channel. `docs/memory.md` states what each policy does.
struct DramController {
  std::uint32_t read_queue_entries = 32;
  std::uint32_t write_queue_entries = 32;
  SchedulerPolicy scheduler = SchedulerPolicy::fr_fcfs;
  /// Column commands to a bank that may overtake its oldest waiting request in a row.
  std::uint32_t row_hit_cap = 16;
  PagePolicy page_policy = PagePolicy::open;
  /// Clocks from a bank's last column command until it is closed, with `timeout`.
  Clock page_timeout_clocks = 100;
  /// Writes are drained from this many waiting ones on, until only the low watermark is left.
  std::uint32_t write_high_watermark = 26;
  std::uint32_t write_low_watermark = 6;
  /// Clocks from a request's arrival until the scheduler sees it.
  Clock request_clocks = 1;
  /// Clocks from the last beat of data until a request is answered.
  Clock response_clocks = 0;
  RefreshPolicy refresh = RefreshPolicy::all_bank;
};

/// Fields of an address. The order of this list is the order of names in messages.
enum class AddressField : std::uint8_t {
  channel,
  pseudo_channel,
  rank,
  bank_group,
  bank,
  row,
  column,
};
inline constexpr std::size_t kAddressFields = 7;
[[nodiscard]] std::string_view to_string(AddressField field);

/// A run of address bits, low end last in `MappingConfig::order`.
struct MappingPart {
  AddressField field = AddressField::row;
  std::uint32_t bits = 0;
};

/// `field` ^= the bits of `with` from `shift` on.
struct MappingHash {
  AddressField field = AddressField::bank;
  AddressField with = AddressField::row;
  std::uint32_t shift = 0;
};

/// Which address bits select what, from the highest to the lowest above the burst.
struct MappingConfig {
  std::vector<MappingPart> order;
  std::vector<MappingHash> hashes;
};

/// Currents of one supply in milliamperes per device, by JEDEC's names.
struct DramRail {
  std::string name;
  double volts = 0.0;
  double IDD0 = 0.0;
  double IDD2N = 0.0;
  double IDD3N = 0.0;
  double IDD4R = 0.0;
  double IDD4W = 0.0;
  double IDD5B = 0.0;
  double IDD5PB = 0.0;
};

/// What a memory's energy is computed from.
struct DramCurrents {
  std::vector<DramRail> rails;
  /// Drivers and termination, not covered by the currents; per data pin, while data are moved.
  double read_milliwatts_per_pin = 0.0;
  double write_milliwatts_per_pin = 0.0;
  /// Data and strobe pins of one pseudo-channel.
  std::uint32_t interface_pins = 0;
  bool is_estimate = false;
  std::string source;
};

/// A DRAM memory: equal channels of one standard.
struct DramConfig {
  std::string standard;
  std::uint32_t channels = 1;
  /// One command clock, tCK, in femtoseconds.
  std::int64_t clock_femtoseconds = 1;
  DramOrganization organization;
  DramTimings timings;
  CommandClocks command_clocks;
  DramController controller;
  MappingConfig mapping;
  /// Nothing where no currents are known.
  std::optional<DramCurrents> currents;

  [[nodiscard]] double clock_hz() const { return 1e15 / static_cast<double>(clock_femtoseconds); }
  [[nodiscard]] std::uint64_t capacity_bytes() const {
    return channels * organization.channel_bytes();
  }
  /// Of all channels: every data bus moves a beat in each half (quarter) clock.
  [[nodiscard]] double peak_bytes_per_second() const {
    return static_cast<double>(channels) * organization.pseudo_channels *
           organization.burst_bytes() / organization.burst_clocks() * clock_hz();
  }
};

/// A memory of latency and bandwidth alone.
struct IdealMemoryConfig {
  std::int64_t latency_femtoseconds = 0;
  double bytes_per_second = 0.0;
  std::uint64_t capacity_bytes = 0;
  /// Nothing where the file has none.
  std::optional<double> picojoules_per_bit;
  std::string energy_source;
};

/// A file of `configs/memory`, or what a machine has inline.
struct MemoryConfig {
  std::string name;
  std::string source;
  std::variant<DramConfig, IdealMemoryConfig> memory;

  [[nodiscard]] double peak_bytes_per_second() const;
  [[nodiscard]] std::uint64_t capacity_bytes() const;
};

/// Reads a memory: every key, its range and default, and what no single range can say (timings that
/// contradict each other, organisations and mappings that do not fit).
[[nodiscard]] MemoryConfig memory_from(ConfigNode& root);
/// Reads `path`; throws `ConfigError` with all errors of the file.
[[nodiscard]] MemoryConfig load_memory(const std::filesystem::path& path,
                                       const std::vector<Override>& overrides = {});
/// The same, with the resolved file as JSON.
struct ResolvedMemory {
  MemoryConfig config;
  std::string resolved;
};
[[nodiscard]] ResolvedMemory load_resolved_memory(const std::filesystem::path& path,
                                                  const std::vector<Override>& overrides = {});

}  // namespace nzsim
