#pragma once

#include <cstdint>
#include <memory>

namespace nzsim {

/// A FIFO between two clocked blocks, two-phase.
///
/// During the compute phase its producer may `push` once and its consumer may `pop` once; both see
/// the state that was registered at the last clock edge: an item pushed in a cycle is in front from
/// the next cycle, and a pop gives no room to a push of the same cycle. `commit` is the clock edge.
/// The order in which producer and consumer compute does not matter.
template <class T>
class Fifo {
 public:
  explicit Fifo(std::uint32_t capacity)
      : slots_(std::make_unique<T[]>(capacity)), capacity_(capacity) {}

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] bool full() const { return count_ == capacity_; }
  [[nodiscard]] std::uint32_t size() const { return count_; }
  [[nodiscard]] std::uint32_t capacity() const { return capacity_; }
  /// The oldest item; the FIFO must not be empty.
  [[nodiscard]] const T& front() const { return slots_[head_]; }

  /// Writes `item` behind the last; the FIFO must not be full.
  void push(const T& item) {
    slots_[wrapped(head_ + count_)] = item;
    is_pushed_ = true;
  }
  /// Takes the front away; the FIFO must not be empty.
  void pop() { is_popped_ = true; }

  /// Whether there was a push or a pop in this cycle: else `commit` changes nothing.
  [[nodiscard]] bool changes() const { return is_pushed_ || is_popped_; }

  /// The clock edge: this cycle's push and pop take effect.
  void commit() {
    if (is_popped_) head_ = wrapped(head_ + 1);
    count_ += static_cast<std::uint32_t>(is_pushed_) - static_cast<std::uint32_t>(is_popped_);
    is_pushed_ = false;
    is_popped_ = false;
  }

 private:
  [[nodiscard]] std::uint32_t wrapped(std::uint32_t position) const {
    return position >= capacity_ ? position - capacity_ : position;
  }

  std::unique_ptr<T[]> slots_;
  std::uint32_t capacity_;
  std::uint32_t head_ = 0;
  std::uint32_t count_ = 0;
  bool is_pushed_ = false;
  bool is_popped_ = false;
};

}  // namespace nzsim
