#include "sim/workload/plain_products.h"

#include <array>

#include "sim/base/vector.h"

namespace nzsim::plain {
namespace {

/// Lanes of a sum of doubles, so that it can be vectorised without another order.
constexpr std::size_t kLanes = 8;

SIM_VECTOR_CLONES
void add_scaled_row(float weight, const float* inputs, float* sums, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += weight * inputs[i];
}

SIM_VECTOR_CLONES
std::int32_t dot_row(const std::int8_t* weights, const std::int8_t* inputs, std::size_t count) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += weights[i] * inputs[i];
  return sum;
}

template <class Weight>
double dot_lanes(std::span<const Weight> weights, std::span<const double> inputs) {
  std::array<double, kLanes> lanes{};
  const std::size_t whole = weights.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += static_cast<double>(weights[i + lane]) * inputs[i + lane];
    }
  }
  for (std::size_t i = whole; i < weights.size(); ++i) {
    lanes[i - whole] += static_cast<double>(weights[i]) * inputs[i];
  }
  double sum = 0.0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

}  // namespace

void add_scaled(float weight, const float* inputs, std::size_t step, std::span<float> sums) {
  if (step == 1) return add_scaled_row(weight, inputs, sums.data(), sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += weight * inputs[i * step];
}

std::int32_t dot(std::span<const std::int8_t> weights, std::span<const std::int8_t> inputs) {
  return dot_row(weights.data(), inputs.data(), weights.size());
}

double dot(std::span<const float> weights, std::span<const double> inputs) {
  return dot_lanes(weights, inputs);
}

double dot(std::span<const double> weights, std::span<const double> inputs) {
  return dot_lanes(weights, inputs);
}

}  // namespace nzsim::plain
