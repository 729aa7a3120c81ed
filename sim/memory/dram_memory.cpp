#include "sim/memory/dram_memory.h"

#include <algorithm>

#include "sim/memory/transfer_check.h"

namespace nzsim {

DramMemory::DramMemory(const DramConfig& config) : config_(config), mapping_(config) {
  channels_.reserve(config.channels);
  for (std::uint32_t channel = 0; channel < config.channels; ++channel) {
    channels_.emplace_back(config_, mapping_, channel);
  }
}

Clock DramMemory::clock_at(Femtoseconds time) const {
  const std::int64_t period = config_.clock_femtoseconds;
  return std::min<Clock>(time / period + (time % period == 0 ? 0 : 1), kNever);
}

Femtoseconds DramMemory::time_of(Clock clock) const {
  return clock >= kNever || clock > kNoTime / config_.clock_femtoseconds
             ? kNoTime
             : clock * config_.clock_femtoseconds;
}

void DramMemory::submit(const Transfer& transfer, Femtoseconds time) {
  check_transfer(transfer, config_.capacity_bytes());
  const Clock arrival = clock_at(time);
  ++unanswered_;
  ++waiting_;
  if (config_.channels == 1) {
    channels_.front().submit(transfer.id, transfer.access, transfer.address, transfer.bytes,
                             arrival, channel_events_);
  } else {
    submit_shared(transfer, arrival);
  }
  collect(pending_);
}

void DramMemory::find_channels(std::uint64_t address, std::uint64_t bytes) {
  touched_.clear();
  const std::uint64_t burst = config_.organization.burst_bytes();
  for (std::uint64_t at = address / burst * burst;
       at < address + bytes && touched_.size() < channels_.size(); at += burst) {
    const std::uint32_t channel = mapping_.channel_of(at);
    if (std::find(touched_.begin(), touched_.end(), channel) == touched_.end()) {
      touched_.push_back(channel);
    }
  }
}

void DramMemory::submit_shared(const Transfer& transfer, Clock arrival) {
  find_channels(transfer.address, transfer.bytes);
  auto index = static_cast<std::uint32_t>(shared_.size());
  if (free_shared_.empty()) {
    shared_.push_back({});
  } else {
    index = free_shared_.back();
    free_shared_.pop_back();
  }
  const auto parts = static_cast<std::uint32_t>(touched_.size());
  shared_[index] = {transfer.id, parts, parts, 0, 0};
  for (const std::uint32_t channel : touched_) {
    channels_[channel].submit(index, transfer.access, transfer.address, transfer.bytes, arrival,
                              channel_events_);
  }
}

Femtoseconds DramMemory::next_time() const {
  if (unanswered_ == 0) return kNoTime;
  Clock next = kNever;
  for (DramChannel& channel : channels_) {
    if (channel.unanswered() > 0) next = std::min(next, channel.next_clock());
  }
  return time_of(next);
}

Femtoseconds DramMemory::next_answer_time() const {
  if (unanswered_ == 0) return kNoTime;
  Clock next = kNever;
  for (DramChannel& channel : channels_) {
    if (channel.unanswered() > 0) next = std::min(next, channel.next_answer_clock());
  }
  return time_of(next);
}

Femtoseconds DramMemory::next_acceptance_time() const {
  const Femtoseconds next = next_time();
  if (next == kNoTime) return kNoTime;
  // The transfer that is accepted next needs all channels that it waits for; which it is, is not
  // known where several stand at the ports.
  Clock bound = 0;
  if (waiting_ == 1) {
    for (const DramChannel& channel : channels_) {
      bound = std::max(bound, channel.next_acceptance_clock());
    }
  }
  return std::max(next + 1, time_of(bound));
}

void DramMemory::advance(Femtoseconds until, std::vector<MemoryEvent>& events) {
  events.insert(events.end(), pending_.begin(), pending_.end());
  pending_.clear();
  const Clock clock = clock_at(until);
  for (DramChannel& channel : channels_) channel.advance(clock, channel_events_);
  collect(events);
}

void DramMemory::collect(std::vector<MemoryEvent>& events) {
  for (const ChannelEvent& event : channel_events_) {
    if (config_.channels > 1) {
      collect_shared(event, events);
    } else {
      report(event.kind, event.id, event.clock, events);
    }
  }
  channel_events_.clear();
}

void DramMemory::collect_shared(const ChannelEvent& event, std::vector<MemoryEvent>& events) {
  Shared& transfer = shared_[event.id];
  if (event.kind == MemoryEvent::Kind::accepted) {
    transfer.accepted = std::max(transfer.accepted, event.clock);
    if (--transfer.waiting == 0) report(event.kind, transfer.id, transfer.accepted, events);
    return;
  }
  transfer.answered = std::max(transfer.answered, event.clock);
  if (--transfer.unanswered > 0) return;
  report(event.kind, transfer.id, transfer.answered, events);
  free_shared_.push_back(static_cast<std::uint32_t>(event.id));
}

void DramMemory::report(MemoryEvent::Kind kind, std::uint64_t id, Clock clock,
                        std::vector<MemoryEvent>& events) {
  --(kind == MemoryEvent::Kind::accepted ? waiting_ : unanswered_);
  events.push_back({kind, id, time_of(clock)});
}

ChannelCounters DramMemory::counters(std::uint32_t channel, Femtoseconds time) const {
  return channels_.at(channel).counters(clock_at(time));
}

void DramMemory::listen(CommandListener& listener) {
  for (DramChannel& channel : channels_) channel.listen(listener);
}

}  // namespace nzsim
