#include "models/systolic/values/bfloat16_kernel.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tests/support/random_bfloat16.h"

namespace nzsim::systolic {
namespace {

constexpr Bfloat16 kOne{0x3f80};
constexpr Bfloat16 kMinusOne{0xbf80};

/// Numbers of either sign from 2^-12 to 2^12, so that the order of additions shows.
std::vector<Bfloat16> random_numbers(std::size_t count, boost::random::mt19937_64& engine) {
  return test::random_bfloat16(count, 127 - 12, 25, engine);
}

/// The column's adders one after the other. `volatile` keeps each rounding.
float column_sum(const Bfloat16* a, const Bfloat16* b, std::size_t depth, std::size_t stride) {
  volatile float sum = 0.0F;
  for (std::size_t k = 0; k < depth; ++k) {
    const volatile float product = to_float(a[k]) * to_float(b[k * stride]);
    sum = sum + product;
  }
  return sum;
}

void expect_product(std::size_t m, std::size_t k, std::size_t n,
                    boost::random::mt19937_64& engine) {
  const std::vector<Bfloat16> a = random_numbers(m * k, engine);
  const std::vector<Bfloat16> b = random_numbers(k * n, engine);
  std::vector<float> replaced;
  for (std::size_t row = 0; row < m; ++row) {
    for (std::size_t column = 0; column < n; ++column) {
      replaced.push_back(column_sum(a.data() + row * k, b.data() + column, k, n));
    }
  }
  std::vector<float> added;
  for (const float sum : replaced) added.push_back(0.3F + sum);

  const PackedBfloat16Weights packed({b.data(), k, n, n});
  for (auto* function :
       {&multiply_baseline, static_cast<decltype(&multiply_baseline)>(&multiply)}) {
    std::vector<float> sums(m * n, 0.3F);
    function({a.data(), m, k, k}, packed, {sums.data(), m, n, n}, Accumulate::add);
    EXPECT_EQ(test::bits_of(sums), test::bits_of(added)) << m << " x " << k << " x " << n;
    function({a.data(), m, k, k}, packed, {sums.data(), m, n, n}, Accumulate::replace);
    EXPECT_EQ(test::bits_of(sums), test::bits_of(replaced)) << m << " x " << k << " x " << n;
  }
}

TEST(Bfloat16Kernel, AddsInTheOrderOfTheArrayBitForBit) {
  boost::random::mt19937_64 engine(8);
  for (int round = 0; round < 40; ++round) {
    expect_product(engine() % 12, engine() % 130, engine() % 70, engine);
  }
}

/// `[1, K]` times `[K, 1]`.
float dot(const std::vector<Bfloat16>& a, const std::vector<Bfloat16>& b) {
  float sum = 7.0F;
  multiply({a.data(), 1, a.size(), a.size()}, PackedBfloat16Weights({b.data(), b.size(), 1, 1}),
           {&sum, 1, 1, 1}, Accumulate::replace);
  return sum;
}

TEST(Bfloat16Kernel, RoundsAfterEveryAddition) {
  // 2^24 + 1 - 2^24 is 0 from left to right, as 2^24 + 1 rounds to 2^24; any other order gives 1.
  constexpr Bfloat16 kLarge{0x4b80};
  EXPECT_EQ(to_float(kLarge), 16'777'216.0F);
  EXPECT_EQ(dot({kLarge, kOne, kLarge}, {kOne, kOne, kMinusOne}), 0.0F);
  EXPECT_EQ(dot({kLarge, kLarge, kOne}, {kOne, kMinusOne, kOne}), 1.0F);
}

TEST(Bfloat16Kernel, RoundsASubnormalProductBeforeItIsAdded) {
  // The smallest subnormal is s = 2^-149. 0x0001 is 2^-133; times 2^-16 (0x3780) it is s, times 2.5
  // x 2^-16 = 1.25 x 2^-15 (0x3820) it is 2.5 s, which rounds to the even 2 s.
  constexpr Bfloat16 kTiny{0x0001};
  constexpr Bfloat16 kOneStep{0x3780};
  constexpr Bfloat16 kTwoAndAHalfSteps{0x3820};
  const float step = std::bit_cast<float>(std::uint32_t{1});
  EXPECT_EQ(dot({kTiny}, {kOneStep}), step);
  EXPECT_EQ(dot({kTiny}, {kTwoAndAHalfSteps}), 2.0F * step);
  // Rounded first: 1 s + 2 s = 3 s. Fused: 3.5 s, which rounds to 4 s.
  EXPECT_EQ(dot({kTiny, kTiny}, {kOneStep, kTwoAndAHalfSteps}), 3.0F * step);
}

TEST(Bfloat16Kernel, StartsAtPlusZero) {
  // -0 alone would be -0; the top of a column adds it to +0.
  EXPECT_EQ(std::bit_cast<std::uint32_t>(dot({Bfloat16{0x8000}}, {kOne})), 0U);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(dot({}, {})), 0U);
}

TEST(Bfloat16Kernel, RefusesShapesThatDoNotFit) {
  const std::vector<Bfloat16> numbers(6, kOne);
  float sum = 0.0F;
  const PackedBfloat16Weights packed({numbers.data(), 3, 1, 1});
  EXPECT_THROW(multiply({numbers.data(), 1, 2, 2}, packed, {&sum, 1, 1, 1}, Accumulate::add),
               SimulationError);
}

}  // namespace
}  // namespace nzsim::systolic
