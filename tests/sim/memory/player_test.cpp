#include "sim/memory/player.h"

#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tests/support/fake_memory.h"

namespace nzsim {
namespace {

using test::FakeMemory;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// Requests as a list.
class ListSource : public RequestSource {
 public:
  explicit ListSource(std::vector<TimedRequest> requests) : requests_(std::move(requests)) {}
  std::optional<TimedRequest> next() override {
    if (taken_ == requests_.size()) return {};
    return requests_[taken_++];
  }

 private:
  std::vector<TimedRequest> requests_;
  std::size_t taken_ = 0;
};

TimedRequest read_at(std::optional<Clock> clock) { return {clock, Access::read, 0, 64, false}; }

std::vector<TimedRequest> repeated(std::size_t count, const TimedRequest& request) {
  return std::vector<TimedRequest>(count, request);
}

/// The clock of the fake memory, in femtoseconds.
constexpr Femtoseconds kClock = 1000;

PlayedRequests play_list(FakeMemory& memory, std::vector<TimedRequest> requests,
                         std::optional<std::uint64_t> outstanding = {}) {
  ListSource source(std::move(requests));
  return play(
      memory, source,
      {.clock = kClock, .tick = kClock, .outstanding = outstanding, .most_silent_steps = 1000});
}

std::vector<Clock> submission_clocks(const FakeMemory& memory) {
  std::vector<Clock> clocks;
  for (const FakeMemory::Submission& submission : memory.submissions()) {
    clocks.push_back(submission.clock);
  }
  return clocks;
}

std::string failure_of(FakeMemory& memory, std::size_t requests) {
  try {
    static_cast<void>(play_list(memory, repeated(requests, read_at({}))));
  } catch (const SimulationError& error) {
    return error.what();
  }
  return "no failure";
}

TEST(Player, MakesTimedRequestsAtTheirClocks) {
  FakeMemory memory({});
  const PlayedRequests played =
      play_list(memory, {read_at(3), read_at(3), read_at(7), read_at(500), read_at(100'000)});
  EXPECT_THAT(submission_clocks(memory), ElementsAre(3, 3, 7, 500, 100'000));
  // Served at 3, 13, 23, 500 and 100,000; answered 30 clocks later.
  EXPECT_THAT(memory.answers(), ElementsAre(33, 43, 53, 530, 100'030));
  EXPECT_EQ(played.first_submission, 3 * kClock);
  EXPECT_EQ(played.last_completion, 100'030 * kClock);
  EXPECT_EQ(played.elapsed(), 100'027 * kClock);
}

TEST(Player, MeasuresReadsFromBeingMadeToBeingAnswered) {
  FakeMemory memory({});
  TimedRequest write = read_at(0);
  write.access = Access::write;
  const PlayedRequests played = play_list(memory, {write, read_at(0), read_at(0), read_at(200)});
  // The write is served at 0, the reads at 10, 20 and 200: latencies of 40, 50 and 30 clocks.
  EXPECT_EQ(played.read_latency.count(), 3U);
  EXPECT_EQ(played.read_latency.minimum(), 30U);
  EXPECT_EQ(played.read_latency.percentile(50), 40U);
  EXPECT_EQ(played.read_latency.maximum(), 50U);
  EXPECT_EQ(played.read_latency.mean(), 40.0);
}

TEST(Player, CountsRequestsAndBytesOfBothKinds) {
  FakeMemory memory({});
  TimedRequest write = read_at({});
  write.access = Access::write;
  write.bytes = 100;
  const PlayedRequests played = play_list(memory, {write, read_at({}), read_at({})});
  EXPECT_EQ(played.reads, 2U);
  EXPECT_EQ(played.writes, 1U);
  EXPECT_EQ(played.read_bytes, 128U);
  EXPECT_EQ(played.written_bytes, 100U);
  EXPECT_EQ(played.requests(), 3U);
  EXPECT_EQ(played.bytes(), 228U);
}

TEST(Player, PassesRequestsOnAsTheyAre) {
  FakeMemory memory({});
  static_cast<void>(play_list(memory, {{{}, Access::write, 4096, 77, false}}));
  EXPECT_EQ(memory.submissions()[0].transfer.address, 4096U);
  EXPECT_EQ(memory.submissions()[0].transfer.bytes, 77U);
  EXPECT_EQ(memory.submissions()[0].transfer.access, Access::write);
}

TEST(Player, KeepsThePortsFullButNotFuller) {
  FakeMemory memory({});
  static_cast<void>(play_list(memory, repeated(100, read_at({}))));
  EXPECT_EQ(memory.most_waiting(), 16U);
  // 16 at once. Clock 0 accepts one, which is seen at clock 1, and so on until the queue of 4 is
  // full: as the first is served at 0, clocks 0 to 4 accept, then those after the next are served:
  // 11, 21 and so on.
  const std::vector<Clock> clocks = submission_clocks(memory);
  EXPECT_THAT(std::vector<Clock>(clocks.begin(), clocks.begin() + 16), Each(0));
  EXPECT_THAT(std::vector<Clock>(clocks.begin() + 16, clocks.begin() + 24),
              ElementsAre(1, 2, 3, 4, 5, 12, 22, 32));
}

TEST(Player, NeverLeavesTheMemoryIdle) {
  FakeMemory memory({});
  const PlayedRequests played = play_list(memory, repeated(1000, read_at({})));
  // The last of 1000 is served at 9990 and answered 30 clocks later.
  EXPECT_EQ(played.last_completion, 10'020 * kClock);
}

TEST(Player, LetsMoreWaitWhereThereAreMoreChannels) {
  FakeMemory memory({.channels = 4});
  static_cast<void>(play_list(memory, repeated(100, read_at({}))));
  EXPECT_EQ(memory.most_waiting(), 64U);
}

TEST(Player, HoldsTimedRequestsBackWhileThePortsAreFull) {
  FakeMemory memory({.queue_entries = 1});
  std::vector<TimedRequest> requests = repeated(18, read_at(0));
  requests.push_back(read_at(5));
  static_cast<void>(play_list(memory, requests));
  EXPECT_EQ(memory.most_waiting(), 16U);
  // 16 at 0; clocks 0 and 1 accept one each (the first is served at once): seen at 1 and 2. The
  // next is accepted at 11, the clock after the second is served.
  const std::vector<Clock> clocks = submission_clocks(memory);
  EXPECT_THAT(std::vector<Clock>(clocks.begin() + 15, clocks.end()), ElementsAre(0, 1, 2, 12));
}

TEST(Player, KeepsExactlyAsManyUnansweredAsAllowed) {
  FakeMemory memory({});
  static_cast<void>(play_list(memory, repeated(6, read_at({})), 2));
  // Two at 0, served at 0 and 10, answered at 30 and 40. Each answer makes room in its clock: the
  // third comes at 30, is served then and answered at 60; the fourth at 40 and 70, and so on.
  EXPECT_THAT(submission_clocks(memory), ElementsAre(0, 0, 30, 40, 60, 70));
  EXPECT_THAT(memory.answers(), ElementsAre(30, 40, 60, 70, 90, 100));
}

TEST(Player, HoldsTimedRequestsBackWhileTooManyAreUnanswered) {
  FakeMemory memory({});
  static_cast<void>(play_list(memory, {read_at(1), read_at(2), read_at(100)}, 1));
  EXPECT_THAT(submission_clocks(memory), ElementsAre(1, 31, 100));
}

TEST(Player, MakesDependentRequestsWhenAllBeforeAreAnswered) {
  FakeMemory memory({});
  TimedRequest dependent = read_at({});
  dependent.after_answers = true;
  static_cast<void>(play_list(memory, {read_at({}), read_at({}), dependent, dependent}));
  // The two reads are answered at 30 and 40, the dependent ones after 30 clocks each.
  EXPECT_THAT(submission_clocks(memory), ElementsAre(0, 0, 40, 70));
}

TEST(Player, MakesRequestsAtTicksFinerThanTheirClocks) {
  FakeMemory memory({});
  TimedRequest dependent = read_at({});
  dependent.after_answers = true;
  ListSource source({read_at(1), dependent, read_at(7)});
  const PlayedRequests played =
      play(memory, source, {.clock = 10 * kClock, .tick = kClock, .most_silent_steps = 1000});
  // Clock 1 is tick 10, answered at tick 40; clock 7 is tick 70. Latencies are counted in ticks.
  EXPECT_THAT(submission_clocks(memory), ElementsAre(10, 40, 70));
  EXPECT_EQ(played.read_latency.minimum(), 30U);
}

TEST(Player, AsksEachChannelForItsCountersAtTheLastAnswer) {
  FakeMemory memory({.channels = 2});
  const PlayedRequests played = play_list(memory, repeated(3, read_at({})));
  ASSERT_EQ(played.channels.size(), 2U);
  EXPECT_EQ(played.channels[0].reads, 3U);
  EXPECT_EQ(played.channels[1].reads, 0U);
  EXPECT_EQ(played.channels[0].clocks, 50U);
}

TEST(Player, PlaysNothingFromAnEmptySource) {
  FakeMemory memory({});
  const PlayedRequests played = play_list(memory, {});
  EXPECT_EQ(played.requests(), 0U);
  EXPECT_EQ(played.elapsed(), 0);
}

TEST(Player, FailsWhereARequestIsNeverAnswered) {
  FakeMemory memory({.lost = 3});
  EXPECT_THAT(failure_of(memory, 40), HasSubstr("memory: no progress at "));
  EXPECT_EQ(memory.unanswered(), 1U);
}

TEST(Player, FailsWhereARequestIsAnsweredTwice) {
  FakeMemory memory({.doubled = 5});
  EXPECT_THAT(failure_of(memory, 40), HasSubstr("memory: expected "));
}

TEST(Player, FailsWhereAnAnswerBelongsToNoRequest) {
  FakeMemory memory({.renamed = 7});
  EXPECT_THAT(failure_of(memory, 40), HasSubstr("memory: expected a request that is open, got "));
}

}  // namespace
}  // namespace nzsim
