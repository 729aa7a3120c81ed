#include "models/systolic/values/gemm_tiles.h"

#include <algorithm>
#include <cstring>

#include "sim/base/errors.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nzsim::systolic {
namespace {

/// The definition, and what machines without a kernel of their own run.
struct Portable {
  template <std::size_t Rows>
  static void tile(const PanelProduct& product) {
    static_assert(Rows == 1);
    std::uint32_t sums[kPanelColumns] = {};
    for (std::size_t pair = 0; pair < product.pairs; ++pair) {
      const std::int32_t even = product.a[2 * pair];
      const std::int32_t odd = product.a[2 * pair + 1];
      const std::int16_t* b = product.b + pair * kPanelColumns * 2;
      for (std::size_t column = 0; column < kPanelColumns; ++column) {
        sums[column] += static_cast<std::uint32_t>(even * b[2 * column]);
        sums[column] += static_cast<std::uint32_t>(odd * b[2 * column + 1]);
      }
    }
    for (std::size_t column = 0; column < kPanelColumns; ++column) {
      const std::int32_t held = product.is_added ? product.c[column] : 0;
      product.c[column] = add_modulo(held, static_cast<std::int32_t>(sums[column]));
    }
  }
};

#if defined(__x86_64__)

/// Two neighbours of one row of A, as the 32 bits that are copied to all lanes of a vector.
[[gnu::always_inline]] inline int load_pair(const std::int16_t* a) {
  int pair = 0;
  std::memcpy(&pair, a, sizeof pair);
  return pair;
}

// Each kernel keeps a tile of C, `Rows` x two vectors, in registers while it passes once over the
// depth. `pmaddwd` multiplies eight, or sixteen, pairs and cannot saturate or overflow but for four
// times -2^15, where its 2^31 is right modulo 2^32.

struct Sse2 {
  static constexpr std::size_t kColumns = 8;

  template <std::size_t Rows>
  static void tile(const PanelProduct& product) {
    for (std::size_t column = 0; column < kPanelColumns; column += kColumns) {
      tile_columns<Rows>(product, column);
    }
  }

  template <std::size_t Rows>
  static void tile_columns(const PanelProduct& product, std::size_t column) {
    __m128i sums[Rows][2] = {};
    const auto* b = reinterpret_cast<const __m128i*>(product.b + 2 * column);
    for (std::size_t pair = 0; pair < product.pairs; ++pair, b += 8) {
      const __m128i b0 = _mm_load_si128(b);
      const __m128i b1 = _mm_load_si128(b + 1);
#pragma GCC unroll 8  // keeps the sums in registers, not in memory
      for (std::size_t row = 0; row < Rows; ++row) {
        const __m128i a = _mm_set1_epi32(load_pair(product.a + row * product.a_stride + 2 * pair));
        sums[row][0] = _mm_add_epi32(sums[row][0], _mm_madd_epi16(a, b0));
        sums[row][1] = _mm_add_epi32(sums[row][1], _mm_madd_epi16(a, b1));
      }
    }
#pragma GCC unroll 8
    for (std::size_t row = 0; row < Rows; ++row) {
#pragma GCC unroll 2
      for (std::size_t half = 0; half < 2; ++half) {
        auto* c = reinterpret_cast<__m128i*>(product.c + row * product.c_stride + column) + half;
        const __m128i held = product.is_added ? _mm_loadu_si128(c) : _mm_setzero_si128();
        _mm_storeu_si128(c, _mm_add_epi32(held, sums[row][half]));
      }
    }
  }
};

struct Avx2 {
  static constexpr std::size_t kColumns = 16;

  template <std::size_t Rows>
  static void tile(const PanelProduct& product) {
    for (std::size_t column = 0; column < kPanelColumns; column += kColumns) {
      tile_columns<Rows>(product, column);
    }
  }

  template <std::size_t Rows>
  [[gnu::target("avx2")]] static void tile_columns(const PanelProduct& product,
                                                   std::size_t column) {
    __m256i sums[Rows][2] = {};
    const auto* b = reinterpret_cast<const __m256i*>(product.b + 2 * column);
    for (std::size_t pair = 0; pair < product.pairs; ++pair, b += 4) {
      const __m256i b0 = _mm256_load_si256(b);
      const __m256i b1 = _mm256_load_si256(b + 1);
#pragma GCC unroll 8  // keeps the sums in registers, not in memory
      for (std::size_t row = 0; row < Rows; ++row) {
        const __m256i a =
            _mm256_set1_epi32(load_pair(product.a + row * product.a_stride + 2 * pair));
        sums[row][0] = _mm256_add_epi32(sums[row][0], _mm256_madd_epi16(a, b0));
        sums[row][1] = _mm256_add_epi32(sums[row][1], _mm256_madd_epi16(a, b1));
      }
    }
#pragma GCC unroll 8
    for (std::size_t row = 0; row < Rows; ++row) {
#pragma GCC unroll 2
      for (std::size_t half = 0; half < 2; ++half) {
        auto* c = reinterpret_cast<__m256i*>(product.c + row * product.c_stride + column) + half;
        const __m256i held = product.is_added ? _mm256_loadu_si256(c) : _mm256_setzero_si256();
        _mm256_storeu_si256(c, _mm256_add_epi32(held, sums[row][half]));
      }
    }
  }
};

/// `vpdpwssd` adds the two products of a pair to the sum at once, without saturation.
struct Avx512Vnni {
  template <std::size_t Rows>
  [[gnu::target("avx512f,avx512vnni")]] static void tile(const PanelProduct& product) {
    __m512i sums[Rows][2] = {};
    const auto* b = reinterpret_cast<const __m512i*>(product.b);
    for (std::size_t pair = 0; pair < product.pairs; ++pair, b += 2) {
      const __m512i b0 = _mm512_load_si512(b);
      const __m512i b1 = _mm512_load_si512(b + 1);
#pragma GCC unroll 8  // keeps the sums in registers, not in memory
      for (std::size_t row = 0; row < Rows; ++row) {
        const __m512i a =
            _mm512_set1_epi32(load_pair(product.a + row * product.a_stride + 2 * pair));
        sums[row][0] = _mm512_dpwssd_epi32(sums[row][0], a, b0);
        sums[row][1] = _mm512_dpwssd_epi32(sums[row][1], a, b1);
      }
    }
#pragma GCC unroll 8
    for (std::size_t row = 0; row < Rows; ++row) {
#pragma GCC unroll 2
      for (std::size_t half = 0; half < 2; ++half) {
        std::int32_t* c = product.c + row * product.c_stride + 16 * half;
        const __m512i held = product.is_added ? _mm512_loadu_si512(c) : _mm512_setzero_si512();
        _mm512_storeu_si512(c, _mm512_add_epi32(held, sums[row][half]));
      }
    }
  }
};

#endif

/// Takes tiles of `Rows` rows while there are as many left.
template <class Kernel, std::size_t Rows>
void take_tiles(PanelProduct& product) {
  while (product.rows >= Rows) {
    Kernel::template tile<Rows>(product);
    product.rows -= Rows;
    product.a += Rows * product.a_stride;
    product.c += Rows * product.c_stride;
  }
}

/// The heights of tiles, from the largest, which fills the registers, down to 1.
template <class Kernel, std::size_t... Rows>
void multiply_panel(const PanelProduct& product) {
  PanelProduct rest = product;
  (take_tiles<Kernel, Rows>(rest), ...);
}

}  // namespace

std::string_view name_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::portable:
      return "portable";
    case InstructionSet::sse2:
      return "sse2";
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::avx512_vnni:
      return "avx512_vnni";
  }
  return "";
}

std::vector<InstructionSet> available_instruction_sets() {
  std::vector<InstructionSet> sets{InstructionSet::portable};
#if defined(__x86_64__)
  sets.push_back(InstructionSet::sse2);
  if (__builtin_cpu_supports("avx2") != 0) sets.push_back(InstructionSet::avx2);
  if (__builtin_cpu_supports("avx512vnni") != 0) sets.push_back(InstructionSet::avx512_vnni);
#endif
  return sets;
}

InstructionSet fastest_instruction_set() {
  static const InstructionSet fastest = available_instruction_sets().back();
  return fastest;
}

PanelFunction panel_function(InstructionSet set) {
  const std::vector<InstructionSet> available = available_instruction_sets();
  SIM_ASSERT(std::find(available.begin(), available.end(), set) != available.end(), "systolic", 0,
             "this machine has no {}", name_of(set));
#if defined(__x86_64__)
  if (set == InstructionSet::avx512_vnni) return multiply_panel<Avx512Vnni, 8, 4, 2, 1>;
  if (set == InstructionSet::avx2) return multiply_panel<Avx2, 6, 3, 1>;
  if (set == InstructionSet::sse2) return multiply_panel<Sse2, 4, 1>;
#endif
  return multiply_panel<Portable, 1>;
}

}  // namespace nzsim::systolic
