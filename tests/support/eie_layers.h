#pragma once

#include <cstdint>
#include <vector>

#include "models/eie/image.h"

namespace nzsim::eie::test {

/// The image of a small matrix given row by row as codes (0 = zero). `bases`, where given, as in
/// `build_image`.
inline MatrixImage dense_image(const Config& config, Arena& arena,
                               const std::vector<std::vector<int>>& rows,
                               const std::vector<std::uint16_t>& bias_codes = {},
                               std::vector<std::uint32_t>* bases = nullptr) {
  std::vector<std::uint64_t> starts{0};
  std::vector<std::uint32_t> columns;
  std::vector<std::uint16_t> codes;
  for (const std::vector<int>& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      if (row[column] == 0) continue;
      columns.push_back(static_cast<std::uint32_t>(column));
      codes.push_back(static_cast<std::uint16_t>(row[column]));
    }
    starts.push_back(codes.size());
  }
  std::vector<std::uint32_t> zero_bases(config.pe_count, 0);
  return build_image(
      config,
      {static_cast<std::uint32_t>(rows.size()), static_cast<std::uint32_t>(rows.front().size()),
       starts, columns, codes, bias_codes},
      bases == nullptr ? zero_bases : *bases, arena);
}

}  // namespace nzsim::eie::test
