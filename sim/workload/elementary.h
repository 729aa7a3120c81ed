#pragma once

namespace nzsim::elementary {

// Functions of the real numbers that come out the same, bit for bit, on every machine with IEEE 754
// doubles: they use additions, multiplications, divisions and scalings by powers of two alone, in a
// fixed order, where the C library's differ in the last bits. Scales and tables of quantised layers
// depend on them. Absolute errors stay below 1e-14, relative ones of `exponential` below 1e-15
// close to zero and 1e-13 at the ends.

/// e^x; x is limited to [-700, 700], where the result is still a normal number.
[[nodiscard]] double exponential(double x);
/// 1 / (1 + e^-x).
[[nodiscard]] double sigmoid(double x);
[[nodiscard]] double hyperbolic_tangent(double x);
/// 2 / sqrt(pi) x integral of e^(-t t) from 0 to x.
[[nodiscard]] double error_function(double x);
/// x / 2 x (1 + erf(x / sqrt(2))): Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
[[nodiscard]] double gelu(double x);

}  // namespace nzsim::elementary
