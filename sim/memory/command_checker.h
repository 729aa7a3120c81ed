#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/memory/command.h"
#include "sim/memory/config.h"

namespace nzsim {

/// A command that breaks a rule of its memory.
struct CommandViolation {
  CommandRecord record;
  /// The rule in JEDEC's parameters (`tCWL + BL/2 + tWR`), or what the command needs.
  std::string rule;
  /// The first clock at which this rule allows the command; for a refresh that is late, the last
  /// one; `kNever` where the clock does not matter.
  Clock earliest = kNever;

  friend bool operator==(const CommandViolation&, const CommandViolation&) = default;
};

/// One line: `clock 54: ACT to channel 0, pseudo-channel 0, rank 0, bank group 1, bank 2, row 3,
/// column 0: expected clock 55 or later by tRC`.
[[nodiscard]] std::string to_string(const CommandViolation& violation);

/// Judges the commands of all channels of a memory by the rules of JEDEC's standards, which it
/// derives from the timing parameters by itself: it shares no rule with the scheduler that it
/// checks, and judges data buses by what is on them. Follows the state of every bank; a command
/// that breaks a rule is taken as executed. Its memory does not grow with the number of commands.
class CommandChecker : public CommandListener {
 public:
  /// Violations that are kept; all are counted.
  static constexpr std::size_t kMostKept = 1000;

  /// Keeps nothing of `config`.
  explicit CommandChecker(const DramConfig& config);
  CommandChecker(const CommandChecker&) = delete;
  CommandChecker& operator=(const CommandChecker&) = delete;
  ~CommandChecker() override;

  /// The next command of its channel. Channels may be interleaved in any way.
  void on_command(const CommandRecord& record) override;
  /// Judges what can only be judged at the end, at clock `end`: refreshes that are missing.
  void finish(Clock end);

  [[nodiscard]] std::uint64_t commands() const { return commands_; }
  /// The first `kMostKept` violations, and the number of all.
  [[nodiscard]] const std::vector<CommandViolation>& violations() const;
  [[nodiscard]] std::uint64_t violation_count() const;

 private:
  class Rules;

  std::unique_ptr<Rules> rules_;
  std::uint64_t commands_ = 0;
};

}  // namespace nzsim
