#include "models/eie/value_kernel.h"

#include <algorithm>

#include "models/eie/image.h"
#include "sim/base/fixed_point.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nzsim::eie {
namespace {

#if defined(__x86_64__)

/// 64 rows of one column: bytes looked up for the low and high halves of the products, interleaved.
struct Avx2Table {
  __m256i low;
  __m256i high;
};

[[gnu::target("avx2"), gnu::always_inline]] inline Avx2Table make_table(
    const std::int16_t* products) {
  alignas(16) std::uint8_t low[16];
  alignas(16) std::uint8_t high[16];
  for (int code = 0; code < 16; ++code) {
    const auto bits = static_cast<std::uint16_t>(products[code]);
    low[code] = static_cast<std::uint8_t>(bits & 0xff);
    high[code] = static_cast<std::uint8_t>(bits >> 8);
  }
  return {_mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(low))),
          _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(high)))};
}

/// Adds the products of 32 codes, one per byte, to two vectors of 16 accumulators.
[[gnu::target("avx2"), gnu::always_inline]] inline void add_codes(const Avx2Table& table,
                                                                  __m256i codes, __m256i& first,
                                                                  __m256i& second) {
  const __m256i low = _mm256_shuffle_epi8(table.low, codes);
  const __m256i high = _mm256_shuffle_epi8(table.high, codes);
  first = _mm256_adds_epi16(first, _mm256_unpacklo_epi8(low, high));
  second = _mm256_adds_epi16(second, _mm256_unpackhi_epi8(low, high));
}

[[gnu::target("avx2")]] void add_dense_columns_avx2(const DenseColumns& columns, std::size_t groups,
                                                    std::int16_t* accumulators) {
  const Avx2Table tables[kDenseColumns] = {
      make_table(columns.products[0]), make_table(columns.products[1]),
      make_table(columns.products[2]), make_table(columns.products[3])};
  const __m256i nibble = _mm256_set1_epi8(0x0f);
  for (std::size_t group = 0; group < groups; ++group) {
    auto* sums = reinterpret_cast<__m256i*>(accumulators + group * 64);
    __m256i sum[4] = {_mm256_loadu_si256(sums), _mm256_loadu_si256(sums + 1),
                      _mm256_loadu_si256(sums + 2), _mm256_loadu_si256(sums + 3)};
    for (std::size_t column = 0; column < kDenseColumns; ++column) {
      const __m256i codes =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(columns.codes[column] + group * 32));
      add_codes(tables[column], _mm256_and_si256(codes, nibble), sum[0], sum[1]);
      add_codes(tables[column], _mm256_and_si256(_mm256_srli_epi16(codes, 4), nibble), sum[2],
                sum[3]);
    }
    for (std::size_t part = 0; part < 4; ++part) _mm256_storeu_si256(sums + part, sum[part]);
  }
}

#endif

}  // namespace

void add_dense_columns_plain(const DenseColumns& columns, std::size_t groups,
                             std::int16_t* accumulators) {
  for (std::size_t column = 0; column < kDenseColumns; ++column) {
    for (std::size_t row = 0; row < groups * 64; ++row) {
      const DensePlace place = dense_place(static_cast<std::uint32_t>(row % 64));
      const std::uint8_t byte = columns.codes[column][row / 64 * 32 + place.byte];
      const std::uint8_t code = place.is_high ? byte >> 4 : byte & 0x0f;
      accumulators[row] = add_saturated(accumulators[row], columns.products[column][code]);
    }
  }
}

void add_dense_columns(const DenseColumns& columns, std::size_t groups,
                       std::int16_t* accumulators) {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2) {
    add_dense_columns_avx2(columns, groups, accumulators);
    return;
  }
#endif
  add_dense_columns_plain(columns, groups, accumulators);
}

ValueKernel::ValueKernel(const LayerProgram& layer)
    : layer_(layer), shift_(layer.product_shift()), products_(layer.codebook.size()) {}

void ValueKernel::run(const MatrixImage& image, const Pass& pass, std::span<const Item> items,
                      std::span<std::int16_t> accumulators) {
  if (image.dense_codes.empty()) {
    add_lists(image, pass, items, accumulators.data());
  } else {
    add_dense(image, pass, items, accumulators.data());
  }
}

void ValueKernel::multiply_codebook(std::int16_t activation, std::int16_t* products) const {
  for (std::size_t code = 0; code < layer_.codebook.size(); ++code) {
    products[code] = multiply_fixed(layer_.codebook[code], activation, shift_);
  }
}

void ValueKernel::add_dense(const MatrixImage& image, const Pass& pass, std::span<const Item> items,
                            std::int16_t* accumulators) {
  const std::size_t first_column =
      std::size_t{pass.output_batch} * image.columns + pass.column_begin;
  for (std::size_t k = 0; k < items.size(); k += kDenseColumns) {
    DenseColumns columns{};
    for (std::size_t n = 0; n < kDenseColumns; ++n) {
      // A missing column repeats the last one, with products of zero.
      const Item& item = items[std::min(k + n, items.size() - 1)];
      columns.codes[n] =
          image.dense_codes.data() + (first_column + item.column) * image.dense_stride;
      if (k + n < items.size()) multiply_codebook(item.value, columns.products[n]);
    }
    add_dense_columns(columns, image.dense_stride / 32, accumulators);
  }
}

void ValueKernel::add_lists(const MatrixImage& image, const Pass& pass, std::span<const Item> items,
                            std::int16_t* accumulators) {
  const std::int16_t* codebook = layer_.codebook.data();
  for (const Item& item : items) {
    const std::size_t column =
        std::size_t{pass.output_batch} * image.columns + pass.column_begin + item.column;
    const std::uint64_t begin = image.value_offsets[column];
    const std::uint64_t end = image.value_offsets[column + 1];
    if (end - begin < products_.size()) {
      for (std::uint64_t n = begin; n < end; ++n) {
        std::int16_t& sum = accumulators[image.value_rows[n]];
        sum =
            add_saturated(sum, multiply_fixed(codebook[image.value_codes[n]], item.value, shift_));
      }
      continue;
    }
    multiply_codebook(item.value, products_.data());
    for (std::uint64_t n = begin; n < end; ++n) {
      std::int16_t& sum = accumulators[image.value_rows[n]];
      sum = add_saturated(sum, products_[image.value_codes[n]]);
    }
  }
}

}  // namespace nzsim::eie
