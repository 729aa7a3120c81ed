#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/memory/command.h"
#include "sim/memory/config.h"

namespace nzsim {

/// A point in time in femtoseconds since the start.
using Femtoseconds = std::int64_t;
inline constexpr Femtoseconds kNoTime = INT64_MAX;

enum class Access : std::uint8_t { read, write };

/// A request of any length: it is split into bursts inside the memory. `id` is the caller's; it
/// comes back in the events.
struct Transfer {
  std::uint64_t id = 0;
  Access access = Access::read;
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
};

/// What became of a transfer. `accepted`: its last burst has got its place in a queue, so that its
/// port is free for the next; `completed`: its last beat of data has been moved and is answered.
/// Each happens exactly once per transfer.
struct MemoryEvent {
  enum class Kind : std::uint8_t { accepted, completed };
  Kind kind = Kind::accepted;
  std::uint64_t id = 0;
  Femtoseconds time = 0;
};

/// What one channel of a memory has counted up to a point in time. Clocks are command clocks.
struct ChannelCounters {
  /// Bursts read and written on the data bus; reads answered from the write queue are not among
  /// them.
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t forwarded_reads = 0;
  /// Of the bursts: row open at first, bank closed at first, another row open at first.
  std::uint64_t row_hits = 0;
  std::uint64_t row_misses = 0;
  std::uint64_t row_conflicts = 0;
  std::uint64_t activates = 0;
  /// Banks closed, by PRE or PREA.
  std::uint64_t precharges = 0;
  std::uint64_t refreshes = 0;
  std::uint64_t bank_refreshes = 0;
  /// Clocks in which a data bus moves data, over all pseudo-channels.
  std::uint64_t busy_clocks = 0;
  /// Bytes moved on the data bus, whole bursts.
  std::uint64_t bytes = 0;
  /// Sum over read bursts, forwarded ones too: from being first at the port to the answer.
  std::uint64_t read_latency_clocks = 0;
  /// States of the ranks, added up over ranks; together ranks x clocks: some bank open (or
  /// refreshed alone), all banks closed, REF in progress.
  std::uint64_t active_clocks = 0;
  std::uint64_t precharged_clocks = 0;
  std::uint64_t refreshing_clocks = 0;
  /// Clocks since the start.
  std::uint64_t clocks = 0;

  friend bool operator==(const ChannelCounters&, const ChannelCounters&) = default;
};

/// A memory with its channels, in simulated time of its own. It decides nothing at or after the
/// time up to which it was advanced, so that requests may still arrive there. Results do not depend
/// on how an advance is cut into steps. Not thread-safe; one per simulation.
class Memory {
 public:
  virtual ~Memory() = default;

  /// Takes a transfer at `time`, which must not lie before a time advanced to. The transfer stands
  /// at the ports of its channels until they have room; those behind it wait. Throws
  /// `WorkloadError` where it is empty or does not end below the capacity.
  virtual void submit(const Transfer& transfer, Femtoseconds time) = 0;

  /// The earliest time at which anything may happen if nothing more is submitted; `kNoTime` where
  /// no transfer is unanswered.
  [[nodiscard]] virtual Femtoseconds next_time() const = 0;

  /// A time before which no transfer is answered but those whose events `advance` has returned, if
  /// nothing more is submitted; `kNoTime` where no transfer is unanswered. Who waits for answers
  /// alone need not look at the memory before.
  [[nodiscard]] virtual Femtoseconds next_answer_time() const {
    const Femtoseconds next = next_time();
    return next == kNoTime ? kNoTime : next + 1;
  }

  /// A time before which no transfer that stands at a port is accepted, if nothing more is
  /// submitted; `kNoTime` where no transfer is unanswered. Who waits for a port alone need not look
  /// at the memory before.
  [[nodiscard]] virtual Femtoseconds next_acceptance_time() const {
    const Femtoseconds next = next_time();
    return next == kNoTime ? kNoTime : next + 1;
  }

  /// Decides everything that happens before `until`, and appends what became of transfers to
  /// `events`. They are appended when they are decided: their time may lie behind `until`. What a
  /// submission itself brought about comes with the next advance, even one to the same time.
  virtual void advance(Femtoseconds until, std::vector<MemoryEvent>& events) = 0;

  /// Transfers that have not been answered; and those that still stand at a port.
  [[nodiscard]] virtual std::uint64_t unanswered() const = 0;
  [[nodiscard]] virtual std::uint64_t waiting() const = 0;

  [[nodiscard]] virtual std::uint32_t channels() const = 0;
  /// What channel `channel` has counted at `time`, which lies in no later clock than was advanced
  /// to, or behind the last answer.
  [[nodiscard]] virtual ChannelCounters counters(std::uint32_t channel,
                                                 Femtoseconds time) const = 0;

  /// Is told all commands of all channels from now on. `listener` must outlive the memory.
  virtual void listen(CommandListener& listener) = 0;
};

/// Builds the memory that `config` describes; `config` must outlive it.
[[nodiscard]] std::unique_ptr<Memory> make_memory(const MemoryConfig& config);

/// Advances `memory` until transfer `id` is answered and returns when. Events of other transfers
/// are appended to `others`. Throws `SimulationError` where there is no such transfer.
Femtoseconds run_until_complete(Memory& memory, std::uint64_t id, std::vector<MemoryEvent>& others);

}  // namespace nzsim
