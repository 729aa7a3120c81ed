#include "models/eie/activation_queue.h"

#include <gtest/gtest.h>

namespace nzsim::eie {
namespace {

class ActivationQueueTest : public testing::Test {
 protected:
  /// One cycle of the broadcast side: `column` on the bus, visible from `visible_from`.
  void broadcast(std::uint32_t column, std::uint64_t visible_from) {
    bus_ = {true, {visible_from, column, 1}};
  }
  void clock_edge(ActivationQueue& queue) {
    queue.commit();
    bus_.is_valid = false;
  }

  BroadcastBus bus_;
  ArrayStatus status_;
};

TEST_F(ActivationQueueTest, HoldsABroadcastItemFromTheNextCycle) {
  ActivationQueue queue(4, bus_, status_);
  broadcast(17, 1);
  EXPECT_FALSE(queue.has_item(0));
  clock_edge(queue);
  ASSERT_TRUE(queue.has_item(1));
  EXPECT_EQ(queue.front().column, 17U);
}

TEST_F(ActivationQueueTest, HidesAnItemUntilItHasPassedTheDetectionTree) {
  ActivationQueue queue(4, bus_, status_);
  // Broadcast in cycle 0 with a latency of 3: poppable from cycle 0 + 1 + 3.
  broadcast(17, 4);
  clock_edge(queue);
  EXPECT_FALSE(queue.has_item(3));
  EXPECT_TRUE(queue.has_item(4));
  EXPECT_FALSE(queue.empty());
}

TEST_F(ActivationQueueTest, CountsAnItemInTheTreeAsOccupyingItsPlace) {
  ActivationQueue queue(1, bus_, status_);
  broadcast(17, 100);
  clock_edge(queue);
  EXPECT_TRUE(queue.full());
  EXPECT_EQ(status_.full_queues, 1U);
}

TEST_F(ActivationQueueTest, IsFullByItsRegisteredStateWhilePopped) {
  ActivationQueue queue(2, bus_, status_);
  broadcast(0, 1);
  clock_edge(queue);
  EXPECT_EQ(status_.full_queues, 0U);
  broadcast(1, 2);
  clock_edge(queue);
  EXPECT_EQ(status_.full_queues, 1U);
  queue.pop();
  EXPECT_EQ(status_.full_queues, 1U);
  clock_edge(queue);
  EXPECT_EQ(status_.full_queues, 0U);
}

TEST_F(ActivationQueueTest, CountsHowManyQueuesAreFull) {
  ActivationQueue shallow(1, bus_, status_);
  ActivationQueue deep(2, bus_, status_);
  broadcast(0, 1);
  shallow.commit();
  clock_edge(deep);
  EXPECT_EQ(status_.full_queues, 1U);
  shallow.pop();
  broadcast(1, 2);
  shallow.commit();
  clock_edge(deep);
  // The shallow queue took one item for the one it gave; the deep one filled up.
  EXPECT_EQ(status_.full_queues, 2U);
}

}  // namespace
}  // namespace nzsim::eie
