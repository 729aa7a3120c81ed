#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace nzsim::systolic {

/// Where tensors lie in the unified buffer: first fit.
class BufferAllocation {
 public:
  explicit BufferAllocation(std::uint64_t capacity) : capacity_(capacity) {}

  [[nodiscard]] std::uint64_t capacity() const { return capacity_; }
  /// The address of `bytes` free bytes, which are then taken; nothing where no gap is large enough.
  [[nodiscard]] std::optional<std::uint64_t> allocate(std::uint64_t bytes);
  /// Frees what `allocate` gave at `address`.
  void release(std::uint64_t address);
  /// All addresses from here on have never been allocated.
  [[nodiscard]] std::uint64_t highest() const { return highest_; }

 private:
  struct Area {
    std::uint64_t address = 0;
    std::uint64_t bytes = 0;
  };

  std::uint64_t capacity_;
  std::uint64_t highest_ = 0;
  /// In the order of addresses.
  std::vector<Area> taken_;
};

}  // namespace nzsim::systolic
