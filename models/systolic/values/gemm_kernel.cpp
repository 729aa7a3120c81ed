#include "models/systolic/values/gemm_kernel.h"

#include <algorithm>
#include <array>

#include "models/systolic/values/gemm_tiles.h"
#include "sim/base/errors.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

/// Rows and depth of the part of A that is widened at a time, 48 KiB, for a second-level cache. A
/// panel of that depth, 16 KiB, and the rows of one tile stay in the first-level cache.
constexpr std::size_t kBlockRows = 96;
constexpr std::size_t kBlockPairs = 128;

template <class Element>
[[gnu::always_inline]] inline std::int16_t widen(Element element) {
  return element;
}

/// One pair of rows of one panel. A missing row is a row of zeros.
template <class Element>
[[gnu::always_inline]] inline void interleave(const Element* even, const Element* odd,
                                              std::int16_t* packed) {
  for (std::size_t column = 0; column < kPanelColumns; ++column) {
    packed[2 * column] = widen(even[column]);
    packed[2 * column + 1] = widen(odd[column]);
  }
}

SIM_VECTOR_CLONES
void interleave_rows(const std::int8_t* even, const std::int8_t* odd, std::int16_t* packed) {
  interleave(even, odd, packed);
}

SIM_VECTOR_CLONES
void interleave_rows(const std::int16_t* even, const std::int16_t* odd, std::int16_t* packed) {
  interleave(even, odd, packed);
}

SIM_VECTOR_CLONES
void widen_row(const std::int8_t* row, std::size_t columns, std::int16_t* widened) {
  for (std::size_t column = 0; column < columns; ++column) widened[column] = widen(row[column]);
}

void widen_row(const std::int16_t* row, std::size_t columns, std::int16_t* widened) {
  std::copy_n(row, columns, widened);
}

/// Copies a block of A, widened, to `[rows, 2 kBlockPairs]`, zero behind an odd last column.
template <class Element>
void widen_block(const MatrixView<const Element>& block, std::int16_t* widened) {
  for (std::size_t row = 0; row < block.rows; ++row) {
    std::int16_t* to = widened + row * 2 * kBlockPairs;
    widen_row(block.row(row), block.columns, to);
    if (block.columns % 2 != 0) to[block.columns] = 0;
  }
}

/// The last columns of C, where they do not fill a panel: through a full panel beside C.
void multiply_part_of_panel(PanelProduct product, std::size_t columns, PanelFunction function) {
  alignas(64) std::array<std::int32_t, kBlockRows * kPanelColumns> sums;
  const PanelProduct target = product;
  product.c = sums.data();
  product.c_stride = kPanelColumns;
  product.is_added = false;
  function(product);
  for (std::size_t row = 0; row < product.rows; ++row) {
    std::int32_t* to = target.c + row * target.c_stride;
    const std::int32_t* from = sums.data() + row * kPanelColumns;
    for (std::size_t column = 0; column < columns; ++column) {
      const std::int32_t held = target.is_added ? to[column] : 0;
      to[column] = add_modulo(held, from[column]);
    }
  }
}

/// One block of A, widened, with the same depth of every panel.
void multiply_block(PanelProduct product, const PackedWeights& b, std::size_t first_pair,
                    std::int32_t* c, PanelFunction function) {
  for (std::size_t column = 0; column < b.columns(); column += kPanelColumns) {
    product.b = b.panel(column / kPanelColumns) + first_pair * kPanelColumns * 2;
    product.c = c + column;
    if (b.columns() - column >= kPanelColumns) {
      function(product);
    } else {
      multiply_part_of_panel(product, b.columns() - column, function);
    }
  }
}

void clear(const MatrixView<std::int32_t>& c) {
  for (std::size_t row = 0; row < c.rows; ++row) std::fill_n(c.row(row), c.columns, 0);
}

template <class Element>
void multiply_blocks(const MatrixView<const Element>& a, const PackedWeights& b,
                     const MatrixView<std::int32_t>& c, Accumulate accumulate,
                     PanelFunction function) {
  SIM_ASSERT(a.columns == b.rows() && a.rows == c.rows && b.columns() == c.columns, "systolic", 0,
             "a product of [{}, {}] and [{}, {}] into [{}, {}]", a.rows, a.columns, b.rows(),
             b.columns(), c.rows, c.columns);
  if (a.columns == 0 && accumulate == Accumulate::replace) clear(c);
  alignas(64) std::array<std::int16_t, kBlockRows * kBlockPairs * 2> widened;
  for (std::size_t depth = 0; depth < a.columns; depth += 2 * kBlockPairs) {
    const std::size_t block_depth = std::min(a.columns - depth, 2 * kBlockPairs);
    for (std::size_t row = 0; row < a.rows; row += kBlockRows) {
      const std::size_t block_rows = std::min(a.rows - row, kBlockRows);
      widen_block<Element>({a.row(row) + depth, block_rows, block_depth, a.stride}, widened.data());
      PanelProduct product;
      product.a = widened.data();
      product.a_stride = 2 * kBlockPairs;
      product.rows = block_rows;
      product.pairs = (block_depth + 1) / 2;
      product.c_stride = c.stride;
      product.is_added = depth > 0 || accumulate == Accumulate::add;
      multiply_block(product, b, depth / 2, c.row(row), function);
    }
  }
}

}  // namespace

PackedWeights::PackedWeights(const MatrixView<const std::int8_t>& weights) { pack(weights); }
PackedWeights::PackedWeights(const MatrixView<const std::int16_t>& weights) { pack(weights); }

template <class Element>
void PackedWeights::pack(const MatrixView<const Element>& weights) {
  rows_ = weights.rows;
  columns_ = weights.columns;
  const std::size_t panels = (columns_ + kPanelColumns - 1) / kPanelColumns;
  elements_.resize(panels * pairs() * kPanelColumns * 2);
  const std::array<Element, kPanelColumns> zeros{};
  std::int16_t* packed = elements_.data();
  for (std::size_t column = 0; column < columns_; column += kPanelColumns) {
    const std::size_t count = std::min(columns_ - column, kPanelColumns);
    for (std::size_t row = 0; row < rows_; row += 2, packed += 2 * kPanelColumns) {
      const Element* even = weights.row(row) + column;
      const Element* odd = row + 1 < rows_ ? weights.row(row + 1) + column : zeros.data();
      std::array<Element, 2 * kPanelColumns> part{};
      if (count < kPanelColumns) {
        std::copy_n(even, count, part.data());
        std::copy_n(odd, count, part.data() + kPanelColumns);
        even = part.data();
        odd = part.data() + kPanelColumns;
      }
      interleave_rows(even, odd, packed);
    }
  }
}

void multiply(const MatrixView<const std::int8_t>& a, const PackedWeights& b,
              const MatrixView<std::int32_t>& c, Accumulate accumulate, InstructionSet set) {
  multiply_blocks(a, b, c, accumulate, panel_function(set));
}

void multiply(const MatrixView<const std::int16_t>& a, const PackedWeights& b,
              const MatrixView<std::int32_t>& c, Accumulate accumulate, InstructionSet set) {
  multiply_blocks(a, b, c, accumulate, panel_function(set));
}

}  // namespace nzsim::systolic
