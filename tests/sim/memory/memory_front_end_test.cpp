#include "sim/memory/memory_front_end.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/memory/dram_memory.h"
#include "sim/memory/ideal_memory.h"
#include "tests/support/random_memory.h"
#include "tests/support/shipped_memory.h"

namespace nzsim {
namespace {

/// 100 fs, then 1 byte per femtosecond.
IdealMemoryConfig example() {
  IdealMemoryConfig config;
  config.latency_femtoseconds = 100;
  config.bytes_per_second = 1e15;
  config.capacity_bytes = 1 << 20;
  return config;
}

TEST(MemoryFrontEnd, IsFreeOneFemtosecondAfterTheTransferIsAccepted) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    test::RandomMemory memory(seed);
    MemoryFrontEnd front_end(memory);
    for (std::uint64_t id = 0; id < 20; ++id) {
      front_end.send({id, Access::read, 0, 1}, front_end.free_at());
      EXPECT_EQ(front_end.free_at(), memory.times().at(id).accepted + 1);
    }
  }
}

TEST(MemoryFrontEnd, FreesThePortAlikeHoweverFarTheMemoryHadCome) {
  const DramConfig config = test::shipped_dram("ddr3-1600");
  std::mt19937_64 random(7);
  DramMemory watched_memory(config);
  DramMemory memory(config);
  MemoryFrontEnd watched(watched_memory);
  MemoryFrontEnd front_end(memory);
  Femtoseconds time = 0;
  for (std::uint64_t id = 0; id < 300; ++id) {
    // Between the clock edges, which are 1.25 ns apart.
    time += static_cast<Femtoseconds>(random() % 20'000'000);
    time = std::max(time, front_end.free_at());
    watched.advance_to(time - static_cast<Femtoseconds>(random() % 2'000'000));
    const Transfer transfer{id, Access::read, random() % 65536, 1 + random() % 300};
    watched.send(transfer, time);
    front_end.send(transfer, time);
    ASSERT_EQ(watched.free_at(), front_end.free_at());
    // No clock has begun in which it could be accepted earlier.
    ASSERT_GT(front_end.free_at(), time);
  }
}

TEST(MemoryFrontEnd, GivesAnAnswerAtItsTimeAndNotBefore) {
  IdealMemory memory(example());
  MemoryFrontEnd front_end(memory);
  front_end.send({3, Access::read, 0, 10}, 0);
  EXPECT_FALSE(front_end.take_answer(109));
  const std::optional<MemoryEvent> answer = front_end.take_answer(110);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->id, 3U);
  EXPECT_EQ(answer->time, 110);
  EXPECT_FALSE(front_end.take_answer(111));
}

TEST(MemoryFrontEnd, SaysWhenToLookAgain) {
  IdealMemory memory(example());
  MemoryFrontEnd front_end(memory);
  EXPECT_EQ(front_end.next_time(), kNoTime);
  front_end.send({0, Access::read, 0, 10}, 0);
  EXPECT_EQ(front_end.next_time(), 110);
  EXPECT_EQ(front_end.outstanding(), 1U);
  EXPECT_TRUE(front_end.take_answer(110));
  EXPECT_EQ(front_end.next_time(), kNoTime);
  EXPECT_EQ(front_end.outstanding(), 0U);
}

TEST(MemoryFrontEnd, OrdersAnswersByTimeThenById) {
  std::mt19937_64 random(5);
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    test::RandomMemory memory(seed);
    MemoryFrontEnd front_end(memory);
    Femtoseconds time = 0;
    std::vector<MemoryEvent> answers;
    for (std::uint64_t id = 0; id < 30; ++id) {
      time = std::max(front_end.free_at(), time + static_cast<Femtoseconds>(random() % 5));
      while (const auto answer = front_end.take_answer(time - 1)) answers.push_back(*answer);
      front_end.send({id, Access::read, 0, 1}, time);
    }
    while (const auto answer = front_end.take_answer(100'000)) answers.push_back(*answer);
    ASSERT_EQ(answers.size(), 30U);
    EXPECT_TRUE(std::is_sorted(answers.begin(), answers.end(), [](const auto& a, const auto& b) {
      return std::tie(a.time, a.id) < std::tie(b.time, b.id);
    }));
    EXPECT_EQ(memory.times(), test::direct_times(seed, memory.submissions()));
  }
}

TEST(MemoryFrontEnd, RunsToOneAnswerAndKeepsTheOthers) {
  IdealMemory memory(example());
  MemoryFrontEnd front_end(memory);
  front_end.send({0, Access::read, 0, 10}, 0);
  front_end.send({1, Access::read, 0, 10}, 0);
  EXPECT_EQ(front_end.run_until_answered(1), 120);
  EXPECT_FALSE(front_end.take_answer(109));
  EXPECT_EQ(front_end.take_answer(110)->id, 0U);
  EXPECT_THROW(front_end.run_until_answered(1), SimulationError);
}

TEST(MemoryFrontEnd, KeepsTheAnswersOfAnAdvance) {
  IdealMemory memory(example());
  MemoryFrontEnd front_end(memory);
  front_end.send({0, Access::read, 0, 10}, 0);
  front_end.advance_to(500);
  EXPECT_EQ(front_end.free_at(), 500);
  EXPECT_EQ(front_end.outstanding(), 1U);
  EXPECT_EQ(front_end.next_time(), 110);
  // To an earlier time: nothing.
  front_end.advance_to(300);
  EXPECT_EQ(front_end.free_at(), 500);
  EXPECT_FALSE(front_end.take_answer(109));
  EXPECT_EQ(front_end.take_answer(110)->time, 110);
}

TEST(MemoryFrontEnd, GivesTheTimesOfDirectCallsWithAdvancesInBetween) {
  std::mt19937_64 random(6);
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    test::RandomMemory memory(seed);
    MemoryFrontEnd front_end(memory);
    for (std::uint64_t id = 0; id < 30; ++id) {
      const Femtoseconds time = front_end.free_at() + static_cast<Femtoseconds>(random() % 9);
      front_end.advance_to(time);
      // Transfers may still arrive there.
      front_end.send({id, Access::read, 0, 1}, time);
    }
    front_end.advance_to(100'000);
    EXPECT_EQ(front_end.outstanding(), 30U);
    EXPECT_EQ(memory.times(), test::direct_times(seed, memory.submissions()));
  }
}

TEST(MemoryFrontEnd, IsAsItWasAfterATransferThatTheMemoryRefuses) {
  IdealMemory memory(example());
  MemoryFrontEnd front_end(memory);
  EXPECT_THROW(front_end.send({0, Access::read, 0, 0}, 7), WorkloadError);
  EXPECT_EQ(front_end.outstanding(), 0U);
  EXPECT_EQ(front_end.free_at(), 0);
  EXPECT_EQ(front_end.next_time(), kNoTime);
}

}  // namespace
}  // namespace nzsim
