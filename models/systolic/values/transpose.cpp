#include "models/systolic/values/transpose.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

/// Side of the squares of bytes that are exchanged in registers.
constexpr std::size_t kSquare = 8;
/// Side of the squares of bytes whose cache lines are complete before the next is begun.
constexpr std::size_t kTile = 64;
/// Side of the squares of 16-bit values, a row of which is a cache line. They are copied before
/// they are turned, as rows that lie a power of two apart would push each other out of the cache.
constexpr std::size_t kWideTile = 32;

/// Exchanges the upper right and lower left quarters of every square of 2 `bits` / 8 bytes, whose
/// rows lie `bits` / 8 words apart. Bytes count from the lowest, whatever the host's order: rows
/// are loaded and stored in the same one, and a transposition does not mind a mirrored diagonal.
[[gnu::always_inline]] inline void exchange(std::uint64_t& upper, std::uint64_t& lower, int bits,
                                            std::uint64_t mask) {
  const std::uint64_t difference = ((upper >> bits) ^ lower) & mask;
  lower ^= difference;
  upper ^= difference << bits;
}

/// Eight words of eight bytes.
[[gnu::always_inline]] inline void transpose_words(std::array<std::uint64_t, kSquare>& words) {
  for (std::size_t i = 0; i < 4; ++i) {
    exchange(words[i], words[i + 4], 32, 0x00000000ffffffffULL);
  }
  for (const std::size_t i : {0U, 1U, 4U, 5U}) {
    exchange(words[i], words[i + 2], 16, 0x0000ffff0000ffffULL);
  }
  for (const std::size_t i : {0U, 2U, 4U, 6U}) {
    exchange(words[i], words[i + 1], 8, 0x00ff00ff00ff00ffULL);
  }
}

void transpose_square(const std::int8_t* from, std::size_t from_stride, std::int8_t* to,
                      std::size_t to_stride) {
  std::array<std::uint64_t, kSquare> words;
  for (std::size_t i = 0; i < kSquare; ++i) {
    std::memcpy(&words[i], from + i * from_stride, kSquare);
  }
  transpose_words(words);
  for (std::size_t i = 0; i < kSquare; ++i) std::memcpy(to + i * to_stride, &words[i], kSquare);
}

/// At most `kSquare` x `kSquare` elements.
void transpose_part(const MatrixView<const std::int8_t>& from, const MatrixView<std::int8_t>& to) {
  if (from.rows == kSquare && from.columns == kSquare) {
    transpose_square(from.data, from.stride, to.data, to.stride);
    return;
  }
  for (std::size_t row = 0; row < from.rows; ++row) {
    for (std::size_t column = 0; column < from.columns; ++column) {
      to.row(column)[row] = from.row(row)[column];
    }
  }
}

/// At most `kWideTile` x `kWideTile` elements.
void transpose_tile(const MatrixView<const Bfloat16>& from, const MatrixView<Bfloat16>& to) {
  std::array<Bfloat16, kWideTile * kWideTile> tile;
  for (std::size_t row = 0; row < from.rows; ++row) {
    std::copy_n(from.row(row), from.columns, tile.data() + row * kWideTile);
  }
  for (std::size_t column = 0; column < from.columns; ++column) {
    Bfloat16* target = to.row(column);
    for (std::size_t row = 0; row < from.rows; ++row) target[row] = tile[row * kWideTile + column];
  }
}

/// Calls `visit` with the part of `from` and of `to` in each square of `side`.
template <class Value, class Visit>
void visit_squares(const MatrixView<const Value>& from, const MatrixView<Value>& to,
                   std::size_t side, const Visit& visit) {
  for (std::size_t row = 0; row < from.rows; row += side) {
    const std::size_t rows = std::min(from.rows - row, side);
    for (std::size_t column = 0; column < from.columns; column += side) {
      const std::size_t columns = std::min(from.columns - column, side);
      visit(MatrixView<const Value>{from.row(row) + column, rows, columns, from.stride},
            MatrixView<Value>{to.row(column) + row, columns, rows, to.stride});
    }
  }
}

template <class Value>
void check_shapes(const MatrixView<const Value>& from, const MatrixView<Value>& to) {
  SIM_ASSERT(from.rows == to.columns && from.columns == to.rows, "systolic", 0,
             "a transposition of [{}, {}] into [{}, {}]", from.rows, from.columns, to.rows,
             to.columns);
}

}  // namespace

void transpose(const MatrixView<const std::int8_t>& from, const MatrixView<std::int8_t>& to) {
  check_shapes(from, to);
  visit_squares(
      from, to, kTile,
      [](const MatrixView<const std::int8_t>& tile, const MatrixView<std::int8_t>& target) {
        visit_squares(tile, target, kSquare, transpose_part);
      });
}

void transpose(const MatrixView<const Bfloat16>& from, const MatrixView<Bfloat16>& to) {
  check_shapes(from, to);
  visit_squares(from, to, kWideTile, transpose_tile);
}

}  // namespace nzsim::systolic
