#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "sim/memory/address_mapping.h"
#include "sim/memory/command_scheduler.h"
#include "sim/memory/config.h"
#include "sim/memory/memory.h"

namespace nzsim {

/// What became of a transfer in one channel; see `MemoryEvent`.
struct ChannelEvent {
  MemoryEvent::Kind kind = MemoryEvent::Kind::accepted;
  std::uint64_t id = 0;
  Clock clock = 0;
};

/// One DRAM channel with its controller, at the level of commands, as a plain class.
///
/// Transfers stand at the port in the order of their arrival. The first one is cut into bursts,
/// which enter the read or the write queue one after the other as soon as there is room (any number
/// in one clock; an entry that is given back in clock t can be taken in t + 1). A burst that stood
/// first at the port in clock t is seen by the scheduler from t + `request_clocks` on, and not
/// before it is in the queue. It leaves the queue with its RD or WR; its data are complete CL (CWL)
/// + BL/2 clocks later, and answered `response_clocks` after that. A read of a place that a waiting
/// write is about to change is answered from the write queue, in the clock after it was seen; a
/// write of a place that a waiting read wants waits for it. A transfer is answered with the last of
/// its bursts.
///
/// Time is skipped from event to event: the next command, the next burst that becomes visible, the
/// next refresh. How `advance` is cut into steps has no influence on anything.
class DramChannel {
 public:
  /// Channel `index` of the memory. Both arguments must outlive it.
  DramChannel(const DramConfig& config, const AddressMapping& mapping, std::uint32_t index);

  /// Takes the bursts of [address, address + bytes) that belong to this channel; there must be one.
  /// `arrival` lies in no clock that was decided or in which an earlier transfer arrived later.
  void submit(std::uint64_t id, Access access, std::uint64_t address, std::uint64_t bytes,
              Clock arrival, std::vector<ChannelEvent>& events);

  /// The next clock in which anything may happen if nothing more arrives.
  [[nodiscard]] Clock next_clock();
  /// A clock before which no transfer is answered that is not decided, if nothing more arrives.
  [[nodiscard]] Clock next_answer_clock();
  /// A clock before which the transfer that is first at the port is not accepted.
  [[nodiscard]] Clock next_acceptance_clock() const;
  /// Decides all clocks before `until`.
  void advance(Clock until, std::vector<ChannelEvent>& events);
  /// The first clock that is not decided.
  [[nodiscard]] Clock now() const { return now_; }

  [[nodiscard]] std::uint64_t unanswered() const { return unanswered_; }
  [[nodiscard]] std::uint64_t waiting() const { return port_.size(); }
  [[nodiscard]] ChannelCounters counters(Clock clock) const;
  void listen(CommandListener& listener) { scheduler_.listen(listener); }

 private:
  /// A transfer at the port: the bursts from `address` on have not entered a queue.
  struct PortTransfer {
    Access access = Access::read;
    std::uint32_t slot = 0;
    std::uint64_t address = 0;
    std::uint64_t end = 0;
    Clock offered = 0;
    /// Bursts that have not entered.
    std::uint64_t left = 0;
  };
  /// A transfer that has not been answered.
  struct Open {
    std::uint64_t id = 0;
    /// Bursts that are not answered, and one more while some stand at the port.
    std::uint64_t bursts = 0;
    Clock answered = 0;
  };
  /// A burst in its queue that the scheduler does not see yet.
  struct Incoming {
    Access access = Access::read;
    BurstIndex burst = kNoBurst;
    Clock visible = 0;
  };

  /// Lets bursts enter that have room from clock `from` on.
  void feed(Clock from, std::vector<ChannelEvent>& events);
  void enter(PortTransfer& transfer, Clock clock);
  [[nodiscard]] std::uint64_t next_burst(std::uint64_t address, std::uint64_t end) const;
  /// This channel's bursts of [first, end), `first` being one of them or not below `end`.
  [[nodiscard]] std::uint64_t bursts_in(std::uint64_t first, std::uint64_t end) const;
  void admit_visible(std::vector<ChannelEvent>& events);
  void issue(Command command, std::vector<ChannelEvent>& events);
  void answer(const Burst& burst, Access access, Clock clock, std::vector<ChannelEvent>& events);
  void complete_one(std::uint32_t slot, Clock clock, std::vector<ChannelEvent>& events);
  [[nodiscard]] BankIndex bank_of(const DramAddress& place) const;

  const DramConfig& config_;
  const AddressMapping& mapping_;
  std::uint32_t index_;
  CommandScheduler scheduler_;
  Clock read_clocks_;
  Clock write_clocks_;

  std::deque<PortTransfer> port_;
  std::deque<Incoming> incoming_;
  std::vector<Open> open_;
  std::vector<std::uint32_t> free_slots_;
  std::uint64_t unanswered_ = 0;
  std::uint64_t next_age_ = 0;
  std::uint64_t read_latency_clocks_ = 0;

  Clock now_ = 0;
  Clock last_arrival_ = 0;
  /// When the burst that entered last did so.
  Clock last_entry_ = 0;
};

}  // namespace nzsim
