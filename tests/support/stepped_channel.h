#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "sim/memory/address_mapping.h"
#include "sim/memory/dram_channel.h"
#include "sim/memory/timing.h"

namespace nzsim::test {

/// A request of one burst.
struct BurstRequest {
  std::uint64_t id = 0;
  Access access = Access::read;
  std::uint64_t address = 0;
  Clock arrival = 0;
};

/// The rules of `DramChannel`, written down once more as a loop over clocks that tries every
/// command in every clock against the whole history of commands. Slow, and simple enough to be
/// checked against `docs/memory.md` by eye. One channel, requests of one burst.
class SteppedChannel {
 public:
  SteppedChannel(const DramConfig& config, const AddressMapping& mapping);

  /// Plays `requests` (in the order of their arrivals) over the clocks [0, end).
  void run(const std::vector<BurstRequest>& requests, Clock end);

  [[nodiscard]] const std::vector<CommandRecord>& commands() const { return commands_; }
  /// Completion clock of each request, by id; nothing where it was not answered.
  [[nodiscard]] const std::vector<std::optional<Clock>>& answers() const { return answers_; }

 private:
  struct Waiting {
    BurstRequest request;
    DramAddress place;
    Clock offered = 0;
    Clock visible = 0;
    std::uint64_t age = 0;
    bool is_seen = false;
  };
  struct Option {
    int precedence = 0;
    std::uint64_t age = 0;
    Command command = Command::activate;
    DramAddress place;
    std::size_t waiting = SIZE_MAX;
  };
  struct OpenBank {
    /// With the open row.
    DramAddress place;
    /// By `Access`: column commands in a row that overtook an older burst.
    std::array<std::uint32_t, 2> overtaken{};
    Clock last_use = 0;
  };
  struct Rank {
    std::uint32_t pseudo_channel = 0;
    std::uint32_t rank = 0;
    Clock due = 0;
    std::uint32_t next_bank = 0;
    std::uint32_t owed = 0;
  };

  void enter(Clock clock);
  void see(Clock clock);
  void fall_due(Clock clock);
  void turn();
  bool issue_one(Clock clock);
  void collect_requests(std::vector<Option>& options) const;
  void collect_refreshes(std::vector<Option>& options) const;
  void collect_unneeded_rows(std::vector<Option>& options, Clock clock) const;
  void move_data(const Option& option, Clock clock);
  void perform(const Option& option, Clock clock);
  [[nodiscard]] std::optional<Option> option_of_bank(const DramAddress& bank) const;
  [[nodiscard]] bool is_allowed(Command command, const DramAddress& place, Clock clock) const;
  [[nodiscard]] bool is_blocked(const Waiting& write) const;
  [[nodiscard]] std::size_t count(Access access, bool only_ready) const;
  [[nodiscard]] const OpenBank* open_bank(const DramAddress& bank) const;
  [[nodiscard]] std::uint64_t index_of(const DramAddress& bank) const;
  [[nodiscard]] bool awaits_refresh(const DramAddress& bank) const;

  const DramConfig& config_;
  const AddressMapping& mapping_;
  std::vector<TimingConstraint> constraints_;
  std::deque<BurstRequest> port_;
  std::vector<Waiting> waiting_;
  std::vector<OpenBank> open_;
  std::vector<Rank> ranks_;
  std::vector<DramAddress> owed_banks_;
  Access serving_ = Access::read;
  std::uint64_t next_age_ = 0;
  Clock last_entry_ = 0;
  std::array<Clock, 2> bus_free_{};
  std::vector<CommandRecord> commands_;
  std::vector<std::optional<Clock>> answers_;
};

}  // namespace nzsim::test
