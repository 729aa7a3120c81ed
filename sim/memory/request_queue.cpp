#include "sim/memory/request_queue.h"

namespace nzsim {

RequestQueue::RequestQueue(std::uint32_t entries, std::uint32_t banks)
    : bursts_(entries), links_(entries), lists_(banks) {
  for (BurstIndex index = entries; index-- > 0;) {
    links_[index].next = free_;
    free_ = index;
  }
}

}  // namespace nzsim
