#pragma once

#include <cstdint>

#include "models/eie/broadcast_bus.h"
#include "sim/kernel/fifo.h"

namespace nzsim::eie {

/// A PE's FIFO of broadcast activations (Han et al., ISCA 2016, Section IV, "Activation Queue and
/// Load Balancing").
///
/// An item broadcast in cycle b is in the queue from b + 1 and can be popped in b + 1, or L cycles
/// later where the detection tree has a latency of L. An item in the tree occupies its place
/// already from b + 1: the central control must not send what the queue could not take. The queue
/// is full by its registered state: a pop gives no credit in its own cycle.
class ActivationQueue {
 public:
  static constexpr const char* kKind = "activation_queue";

  /// `bus` and `status` are shared by all PEs.
  ActivationQueue(std::uint32_t depth, const BroadcastBus& bus, ArrayStatus& status)
      : bus_(bus), status_(status), items_(depth) {}

  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] bool full() const { return items_.full(); }
  [[nodiscard]] std::uint32_t size() const { return items_.size(); }
  [[nodiscard]] std::uint32_t depth() const { return items_.capacity(); }

  /// Whether there is an item to pop in `cycle`.
  [[nodiscard]] bool has_item(std::uint64_t cycle) const {
    return !items_.empty() && items_.front().visible_from <= cycle;
  }
  [[nodiscard]] const BroadcastItem& front() const { return items_.front(); }
  /// Called by the pointer read in `compute`, once per cycle at most.
  void pop() { items_.pop(); }

  /// The clock edge: latches the bus, lets this cycle's pop take effect, reports fullness.
  void commit() {
    if (!bus_.is_valid && !items_.changes()) return;
    if (bus_.is_valid) items_.push(bus_.item);
    const bool was_full = items_.full();
    items_.commit();
    // Modulo arithmetic: the sum over all queues is never negative.
    status_.full_queues +=
        static_cast<std::uint32_t>(items_.full()) - static_cast<std::uint32_t>(was_full);
  }

 private:
  const BroadcastBus& bus_;
  ArrayStatus& status_;
  Fifo<BroadcastItem> items_;
};

}  // namespace nzsim::eie
