#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "sim/workload/network.h"

// The shipped networks against what was published of them. A total is that of one input, as the
// papers state it; multiply-accumulates count padding, weights no biases and no parameters of
// normalizations. Each exact number is derived from the layer table of its source, and stands
// beside the rounded one that was published.

namespace nzsim {
namespace {

using Count = std::uint64_t;

Network shipped(const std::string& name) {
  return load_network(std::filesystem::path(NZSIM_SOURCE_DIR) / "workloads/networks" /
                      (name + ".json"));
}

Count multiply_accumulates(const Network& network) {
  Count sum = 0;
  for (const LayerSpec& layer : network.layers) sum += layer.dense_multiply_accumulates();
  return sum;
}

Count weights(const Network& network) {
  Count sum = 0;
  for (const LayerSpec& layer : network.layers) sum += layer.weight_elements();
  return sum;
}

/// Biases, one per row of each weight matrix.
Count biases(const Network& network) {
  Count sum = 0;
  for (const LayerSpec& layer : network.layers) sum += layer.matrix_outputs();
  return sum;
}

/// Layers of `type`.
Count count(const Network& network, LayerType type) {
  return static_cast<Count>(
      std::count_if(network.layers.begin(), network.layers.end(),
                    [type](const LayerSpec& layer) { return layer.type == type; }));
}

const LayerSpec& layer_of(const Network& network, const std::string& name) {
  return *std::find_if(network.layers.begin(), network.layers.end(),
                       [&](const LayerSpec& layer) { return layer.name == name; });
}

/// Multiply-accumulates of the whole batch over bytes of weights, which are read once for it: the
/// TPU paper's "ops per weight byte", with 8-bit weights.
double operations_per_weight_byte(const Network& network) {
  return static_cast<double>(multiply_accumulates(network) * network.layers.front().batch) /
         static_cast<double>(weights(network));
}

/// Share of the 256 x 256 tiles that hold the matrices, each stored apart and padded to whole
/// tiles, which is filled; every tile meets all rows of its layer.
struct TileUse {
  double useful = 0.0;
  double active = 0.0;

  void add(std::uint64_t inputs, std::uint64_t outputs, std::uint64_t rows) {
    const auto padded = [](std::uint64_t size) { return (size + 255) / 256 * 256; };
    useful += static_cast<double>(inputs * outputs * rows);
    active += static_cast<double>(padded(inputs) * padded(outputs) * rows);
  }
  [[nodiscard]] double ratio() const { return useful / active; }
};

TEST(PublishedTotals, OfLeNet300100) {
  const Network network = shipped("lenet-300-100");
  // 784 x 300 + 300 x 100 + 100 x 10. Deep Compression, Table 2: 235K, 30K, 1K, in all 266K.
  EXPECT_EQ(weights(network), 266'200U);
  EXPECT_EQ(multiply_accumulates(network), 266'200U);
}

TEST(PublishedTotals, OfLeNet5) {
  const Network network = shipped("lenet-5");
  // 25 x 20 + 20 x 25 x 50 + 800 x 500 + 500 x 10. Deep Compression, Table 3: 0.5K, 25K, 400K, 5K,
  // in all 431K, which are the 430,500 weights and 580 biases.
  EXPECT_EQ(weights(network), 430'500U);
  EXPECT_EQ(weights(network) + biases(network), 431'080U);
  // 24 x 24 x 500 + 8 x 8 x 25,000 + 400,000 + 5,000.
  EXPECT_EQ(multiply_accumulates(network), 2'293'000U);
}

TEST(PublishedTotals, OfAlexNet) {
  const Network network = shipped("alexnet");
  // conv1   55 x 55 x  96 x 363  = 105,415,200      34,848 weights
  // conv2   27 x 27 x 256 x 1200 = 223,948,800     307,200 (2 groups of 48 channels)
  // conv3   13 x 13 x 384 x 2304 = 149,520,384     884,736
  // conv4   13 x 13 x 384 x 1728 = 112,140,288     663,552 (2 groups)
  // conv5   13 x 13 x 256 x 1728 =  74,760,192     442,368 (2 groups)
  // fc6 9216 x 4096, fc7 4096 x 4096, fc8 4096 x 1000    58,621,952
  // Sze et al., "Efficient Processing of Deep Neural Networks", Proc. IEEE 2017, Table II: 724M, of
  // them 666M in convolutions, and 61M weights; Deep Compression, Table 4: 35K, 307K, 885K, 663K,
  // 442K, 38M, 17M, 4M, in all 61M.
  EXPECT_EQ(multiply_accumulates(network), 724'406'816U);
  EXPECT_EQ(weights(network), 60'954'656U);
  // The parameters of Caffe's bvlc_alexnet: 60,965,224.
  EXPECT_EQ(weights(network) + biases(network), 60'965'224U);
}

TEST(PublishedTotals, OfVgg16) {
  const Network network = shipped("vgg-16");
  // In millions: 86.704 + 1,849.688 (224), 924.844 + 1,849.688 (112), 924.844 + 2 x 1,849.688 (56),
  // 924.844 + 2 x 1,849.688 (28), 3 x 462.422 (14): 15,346,630,656, and 123,633,664 in
  // fully connected layers. Sze et al. 2017, Table II: 15.5G and 138M.
  EXPECT_EQ(multiply_accumulates(network), 15'470'264'320U);
  // Convolutions 14,710,464; 25088 x 4096 + 4096 x 4096 + 4096 x 1000 = 123,633,664.
  EXPECT_EQ(weights(network), 138'344'128U);
  // Parameters of the released model (pytorchcv's table): 138,357,544.
  EXPECT_EQ(weights(network) + biases(network), 138'357'544U);
}

TEST(PublishedTotals, OfResNet50) {
  const Network network = shipped("resnet-50");
  // conv1        112 x 112 x 64 x 147                                    = 118,013,952
  // stage 2  3136 x (73,728 + 2 x 69,632)                                = 667,942,912
  // stage 3   784 x (376,832 + 3 x 278,528)                              = 950,534,144
  // stage 4   196 x (1,507,328 + 5 x 1,114,112)                          = 1,387,266,048
  // stage 5    49 x (6,029,312 + 2 x 4,456,448)                          = 732,168,192
  // fc1000                                                               = 2,048,000
  // The first block of a stage has the shortcut's convolution. He et al., Table 1: 3.8 x 10^9.
  // With the stride in the 3 x 3 convolutions (v1.5) the first 1 x 1 of stages 3 to 5 would meet
  // four times the pixels, 3 x 77,070,336 more: 4,089,184,256.
  EXPECT_EQ(multiply_accumulates(network), 3'857'973'248U);
  // Released models: 25,557,032 parameters (pytorchcv's table), of them 2 for each of the 26,560
  // channels of batch normalization, and 1,000 biases.
  EXPECT_EQ(weights(network), 25'502'912U);
  EXPECT_EQ(weights(network) + 2 * (biases(network) - 1000) + 1000, 25'557'032U);
  EXPECT_EQ(count(network, LayerType::convolution), 53U);
  EXPECT_EQ(count(network, LayerType::elementwise), 16U);
}

TEST(PublishedTotals, OfGoogLeNet) {
  const Network network = shipped("googlenet");
  // Szegedy et al., Table 1, in millions: 34 + 360 + 128 + 304 + 73 + 88 + 100 + 119 + 170 + 54 +
  // 71 + 1 = 1,502. Its 34 of the first convolution are 112 x 112 x 64 x 147 = 118 here, from its
  // own shapes: 1,586; the rest is the rounding of the table and of its "5x5" rows.
  EXPECT_EQ(layer_of(network, "conv1/7x7_s2").dense_multiply_accumulates(), 118'013'952U);
  EXPECT_EQ(multiply_accumulates(network), 1'582'671'872U);
  EXPECT_NEAR(static_cast<double>(multiply_accumulates(network)), 1'586e6, 0.003 * 1'586e6);
  // Caffe's bvlc_googlenet without the auxiliary classifiers: 6,990,272 weights, 8,280 biases
  // (7.0M; Sze et al. 2017, Table II: 7M).
  EXPECT_EQ(weights(network), 6'990'272U);
  EXPECT_EQ(biases(network), 8'280U);
  // 3 convolutions and 9 modules of 6.
  EXPECT_EQ(count(network, LayerType::convolution), 57U);
  EXPECT_EQ(count(network, LayerType::pooling), 14U);
}

TEST(PublishedTotals, OfInceptionV2) {
  const Network network = shipped("inception-v2");
  EXPECT_EQ(multiply_accumulates(network), 2'018'851'840U);
  EXPECT_EQ(weights(network), 11'174'080U);
  // The released BN-Inception has 11,295,240 parameters (pytorchcv's table). Its pooling
  // projections of 4c and 4d have 128 channels, those of the paper's Figure 5 have 96:
  //   4c 32 x 576 = 18,432        4d 32 x (96 + 128 + 160 + 128) + 32 x 576 = 34,816
  //   4e 32 x (128 + 192) = 10,240        5a 32 x (352 + 192 + 160 + 128) = 26,624
  const Count released = weights(network) + 18'432 + 34'816 + 10'240 + 26'624;
  // A bias and 2 parameters of batch normalization per channel, of which it has 64 more, and 1,000
  // biases of the classifier.
  const Count channels = biases(network) - 1000 + 64;
  EXPECT_EQ(released + 3 * channels + 1000, 11'295'240U);
  EXPECT_EQ(layer_of(network, "inception_4e/double_3x3_2").output, (FeatureShape{256, 7, 7}));
  EXPECT_EQ(layer_of(network, "inception_5a/1x1").input, (FeatureShape{1024, 7, 7}));
}

TEST(PublishedTotals, OfSqueezeNet) {
  const Network network = shipped("squeezenet");
  // The authors' README: 1.72 GFLOPS per image, two per multiply-accumulate. The padding of conv10
  // is 15 x 15 - 13 x 13 = 56 pixels of 512,000: by the paper's Table 1, without it, 832,667,936.
  EXPECT_EQ(multiply_accumulates(network), 861'339'936U);
  // Paper, Table 1: 1,248,424 parameters.
  EXPECT_EQ(weights(network), 1'244'448U);
  EXPECT_EQ(weights(network) + biases(network), 1'248'424U);
}

TEST(PublishedTotals, OfMobileNetV1) {
  const Network network = shipped("mobilenet-v1");
  // Howard et al., Table 4: 569M multiply-adds, 4.2M parameters.
  EXPECT_EQ(multiply_accumulates(network), 568'740'352U);
  EXPECT_EQ(weights(network), 4'209'088U);
  // Released models: 4,231,976 parameters (pytorchcv's table), of them 2 for each of the channels
  // of batch normalization and 1,000 biases.
  EXPECT_EQ(weights(network) + 2 * (biases(network) - 1000) + 1000, 4'231'976U);
  // Table 2: 74.59 % of the parameters and 94.86 % of the multiply-adds in 1 x 1 convolutions.
  Count pointwise = 0;
  for (const LayerSpec& layer : network.layers) {
    pointwise += layer.name.ends_with("/pw") ? layer.dense_multiply_accumulates() : 0;
  }
  EXPECT_NEAR(100.0 * static_cast<double>(pointwise) / 568'740'352.0, 94.86, 0.005);
}

TEST(PublishedTotals, OfNeuralTalk) {
  const Network network = shipped("neuraltalk-lstm");
  // EIE, Table III: We 4096 x 600, Wd 600 x 8791, and 1201 x 2400 of the LSTM with its bias.
  EXPECT_EQ(layer_of(network, "we").weight_elements(), 2'457'600U);
  EXPECT_EQ(layer_of(network, "wd").weight_elements(), 5'274'600U);
  const LayerSpec& lstm = layer_of(network, "lstm");
  EXPECT_EQ(lstm.weight_elements() + lstm.matrix_outputs(), Count{1201} * 2400);
  // 2,457,600 + 15 words x (2,880,000 + 5,274,600).
  EXPECT_EQ(multiply_accumulates(network), 124'776'600U);
}

TEST(PublishedTotals, OfGnmt) {
  const Network network = shipped("gnmt");
  // Encoder: 2 x 4096 x 2048 + 4096 x 3072 + 6 x 4096 x 2048; decoder: 8 x 4096 x 3072; query
  // 1024 x 1024; words 1024 x 32000.
  EXPECT_EQ(weights(network), 214'171'648U);
  // Shazeer et al., "Outrageously Large Neural Networks", ICLR 2017, Table 2: 278M parameters. The
  // two embeddings of 32,000 x 1024 are no layers here.
  const auto parameters = static_cast<double>(weights(network) + 2 * Count{32'000} * 1024);
  EXPECT_NEAR(parameters, 278e6, 0.01 * 278e6);
  // The same table: 214M operations per time step. 25 steps here, and 2 x 25 x 1024 of a step's
  // attention.
  EXPECT_EQ(multiply_accumulates(network), 25 * (Count{214'171'648} + 51'200));
  EXPECT_NEAR(static_cast<double>(multiply_accumulates(network)) / 25, 214e6, 0.005 * 214e6);
  EXPECT_EQ(count(network, LayerType::lstm), 17U);  // 8 + 8, the first in both directions
}

TEST(PublishedTotals, OfAnEncoderLayerOfBertBase) {
  const Network network = shipped("bert-base-encoder");
  // 4 x 768 x 768 + 2 x 768 x 3072.
  EXPECT_EQ(weights(network), 7'077'888U);
  // With biases and two layer normalizations 7,087,872; 12 layers have 85,054,464 of BERT-base's
  // 110M parameters (Devlin et al., section 3), the embeddings 23.8M of the rest.
  EXPECT_EQ(weights(network) + biases(network) + Count{4} * 768, 7'087'872U);
  // 128 tokens x 7,077,888, and scores and context: 2 x 12 heads x 128 x 128 x 64.
  EXPECT_EQ(multiply_accumulates(network), 905'969'664U + 25'165'824U);
  // Sun et al., "MobileBERT", ACL 2020, Table 4: 22.5 GFLOPS for BERT-base and 128 tokens, two per
  // multiply-accumulate of 12 layers.
  EXPECT_NEAR(24.0 * static_cast<double>(multiply_accumulates(network)), 22.5e9, 0.01 * 22.5e9);
}

/// A row of the TPU paper's Table 1, and the ratio of rows 2 and 1 of its Table 3.
struct TpuApplication {
  const char* name;
  double weights;
  double operations_per_weight_byte;
  std::uint32_t batch;
};

class TpuApplications : public testing::TestWithParam<TpuApplication> {};

TEST_P(TpuApplications, KeepTheAggregatesOfTable1) {
  const TpuApplication& published = GetParam();
  const Network network = shipped(published.name);
  EXPECT_NEAR(static_cast<double>(weights(network)), published.weights, 0.02 * published.weights);
  EXPECT_NEAR(operations_per_weight_byte(network), published.operations_per_weight_byte,
              0.02 * published.operations_per_weight_byte);
  const bool has_one_batch =
      std::all_of(network.layers.begin(), network.layers.end(),
                  [&](const LayerSpec& layer) { return layer.batch == published.batch; });
  EXPECT_TRUE(has_one_batch);
}

INSTANTIATE_TEST_SUITE_P(All, TpuApplications,
                         testing::Values(TpuApplication{"tpu-mlp0", 20e6, 200, 200},
                                         TpuApplication{"tpu-mlp1", 5e6, 168, 168},
                                         TpuApplication{"tpu-lstm0", 52e6, 64, 64},
                                         TpuApplication{"tpu-lstm1", 34e6, 96, 96},
                                         TpuApplication{"tpu-cnn0", 8e6, 2888, 8},
                                         TpuApplication{"tpu-cnn1", 100e6, 1750, 32},
                                         TpuApplication{"tpu-lstm1-apart", 34e6, 96, 96},
                                         TpuApplication{"tpu-cnn1-shallow", 100e6, 1750, 32},
                                         TpuApplication{"tpu-cnn1-deep", 100e6, 1750, 32}));

TEST(TpuMlps, HaveTheirLayersAndFillTheirTiles) {
  const Network mlp0 = shipped("tpu-mlp0");
  const Network mlp1 = shipped("tpu-mlp1");
  EXPECT_EQ(count(mlp0, LayerType::fully_connected), 5U);
  EXPECT_EQ(count(mlp1, LayerType::fully_connected), 4U);
  EXPECT_EQ(weights(mlp0), 19'652'608U);
  EXPECT_EQ(weights(mlp1), 4'980'000U);
  TileUse use0;
  TileUse use1;
  for (const LayerSpec& layer : mlp0.layers)
    use0.add(layer.matrix_inputs(), layer.matrix_outputs(), 1);
  for (const LayerSpec& layer : mlp1.layers)
    use1.add(layer.matrix_inputs(), layer.matrix_outputs(), 1);
  // Table 3: 12.5 of 12.7 % and 9.4 of 10.6 %.
  EXPECT_NEAR(use0.ratio(), 12.5 / 12.7, 0.01);
  EXPECT_NEAR(use1.ratio(), 9.4 / 10.6, 0.01);
}

TEST(TpuLstms, HaveTheirLayersAndFillTheirTiles) {
  const Network lstm0 = shipped("tpu-lstm0");
  // Gates: 24 fully connected layers; three products, a sum and a tanh per cell, and the residual
  // connections: 34 vector layers.
  EXPECT_EQ(4 * count(lstm0, LayerType::lstm), 24U);
  EXPECT_EQ(5 * count(lstm0, LayerType::lstm) + count(lstm0, LayerType::elementwise), 34U);
  EXPECT_EQ(weights(lstm0), 52'428'800U);  // 4096 x 2560 + 5 x 4096 x 2048
  const Network lstm1 = shipped("tpu-lstm1");
  // Gates and projection: 37 fully connected layers; state and output of a cell, and the final
  // sigmoid: 19 vector layers.
  EXPECT_EQ(4 * count(lstm1, LayerType::lstm) + count(lstm1, LayerType::fully_connected), 37U);
  EXPECT_EQ(2 * count(lstm1, LayerType::lstm) + count(lstm1, LayerType::activation), 19U);
  EXPECT_EQ(weights(lstm1), Count{93} * 600 * 600);
  TileUse use;
  use.add(600, 600, 1);
  EXPECT_NEAR(use.ratio(), 6.3 / 10.5, 0.011);  // Table 3
}

TEST(TpuLstms, FillAsManyTilesAsTable3SaysWithMatricesApart) {
  // (600 / 768)^2 = 61 %; Table 3: useful over active 60 %.
  TileUse use;
  for (const LayerSpec& layer : shipped("tpu-lstm1-apart").layers) {
    if (layer.has_weights()) use.add(layer.matrix_inputs(), layer.matrix_outputs(), 1);
  }
  EXPECT_NEAR(use.ratio(), 0.60, 0.02);
}

/// Table 1: 72 convolutions, 13 pooling and 4 fully connected layers.
void expect_layers_of_cnn1(const Network& network) {
  const auto count = [&](LayerType type) {
    return std::count_if(network.layers.begin(), network.layers.end(),
                         [&](const LayerSpec& layer) { return layer.type == type; });
  };
  EXPECT_EQ(count(LayerType::convolution), 72);
  EXPECT_EQ(count(LayerType::pooling), 13);
  EXPECT_EQ(count(LayerType::fully_connected), 4);
}

TEST(TpuCnns, HaveTheirLayersWithOtherShapesToo) {
  expect_layers_of_cnn1(shipped("tpu-cnn1-shallow"));
  expect_layers_of_cnn1(shipped("tpu-cnn1-deep"));
}

TEST(TpuCnns, HaveTheirLayersAndFillTheirTiles) {
  const Network cnn0 = shipped("tpu-cnn0");
  EXPECT_EQ(count(cnn0, LayerType::convolution), 16U);
  EXPECT_EQ(weights(cnn0), Count{120} * 256 * 256);  // 13 x 9 + 3 tiles
  EXPECT_DOUBLE_EQ(operations_per_weight_byte(cnn0), 2888.0);
  const Network cnn1 = shipped("tpu-cnn1");
  EXPECT_EQ(count(cnn1, LayerType::convolution), 72U);
  EXPECT_EQ(count(cnn1, LayerType::pooling), 13U);
  EXPECT_EQ(count(cnn1, LayerType::fully_connected), 4U);
  TileUse use;
  for (const LayerSpec& layer : cnn1.layers) {
    // A convolution passes once per position of its window.
    const Count positions = Count{layer.kernel.height} * layer.kernel.width;
    const Count rows = Count{layer.output.height} * layer.output.width * positions;
    if (layer.has_weights()) use.add(layer.input.channels, layer.output.channels, rows);
  }
  EXPECT_NEAR(use.ratio(), 22.5 / 46.2, 0.02);  // Table 3
}

}  // namespace
}  // namespace nzsim
