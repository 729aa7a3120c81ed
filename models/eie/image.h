#pragma once

#include <cstdint>
#include <span>

#include "models/eie/config.h"
#include "models/eie/program.h"

namespace nzsim::eie {

/// A weight matrix row by row, as `build_image` takes it: CSR with ascending columns.
struct MatrixRows {
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  /// `[outputs + 1]` offsets into `columns` and `codes`.
  std::span<const std::uint64_t> row_starts;
  std::span<const std::uint32_t> columns;
  std::span<const std::uint16_t> codes;
  /// `[outputs]` code of each bias, 0 for none; empty where the layer has no bias.
  std::span<const std::uint16_t> bias_codes;
};

/// Where row `row` of a group of 64 rows stands among the group's 32 bytes of 4-bit codes: in this
/// order a vector unit that looks bytes up and interleaves them gets the rows in sequence.
struct DensePlace {
  std::uint32_t byte = 0;
  bool is_high = false;
};
[[nodiscard]] constexpr DensePlace dense_place(std::uint32_t row) {
  const std::uint32_t in_half = row % 32;
  return {in_half % 16 / 8 * 16 + in_half / 16 * 8 + in_half % 8, row >= 32};
}

/// Interleaves the rows over the PEs and encodes them with relative indices. `bases` `[pe_count]`
/// are the first free addresses of the PEs' SRAMs; they are moved behind the image. Time and memory
/// are linear in non-zeros plus columns x PEs. Throws `WorkloadError` where an address does not fit
/// 32 bits.
[[nodiscard]] MatrixImage build_image(const Config& config, const MatrixRows& rows,
                                      std::span<std::uint32_t> bases, Arena& arena);

}  // namespace nzsim::eie
