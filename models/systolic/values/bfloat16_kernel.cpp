#include "models/systolic/values/bfloat16_kernel.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "sim/base/errors.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

/// Rows of A that share each weight that is loaded.
constexpr std::size_t kTileRows = 4;

/// Four rows of A times one panel of B.
struct TileProduct {
  const Bfloat16* a[kTileRows];
  /// `[depth, 32]`.
  const float* b;
  std::size_t depth;
  float sums[kTileRows][kPanelColumns];
};

/// Sixteen columns; the compiler makes of it as many vectors as the instruction set needs.
using Lanes = float __attribute__((vector_size(64)));

[[gnu::always_inline]] inline void multiply_lanes(TileProduct& tile, std::size_t column) {
  Lanes sum0{};
  Lanes sum1{};
  Lanes sum2{};
  Lanes sum3{};
  for (std::size_t k = 0; k < tile.depth; ++k) {
    Lanes weights;
    std::memcpy(&weights, tile.b + k * kPanelColumns + column, sizeof weights);
    sum0 += weights * to_float(tile.a[0][k]);
    sum1 += weights * to_float(tile.a[1][k]);
    sum2 += weights * to_float(tile.a[2][k]);
    sum3 += weights * to_float(tile.a[3][k]);
  }
  std::memcpy(&tile.sums[0][column], &sum0, sizeof sum0);
  std::memcpy(&tile.sums[1][column], &sum1, sizeof sum1);
  std::memcpy(&tile.sums[2][column], &sum2, sizeof sum2);
  std::memcpy(&tile.sums[3][column], &sum3, sizeof sum3);
}

void multiply_tile_baseline(TileProduct& tile) {
  for (std::size_t column = 0; column < kPanelColumns; column += 16) multiply_lanes(tile, column);
}

SIM_VECTOR_CLONES
void multiply_tile(TileProduct& tile) {
  for (std::size_t column = 0; column < kPanelColumns; column += 16) multiply_lanes(tile, column);
}

void store(const TileProduct& tile, std::size_t row, std::size_t columns, Accumulate accumulate,
           float* c) {
  for (std::size_t column = 0; column < columns; ++column) {
    const float sum = tile.sums[row][column];
    c[column] = accumulate == Accumulate::add ? c[column] + sum : sum;
  }
}

void multiply_tiles(const MatrixView<const Bfloat16>& a, const PackedBfloat16Weights& b,
                    const MatrixView<float>& c, Accumulate accumulate,
                    void (*function)(TileProduct&)) {
  SIM_ASSERT(a.columns == b.rows() && a.rows == c.rows && b.columns() == c.columns, "systolic", 0,
             "a product of [{}, {}] and [{}, {}] into [{}, {}]", a.rows, a.columns, b.rows(),
             b.columns(), c.rows, c.columns);
  TileProduct tile{};
  tile.depth = a.columns;
  for (std::size_t column = 0; column < c.columns; column += kPanelColumns) {
    tile.b = b.panel(column / kPanelColumns);
    const std::size_t columns = std::min(c.columns - column, kPanelColumns);
    for (std::size_t first = 0; first < a.rows; first += kTileRows) {
      const std::size_t rows = std::min(a.rows - first, kTileRows);
      // Missing rows repeat the last one; nobody looks at their sums.
      for (std::size_t n = 0; n < kTileRows; ++n) {
        tile.a[n] = a.row(first + std::min(n, rows - 1));
      }
      function(tile);
      for (std::size_t n = 0; n < rows; ++n) {
        store(tile, n, columns, accumulate, c.row(first + n) + column);
      }
    }
  }
}

}  // namespace

PackedBfloat16Weights::PackedBfloat16Weights(const MatrixView<const Bfloat16>& weights)
    : rows_(weights.rows),
      columns_(weights.columns),
      elements_((columns_ + kPanelColumns - 1) / kPanelColumns * rows_ * kPanelColumns) {
  float* packed = elements_.data();
  for (std::size_t column = 0; column < columns_; column += kPanelColumns) {
    const std::size_t count = std::min(columns_ - column, kPanelColumns);
    for (std::size_t row = 0; row < rows_; ++row, packed += kPanelColumns) {
      std::transform(weights.row(row) + column, weights.row(row) + column + count, packed,
                     [](Bfloat16 weight) { return to_float(weight); });
    }
  }
}

void multiply(const MatrixView<const Bfloat16>& a, const PackedBfloat16Weights& b,
              const MatrixView<float>& c, Accumulate accumulate) {
  multiply_tiles(a, b, c, accumulate, multiply_tile);
}

void multiply_baseline(const MatrixView<const Bfloat16>& a, const PackedBfloat16Weights& b,
                       const MatrixView<float>& c, Accumulate accumulate) {
  multiply_tiles(a, b, c, accumulate, multiply_tile_baseline);
}

}  // namespace nzsim::systolic
