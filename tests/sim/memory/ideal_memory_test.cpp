#include "sim/memory/ideal_memory.h"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tests/support/message_of.h"

namespace nzsim {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> texts(const std::vector<MemoryEvent>& events) {
  std::vector<std::string> texts;
  for (const MemoryEvent& event : events) {
    const bool is_accepted = event.kind == MemoryEvent::Kind::accepted;
    texts.push_back(
        fmt::format("{} {} at {}", is_accepted ? "accepted" : "completed", event.id, event.time));
  }
  return texts;
}

/// 100 ns and 6.4 GB/s, so that 64 bytes take 10 ns; 1 MiB.
IdealMemoryConfig example() {
  IdealMemoryConfig config;
  config.latency_femtoseconds = 100'000'000;
  config.bytes_per_second = 6.4e9;
  config.capacity_bytes = 1 << 20;
  return config;
}

std::vector<std::string> advance(Memory& memory, Femtoseconds until) {
  std::vector<MemoryEvent> events;
  memory.advance(until, events);
  return texts(events);
}

Femtoseconds complete(Memory& memory, std::uint64_t id) {
  std::vector<MemoryEvent> others;
  return run_until_complete(memory, id, others);
}

TEST(IdealMemory, AnswersOneTransferAfterLatencyAndItsDataTime) {
  IdealMemory memory(example());
  memory.submit({7, Access::read, 0, 64}, 5);
  // 5 fs + 100 ns + 64 B / 6.4 GB/s = 110 ns + 5 fs.
  EXPECT_EQ(complete(memory, 7), 110'000'005);
}

TEST(IdealMemory, RoundsTheDataTimeUpToWholeFemtoseconds) {
  IdealMemoryConfig config = example();
  config.latency_femtoseconds = 0;
  config.bytes_per_second = 3e15;
  IdealMemory memory(config);
  // 3 bytes move in 1 fs, 4 bytes in 4/3 fs.
  memory.submit({0, Access::read, 0, 3}, 0);
  EXPECT_EQ(complete(memory, 0), 1);
  memory.submit({1, Access::read, 0, 4}, 10);
  EXPECT_EQ(complete(memory, 1), 12);
}

TEST(IdealMemory, HidesTheLatencyOfTransfersInFlightTogether) {
  IdealMemory memory(example());
  // n transfers at time 0: latency + n x 10 ns.
  constexpr std::uint64_t kCount = 50;
  for (std::uint64_t id = 0; id < kCount; ++id) memory.submit({id, Access::read, id * 64, 64}, 0);
  EXPECT_EQ(complete(memory, kCount - 1), 100'000'000 + 50 * 10'000'000);
}

TEST(IdealMemory, StartsADependentTransferAFullLatencyLater) {
  IdealMemory memory(example());
  Femtoseconds time = 0;
  for (std::uint64_t id = 0; id < 10; ++id) {
    memory.submit({id, Access::read, 0, 64}, time);
    time = complete(memory, id);
  }
  // Each waits for the one before: 10 x (100 ns + 10 ns).
  EXPECT_EQ(time, 10 * 110'000'000);
}

TEST(IdealMemory, QueuesDataExactlyAsLongAsTheTransferBeforeMoves) {
  // The first transfer's data move from 100 to 110 ns. Data of one that is submitted at 10 ns find
  // the bus free; 1 fs earlier they wait 1 fs.
  IdealMemory at_the_end(example());
  at_the_end.submit({0, Access::read, 0, 64}, 0);
  at_the_end.submit({1, Access::read, 0, 64}, 10'000'000);
  EXPECT_EQ(complete(at_the_end, 1), 120'000'000);
  IdealMemory before_the_end(example());
  before_the_end.submit({0, Access::read, 0, 64}, 0);
  before_the_end.submit({1, Access::read, 0, 64}, 9'999'999);
  EXPECT_EQ(complete(before_the_end, 1), 120'000'000);
  IdealMemory behind_the_end(example());
  behind_the_end.submit({0, Access::read, 0, 64}, 0);
  behind_the_end.submit({1, Access::read, 0, 64}, 10'000'001);
  EXPECT_EQ(complete(behind_the_end, 1), 120'000'001);
}

TEST(IdealMemory, DecidesATransferOnlyWhenAdvancedBeyondItsTime) {
  IdealMemory memory(example());
  EXPECT_EQ(memory.next_time(), kNoTime);
  memory.submit({0, Access::write, 0, 64}, 20);
  EXPECT_EQ(memory.next_time(), 20);
  EXPECT_THAT(advance(memory, 20), IsEmpty());
  EXPECT_EQ(memory.unanswered(), 1U);
  EXPECT_EQ(memory.waiting(), 1U);
  EXPECT_THAT(advance(memory, 21),
              UnorderedElementsAre("accepted 0 at 20", "completed 0 at 110000020"));
  EXPECT_EQ(memory.unanswered(), 0U);
  EXPECT_EQ(memory.next_time(), kNoTime);
}

TEST(IdealMemory, ServesTransfersInTheOrderOfTheirTimes) {
  IdealMemory memory(example());
  memory.submit({0, Access::read, 0, 64}, 30);
  memory.submit({1, Access::read, 0, 64}, 20);
  memory.submit({2, Access::read, 0, 64}, 20);
  EXPECT_THAT(advance(memory, 100), ElementsAre("accepted 1 at 20", "completed 1 at 110000020",
                                                "accepted 2 at 20", "completed 2 at 120000020",
                                                "accepted 0 at 30", "completed 0 at 130000020"));
}

TEST(IdealMemory, GivesTheSameTimesHoweverAnAdvanceIsCut) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 50; ++round) {
    IdealMemory once(example());
    IdealMemory often(example());
    std::vector<MemoryEvent> in_steps;
    Femtoseconds time = 0;
    for (std::uint64_t id = 0; id < 40; ++id) {
      time += static_cast<Femtoseconds>(random() % 30'000'000);
      const Transfer transfer{id, Access::read, 0, 1 + random() % 500};
      once.submit(transfer, time);
      often.advance(time - static_cast<Femtoseconds>(random() % 3), in_steps);
      often.submit(transfer, time);
    }
    often.advance(kNoTime, in_steps);
    EXPECT_EQ(advance(once, kNoTime), texts(in_steps));
  }
}

TEST(IdealMemory, CountsTransfersAndNanoseconds) {
  IdealMemory memory(example());
  memory.submit({0, Access::read, 0, 64}, 0);
  memory.submit({1, Access::write, 64, 640}, 0);
  memory.submit({2, Access::read, 64, 1}, 0);
  const Femtoseconds end = complete(memory, 2);
  // 705 bytes at 6.4 bytes/ns = 110.16 ns after the latency.
  EXPECT_EQ(end, 210'156'250);
  ChannelCounters expected;
  expected.reads = 2;
  expected.writes = 1;
  expected.bytes = 705;
  expected.busy_clocks = 110;
  // 110 ns and 210.16 ns.
  expected.read_latency_clocks = 320;
  expected.clocks = 210;
  EXPECT_EQ(memory.counters(0, end), expected);
}

TEST(IdealMemory, RefusesTransfersThatAreEmptyOrEndBeyondTheCapacity) {
  IdealMemory memory(example());
  memory.submit({0, Access::read, (1 << 20) - 64, 64}, 0);
  EXPECT_EQ(test::message_of([&] {
              memory.submit({4, Access::read, (1 << 20) - 64, 65}, 0);
            }),
            "transfer 4: expected to end within the memory's 1048576 bytes, got 65 bytes from "
            "address 0xfffc0 on");
  EXPECT_EQ(test::message_of([&] {
              memory.submit({5, Access::read, 0, 0}, 0);
            }),
            "transfer 5: expected at least 1 byte, got 0");
  // The end does not fit 64 bits.
  EXPECT_THROW(memory.submit({6, Access::read, UINT64_MAX, 2}, 0), WorkloadError);
  EXPECT_THROW(memory.submit({7, Access::read, 2, UINT64_MAX}, 0), WorkloadError);
  EXPECT_EQ(memory.unanswered(), 1U);
}

TEST(IdealMemory, RefusesATransferThatTakesLongerThanTimeCanCount) {
  IdealMemoryConfig config = example();
  config.bytes_per_second = 1.0;
  IdealMemory memory(config);
  // 2^63 fs = 9223.37 s.
  memory.submit({0, Access::read, 0, 9223}, 0);
  EXPECT_THROW(memory.submit({1, Access::read, 0, 9224}, 0), WorkloadError);
}

TEST(IdealMemory, RefusesATransferInThePast) {
  IdealMemory memory(example());
  advance(memory, 100);
  EXPECT_THROW(memory.submit({0, Access::read, 0, 64}, 99), SimulationError);
  EXPECT_NO_THROW(memory.submit({0, Access::read, 0, 64}, 100));
}

TEST(MakeMemory, BuildsAnIdealMemory) {
  MemoryConfig config;
  config.memory = example();
  const std::unique_ptr<Memory> memory = make_memory(config);
  memory->submit({0, Access::read, 0, 64}, 0);
  EXPECT_EQ(complete(*memory, 0), 110'000'000);
}

TEST(RunUntilComplete, PassesOnTheEventsOfOthersOnly) {
  IdealMemory memory(example());
  memory.submit({0, Access::read, 0, 64}, 0);
  memory.submit({1, Access::read, 0, 64}, 0);
  memory.submit({2, Access::read, 0, 64}, 5);
  std::vector<MemoryEvent> others{{MemoryEvent::Kind::accepted, 1, -1}};
  EXPECT_EQ(run_until_complete(memory, 1, others), 120'000'000);
  // What was there before stays, and transfer 2 is not yet decided.
  EXPECT_THAT(texts(others),
              ElementsAre("accepted 1 at -1", "accepted 0 at 0", "completed 0 at 110000000"));
  EXPECT_EQ(memory.unanswered(), 1U);
}

TEST(RunUntilComplete, FailsWhereThereIsNoSuchTransfer) {
  IdealMemory memory(example());
  memory.submit({0, Access::read, 0, 64}, 0);
  std::vector<MemoryEvent> others;
  EXPECT_THROW(run_until_complete(memory, 1, others), SimulationError);
}

}  // namespace
}  // namespace nzsim
