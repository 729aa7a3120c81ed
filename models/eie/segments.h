#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/eie/config.h"
#include "models/eie/program.h"

namespace nzsim::eie {

/// What a run of columns of one output batch takes of the SRAMs.
struct ColumnsNeed {
  /// Entries, padding included, and pointers of the fullest PE; a column more than columns has a
  /// pointer.
  std::uint64_t entries = 0;
  std::uint64_t pointers = 0;
  /// Sparse-matrix SRAM lines of all PEs, and bytes in DRAM.
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
};

/// What a PE holds of one segment: half of each SRAM, and no more entries than pointers can tell
/// apart. Addresses restart in each segment; which half is meant is no part of a pointer.
struct SegmentLimits {
  explicit SegmentLimits(const Config& config);

  [[nodiscard]] bool allow(const ColumnsNeed& need) const {
    return need.entries <= entries && need.entries <= largest_address &&
           need.pointers <= pointers && need.bytes <= kLargestTransfer;
  }

  /// What a request to a memory can ask for: less than 4 GiB.
  static constexpr std::uint64_t kLargestTransfer = UINT32_MAX;

  std::uint64_t entries = 0;
  std::uint64_t largest_address = 0;
  std::uint64_t pointers = 0;
};

/// Takes columns [begin, end) of output batch `batch` of `image`.
[[nodiscard]] ColumnsNeed need_of(const Config& config, const MatrixImage& image,
                                  std::uint32_t batch, std::uint32_t begin, std::uint32_t end);

/// What one row of columns (P of them, the smallest segment) needs, where `limits` do not allow it;
/// nothing where all rows of `passes` are allowed.
[[nodiscard]] std::optional<ColumnsNeed> oversized_row(const Config& config,
                                                       const MatrixImage& image,
                                                       const std::vector<Pass>& passes);

/// Cuts the columns of each of `passes`, an output batch and an input batch each, into segments:
/// from the first column on as many rows of P columns as the limits allow. The first segment loads
/// the source registers, the last one writes the results back. Segments lie in DRAM one behind the
/// other from the image's address on.
///
/// A segment's bytes: for each PE whole sparse-matrix SRAM lines, and one pointer more than
/// columns; in all a multiple of 64. Assumption: segments are aligned as DRAM bursts are.
[[nodiscard]] std::vector<Pass> cut_into_segments(const Config& config, const MatrixImage& image,
                                                  const std::vector<Pass>& passes);

}  // namespace nzsim::eie
