#include "sim/memory/timing_state.h"

namespace nzsim {
namespace {

/// "Long ago": any clock plus this is before the start.
constexpr Clock kLongAgo = INT64_MIN / 4;

constexpr std::size_t index_of(Command command) { return static_cast<std::size_t>(command); }
constexpr std::size_t index_of(TimingLevel level) { return static_cast<std::size_t>(level); }

}  // namespace

TimingState::TimingState(const DramConfig& config)
    : ranks_per_pseudo_channel_(config.organization.ranks) {
  const DramOrganization& organization = config.organization;
  const std::uint32_t banks = organization.banks();
  const std::uint32_t ranks = organization.pseudo_channels * organization.ranks;
  const std::uint32_t groups = ranks * organization.bank_groups;
  for (BankIndex bank = 0; bank < banks; ++bank) {
    const std::uint32_t group = bank / organization.banks_per_group;
    const std::uint32_t rank = group / organization.bank_groups;
    const std::uint32_t rank_node = (banks + groups + rank) * kStride;
    const std::uint32_t pseudo_channel = rank / organization.ranks;
    nodes_.push_back({bank * kStride, (banks + group) * kStride, rank_node, rank_node,
                      (banks + groups + ranks + pseudo_channel) * kStride});
  }
  next_.assign(std::size_t{banks + groups + ranks + organization.pseudo_channels} * kStride, 0);
  for (const TimingConstraint& constraint : timing_constraints(config)) {
    if (constraint.window > 1) {
      const std::size_t nodes = next_.size() / kStride;
      windows_.push_back({constraint, std::vector<Clock>(nodes * constraint.window, kLongAgo),
                          std::vector<std::uint32_t>(nodes, 0)});
    } else {
      delays_[index_of(constraint.preceding)][index_of(constraint.level)].push_back(
          {static_cast<std::uint32_t>(index_of(constraint.following)), constraint.clocks});
    }
  }
}

void TimingState::issue(Command command, BankIndex bank, Clock clock) {
  const Nodes& nodes = nodes_[bank];
  const auto& levels = delays_[index_of(command)];
  const auto raise_at = [&](TimingLevel level) {
    raise(nodes[index_of(level)], levels[index_of(level)], clock);
  };
  if (!is_rank_command(command)) {
    raise_at(TimingLevel::bank);
    raise_at(TimingLevel::bank_group);
  }
  raise_at(TimingLevel::rank);
  raise_at(TimingLevel::pseudo_channel);
  if (ranks_per_pseudo_channel_ > 1) {
    raise_other_ranks(bank, levels[index_of(TimingLevel::other_rank)], clock);
  }
  for (Window& window : windows_) {
    if (window.constraint.preceding != command) continue;
    slide(window, nodes[index_of(window.constraint.level)], clock);
  }
}

void TimingState::raise_other_ranks(BankIndex bank, const std::vector<Delay>& delays, Clock clock) {
  const std::uint32_t own = nodes_[bank][index_of(TimingLevel::rank)];
  const std::uint32_t first_rank = nodes_[0][index_of(TimingLevel::rank)];
  const std::uint32_t size = ranks_per_pseudo_channel_ * kStride;
  const std::uint32_t first = first_rank + (own - first_rank) / size * size;
  for (std::uint32_t rank = first; rank < first + size; rank += kStride) {
    if (rank != own) raise(rank, delays, clock);
  }
}

void TimingState::slide(Window& window, std::uint32_t node, Clock clock) {
  const TimingConstraint& constraint = window.constraint;
  std::uint32_t& position = window.positions[node / kStride];
  Clock* times = window.times.data() + std::size_t{node / kStride} * constraint.window;
  times[position] = clock;
  position = position + 1 == constraint.window ? 0 : position + 1;
  // What stands at the position now is the oldest of the last `window` commands.
  Clock& next = next_[node + index_of(constraint.following)];
  next = std::max(next, times[position] + constraint.clocks);
}

}  // namespace nzsim
