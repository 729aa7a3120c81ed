#include "sim/workload/elementary.h"

#include <cmath>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "sim/base/files.h"

namespace nzsim {
namespace {

/// -20 to 20 in steps that are no multiples of anything.
constexpr double kStep = 0.00317;
constexpr int kSteps = 6310;

template <class Function, class Reference>
double largest_difference(const Function& function, const Reference& reference) {
  double largest = 0.0;
  for (int i = -kSteps; i <= kSteps; ++i) {
    largest = std::max(largest, std::abs(function(i * kStep) - reference(i * kStep)));
  }
  return largest;
}

TEST(Elementary, AgreesWithTheLibraryAsFarAsDoublesGo) {
  EXPECT_LT(
      largest_difference(elementary::sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }),
      1e-15);
  EXPECT_LT(
      largest_difference(elementary::hyperbolic_tangent, [](double x) { return std::tanh(x); }),
      1e-15);
  EXPECT_LT(largest_difference(elementary::error_function, [](double x) { return std::erf(x); }),
            1e-14);
  EXPECT_LT(largest_difference([](double x) { return elementary::exponential(x) / std::exp(x); },
                               [](double) { return 1.0; }),
            1e-14);
}

TEST(Elementary, IsExactWhereTheResultsAreShort) {
  EXPECT_EQ(elementary::exponential(0.0), 1.0);
  EXPECT_EQ(elementary::sigmoid(0.0), 0.5);
  EXPECT_EQ(elementary::hyperbolic_tangent(0.0), 0.0);
  EXPECT_EQ(elementary::gelu(0.0), 0.0);
  EXPECT_EQ(elementary::error_function(-7.0), -1.0);
}

TEST(Elementary, StaysFiniteForLargeMagnitudes) {
  EXPECT_EQ(elementary::sigmoid(1e300), 1.0);
  EXPECT_LT(elementary::sigmoid(-1e300), 1e-300);
  EXPECT_EQ(elementary::hyperbolic_tangent(-1e300), -1.0);
  EXPECT_EQ(elementary::gelu(1e10), 1e10);
  EXPECT_EQ(elementary::gelu(-1e10), 0.0);
}

TEST(Elementary, HasTheSameBitsOnEveryMachine) {
  std::string bytes;
  for (int i = -kSteps; i <= kSteps; ++i) {
    for (const double value :
         {elementary::exponential(i * kStep), elementary::sigmoid(i * kStep),
          elementary::hyperbolic_tangent(i * kStep), elementary::error_function(i * kStep)}) {
      bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
  }
  // No independent source: what the first machine gave.
  EXPECT_EQ(sha256(bytes), "43ac4242305e7a830e0b98871ccc104343b7a4e3ce4daefcb7c24232b929b6b7");
}

}  // namespace
}  // namespace nzsim
