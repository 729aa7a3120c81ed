#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/memory/command.h"
#include "sim/memory/config.h"
#include "sim/memory/timing.h"

namespace nzsim {

/// Number of a bank within its channel: ((pseudo-channel x ranks + rank) x bank groups + bank
/// group) x banks per group + bank.
using BankIndex = std::uint32_t;

/// The earliest clock of every command to every bank of a channel, by the rules of
/// `timing_constraints`. It knows nothing of rows and queues.
///
/// Each bank, bank group, rank and pseudo-channel is a node that keeps, per command, the clock from
/// which it allows it; a command is allowed by all nodes that its bank belongs to. So asking takes
/// four reads, and issuing a command raises the few clocks that its rules name.
class TimingState {
 public:
  explicit TimingState(const DramConfig& config);

  /// Where the clocks lie that a command to a bank depends on.
  using Slots = std::array<std::uint32_t, 4>;
  [[nodiscard]] Slots slots(Command command, BankIndex bank) const;
  [[nodiscard]] Clock earliest(const Slots& slots) const {
    return std::max(std::max(next_[slots[0]], next_[slots[1]]),
                    std::max(next_[slots[2]], next_[slots[3]]));
  }
  /// For commands to a rank `bank` is any bank of it.
  [[nodiscard]] Clock earliest(Command command, BankIndex bank) const {
    return earliest(slots(command, bank));
  }

  /// Takes note of a command; its clock must not lie before one that was issued earlier.
  void issue(Command command, BankIndex bank, Clock clock);

 private:
  static constexpr std::size_t kLevels = 5;
  /// Places of a node's clocks, one per command and one unused.
  static constexpr std::uint32_t kStride = 8;

  /// The node that a bank belongs to at each level (`other_rank`: its own rank), times the stride.
  using Nodes = std::array<std::uint32_t, kLevels>;
  /// A rule over one preceding command.
  struct Delay {
    std::uint32_t following = 0;
    Clock clocks = 0;
  };
  /// A rule over more than one, with the last of these at each node.
  struct Window {
    TimingConstraint constraint;
    std::vector<Clock> times;
    std::vector<std::uint32_t> positions;
  };

  void raise(std::uint32_t node, const std::vector<Delay>& delays, Clock clock);
  void raise_other_ranks(BankIndex bank, const std::vector<Delay>& delays, Clock clock);
  void slide(Window& window, std::uint32_t node, Clock clock);

  std::uint32_t ranks_per_pseudo_channel_;
  std::vector<Nodes> nodes_;
  std::vector<Clock> next_;
  std::array<std::array<std::vector<Delay>, kLevels>, kCommands> delays_;
  std::vector<Window> windows_;
};

inline TimingState::Slots TimingState::slots(Command command, BankIndex bank) const {
  const Nodes& nodes = nodes_[bank];
  const auto c = static_cast<std::uint32_t>(command);
  const std::uint32_t rank = nodes[static_cast<std::size_t>(TimingLevel::rank)] + c;
  const std::uint32_t pseudo_channel =
      nodes[static_cast<std::size_t>(TimingLevel::pseudo_channel)] + c;
  if (is_rank_command(command)) return {rank, rank, rank, pseudo_channel};
  return {nodes[static_cast<std::size_t>(TimingLevel::bank)] + c,
          nodes[static_cast<std::size_t>(TimingLevel::bank_group)] + c, rank, pseudo_channel};
}

inline void TimingState::raise(std::uint32_t node, const std::vector<Delay>& delays, Clock clock) {
  for (const Delay& delay : delays) {
    Clock& next = next_[node + delay.following];
    next = std::max(next, clock + delay.clocks);
  }
}

}  // namespace nzsim
