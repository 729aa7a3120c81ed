#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/config.h"

namespace nzsim::systolic {

/// The weight FIFO, `tpu.weight_fifo`: places for whole tiles, which are given to tiles in the
/// order of their requests and freed in the same order. A memory may answer a later tile first.
///
/// Two-phase: asked and read during a cycle, changed at the clock edge.
class WeightFifo {
 public:
  static constexpr const char* kKind = "weight_fifo";

  /// `holds_values` false: tiles have no bytes, and none is asked for.
  WeightFifo(const Config& config, bool holds_values);

  /// Whether there is a place for tile `number`, counted from the start.
  [[nodiscard]] bool has_place(std::uint64_t number) const {
    return number < left_ + is_there_.size();
  }
  /// Whether tile `number` is whole in the FIFO, or has left it.
  [[nodiscard]] bool is_whole(std::uint64_t number) const {
    return number < left_ || (has_place(number) && is_there_[place(number)]);
  }
  /// The number of the next tile to leave.
  [[nodiscard]] std::uint64_t front() const { return left_; }
  /// Row `row` of the front, one weight per column of the array, which must be whole.
  [[nodiscard]] std::span<const std::int8_t> front_row(std::size_t row) const {
    return {bytes_.data() + place(left_) * elements_ + row * columns_, columns_};
  }

  /// The bytes of tile `number`, `[rows, columns]`, to be filled before `arrive`.
  [[nodiscard]] std::span<std::int8_t> bytes(std::uint64_t number) {
    return {bytes_.data() + place(number) * elements_, elements_};
  }
  void arrive(std::uint64_t number) { is_there_[place(number)] = true; }
  /// The front leaves, and its place is free.
  void release() { is_there_[place(left_++)] = false; }

 private:
  [[nodiscard]] std::size_t place(std::uint64_t number) const { return number % is_there_.size(); }

  std::size_t columns_;
  std::size_t elements_;
  std::uint64_t left_ = 0;
  std::vector<bool> is_there_;
  std::vector<std::int8_t> bytes_;
};

}  // namespace nzsim::systolic
