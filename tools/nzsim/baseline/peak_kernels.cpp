#include "tools/nzsim/baseline/peak_kernels.h"

#include <array>
#include <cstddef>
#include <numeric>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nzsim::baseline {
namespace {

// Accumulators in registers: two units whose results take 4 (Intel and AMD) or 5 cycles need 8 or
// 10 of them, and a set of 16 registers has room for 12 beside the two factors.
constexpr std::size_t kAccumulators = 12;
// Multiplication and addition apart take twice as long, and SSE2 has 16 registers too.
constexpr std::size_t kPortableNumbers = 48;

PeakWork work_of(const float* numbers, std::size_t count, std::uint64_t steps) {
  return {2 * steps * count,
          std::accumulate(numbers, numbers + count, 0.0) / static_cast<double>(count)};
}

/// Where accumulator `index` starts. Were two of them equal, a compiler could compute one for both.
float start_of(std::size_t index) { return static_cast<float>(index); }

PeakWork multiply_add_portable(std::uint64_t steps) {
  alignas(64) std::array<float, kPortableNumbers> sums;
  for (std::size_t k = 0; k < kPortableNumbers; ++k) sums[k] = start_of(k);
  for (std::uint64_t step = 0; step < steps; ++step) {
    for (float& sum : sums) sum = sum * 0.5F + 1.0F;
  }
  return work_of(sums.data(), sums.size(), steps);
}

#if defined(__x86_64__)

[[gnu::target("avx2,fma")]] PeakWork multiply_add_avx2(std::uint64_t steps) {
  constexpr std::size_t kLanes = 8;
  const __m256 half = _mm256_set1_ps(0.5F);
  const __m256 one = _mm256_set1_ps(1.0F);
  __m256 sums[kAccumulators];
  for (std::size_t k = 0; k < kAccumulators; ++k) sums[k] = _mm256_set1_ps(start_of(k));
  for (std::uint64_t step = 0; step < steps; ++step) {
#pragma GCC unroll 12
    for (__m256& sum : sums) sum = _mm256_fmadd_ps(sum, half, one);
  }
  alignas(32) std::array<float, kAccumulators * kLanes> numbers;
  for (std::size_t k = 0; k < kAccumulators; ++k) {
    _mm256_store_ps(numbers.data() + k * kLanes, sums[k]);
  }
  return work_of(numbers.data(), numbers.size(), steps);
}

[[gnu::target("avx512f")]] PeakWork multiply_add_avx512(std::uint64_t steps) {
  constexpr std::size_t kLanes = 16;
  const __m512 half = _mm512_set1_ps(0.5F);
  const __m512 one = _mm512_set1_ps(1.0F);
  __m512 sums[kAccumulators];
  for (std::size_t k = 0; k < kAccumulators; ++k) sums[k] = _mm512_set1_ps(start_of(k));
  for (std::uint64_t step = 0; step < steps; ++step) {
#pragma GCC unroll 12
    for (__m512& sum : sums) sum = _mm512_fmadd_ps(sum, half, one);
  }
  alignas(64) std::array<float, kAccumulators * kLanes> numbers;
  for (std::size_t k = 0; k < kAccumulators; ++k) {
    _mm512_store_ps(numbers.data() + k * kLanes, sums[k]);
  }
  return work_of(numbers.data(), numbers.size(), steps);
}

#endif

}  // namespace

PeakWork run_multiply_adds(InstructionSet set, std::uint64_t steps) {
#if defined(__x86_64__)
  if (set == InstructionSet::avx512) return multiply_add_avx512(steps);
  if (set == InstructionSet::avx2) return multiply_add_avx2(steps);
#endif
  static_cast<void>(set);
  return multiply_add_portable(steps);
}

}  // namespace nzsim::baseline
