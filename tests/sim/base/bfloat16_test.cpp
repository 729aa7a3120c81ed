#include "sim/base/bfloat16.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <gtest/gtest.h>

namespace nzsim {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN();

std::uint16_t rounded(double value) { return static_cast<std::uint16_t>(round_to_bfloat16(value)); }
std::uint16_t rounded_float(float value) {
  return static_cast<std::uint16_t>(round_to_bfloat16(value));
}

/// Both roundings of a value that is a binary32.
std::array<std::uint16_t, 2> both(float value) { return {rounded_float(value), rounded(value)}; }

std::array<std::uint16_t, 2> twice(std::uint16_t bits) { return {bits, bits}; }

TEST(Bfloat16, RoundsToNearestAndHalvesToEven) {
  // 1 is 0x3f80; steps above it are 2^-7.
  EXPECT_EQ(both(1.0F), twice(0x3f80));
  EXPECT_EQ(both(1.0F + 0x1p-8F), twice(0x3f80));
  EXPECT_EQ(both(1.0F + 0x1p-8F + 0x1p-20F), twice(0x3f81));
  EXPECT_EQ(both(1.0F + 0x3p-8F - 0x1p-20F), twice(0x3f81));
  EXPECT_EQ(both(1.0F + 0x3p-8F), twice(0x3f82));
  EXPECT_EQ(both(-1.0F - 0x3p-8F), twice(0xbf82));
  // The last step below 2 carries into the exponent.
  EXPECT_EQ(both(2.0F - 0x1p-8F), twice(0x4000));
}

TEST(Bfloat16, RoundsDoublesOnce) {
  // Rounded to binary32 first, the last bit is lost and a half remains.
  EXPECT_EQ(rounded(1.0 + 0x1p-8 + 0x1p-40), 0x3f81);
  EXPECT_EQ(rounded(1.0 + 0x3p-8 - 0x1p-40), 0x3f81);
  // 0.5 steps of 2^-133, and more.
  EXPECT_EQ(rounded(0x1p-134 + 0x1p-170), 0x0001);
  EXPECT_EQ(rounded(-0x1p-134 - 0x1p-170), 0x8001);
}

TEST(Bfloat16, KeepsSubnormals) {
  EXPECT_EQ(both(0x1p-133F), twice(0x0001));
  // Halves: 0.5, 1.5 and 127.5 steps.
  EXPECT_EQ(both(0x1p-134F), twice(0x0000));
  EXPECT_EQ(both(0x3p-134F), twice(0x0002));
  EXPECT_EQ(both(0x1p-126F - 0x1p-134F), twice(0x0080));
  EXPECT_EQ(both(0x1p-126F), twice(0x0080));
  EXPECT_EQ(rounded(1e-300), 0x0000);
  EXPECT_EQ(rounded(-1e-300), 0x8000);
}

TEST(Bfloat16, SaturatesAndTurnsNanToZero) {
  EXPECT_EQ(both(0x1.fep127F), twice(0x7f7f));
  EXPECT_EQ(both(std::numeric_limits<float>::max()), twice(0x7f7f));
  EXPECT_EQ(both(kInfinity), twice(0x7f7f));
  EXPECT_EQ(both(-kInfinity), twice(0xff7f));
  EXPECT_EQ(both(kNotANumber), twice(0));
  EXPECT_EQ(both(-kNotANumber), twice(0));
  EXPECT_EQ(both(-0.0F), twice(0x8000));
  EXPECT_EQ(rounded(1e300), 0x7f7f);
}

TEST(Bfloat16, LimitsSumsToFiniteNumbers) {
  EXPECT_EQ(limit_to_finite(1.5F), 1.5F);
  EXPECT_EQ(limit_to_finite(kInfinity), std::numeric_limits<float>::max());
  EXPECT_EQ(limit_to_finite(-kInfinity), -std::numeric_limits<float>::max());
  EXPECT_EQ(limit_to_finite(kNotANumber), 0.0F);
}

TEST(Bfloat16, GivesEveryFiniteNumberBack) {
  std::vector<std::uint16_t> expected;
  std::vector<std::uint16_t> from_float;
  std::vector<std::uint16_t> from_double;
  for (std::uint32_t magnitude = 0; magnitude < 0x7f80; ++magnitude) {
    for (const std::uint32_t sign : {0U, 0x8000U}) {
      expected.push_back(static_cast<std::uint16_t>(sign | magnitude));
      const float value = to_float(Bfloat16{expected.back()});
      from_float.push_back(rounded_float(value));
      from_double.push_back(rounded(value));
    }
  }
  EXPECT_EQ(from_float, expected);
  EXPECT_EQ(from_double, expected);
}

TEST(Bfloat16, RoundsBothTypesAndWholeRowsAlike) {
  boost::random::mt19937_64 engine(3);
  std::vector<float> values(10'000);
  for (float& value : values) value = std::bit_cast<float>(static_cast<std::uint32_t>(engine()));
  std::vector<Bfloat16> row(values.size());
  round_to_bfloat16(values, row);
  std::vector<Bfloat16> from_float;
  std::vector<Bfloat16> from_double;
  for (const float value : values) {
    from_float.push_back(round_to_bfloat16(value));
    from_double.push_back(round_to_bfloat16(static_cast<double>(value)));
  }
  EXPECT_EQ(row, from_float);
  EXPECT_EQ(row, from_double);
}

}  // namespace
}  // namespace nzsim
