#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include <boost/random/mersenne_twister.hpp>

#include "sim/workload/values.h"

namespace nzsim {
namespace {

// Everything here is integer arithmetic, or additions and multiplications of doubles in a fixed
// order: the library functions whose last bit differs between systems (log, exp) are not used.

using Engine = boost::random::mt19937_64;

constexpr double kTwoTo53 = 9007199254740992.0;

/// A draw from [0, 2^53).
std::uint64_t draw53(Engine& engine) { return engine() >> 11; }

/// A draw from [0, limit), limit below 2^32.
std::uint32_t draw_below(Engine& engine, std::uint32_t limit) {
  return static_cast<std::uint32_t>(((engine() >> 32) * limit) >> 32);
}

/// Gaps between the successes of independent trials: inverts the geometric distribution by a table
/// of its survival function (1 - p)^k.
class GapSampler {
 public:
  explicit GapSampler(double probability) {
    double survival = 1.0;
    for (std::size_t k = 0; k < kTableSize; ++k) {
      survival *= 1.0 - probability;
      survivals_.push_back(static_cast<std::uint64_t>(survival * kTwoTo53));
      if (survivals_.back() == 0) break;
    }
    // For each value of the draw's top bits: the first gap that can come out.
    for (std::size_t bucket = 0; bucket < first_gap_.size(); ++bucket) {
      first_gap_[bucket] = gap_from(0, ((bucket + 1) << kBucketShift) - 1);
    }
  }

  /// Failures before the next success.
  std::uint64_t operator()(Engine& engine) const {
    std::uint64_t gap = 0;
    while (true) {
      const std::uint64_t draw = draw53(engine);
      const std::size_t step = gap_from(first_gap_[draw >> kBucketShift], draw);
      gap += step;
      // Beyond the table the distribution starts anew: it has no memory.
      if (step < survivals_.size()) return gap;
    }
  }

 private:
  static constexpr std::size_t kTableSize = 4096;
  static constexpr unsigned kBucketShift = 53 - 10;

  std::size_t gap_from(std::size_t gap, std::uint64_t draw) const {
    while (gap < survivals_.size() && draw < survivals_[gap]) ++gap;
    return gap;
  }

  std::vector<std::uint64_t> survivals_;
  std::array<std::size_t, 1024> first_gap_{};
};

/// `[count]` factors 1 + spread x u, u uniform in [-1, 1).
std::vector<double> draw_factors(Engine& engine, std::uint32_t count, double spread) {
  std::vector<double> factors(count, 1.0);
  if (spread == 0.0) return factors;
  for (double& factor : factors) {
    factor = 1.0 + spread * (2.0 * (static_cast<double>(draw53(engine)) / kTwoTo53) - 1.0);
  }
  return factors;
}

/// `entries - 1` evenly spaced values without zero in [-1, 1] behind entry 0.
std::vector<float> even_codebook(std::uint32_t entries) {
  std::vector<float> codebook(entries, 0.0F);
  const int values = static_cast<int>(entries) - 1;
  const int largest = values - values / 2;
  for (int value = 0; value < values; ++value) {
    int step = value - values / 2;
    if (step >= 0) ++step;
    codebook[static_cast<std::size_t>(value) + 1] =
        static_cast<float>(step) / static_cast<float>(largest);
  }
  return codebook;
}

}  // namespace

CompressedMatrix synthetic_matrix(std::uint32_t outputs, std::uint32_t inputs,
                                  const SyntheticSource& source, std::uint64_t seed) {
  Engine engine(seed);
  CompressedMatrix matrix;
  matrix.outputs = outputs;
  matrix.inputs = inputs;
  matrix.codebook = even_codebook(source.codebook_entries);

  const std::vector<double> rows = draw_factors(engine, outputs, source.row_spread);
  const std::vector<double> columns = draw_factors(engine, inputs, source.column_spread);
  const bool is_uniform = source.row_spread == 0.0 && source.column_spread == 0.0;
  const double bound =
      std::min(1.0, source.density * (1.0 + source.row_spread) * (1.0 + source.column_spread));
  const GapSampler next_gap(bound);

  const std::uint64_t elements = std::uint64_t{outputs} * inputs;
  const auto expected =
      static_cast<std::size_t>(source.density * static_cast<double>(elements) * 1.05);
  matrix.columns.reserve(expected);
  matrix.codes.reserve(expected);
  matrix.row_starts.assign(std::size_t{outputs} + 1, 0);
  std::uint64_t element = next_gap(engine);
  for (std::uint32_t row = 0; row < outputs; ++row) {
    const std::uint64_t row_begin = std::uint64_t{row} * inputs;
    for (; element < row_begin + inputs; element += 1 + next_gap(engine)) {
      const auto column = static_cast<std::uint32_t>(element - row_begin);
      if (!is_uniform) {
        const double probability = source.density * rows[row] * columns[column];
        if (static_cast<double>(draw53(engine)) >= probability / bound * kTwoTo53) continue;
      }
      matrix.columns.push_back(column);
      matrix.codes.push_back(
          static_cast<std::uint16_t>(1 + draw_below(engine, source.codebook_entries - 1)));
    }
    matrix.row_starts[std::size_t{row} + 1] = matrix.codes.size();
  }
  return matrix;
}

ActivationTensor synthetic_activations(std::uint32_t vectors, std::uint32_t length,
                                       const SyntheticSource& source, std::uint64_t seed) {
  // 1,024 magnitudes in steps of 1/256.
  constexpr std::uint32_t kMagnitudes = 1024;
  constexpr float kStep = 1.0F / 256.0F;
  Engine engine(seed);
  ActivationTensor tensor;
  tensor.vectors = vectors;
  tensor.length = length;
  const std::uint64_t elements = std::uint64_t{vectors} * length;
  tensor.values.assign(elements, 0.0F);
  const GapSampler next_gap(source.density);
  for (std::uint64_t element = next_gap(engine); element < elements;
       element += 1 + next_gap(engine)) {
    const float magnitude = kStep * static_cast<float>(1 + draw_below(engine, kMagnitudes));
    const bool is_negative = source.is_signed && (engine() >> 63) != 0;
    tensor.values[element] = is_negative ? -magnitude : magnitude;
  }
  return tensor;
}

}  // namespace nzsim
