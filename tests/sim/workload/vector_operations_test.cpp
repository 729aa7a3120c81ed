#include "sim/workload/vector_operations.h"

#include <gtest/gtest.h>

namespace nzsim {
namespace {

LayerSpec layer_of(LayerType type, FeatureShape output) {
  LayerSpec layer;
  layer.type = type;
  layer.input = output;
  layer.output = output;
  return layer;
}

TEST(VectorOperations, OfAnLstmFollowItsEquations) {
  // 3 hidden units x 5 steps = 15: 3 sigmoids, 2 tanhs, 3 products and 1 sum each.
  EXPECT_EQ(
      vector_operations(layer_of(LayerType::lstm, {3, 5, 1})),
      (VectorOperations{.additions = 15, .multiplications = 45, .sigmoids = 45, .tanhs = 30}));
}

TEST(VectorOperations, OfAGruFollowItsEquations) {
  // 15 times 2 sigmoids, 1 tanh, 3 products, 1 - z and the sum.
  EXPECT_EQ(
      vector_operations(layer_of(LayerType::gru, {3, 5, 1})),
      (VectorOperations{.additions = 30, .multiplications = 45, .sigmoids = 30, .tanhs = 15}));
}

TEST(VectorOperations, OfLayersWithAMatrixProductAreTheirActivation) {
  LayerSpec layer = layer_of(LayerType::fully_connected, {4, 2, 1});
  EXPECT_EQ(vector_operations(layer), VectorOperations{});
  layer.activation = Activation::relu;
  EXPECT_EQ(vector_operations(layer), (VectorOperations{.maxima = 8}));
  layer.type = LayerType::convolution;
  layer.activation = Activation::sigmoid;
  EXPECT_EQ(vector_operations(layer), (VectorOperations{.sigmoids = 8}));
  layer.type = LayerType::matmul;
  layer.activation = Activation::tanh;
  EXPECT_EQ(vector_operations(layer), (VectorOperations{.tanhs = 8}));
  layer.type = LayerType::activation;
  layer.activation = Activation::gelu;
  EXPECT_EQ(vector_operations(layer), (VectorOperations{.gelus = 8}));
}

TEST(VectorOperations, OfPoolingDependOnTheWindow) {
  LayerSpec layer = layer_of(LayerType::pooling, {2, 3, 3});
  layer.kernel = {3, 2};
  // 18 outputs of windows of 6.
  EXPECT_EQ(vector_operations(layer), (VectorOperations{.maxima = 90}));
  layer.pooling = PoolingKind::average;
  EXPECT_EQ(vector_operations(layer), (VectorOperations{.additions = 90, .multiplications = 18}));
}

TEST(VectorOperations, OfElementwiseLayersJoinTheOperands) {
  LayerSpec layer = layer_of(LayerType::elementwise, {2, 3, 1});
  layer.operands = 3;
  EXPECT_EQ(vector_operations(layer), (VectorOperations{.additions = 12}));
  layer.elementwise = ElementwiseOperation::multiply;
  layer.activation = Activation::relu;
  EXPECT_EQ(vector_operations(layer), (VectorOperations{.multiplications = 12, .maxima = 6}));
}

TEST(VectorOperations, OfNormalizationsCountPartByPart) {
  LayerSpec layer = layer_of(LayerType::normalization, {8, 5, 1});
  layer.groups = 2;
  // 10 parts of 4: 3 maxima, 4 + 3 additions, 4 exponentials, 1 division, 4 multiplications.
  const VectorOperations softmax = vector_operations(layer);
  EXPECT_EQ(softmax, (VectorOperations{.additions = 70,
                                       .multiplications = 40,
                                       .maxima = 30,
                                       .exponentials = 40,
                                       .divisions = 10}));
  EXPECT_EQ(softmax.total(), 190U);
  layer.normalization = NormalizationKind::layer_normalization;
  // 2 x 3 + 4 + 4 + 1 = 15 additions, 4 + 2 + 4 + 4 = 14 multiplications, 1 reciprocal root.
  EXPECT_EQ(
      vector_operations(layer),
      (VectorOperations{.additions = 150, .multiplications = 140, .reciprocal_square_roots = 10}));
}

}  // namespace
}  // namespace nzsim
