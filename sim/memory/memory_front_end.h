#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/memory/memory.h"

namespace nzsim {

/// What stands between one master and a memory: one transfer at a time waits at the port, and
/// answers leave in the order of their times. A plain class: fast engines call it directly, and
/// `MemoryTarget` is its TLM-2.0 shell, so that both modes see the same times.
///
/// **Ahead while a transfer waits.** `send` runs the memory until the transfer is accepted, at time
/// e, and returns with `free_at()` e + 1 fs. Nothing else can be sent before then, so nothing that
/// is decided on the way can depend on what is not yet known. So a master knows for how long its
/// port is taken as soon as it sends; no event has to tell it later.
///
/// **What happens at t can be seen after t.** A master that looks at time t must not see what
/// happens at t itself: the memory decides nothing at t while transfers may still arrive there. It
/// takes answers with `take_answer(t - 1)`, and sends where `free_at() <= t`.
///
/// A memory decides when a transfer completes at least 1 fs before it does: moving data takes time.
class MemoryFrontEnd {
 public:
  /// `memory` must outlive the front end, which alone submits to it and advances it.
  explicit MemoryFrontEnd(Memory& memory);

  /// From when on the port can take the next transfer; no later than the time of the last call,
  /// except after `send` and `run_until_answered`.
  [[nodiscard]] Femtoseconds free_at() const { return advanced_; }

  /// Sends a transfer at `time`, or at `free_at()` where that is later. Throws what
  /// `Memory::submit` throws, and nothing has then happened. Ids of unanswered transfers are
  /// unique, and order answers of the same time.
  void send(const Transfer& transfer, Femtoseconds time);

  /// Advances the memory to `time` where that is later than `free_at()`, and keeps the answers for
  /// `take_answer`. Transfers may still be sent at `time`. No answer changes its time by it, if
  /// nothing is sent before `time` from then on. For who reads what the memory has counted.
  void advance_to(Femtoseconds time);

  /// Advances the memory to `time` and takes away the first answer at or before it. Transfers may
  /// still be sent at `time`.
  [[nodiscard]] std::optional<MemoryEvent> take_answer(Femtoseconds time);

  /// Runs the memory until it has decided when transfer `id` completes, and returns that time: the
  /// transfer is answered. Nothing may be sent before `free_at()`, which this moves. Throws
  /// `SimulationError` where there is no such transfer.
  Femtoseconds run_until_answered(std::uint64_t id);

  /// The earliest time at which `take_answer` may find an answer or has to look again; `kNoTime`
  /// where no transfer is unanswered.
  [[nodiscard]] Femtoseconds next_time() const;

  /// Transfers that were sent and whose answers were not taken.
  [[nodiscard]] std::uint64_t outstanding() const { return memory_.unanswered() + answers_.size(); }

 private:
  /// Advances the memory; its events go to `events_`.
  void advance(Femtoseconds until);
  /// Advances the memory to `until`; throws where nothing is unanswered, `kNoTime`.
  void step(Femtoseconds until);
  /// Keeps the answers of the last advance; the time at which transfer `id` was accepted in it.
  std::optional<Femtoseconds> take_acceptance(std::uint64_t id);
  void keep_answer(const MemoryEvent& event);

  Memory& memory_;
  /// Up to when the memory is advanced.
  Femtoseconds advanced_ = 0;
  std::vector<MemoryEvent> events_;
  /// A heap, earliest first.
  std::vector<MemoryEvent> answers_;
};

}  // namespace nzsim
