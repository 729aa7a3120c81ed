#include "tests/support/channel_driver.h"

#include <fmt/format.h>

namespace nzsim::test {

ChannelDriver::ChannelDriver(const DramConfig& config)
    : config_(config), mapping_(config_), channel_(config_, mapping_, 0) {
  channel_.listen(*this);
}

std::uint64_t ChannelDriver::request(Access access, const DramAddress& place, Clock arrival) {
  return transfer(access, mapping_.encode(place), config_.organization.burst_bytes(), arrival);
}

std::uint64_t ChannelDriver::transfer(Access access, std::uint64_t address, std::uint64_t bytes,
                                      Clock arrival) {
  const std::uint64_t id = answers_.size();
  answers_.push_back(-1);
  acceptances_.push_back(-1);
  channel_.submit(id, access, address, bytes, arrival, events_);
  return id;
}

void ChannelDriver::run(Clock until) {
  channel_.advance(until, events_);
  for (const ChannelEvent& event : events_) {
    const bool is_answer = event.kind == MemoryEvent::Kind::completed;
    (is_answer ? answers_ : acceptances_)[event.id] = event.clock;
  }
  events_.clear();
}

std::vector<std::string> ChannelDriver::sequence() const {
  std::vector<std::string> words;
  for (const CommandRecord& record : commands_) {
    words.push_back(fmt::format(
        "{} {} {}", record.clock, to_string(record.command),
        record.address.bank_group * config_.organization.banks_per_group + record.address.bank));
  }
  return words;
}

DramAddress place(std::uint32_t group, std::uint32_t bank, std::uint32_t row,
                  std::uint32_t column) {
  DramAddress address;
  address.bank_group = group;
  address.bank = bank;
  address.row = row;
  address.column = column;
  return address;
}

}  // namespace nzsim::test
