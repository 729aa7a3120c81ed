#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/config.h"

namespace nzsim::systolic {

/// Rows of sums below the array, `tpu.accumulators`, and which of them hold sums that have not been
/// activated.
///
/// Two-phase: others read rows, and ask whether rows are free, during a cycle; all that changes
/// them is called at the clock edge. A machine without accumulators keeps its sums here as well, as
/// if it were the unified buffer, as many rows as it takes; these are always free.
class Accumulators {
 public:
  static constexpr const char* kKind = "accumulators";

  explicit Accumulators(const Config& config);

  /// Whether none of the rows waits to be activated.
  [[nodiscard]] bool is_free(std::uint32_t first, std::uint32_t rows) const;
  /// Sums `[columns]`.
  [[nodiscard]] std::span<const std::int32_t> row(std::size_t row) const {
    return {sums_.data() + row * columns_, columns_};
  }

  /// Rows whose sums are on their way, and may be overwritten when they are activated.
  void reserve(std::uint32_t first, std::uint32_t rows);
  /// Sums `[columns]` into a row: overwritten, or added to.
  void write(std::size_t row, std::span<const std::int32_t> sums, bool adds);
  /// Rows have been activated.
  void release(std::uint32_t first, std::uint32_t rows);

 private:
  struct Block {
    std::uint32_t first = 0;
    std::uint32_t rows = 0;

    [[nodiscard]] bool overlaps(std::uint32_t other_first, std::uint32_t other_rows) const {
      return first < other_first + other_rows && other_first < first + rows;
    }
  };

  bool is_limited_;
  std::size_t columns_;
  std::vector<Block> reserved_;
  std::vector<std::int32_t> sums_;
};

}  // namespace nzsim::systolic
