#include "sim/memory/dram_channel.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim {

DramChannel::DramChannel(const DramConfig& config, const AddressMapping& mapping,
                         std::uint32_t index)
    : config_(config), mapping_(mapping), index_(index), scheduler_(config, index) {
  const Clock burst = config.organization.burst_clocks();
  read_clocks_ = config.timings.read_latency() + burst + config.controller.response_clocks;
  write_clocks_ = config.timings.tCWL + burst + config.controller.response_clocks;
}

void DramChannel::submit(std::uint64_t id, Access access, std::uint64_t address,
                         std::uint64_t bytes, Clock arrival, std::vector<ChannelEvent>& events) {
  SIM_ASSERT(arrival >= now_ && arrival >= last_arrival_, fmt::format("dram.channel_{}", index_),
             static_cast<std::uint64_t>(now_),
             "a transfer arrives in clock {}, too late after one in {}", arrival, last_arrival_);
  last_arrival_ = arrival;
  const std::uint64_t burst = config_.organization.burst_bytes();
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(open_.size());
    open_.push_back({});
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  open_[slot] = {id, 1, 0};
  ++unanswered_;
  const std::uint64_t end = address + bytes;
  const std::uint64_t first = next_burst(address / burst * burst, end);
  port_.push_back({access, slot, first, end, arrival, bursts_in(first, end)});
  if (port_.size() == 1) feed(arrival, events);
}

std::uint64_t DramChannel::next_burst(std::uint64_t address, std::uint64_t end) const {
  if (config_.channels == 1) return address;
  if (mapping_.interleaves_bursts()) {
    const std::uint32_t ahead = (index_ - mapping_.channel_of(address)) % config_.channels;
    return address + ahead * config_.organization.burst_bytes();
  }
  while (address < end && mapping_.channel_of(address) != index_) {
    address += config_.organization.burst_bytes();
  }
  return address;
}

std::uint64_t DramChannel::bursts_in(std::uint64_t first, std::uint64_t end) const {
  const std::uint64_t burst = config_.organization.burst_bytes();
  if (config_.channels == 1 || mapping_.interleaves_bursts()) {
    return first < end ? (end - first - 1) / (burst * config_.channels) + 1 : 0;
  }
  std::uint64_t count = 0;
  for (std::uint64_t at = first; at < end; at = next_burst(at + burst, end)) ++count;
  return count;
}

void DramChannel::feed(Clock from, std::vector<ChannelEvent>& events) {
  while (!port_.empty()) {
    PortTransfer& transfer = port_.front();
    if (!scheduler_.queue(transfer.access).has_room()) return;
    const Clock clock = std::max({from, transfer.offered, last_entry_});
    enter(transfer, clock);
    if (transfer.address < transfer.end) continue;
    const std::uint32_t slot = transfer.slot;
    port_.pop_front();
    if (!port_.empty()) port_.front().offered = std::max(port_.front().offered, clock);
    events.push_back({MemoryEvent::Kind::accepted, open_[slot].id, clock});
    complete_one(slot, clock, events);
  }
}

void DramChannel::enter(PortTransfer& transfer, Clock clock) {
  const DramAddress place = mapping_.decode(transfer.address);
  Burst burst;
  burst.age = next_age_++;
  burst.offered = transfer.offered;
  burst.visible = std::max(transfer.offered + config_.controller.request_clocks, clock);
  burst.transfer = transfer.slot;
  burst.bank = bank_of(place);
  burst.row = place.row;
  burst.column = place.column;
  incoming_.push_back(
      {transfer.access, scheduler_.queue(transfer.access).take(burst), burst.visible});
  ++open_[transfer.slot].bursts;
  last_entry_ = clock;
  transfer.offered = clock;
  --transfer.left;
  const std::uint64_t burst_bytes = config_.organization.burst_bytes();
  transfer.address = mapping_.interleaves_bursts()
                         ? transfer.address + burst_bytes * config_.channels
                         : next_burst(transfer.address + burst_bytes, transfer.end);
}

BankIndex DramChannel::bank_of(const DramAddress& place) const {
  const DramOrganization& organization = config_.organization;
  const std::uint32_t rank = place.pseudo_channel * organization.ranks + place.rank;
  return (rank * organization.bank_groups + place.bank_group) * organization.banks_per_group +
         place.bank;
}

Clock DramChannel::next_clock() {
  const Clock visible = incoming_.empty() ? kNever : incoming_.front().visible;
  return std::min(scheduler_.choose(now_).clock, std::min(visible, scheduler_.next_due()));
}

Clock DramChannel::next_answer_clock() {
  // A read that is answered from the write queue needs one that is coming in, or stands at the
  // port, and a waiting write.
  const bool may_forward =
      scheduler_.queue(Access::write).size() > 0 && (!incoming_.empty() || !port_.empty());
  const Clock shortest =
      may_forward ? 1 + config_.controller.response_clocks : std::min(read_clocks_, write_clocks_);
  return std::min(next_clock() + shortest, kNever);
}

Clock DramChannel::next_acceptance_clock() const {
  if (port_.empty()) return now_;
  const PortTransfer& transfer = port_.front();
  const RequestQueue& queue = scheduler_.queue(transfer.access);
  // A read that is answered from the write queue leaves its place without the data bus.
  const bool may_forward =
      transfer.access == Access::read && scheduler_.queue(Access::write).size() > 0;
  if (may_forward || transfer.left <= queue.room()) return now_;
  // Each burst that has no place yet needs one to leave, a burst's time after the one before.
  const Clock spacing =
      std::min<Clock>(config_.timings.tCCD_S, config_.organization.burst_clocks());
  const auto leaving =
      static_cast<Clock>((transfer.left - queue.room()) / config_.organization.pseudo_channels);
  return now_ + std::max<Clock>(leaving - 1, 0) * spacing;
}

void DramChannel::advance(Clock until, std::vector<ChannelEvent>& events) {
  while (now_ < until) {
    if (unanswered_ == 0) scheduler_.skip_idle(until);
    const Clock next = next_clock();
    if (next >= until) break;
    now_ = std::max(now_, next);
    const bool is_visible = !incoming_.empty() && incoming_.front().visible <= now_;
    if (is_visible || scheduler_.next_due() <= now_) {
      admit_visible(events);
      scheduler_.mark_due(now_);
    } else {
      issue(scheduler_.choose(now_).command, events);
    }
  }
  now_ = std::max(now_, until);
}

void DramChannel::admit_visible(std::vector<ChannelEvent>& events) {
  bool has_room = false;
  while (!incoming_.empty() && incoming_.front().visible <= now_) {
    const Incoming incoming = incoming_.front();
    incoming_.pop_front();
    const Burst burst = scheduler_.queue(incoming.access)[incoming.burst];
    if (!scheduler_.admit(incoming.access, incoming.burst, now_)) continue;
    has_room = true;
    answer(burst, incoming.access, now_ + 1 + config_.controller.response_clocks, events);
  }
  if (has_room) feed(now_ + 1, events);
}

void DramChannel::issue(Command command, std::vector<ChannelEvent>& events) {
  const Burst burst = scheduler_.issue();
  if (!is_column_command(command)) return;
  const bool is_read = command == Command::read;
  answer(burst, is_read ? Access::read : Access::write,
         now_ + (is_read ? read_clocks_ : write_clocks_), events);
  feed(now_ + 1, events);
}

void DramChannel::answer(const Burst& burst, Access access, Clock clock,
                         std::vector<ChannelEvent>& events) {
  if (access == Access::read) {
    read_latency_clocks_ += static_cast<std::uint64_t>(clock - burst.offered);
  }
  complete_one(burst.transfer, clock, events);
}

void DramChannel::complete_one(std::uint32_t slot, Clock clock, std::vector<ChannelEvent>& events) {
  Open& transfer = open_[slot];
  transfer.answered = std::max(transfer.answered, clock);
  if (--transfer.bursts > 0) return;
  events.push_back({MemoryEvent::Kind::completed, transfer.id, transfer.answered});
  free_slots_.push_back(slot);
  --unanswered_;
}

ChannelCounters DramChannel::counters(Clock clock) const {
  ChannelCounters counters;
  scheduler_.add_to(counters, clock);
  counters.read_latency_clocks = read_latency_clocks_;
  return counters;
}

}  // namespace nzsim
