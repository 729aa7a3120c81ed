#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/config.h"

namespace nzsim::systolic {

/// The rows of sums below the array, `tpu.accumulators`: which of them hold sums that have not been
/// activated. Without accumulators all rows are always free.
///
/// Two-phase: asked during a cycle, changed at the clock edge.
class Accumulators {
 public:
  static constexpr const char* kKind = "accumulators";

  explicit Accumulators(const Config& config);

  /// Whether none of the rows waits to be activated.
  [[nodiscard]] bool is_free(std::uint32_t first, std::uint32_t rows) const;

  /// Rows whose sums are on their way, and may be overwritten when they are activated.
  void reserve(std::uint32_t first, std::uint32_t rows);
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
  std::vector<Block> reserved_;
};

/// The sums in these rows, as many rows as are written; without accumulators they are kept here as
/// well, as if it were the unified buffer. For int32 and binary32.
///
/// Two-phase, as above.
template <class Sum>
class SumRows {
 public:
  explicit SumRows(const Config& config) : columns_(config.columns) {}

  /// Sums `[columns]`.
  [[nodiscard]] std::span<const Sum> row(std::size_t row) const {
    return {sums_.data() + row * columns_, columns_};
  }
  /// Sums `[columns]` into a row: overwritten, or added to.
  void write(std::size_t row, std::span<const Sum> sums, bool adds);

 private:
  std::size_t columns_;
  std::vector<Sum> sums_;
};

}  // namespace nzsim::systolic
