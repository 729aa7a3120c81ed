#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/memory/command.h"
#include "sim/memory/config.h"

namespace nzsim {

/// Where both commands of a constraint take place. `other_rank`: in two different ranks of one
/// pseudo-channel; the other levels: in the same one.
enum class TimingLevel : std::uint8_t { bank, bank_group, rank, other_rank, pseudo_channel };
[[nodiscard]] std::string_view to_string(TimingLevel level);

/// One rule of a standard: from the `window`-th last `preceding` command to the next `following`
/// one, both at the same `level`, at least `clocks` pass. Commands to a whole rank take part at
/// levels from the rank up.
struct TimingConstraint {
  TimingLevel level = TimingLevel::bank;
  Command preceding = Command::activate;
  Command following = Command::activate;
  Clock clocks = 0;
  std::uint32_t window = 1;
  /// The rule in JEDEC's parameters: `tCWL + BL/2 + tWR`.
  std::string rule;
};

/// All rules of a memory, as data: what the scheduler obeys. Rules of parameters that are 0 are
/// left out, and so are those of commands that the memory does not have.
[[nodiscard]] std::vector<TimingConstraint> timing_constraints(const DramConfig& config);

}  // namespace nzsim
