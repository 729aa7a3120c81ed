#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "sim/memory/dram_channel.h"
#include "tests/support/random_traffic.h"
#include "tests/support/stepped_channel.h"

namespace nzsim {
namespace {

struct Recorder : CommandListener {
  void on_command(const CommandRecord& record) override { commands.push_back(record); }
  std::vector<CommandRecord> commands;
};

/// What a channel did with some traffic.
struct Played {
  std::vector<CommandRecord> commands;
  std::vector<std::optional<Clock>> answers;
  std::vector<int> times_answered;
  std::vector<int> times_accepted;
  ChannelCounters counters;
};

/// Plays `traffic` up to clock `end`, in steps of `step` clocks between the arrivals.
Played play(const test::RandomTraffic& traffic, Clock end, Clock step, bool listens = true) {
  const AddressMapping mapping(traffic.config);
  DramChannel channel(traffic.config, mapping, 0);
  Recorder recorder;
  if (listens) channel.listen(recorder);
  std::vector<ChannelEvent> events;
  for (const test::BurstRequest& request : traffic.requests) {
    while (channel.now() < request.arrival) {
      channel.advance(std::min(request.arrival, channel.now() + step), events);
    }
    channel.submit(request.id, request.access, request.address, 64, request.arrival, events);
  }
  while (channel.now() < end) channel.advance(std::min(end, channel.now() + step), events);

  Played played;
  played.commands = recorder.commands;
  played.answers.resize(traffic.requests.size());
  played.times_answered.resize(traffic.requests.size());
  played.times_accepted.resize(traffic.requests.size());
  for (const ChannelEvent& event : events) {
    const bool is_answer = event.kind == MemoryEvent::Kind::completed;
    if (is_answer) played.answers[event.id] = event.clock;
    ++(is_answer ? played.times_answered : played.times_accepted)[event.id];
  }
  played.counters = channel.counters(end);
  return played;
}

constexpr Clock kTail = 3000;

/// Seeds of the random channels and traffic.
constexpr std::uint64_t kSeeds = 60;

/// Skipping idle clocks changes nothing: the commands and answers of random channels and traffic
/// are those of a plain loop over clocks.
TEST(DramChannelDifferential, CommandsAndAnswersAreThoseOfAPlainLoopOverClocks) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const test::RandomTraffic traffic = test::random_traffic(seed, 150);
    const Clock end = traffic.requests.back().arrival + kTail;
    const AddressMapping mapping(traffic.config);
    test::SteppedChannel stepped(traffic.config, mapping);
    stepped.run(traffic.requests, end);
    const Played played = play(traffic, end, kNever);
    ASSERT_EQ(played.commands, stepped.commands()) << traffic.description;
    ASSERT_EQ(played.answers, stepped.answers()) << traffic.description;
  }
}

TEST(DramChannelDifferential, StepsOfAnAdvanceChangeNothing) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const test::RandomTraffic traffic = test::random_traffic(seed, 300);
    const Clock end = traffic.requests.back().arrival + 5 * kTail;
    const Played whole = play(traffic, end, kNever);
    const Played stepped = play(traffic, end, 7);
    ASSERT_EQ(whole.commands, stepped.commands) << traffic.description;
    ASSERT_EQ(whole.answers, stepped.answers) << traffic.description;
    ASSERT_EQ(whole.counters, stepped.counters) << traffic.description;
  }
}

TEST(DramChannelDifferential, IdleTimeIsSkippedWithTheSameCounters) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const test::RandomTraffic traffic = test::random_traffic(seed, 40);
    const Clock end = traffic.requests.back().arrival + 100 * kTail;
    // A channel that is listened to sends every refresh; one that is not skips them.
    ASSERT_EQ(play(traffic, end, kNever, true).counters, play(traffic, end, kNever, false).counters)
        << traffic.description;
  }
}

TEST(DramChannelDifferential, EveryRequestIsAcceptedAndAnsweredOnce) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const test::RandomTraffic traffic = test::random_traffic(seed, 1500);
    const Clock end = traffic.requests.back().arrival + 50 * kTail;
    const Played played = play(traffic, end, kNever, false);
    const std::vector<int> once(traffic.requests.size(), 1);
    ASSERT_EQ(played.times_answered, once) << traffic.description;
    ASSERT_EQ(played.times_accepted, once) << traffic.description;
  }
}

TEST(DramChannelDifferential, CountersAddUp) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const test::RandomTraffic traffic = test::random_traffic(seed, 600);
    const Clock end = traffic.requests.back().arrival + 50 * kTail;
    const ChannelCounters counters = play(traffic, end, kNever, false).counters;
    const DramOrganization& organization = traffic.config.organization;
    const std::uint64_t bursts = counters.reads + counters.writes;
    const std::uint64_t ranks = std::uint64_t{organization.pseudo_channels} * organization.ranks;
    ASSERT_EQ(bursts + counters.forwarded_reads, traffic.requests.size()) << traffic.description;
    ASSERT_EQ(counters.row_hits + counters.row_misses + counters.row_conflicts, bursts);
    ASSERT_EQ(counters.bytes, bursts * organization.burst_bytes());
    ASSERT_EQ(counters.busy_clocks, bursts * organization.burst_clocks());
    ASSERT_EQ(counters.active_clocks + counters.precharged_clocks + counters.refreshing_clocks,
              static_cast<std::uint64_t>(end) * ranks)
        << traffic.description;
  }
}

/// Whether each read of `traffic` saw the last write before it, and no later one: commands move
/// data, and a read that no RD answers must have been answered by a write that still waited.
void expect_data_in_order(const test::RandomTraffic& traffic, const Played& played) {
  const AddressMapping mapping(traffic.config);
  const DramTimings& timings = traffic.config.timings;
  const Clock read_clocks = timings.read_latency() + traffic.config.organization.burst_clocks() +
                            traffic.config.controller.response_clocks;
  const auto key = [](const DramAddress& a) {
    return std::array{a.pseudo_channel, a.rank, a.bank_group, a.bank, a.row, a.column};
  };
  // By place: clocks of its reads and writes.
  std::map<std::array<std::uint32_t, 6>, std::array<std::vector<Clock>, 2>> moved;
  for (const CommandRecord& record : played.commands) {
    if (!is_column_command(record.command)) continue;
    moved[key(record.address)][record.command == Command::read ? 0 : 1].push_back(record.clock);
  }
  std::map<std::array<std::uint32_t, 6>, std::ptrdiff_t> writes_before;
  for (const test::BurstRequest& request : traffic.requests) {
    const auto place = key(mapping.decode(request.address));
    std::ptrdiff_t& expected = writes_before[place];
    if (request.access == Access::write) {
      ++expected;
      continue;
    }
    const auto& [reads, writes] = moved[place];
    const Clock answered = played.answers[request.id].value();
    const bool has_command =
        std::find(reads.begin(), reads.end(), answered - read_clocks) != reads.end();
    const Clock clock = has_command ? answered - read_clocks : answered;
    const std::ptrdiff_t done =
        std::count_if(writes.begin(), writes.end(), [&](Clock write) { return write < clock; });
    ASSERT_TRUE(has_command ? done == expected : expected > 0)
        << "request " << request.id << ", " << traffic.description;
  }
}

TEST(DramChannelDifferential, ReadsSeeTheLastWriteBeforeThemAndNoLaterOne) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const test::RandomTraffic traffic = test::random_traffic(seed, 400);
    const Clock end = traffic.requests.back().arrival + 50 * kTail;
    expect_data_in_order(traffic, play(traffic, end, kNever));
  }
}

}  // namespace
}  // namespace nzsim
