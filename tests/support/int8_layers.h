#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "sim/workload/layer_quantization.h"
#include "sim/workload/plain_int8.h"
#include "sim/workload/plain_real.h"

namespace nzsim::test {

/// A layer with drawn values, in double precision and in int8.
struct Int8Case {
  LayerSpec spec;
  std::vector<float> weights;
  std::vector<float> bias;
  std::vector<std::vector<double>> sources;
  std::vector<double> source_scales;
  LayerQuantization quantization;
  std::vector<std::int8_t> int8_weights;
  std::vector<std::int32_t> int8_bias;
  std::vector<std::vector<std::int8_t>> int8_sources;
  std::vector<double> real;

  [[nodiscard]] Int8Outputs run() const {
    return plain_int8(spec, {int8_weights, int8_bias}, quantization, int8_sources);
  }
};

/// Uniform numbers, integers and reals, the same with every library.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}
  std::uint32_t integer(std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(engine_() % (high - low + 1));
  }
  /// In [-magnitude, magnitude), a third of them 0.
  double real(double magnitude) {
    const double value = static_cast<double>(engine_() >> 11) / 9007199254740992.0;
    return integer(0, 2) == 0 ? 0.0 : magnitude * (2.0 * value - 1.0);
  }

 private:
  std::mt19937_64 engine_;
};

/// Draws weights within 0.5, a bias within 2 and `spec`'s sources within 3, and quantises them.
Int8Case draw_int8_case(const LayerSpec& spec, Draw& draw);

/// `requantize` in another form: the quotient of twice the product plus the divisor by twice the
/// divisor, truncated.
std::int64_t divided(std::int64_t value, Requantization requantization);
std::int8_t limited(std::int64_t value);

}  // namespace nzsim::test
