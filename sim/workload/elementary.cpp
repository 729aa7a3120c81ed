#include "sim/workload/elementary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace nzsim::elementary {
namespace {

/// ln 2 in two parts, of which the upper has zeros in its last 32 bits, so that its product with an
/// exponent is exact (Sun's fdlibm, e_exp.c).
constexpr double kLogTwoHigh = 6.93147180369123816490e-01;
constexpr double kLogTwoLow = 1.90821492927058770002e-10;

/// 1 / n! for n = 0 to 13: beyond, terms are below 1e-17 for |x| <= ln(2) / 2.
constexpr std::array<double, 14> inverse_factorials() {
  std::array<double, 14> inverses{};
  double factorial = 1.0;
  for (std::size_t n = 0; n < inverses.size(); ++n) {
    inverses[n] = 1.0 / factorial;
    factorial *= static_cast<double>(n + 1);
  }
  return inverses;
}
constexpr std::array kInverseFactorials = inverse_factorials();

/// Beyond, the error function differs from 1 by less than half a step of a double.
constexpr double kErrorFunctionIsOne = 6.0;

}  // namespace

double exponential(double x) {
  const double limited = std::clamp(x, -700.0, 700.0);
  const double exponent = std::floor(limited * std::numbers::log2e + 0.5);
  const double rest = (limited - exponent * kLogTwoHigh) - exponent * kLogTwoLow;
  double power = 0.0;
  for (std::size_t n = kInverseFactorials.size(); n-- > 0;) {
    power = power * rest + kInverseFactorials[n];
  }
  return std::ldexp(power, static_cast<int>(exponent));
}

double sigmoid(double x) { return 1.0 / (1.0 + exponential(-x)); }

double hyperbolic_tangent(double x) {
  const double decay = exponential(-2.0 * std::abs(x));
  return std::copysign((1.0 - decay) / (1.0 + decay), x);
}

double error_function(double x) {
  const double magnitude = std::abs(x);
  if (magnitude >= kErrorFunctionIsOne) return std::copysign(1.0, x);
  // Abramowitz and Stegun, 7.1.6: all terms of the series are positive.
  const double square = magnitude * magnitude;
  double term = magnitude;
  double sum = magnitude;
  for (double odd = 3.0; term > sum * 1e-17; odd += 2.0) {
    term = term * (2.0 * square) / odd;
    sum += term;
  }
  const double value = 2.0 * std::numbers::inv_sqrtpi * exponential(-square) * sum;
  return std::copysign(std::min(value, 1.0), x);
}

double gelu(double x) { return 0.5 * x * (1.0 + error_function(x / std::numbers::sqrt2)); }

}  // namespace nzsim::elementary
