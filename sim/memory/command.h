#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nzsim {

/// A point in time of a DRAM channel: command clocks (tCK) since the start.
using Clock = std::int64_t;

/// No point in time: later than any other.
inline constexpr Clock kNever = INT64_MAX / 4;

/// What a controller may send to a DRAM. `precharge_all` closes all banks of a rank, `refresh`
/// refreshes a rank all of whose banks are closed, `refresh_bank` one closed bank.
enum class Command : std::uint8_t {
  activate,
  read,
  write,
  precharge,
  precharge_all,
  refresh,
  refresh_bank,
};
inline constexpr std::size_t kCommands = 7;
inline constexpr std::array<Command, kCommands> kAllCommands{
    Command::activate,      Command::read,    Command::write,       Command::precharge,
    Command::precharge_all, Command::refresh, Command::refresh_bank};

/// JEDEC's abbreviations, as command traces have them: ACT, RD, WR, PRE, PREA, REF, REFPB.
[[nodiscard]] std::string_view to_string(Command command);

/// Reads and writes move data; with two command buses they have one of their own.
[[nodiscard]] constexpr bool is_column_command(Command command) {
  return command == Command::read || command == Command::write;
}
/// Commands to a whole rank: their bank, row and column are 0.
[[nodiscard]] constexpr bool is_rank_command(Command command) {
  return command == Command::precharge_all || command == Command::refresh;
}

/// A place in the memory of one machine, and in which channel. `bank` counts within its bank group,
/// `bank_group` within its rank, `rank` within its pseudo-channel; `column` counts bursts of a row.
struct DramAddress {
  std::uint32_t channel = 0;
  std::uint32_t pseudo_channel = 0;
  std::uint32_t rank = 0;
  std::uint32_t bank_group = 0;
  std::uint32_t bank = 0;
  std::uint32_t row = 0;
  std::uint32_t column = 0;

  friend bool operator==(const DramAddress&, const DramAddress&) = default;
};

/// One command on a channel's command bus: a line of a command trace.
struct CommandRecord {
  Clock clock = 0;
  Command command = Command::activate;
  DramAddress address;

  friend bool operator==(const CommandRecord&, const CommandRecord&) = default;
};

/// Is told every command that a channel issues, in the order of their clocks.
class CommandListener {
 public:
  virtual ~CommandListener() = default;
  virtual void on_command(const CommandRecord& record) = 0;
};

}  // namespace nzsim
