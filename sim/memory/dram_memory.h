#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/memory/address_mapping.h"
#include "sim/memory/dram_channel.h"
#include "sim/memory/memory.h"

namespace nzsim {

/// All channels of a DRAM memory. A transfer goes to the channels that its bytes belong to, is
/// accepted when the last of them has taken it, and answered with the last answer. A time that is
/// no clock edge counts as the next one.
class DramMemory final : public Memory {
 public:
  /// `config` must outlive the memory.
  explicit DramMemory(const DramConfig& config);

  void submit(const Transfer& transfer, Femtoseconds time) override;
  [[nodiscard]] Femtoseconds next_time() const override;
  [[nodiscard]] Femtoseconds next_answer_time() const override;
  [[nodiscard]] Femtoseconds next_acceptance_time() const override;
  void advance(Femtoseconds until, std::vector<MemoryEvent>& events) override;
  [[nodiscard]] std::uint64_t unanswered() const override { return unanswered_; }
  [[nodiscard]] std::uint64_t waiting() const override { return waiting_; }
  [[nodiscard]] std::uint32_t channels() const override { return config_.channels; }
  [[nodiscard]] ChannelCounters counters(std::uint32_t channel, Femtoseconds time) const override;
  void listen(CommandListener& listener) override;

 private:
  /// A transfer that several channels work on.
  struct Shared {
    std::uint64_t id = 0;
    std::uint32_t waiting = 0;
    std::uint32_t unanswered = 0;
    Clock accepted = 0;
    Clock answered = 0;
  };

  [[nodiscard]] Clock clock_at(Femtoseconds time) const;
  [[nodiscard]] Femtoseconds time_of(Clock clock) const;
  /// Marks in `touched_` the channels that [address, address + bytes) belongs to.
  void find_channels(std::uint64_t address, std::uint64_t bytes);
  void submit_shared(const Transfer& transfer, Clock arrival);
  void collect(std::vector<MemoryEvent>& events);
  void collect_shared(const ChannelEvent& event, std::vector<MemoryEvent>& events);
  void report(MemoryEvent::Kind kind, std::uint64_t id, Clock clock,
              std::vector<MemoryEvent>& events);

  const DramConfig& config_;
  AddressMapping mapping_;
  /// `next_time` caches the next command inside a channel.
  mutable std::vector<DramChannel> channels_;
  std::vector<ChannelEvent> channel_events_;
  /// What submissions brought about since the last `advance`.
  std::vector<MemoryEvent> pending_;
  std::vector<std::uint32_t> touched_;
  std::vector<Shared> shared_;
  std::vector<std::uint32_t> free_shared_;
  std::uint64_t unanswered_ = 0;
  std::uint64_t waiting_ = 0;
};

}  // namespace nzsim
