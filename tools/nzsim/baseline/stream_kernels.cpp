#include "tools/nzsim/baseline/stream_kernels.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "sim/base/vector.h"

namespace nzsim::baseline {
namespace {

SIM_VECTOR_CLONES
void triad_of(float* a, const float* b, const float* c, std::size_t count) {
#pragma GCC ivdep  // the arrays do not overlap
  for (std::size_t i = 0; i < count; ++i) a[i] = b[i] + 3.0F * c[i];
}

/// Sixteen numbers, which the compiler keeps in as many registers as it takes.
using Lanes = float __attribute__((vector_size(64)));
constexpr std::size_t kLanes = 16;
/// Four such sums hide the time that an addition takes; each lane adds every 64th number.
constexpr std::size_t kVectors = 4;
constexpr std::size_t kSums = kVectors * kLanes;

SIM_VECTOR_CLONES
void add_blocks(const float* numbers, std::size_t blocks, float* sums) {
  Lanes local[kVectors] = {};
  for (std::size_t block = 0; block < blocks; ++block) {
    const float* from = numbers + block * kSums;
#pragma GCC unroll 4
    for (std::size_t k = 0; k < kVectors; ++k) {
      Lanes lanes;
      std::memcpy(&lanes, from + k * kLanes, sizeof lanes);
      local[k] += lanes;
    }
  }
  std::memcpy(sums, local, sizeof local);
}

/// Blocks whose sums stay exact in 24 bits: numbers are multiples of 1/4 below 4.
constexpr std::size_t kExactBlocks = std::size_t{1} << 18U;

double sum_of(const float* numbers, std::size_t count) {
  double sum = 0.0;
  std::size_t at = 0;
  while (count - at >= kSums) {
    const std::size_t blocks = std::min((count - at) / kSums, kExactBlocks);
    std::array<float, kSums> sums;
    add_blocks(numbers + at, blocks, sums.data());
    for (const float part : sums) sum += part;
    at += blocks * kSums;
  }
  for (; at < count; ++at) sum += numbers[at];
  return sum;
}

}  // namespace

StreamArrays::StreamArrays(std::size_t numbers, ThreadTeam& team)
    : numbers_(numbers),
      first_(std::make_unique_for_overwrite<float[]>(numbers)),
      second_(std::make_unique_for_overwrite<float[]>(numbers)),
      third_(std::make_unique_for_overwrite<float[]>(numbers)) {
  team.run([&](std::size_t index) {
    const Part part = part_of(index, team.size());
    std::fill(first_.get() + part.begin, first_.get() + part.end, 0.0F);
    std::fill(second_.get() + part.begin, second_.get() + part.end, kSecond);
    std::fill(third_.get() + part.begin, third_.get() + part.end, kThird);
  });
}

void StreamArrays::triad(std::size_t index, std::size_t threads) {
  const Part part = part_of(index, threads);
  triad_of(first_.get() + part.begin, second_.get() + part.begin, third_.get() + part.begin,
           part.end - part.begin);
}

double StreamArrays::read(std::size_t index, std::size_t threads) const {
  const Part part = part_of(index, threads);
  double sum = 0.0;
  for (const float* numbers : {first_.get(), second_.get(), third_.get()}) {
    sum += sum_of(numbers + part.begin, part.end - part.begin);
  }
  return sum;
}

double StreamArrays::sum_after_triad() const {
  return static_cast<double>(numbers_) * (triad_value() + kSecond + kThird);
}

bool StreamArrays::is_triad_right() const {
  return std::all_of(first_.get(), first_.get() + numbers_,
                     [](float number) { return number == triad_value(); });
}

StreamArrays::Part StreamArrays::part_of(std::size_t index, std::size_t threads) const {
  return {numbers_ * index / threads, numbers_ * (index + 1) / threads};
}

}  // namespace nzsim::baseline
