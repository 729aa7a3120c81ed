#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/memory/address_mapping.h"
#include "sim/memory/dram_channel.h"

namespace nzsim::test {

/// One channel, a record of its commands, and requests of one burst to places instead of addresses.
class ChannelDriver : public CommandListener {
 public:
  explicit ChannelDriver(const DramConfig& config);
  void on_command(const CommandRecord& record) override { commands_.push_back(record); }

  /// Submits a burst that arrives in clock `arrival`; returns its id, 0, 1, ...
  std::uint64_t request(Access access, const DramAddress& place, Clock arrival);
  /// A transfer of any length.
  std::uint64_t transfer(Access access, std::uint64_t address, std::uint64_t bytes, Clock arrival);
  /// Decides all clocks before `until`.
  void run(Clock until);
  /// When a request was answered; -1 where it was not (yet).
  [[nodiscard]] Clock answered(std::uint64_t id) const { return answers_.at(id); }
  [[nodiscard]] Clock accepted(std::uint64_t id) const { return acceptances_.at(id); }

  [[nodiscard]] const std::vector<CommandRecord>& commands() const { return commands_; }
  /// `0 ACT 2`: clock, command and bank (within its rank) of all commands so far.
  [[nodiscard]] std::vector<std::string> sequence() const;
  [[nodiscard]] DramChannel& channel() { return channel_; }

 private:
  DramConfig config_;
  AddressMapping mapping_;
  DramChannel channel_;
  std::vector<ChannelEvent> events_;
  std::vector<CommandRecord> commands_;
  std::vector<Clock> answers_;
  std::vector<Clock> acceptances_;
};

/// Place in row `row`, column `column` of bank `bank` of bank group `group`.
[[nodiscard]] DramAddress place(std::uint32_t group, std::uint32_t bank, std::uint32_t row,
                                std::uint32_t column = 0);

}  // namespace nzsim::test
