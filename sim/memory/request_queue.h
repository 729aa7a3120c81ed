#pragma once

#include <cstdint>
#include <vector>

#include "sim/memory/command.h"
#include "sim/memory/timing_state.h"

namespace nzsim {

/// One burst of a transfer in a channel's read or write queue.
struct Burst {
  /// Number in the order of arrival at the channel.
  std::uint64_t age = 0;
  /// When it stood first at the port, and from when on the scheduler sees it.
  Clock offered = 0;
  Clock visible = 0;
  std::uint32_t transfer = 0;
  BankIndex bank = 0;
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  /// A write behind a read of the same place, and such a read.
  bool is_blocked = false;
  bool blocks_writes = false;
  /// What its row needed so far.
  bool was_activated = false;
  bool was_conflict = false;

  [[nodiscard]] bool is_same_place(const Burst& other) const {
    return row == other.row && column == other.column && bank == other.bank;
  }
};

/// Position of a burst in its queue.
using BurstIndex = std::uint32_t;
inline constexpr BurstIndex kNoBurst = UINT32_MAX;

/// The entries of a channel's read or write queue: an array of places, and of those that the
/// scheduler sees a list per bank in the order of arrival.
class RequestQueue {
 public:
  RequestQueue(std::uint32_t entries, std::uint32_t banks);

  [[nodiscard]] bool has_room() const { return size_ < links_.size(); }
  /// Entries that are free.
  [[nodiscard]] std::uint32_t room() const {
    return static_cast<std::uint32_t>(links_.size()) - size_;
  }
  /// Entries taken, whether the scheduler sees them or not.
  [[nodiscard]] std::uint32_t size() const { return size_; }
  /// Entries that the scheduler sees.
  [[nodiscard]] std::uint32_t visible() const { return visible_; }

  /// Takes an entry for `burst`; there must be room.
  BurstIndex take(const Burst& burst);
  /// The scheduler sees the burst from now on: behind all others of its bank.
  void link(BurstIndex index);
  /// Gives the entry of a linked burst back.
  void remove(BurstIndex index);
  /// Gives the entry of a burst back that was not linked.
  void drop(BurstIndex index);

  [[nodiscard]] Burst& operator[](BurstIndex index) { return bursts_[index]; }
  [[nodiscard]] const Burst& operator[](BurstIndex index) const { return bursts_[index]; }
  /// The bursts of a bank in the order of arrival; `kNoBurst` behind the last.
  [[nodiscard]] BurstIndex first(BankIndex bank) const { return lists_[bank].first; }
  [[nodiscard]] BurstIndex next(BurstIndex index) const { return links_[index].next; }

 private:
  struct Link {
    BurstIndex next = kNoBurst;
    BurstIndex previous = kNoBurst;
  };
  struct List {
    BurstIndex first = kNoBurst;
    BurstIndex last = kNoBurst;
  };

  void give_back(BurstIndex index);

  std::vector<Burst> bursts_;
  std::vector<Link> links_;
  std::vector<List> lists_;
  BurstIndex free_ = kNoBurst;
  std::uint32_t size_ = 0;
  std::uint32_t visible_ = 0;
};

inline BurstIndex RequestQueue::take(const Burst& burst) {
  const BurstIndex index = free_;
  free_ = links_[index].next;
  bursts_[index] = burst;
  ++size_;
  return index;
}

inline void RequestQueue::link(BurstIndex index) {
  List& list = lists_[bursts_[index].bank];
  links_[index] = {kNoBurst, list.last};
  (list.last == kNoBurst ? list.first : links_[list.last].next) = index;
  list.last = index;
  ++visible_;
}

inline void RequestQueue::remove(BurstIndex index) {
  List& list = lists_[bursts_[index].bank];
  const Link link = links_[index];
  (link.previous == kNoBurst ? list.first : links_[link.previous].next) = link.next;
  (link.next == kNoBurst ? list.last : links_[link.next].previous) = link.previous;
  --visible_;
  give_back(index);
}

inline void RequestQueue::drop(BurstIndex index) { give_back(index); }

inline void RequestQueue::give_back(BurstIndex index) {
  links_[index].next = free_;
  free_ = index;
  --size_;
}

}  // namespace nzsim
