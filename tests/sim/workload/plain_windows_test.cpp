#include "sim/workload/plain_windows.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nzsim::plain {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

/// Some integers in [-128, 127], extremes among them.
std::vector<std::int8_t> integers(std::size_t count, int step) {
  std::vector<std::int8_t> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<std::int8_t>(static_cast<int>(i) * step % 256 - 128);
  }
  return values;
}

/// Numbers of many magnitudes, so that another order of additions rounds differently; every third
/// one 0.
template <class Real>
std::vector<Real> reals(std::size_t count, double step) {
  std::vector<Real> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double angle = step * static_cast<double>(i);
    values[i] = i % 3 == 0 ? Real{0} : static_cast<Real>(std::sin(angle) * std::exp(7.0 * angle));
  }
  return values;
}

/// The definition: each sum in the order of the taps.
template <class Sum, class Weight, class Value>
std::vector<Sum> defined(const std::vector<Weight>& weights, const Windows& windows,
                         const std::vector<Value>& values) {
  std::vector<Sum> sums;
  const std::size_t inner = windows.taps.size();
  for (std::size_t first = 0; first < weights.size(); first += inner) {
    for (const std::size_t place : windows.places) {
      Sum sum{0};
      for (std::size_t k = 0; k < inner; ++k) {
        sum += static_cast<Sum>(weights[first + k]) * values[place + windows.taps[k]];
      }
      sums.push_back(sum);
    }
  }
  return sums;
}

/// Windows that are no matrix: places three apart, taps from the last to the first.
Windows scattered(std::size_t inner, std::size_t count) {
  Windows windows;
  for (std::size_t k = inner; k-- > 0;) windows.taps.push_back(5 * k);
  for (std::size_t p = 0; p < count; ++p) windows.places.push_back(3 * p);
  return windows;
}

/// Numbers of places and of taps around those that are taken at a time.
class PlainWindows : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {
 protected:
  const std::size_t inner = std::get<0>(GetParam());
  const std::size_t count = std::get<1>(GetParam());
  const Windows windows = scattered(inner, count);
  const std::size_t length = 5 * inner + 3 * count;
};

TEST_P(PlainWindows, GiveTheSumsOfIntegersThatTheDefinitionGives) {
  const std::vector<std::int8_t> weights = integers(3 * inner, 37);
  const std::vector<std::int8_t> values = integers(length, 91);
  std::vector<std::int32_t> sums(3 * count, 7);
  multiply_windows(weights, windows, values, sums);
  EXPECT_EQ(sums, defined<std::int32_t>(weights, windows, values));
}

TEST_P(PlainWindows, GiveTheSumsOfDoublesInTheOrderOfTheTaps) {
  const auto weights = reals<float>(3 * inner, 0.011);
  const auto values = reals<double>(length, 0.0023);
  std::vector<double> sums(3 * count, 7.0);
  multiply_windows(std::span<const float>(weights), windows, values, sums);
  EXPECT_EQ(sums, defined<double>(weights, windows, values));
}

TEST_P(PlainWindows, TakeDoublesAsWeights) {
  const auto weights = reals<double>(3 * inner, 0.011);
  const auto values = reals<double>(length, 0.0023);
  std::vector<double> sums(3 * count, 7.0);
  multiply_windows(std::span<const double>(weights), windows, values, sums);
  EXPECT_EQ(sums, defined<double>(weights, windows, values));
}

INSTANTIATE_TEST_SUITE_P(All, PlainWindows,
                         ::testing::Combine(::testing::Values(1, 9, 32, 67, 147),
                                            ::testing::Values(1, 3, 4, 5, 31, 32, 33, 69)));

TEST(PlainWindowsOfAMatrix, AreItsColumns) {
  const Windows windows = columns_of_matrix(3, 2);
  EXPECT_THAT(windows.taps, ElementsAre(0, 2, 4));
  EXPECT_THAT(windows.places, ElementsAre(0, 1));
}

/// Two channels of 2 x 3; kernel 2 x 2, dilated to 2 x 3, padded by a row and a column.
LayerSpec padded_convolution() {
  LayerSpec spec;
  spec.type = LayerType::convolution;
  spec.input = {2, 2, 3};
  spec.output = {1, 2, 2};
  spec.kernel = {2, 2};
  spec.dilation = {1, 2};
  spec.stride = {2, 2};
  spec.padding = {1, 1};
  return spec;
}

TEST(PlainWindowsOfAConvolution, LieInPaddedMaps) {
  // Maps of (1 x 2 + 2) x (1 x 2 + 3) = 4 x 5.
  const Windows windows = windows_of_convolution(padded_convolution());
  EXPECT_THAT(windows.taps, ElementsAre(0, 2, 5, 7, 20, 22, 25, 27));
  EXPECT_THAT(windows.places, ElementsAre(0, 2, 10, 12));
}

TEST(PlainWindowsOfAConvolution, SeeZerosAroundTheInput) {
  const std::vector<std::int8_t> input{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  EXPECT_THAT(padded(padded_convolution(), std::span<const std::int8_t>(input)),
              ElementsAre(0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0,  //
                          0, 0, 0, 0, 0, 0, 7, 8, 9, 0, 0, 10, 11, 12, 0, 0, 0, 0, 0, 0));
}

TEST(PlainWindowsOfAConvolution, LeaveOutWhatNoWindowSees) {
  LayerSpec spec = padded_convolution();
  spec.output = {1, 1, 1};
  const std::vector<std::int8_t> input{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  EXPECT_THAT(padded(spec, std::span<const std::int8_t>(input)),
              ElementsAre(0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 7, 8));
  // One column of padding before a window of one column, and three.
  spec.kernel = {1, 1};
  EXPECT_THAT(padded(spec, std::span<const std::int8_t>(input)), ElementsAre(0, 0));
  spec.padding = {0, 3};
  EXPECT_THAT(padded(spec, std::span<const std::int8_t>(input)), Each(0));
}

}  // namespace
}  // namespace nzsim::plain
