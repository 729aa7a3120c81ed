#include "sim/kernel/fifo.h"

#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace nzsim {
namespace {

TEST(Fifo, ShowsAnItemInTheCycleAfterItsPushNotBefore) {
  Fifo<int> fifo(2);
  fifo.push(7);
  EXPECT_TRUE(fifo.empty());
  fifo.commit();
  ASSERT_FALSE(fifo.empty());
  EXPECT_EQ(fifo.front(), 7);
}

TEST(Fifo, StaysFullInTheCycleOfAPop) {
  Fifo<int> fifo(1);
  fifo.push(1);
  fifo.commit();
  fifo.pop();
  EXPECT_TRUE(fifo.full());
  EXPECT_EQ(fifo.front(), 1);
  fifo.commit();
  EXPECT_FALSE(fifo.full());
  EXPECT_TRUE(fifo.empty());
}

TEST(Fifo, TakesAPushAndAPopInOneCycleInEitherOrder) {
  for (const bool pops_first : {false, true}) {
    Fifo<int> fifo(2);
    fifo.push(1);
    fifo.commit();
    if (pops_first) fifo.pop();
    fifo.push(2);
    if (!pops_first) fifo.pop();
    fifo.commit();
    EXPECT_EQ(fifo.size(), 1U);
    EXPECT_EQ(fifo.front(), 2);
  }
}

TEST(Fifo, KeepsTheOrderOfItemsWhenBothSidesStallAtRandom) {
  for (std::uint32_t capacity = 1; capacity <= 5; ++capacity) {
    Fifo<std::uint32_t> fifo(capacity);
    std::mt19937_64 random(capacity);
    std::vector<std::uint32_t> received;
    std::uint32_t sent = 0;
    while (received.size() < 500) {
      if (!fifo.empty() && random() % 3 != 0) {
        received.push_back(fifo.front());
        fifo.pop();
      }
      if (!fifo.full() && random() % 2 != 0) fifo.push(sent++);
      fifo.commit();
      ASSERT_LE(fifo.size(), capacity);
    }
    for (std::uint32_t index = 0; index < received.size(); ++index) {
      ASSERT_EQ(received[index], index);
    }
  }
}

}  // namespace
}  // namespace nzsim
