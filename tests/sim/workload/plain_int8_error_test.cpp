// Differences to double precision stay within what the steps of the scales explain.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/int8_layers.h"

namespace nzsim {
namespace {

using test::Draw;
using test::draw_int8_case;
using test::Int8Case;
using Vector = std::vector<double>;

/// Roundings of doubles, of multipliers to 31 bits and of the exponentials of a softmax.
constexpr double kSlack = 1e-4;

/// Real values less than `bounds` away from the int8 ones, all of them.
void expect_within(const Int8Case& drawn, const Vector& bounds) {
  const std::vector<std::int8_t> values = drawn.run().values;
  const double scale = drawn.quantization.output.scale;
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_LE(std::abs(values[i] * scale - drawn.real[i]), bounds[i] + kSlack);
  }
}

/// |value| + step for every value.
template <class Real>
std::vector<Real> magnitudes(const std::vector<Real>& values, double step) {
  std::vector<Real> result;
  for (const Real value : values) result.push_back(std::abs(value) + static_cast<Real>(step));
  return result;
}

Vector absolute_product(const Int8Case& drawn, double steps) {
  LayerSpec spec = drawn.spec;
  spec.activation = Activation::none;
  std::vector<Vector> sources;
  for (std::size_t i = 0; i < drawn.sources.size(); ++i) {
    sources.push_back(magnitudes(drawn.sources[i], steps * drawn.source_scales[i] / 2));
  }
  LayerRanges ranges;
  const std::vector<float> weights =
      magnitudes(drawn.weights, steps * drawn.quantization.weight_scale / 2);
  return plain_real(spec, {weights, {}}, sources, ranges);
}

/// Factors w and x are off by at most half a step, so that a product is off by at most
/// (|w| + dw) (|x| + dx) - |w| |x|; the bias and the output by half a step of their scales.
Vector product_bounds(const Int8Case& drawn) {
  Vector bounds = absolute_product(drawn, 1.0);
  const Vector exact = absolute_product(drawn, 0.0);
  const OutputQuantization& output = drawn.quantization.output;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    bounds[i] = bounds[i] - exact[i] + output.sum_scale / 2 + output.before_scale / 2;
  }
  return bounds;
}

LayerSpec convolution() {
  LayerSpec spec;
  spec.type = LayerType::convolution;
  spec.input = {4, 7, 6};
  spec.output = {6, 7, 6};
  spec.kernel = {3, 3};
  spec.padding = {1, 1};
  spec.groups = 2;
  return spec;
}

TEST(PlainInt8Error, OfProductsComesFromTheRoundingOfFactorsBiasAndOutput) {
  Draw draw(1);
  LayerSpec spec = convolution();
  const Int8Case plain = draw_int8_case(spec, draw);
  expect_within(plain, product_bounds(plain));
  spec.activation = Activation::relu;
  const Int8Case rectified = draw_int8_case(spec, draw);
  expect_within(rectified, product_bounds(rectified));
  spec = {};
  spec.input = {200, 3, 1};
  spec.output = {50, 3, 1};
  const Int8Case connected = draw_int8_case(spec, draw);
  expect_within(connected, product_bounds(connected));
  spec.type = LayerType::matmul;
  spec.second_input = {50, 200, 1};
  spec.operands = 2;
  const Int8Case matmul = draw_int8_case(spec, draw);
  expect_within(matmul, product_bounds(matmul));
}

TEST(PlainInt8Error, OfTablesGrowsWithTheSlopeOfTheFunction) {
  Draw draw(2);
  LayerSpec spec = convolution();
  spec.activation = Activation::gelu;
  const Int8Case drawn = draw_int8_case(spec, draw);
  Vector bounds = product_bounds(drawn);
  // The largest slope of gelu is 1.13, that of sigmoid 1/4; beyond |x| = 8 sigmoid changes
  // by 3.4e-4.
  for (double& bound : bounds) bound = 1.13 * bound + drawn.quantization.output.scale / 2;
  expect_within(drawn, bounds);
  spec.activation = Activation::sigmoid;
  const Int8Case steep = draw_int8_case(spec, draw);
  bounds = product_bounds(steep);
  for (double& bound : bounds) bound = bound / 4 + steep.quantization.output.scale / 2 + 3.4e-4;
  expect_within(steep, bounds);
}

LayerSpec vector_layer(LayerType type, std::uint32_t operands) {
  LayerSpec spec;
  spec.type = type;
  spec.input = {12, 4, 6};
  spec.output = {12, 4, 6};
  spec.operands = operands;
  return spec;
}

TEST(PlainInt8Error, OfAPoolingIsHalfAStepPerRounding) {
  Draw draw(3);
  LayerSpec spec = vector_layer(LayerType::pooling, 1);
  spec.kernel = {2, 3};
  spec.stride = {2, 3};
  spec.output = {12, 2, 2};
  const Int8Case largest = draw_int8_case(spec, draw);
  expect_within(largest, Vector(48, largest.source_scales[0] / 2));
  spec.pooling = PoolingKind::average;
  const Int8Case average = draw_int8_case(spec, draw);
  expect_within(average, Vector(48, average.source_scales[0]));
}

TEST(PlainInt8Error, OfASumIsHalfAStepPerTermAndOne) {
  Draw draw(4);
  const Int8Case drawn = draw_int8_case(vector_layer(LayerType::elementwise, 3), draw);
  const double output = drawn.quantization.output.scale;
  double bound = output / 2 + 3 * output / 512;
  for (const double scale : drawn.source_scales) bound += scale / 2;
  expect_within(drawn, Vector(288, bound));
}

TEST(PlainInt8Error, OfAnElementwiseProductIsThatOfItsFactors) {
  Draw draw(5);
  LayerSpec spec = vector_layer(LayerType::elementwise, 2);
  spec.elementwise = ElementwiseOperation::multiply;
  const Int8Case drawn = draw_int8_case(spec, draw);
  expect_within(drawn, product_bounds(drawn));
}

TEST(PlainInt8Error, OfASoftmaxIsARelativeOneOfItsInputs) {
  Draw draw(6);
  LayerSpec spec = vector_layer(LayerType::normalization, 1);
  spec.groups = 3;
  const Int8Case drawn = draw_int8_case(spec, draw);
  // An input that is off by dx changes its power, and the sum of powers, by a factor of e^dx.
  Vector bounds = drawn.real;
  for (double& bound : bounds) {
    bound = bound * (std::exp(drawn.source_scales[0]) - 1) + drawn.quantization.output.scale / 2;
  }
  expect_within(drawn, bounds);
}

TEST(PlainInt8Error, OfALayerNormalizationIsRelativeToTheDeviation) {
  Draw draw(7);
  LayerSpec spec = vector_layer(LayerType::normalization, 1);
  spec.normalization = NormalizationKind::layer_normalization;
  const Int8Case drawn = draw_int8_case(spec, draw);
  const double dx = drawn.source_scales[0] / 2;
  Vector bounds;
  for (std::size_t i = 0; i < drawn.real.size(); ++i) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t c = 0; c < 12; ++c) {
      const double x = drawn.sources[0][c * 24 + i % 24];
      sum += x / 12;
      squares += x * x / 12;
    }
    // x - mean is off by 2 dx at most, the deviation by dx.
    const double deviation = std::sqrt(squares - sum * sum);
    bounds.push_back((2 + std::abs(drawn.real[i])) * dx / (deviation - dx) +
                     drawn.quantization.output.scale / 2);
  }
  expect_within(drawn, bounds);
}

/// Bounds of the gates' functions for one step without a hidden state. An argument is off by what
/// its sum is, half a step of the bias and (1/2 + 1/256) of its own; beyond the limit of arguments
/// the function changes by `beyond`.
double gate_bound(const Int8Case& drawn, std::size_t row, double slope, double scale,
                  double beyond) {
  const std::size_t inputs = drawn.spec.input.channels;
  const double dw = drawn.quantization.weight_scale / 2;
  const double dx = drawn.source_scales[0] / 2;
  double argument = 2 * dw * dx + scale * (0.5 + 1.0 / 256);
  for (std::size_t i = 0; i < inputs; ++i) {
    const double w = std::abs(drawn.weights[row * (inputs + drawn.spec.output.channels) + i]);
    argument += (w + dw) * (std::abs(drawn.sources[0][i]) + dx) - w * std::abs(drawn.sources[0][i]);
  }
  return slope * argument + 0.5 / 127 + beyond;
}

TEST(PlainInt8Error, OfOneStepOfAnLstmFollowsFromItsEquations) {
  Draw draw(8);
  LayerSpec spec;
  spec.type = LayerType::lstm;
  spec.input = {20, 1, 1};
  spec.output = {16, 1, 1};
  const Int8Case drawn = draw_int8_case(spec, draw);
  const RecurrentQuantization& q = drawn.quantization.recurrent;
  Vector bounds;
  for (std::size_t unit = 0; unit < 16; ++unit) {
    const double i = gate_bound(drawn, unit, 0.25, q.sigmoid.argument_scale, 3.4e-4);
    const double g = gate_bound(drawn, 32 + unit, 1.0, q.tanh.argument_scale, 6.8e-4);
    const double o = gate_bound(drawn, 48 + unit, 0.25, q.sigmoid.argument_scale, 3.4e-4);
    // |i|, |g|, |o| and |t| are at most 1.
    const double c = i + g + i * g + q.cell_scale;
    const double t = c + q.cell_argument_scale / 2 + 0.5 / 127 + 6.8e-4;
    bounds.push_back(o + t + o * t + drawn.quantization.output.scale / 2);
  }
  expect_within(drawn, bounds);
}

double error_of_steps(LayerType type, std::uint64_t seed) {
  Draw draw(seed);
  LayerSpec spec;
  spec.type = type;
  spec.input = {16, 40, 1};
  spec.output = {24, 40, 1};
  const Int8Case drawn = draw_int8_case(spec, draw);
  QuantizationError error;
  error.add(drawn.run().values, drawn.quantization.output.scale, drawn.real);
  return error.root_mean_square();
}

TEST(PlainInt8Error, OfRecurrentLayersDoesNotGrowOverTheSteps) {
  // Hidden states reach 1, a step is 1 / 127 = 0.0079. Measured: 0.0054 and 0.0078.
  EXPECT_LT(error_of_steps(LayerType::lstm, 9), 0.0079);
  EXPECT_LT(error_of_steps(LayerType::gru, 10), 0.0079);
}

}  // namespace
}  // namespace nzsim
