#include "sim/memory/request_queue.h"

namespace nzsim {

RequestQueue::RequestQueue(std::uint32_t entries, std::uint32_t banks)
    : bursts_(entries), links_(entries), lists_(banks) {
  for (BurstIndex index = entries; index-- > 0;) {
    links_[index].next = free_;
    free_ = index;
  }
}

BurstIndex RequestQueue::take(const Burst& burst) {
  const BurstIndex index = free_;
  free_ = links_[index].next;
  bursts_[index] = burst;
  ++size_;
  return index;
}

void RequestQueue::link(BurstIndex index) {
  List& list = lists_[bursts_[index].bank];
  links_[index] = {kNoBurst, list.last};
  (list.last == kNoBurst ? list.first : links_[list.last].next) = index;
  list.last = index;
  ++visible_;
}

void RequestQueue::remove(BurstIndex index) {
  List& list = lists_[bursts_[index].bank];
  const Link link = links_[index];
  (link.previous == kNoBurst ? list.first : links_[link.previous].next) = link.next;
  (link.next == kNoBurst ? list.last : links_[link.next].previous) = link.previous;
  --visible_;
  give_back(index);
}

void RequestQueue::drop(BurstIndex index) { give_back(index); }

void RequestQueue::give_back(BurstIndex index) {
  links_[index].next = free_;
  free_ = index;
  --size_;
}

}  // namespace nzsim
