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
/// Two-phase: asked during a cycle, changed at the clock edge.
class WeightFifo {
 public:
  static constexpr const char* kKind = "weight_fifo";

  explicit WeightFifo(const Config& config) : is_there_(config.weight_fifo_tiles) {}

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

  void arrive(std::uint64_t number) { is_there_[place(number)] = true; }
  /// The front leaves, and its place is free.
  void release() { is_there_[place(left_++)] = false; }

 private:
  [[nodiscard]] std::size_t place(std::uint64_t number) const { return number % is_there_.size(); }

  std::uint64_t left_ = 0;
  std::vector<bool> is_there_;
};

/// The weights in these places. Two-phase, as above. For int8 and bfloat16.
template <class Operand>
class WeightTiles {
 public:
  explicit WeightTiles(const Config& config);

  /// Row `row` of tile `number`, one weight per column of the array; the tile must be whole.
  [[nodiscard]] std::span<const Operand> row(std::uint64_t number, std::size_t row) const {
    return {weights_.data() + first(number) + row * columns_, columns_};
  }
  /// Tile `number`, `[rows, columns]`, to be filled before it arrives.
  [[nodiscard]] std::span<Operand> tile(std::uint64_t number) {
    return {weights_.data() + first(number), elements_};
  }

 private:
  [[nodiscard]] std::size_t first(std::uint64_t number) const {
    return number % places_ * elements_;
  }

  std::size_t places_;
  std::size_t columns_;
  std::size_t elements_;
  std::vector<Operand> weights_;
};

}  // namespace nzsim::systolic
