#include "workloads/import/scalesim_topology.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/message_of.h"

namespace nzsim {
namespace {

using testing::HasSubstr;

const std::string kConvolutions =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
    "Strides,\n";
const std::string kGemms = "Layer, M, N, K,\n";

std::vector<ScalesimLayer> parse(const std::string& text) {
  return parse_scalesim_topology(text, "t.csv");
}

/// The first layer of a topology of convolutions.
ScalesimConvolution convolution(const std::string& line) {
  return std::get<ScalesimConvolution>(parse(kConvolutions + line).at(0).shape);
}

std::string error_of(const std::string& text) {
  return test::message_of([&] { static_cast<void>(parse(text)); });
}

std::string convolution_error(const std::string& line) { return error_of(kConvolutions + line); }
std::string gemm_error(const std::string& line) { return error_of(kGemms + line); }

TEST(ScalesimTopology, HoldsConvolutions) {
  const auto layers = parse(kConvolutions + "Conv1,  224, 220,    11, 9,    3,      96,     4,\n");
  ASSERT_EQ(layers.size(), 1U);
  EXPECT_EQ(layers[0].name, "Conv1");
  EXPECT_FALSE(layers[0].sparsity);
  const auto& shape = std::get<ScalesimConvolution>(layers[0].shape);
  EXPECT_EQ(shape.input, (FeatureShape{3, 224, 220}));
  EXPECT_EQ(shape.filter.height, 11U);
  EXPECT_EQ(shape.filter.width, 9U);
  EXPECT_EQ(shape.filters, 96U);
  EXPECT_EQ(shape.stride.height, 4U);
  EXPECT_EQ(shape.stride.width, 4U);
  EXPECT_EQ(shape.batch, 1U);
  EXPECT_FALSE(shape.is_depthwise);
}

TEST(ScalesimTopology, HoldsGemms) {
  const auto layers = parse(kGemms + "QKT_head,512,1024,64,\nTest 1, 256, 128, 256,");
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[1].name, "Test 1");
  const auto& shape = std::get<ScalesimGemm>(layers[0].shape);
  EXPECT_EQ(shape.rows, 512U);
  EXPECT_EQ(shape.columns, 1024U);
  EXPECT_EQ(shape.inner, 64U);
}

TEST(ScalesimTopology, NeedsNoCommaAtTheEndOfALine) {
  // topologies/GEMM_mnk/unet2d.csv, and one line of conv_nets/MobileNet_4k_non_dw.csv.
  EXPECT_EQ(std::get<ScalesimGemm>(parse("Layer,M,N,K\nConv10,3474496,2,64").at(0).shape).inner,
            64U);
  EXPECT_EQ(convolution("Conv11,270,512,1,1,256,256,1").stride.width, 1U);
}

TEST(ScalesimTopology, PassesOverBlankLinesAndCarriageReturns) {
  const auto layers =
      parse("Layer,M,N,K,\r\n\r\n,,,,,,,,\na,1,2,3,\r\n \t\nb , 4, 5 ,6 , \r\n\n\n");
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[1].name, "b");
  EXPECT_EQ(std::get<ScalesimGemm>(layers[1].shape).inner, 6U);
}

TEST(ScalesimTopology, TakesAnySpellingOfTheHeader) {
  EXPECT_EQ(parse("LAYER NAME,m,N , k\na,1,2,3").size(), 1U);
  EXPECT_EQ(parse("\xEF\xBB\xBFLayer,rows,cols,depth\na,1,2,3").size(), 1U);
  EXPECT_EQ(parse("layer,ifmap h,ifmap w,filt h,filt w,ch,num filt,stride\na,3,3,1,1,1,1,1").size(),
            1U);
}

TEST(ScalesimTopology, TakesTwoStrides) {
  const ScalesimConvolution shape = convolution("Conv2D_1, 96, 96, 3, 3, 3, 8, 2, 1\n");
  EXPECT_EQ(shape.stride.height, 2U);
  EXPECT_EQ(shape.stride.width, 1U);
}

TEST(ScalesimTopology, TakesABatchWhereTheHeaderNamesOne) {
  const auto layers = parse("a,b,c,d,e,f,g,Strides, Batch Size,\nx,9,9,3,3,1,1,2,7,\n");
  const auto& shape = std::get<ScalesimConvolution>(layers.at(0).shape);
  EXPECT_EQ(shape.batch, 7U);
  EXPECT_EQ(shape.stride.width, 2U);
}

TEST(ScalesimTopology, TakesASparsity) {
  const auto convolutions = parse(kConvolutions + "CONV_1, 5, 5, 3, 3, 2, 6, 1, 2:4,");
  ASSERT_TRUE(convolutions[0].sparsity);
  EXPECT_EQ(convolutions[0].sparsity->non_zeros, 2U);
  EXPECT_EQ(convolutions[0].sparsity->block, 4U);
  const auto gemms =
      parse("Layer Name, M, N, K, Sparsity,\nGEMM_1, 1, 5, 16, 1:4\nb, 1, 5, 16, 1,");
  EXPECT_EQ(gemms[0].sparsity->block, 4U);
  EXPECT_FALSE(gemms[1].sparsity);
}

TEST(ScalesimTopology, TakesNoNoticeOfNotes) {
  EXPECT_EQ(convolution("Conv2_dw, 112, 112, 3, 3, 1, 1, 1,#dw, x").filters, 1U);
  // conv_nets/Resnet18.csv names the unit that a layer runs on.
  const auto layers = parse("a,b,c,d,e,f,g,Strides,, Target\nConv1,224,224,7,7,3,64,2, NPU\n");
  EXPECT_EQ(std::get<ScalesimConvolution>(layers.at(0).shape).stride.width, 2U);
}

TEST(ScalesimTopology, MakesLayersNamedDpDepthwise) {
  const ScalesimConvolution shape = convolution("DP_3, 14, 14, 3, 3, 512, 2, 1,");
  EXPECT_TRUE(shape.is_depthwise);
  EXPECT_EQ(shape.output_channels(), 1024U);
  EXPECT_EQ(convolution("dp_3, 14, 14, 3, 3, 512, 2, 1,").output_channels(), 2U);
}

/// SCALE-Sim's own expression, in floating point as there.
std::uint32_t scalesim_output(std::uint32_t size, std::uint32_t filter, std::uint32_t stride) {
  return static_cast<std::uint32_t>(
      std::ceil((static_cast<double>(size) - filter + stride) / stride));
}

TEST(ScalesimConvolution, HasAWindowMoreThanFloorExactlyWhereTheStrideDoesNotDivide) {
  for (std::uint32_t size = 1; size <= 24; ++size) {
    for (std::uint32_t filter = 1; filter <= size; ++filter) {
      for (std::uint32_t stride = 1; stride <= 26; ++stride) {
        ScalesimConvolution shape;
        shape.input = {1, size, 30};
        shape.filter = {filter, 1};
        shape.stride = {stride, 1};
        const std::uint32_t usual = (size - filter) / stride + 1;
        const std::uint32_t over = (size - filter) % stride;
        const std::uint32_t grown = over == 0 ? size : size + stride - over;
        ASSERT_EQ(shape.output().height, scalesim_output(size, filter, stride));
        ASSERT_EQ(shape.output().height, usual + (over == 0 ? 0U : 1U));
        ASSERT_EQ(shape.covered_input().height, grown);
        // The usual floor on the grown input gives SCALE-Sim's output.
        ASSERT_EQ((grown - filter) / stride + 1, shape.output().height);
        ASSERT_EQ(shape.output().width, 30U);
        ASSERT_EQ(shape.covered_input().width, 30U);
      }
    }
  }
}

TEST(ScalesimConvolution, GrowsTheInputOfAlexNetsFirstLayer) {
  // 224 - 11 = 213 = 53 x 4 + 1: a 55th window begins at row 216 and ends 3 rows below the input.
  const ScalesimConvolution shape = convolution("Conv1, 224, 224, 11, 11, 3, 96, 4,");
  EXPECT_EQ(shape.output().height, 55U);
  EXPECT_EQ(shape.covered_input(), (FeatureShape{3, 227, 227}));
  // 27 - 5 = 22 windows and one more, nothing to grow.
  EXPECT_EQ(convolution("Conv2, 27, 27, 5, 5, 96, 256, 1,").covered_input(),
            (FeatureShape{96, 27, 27}));
}

TEST(ScalesimTopology, RefusesFilesWithoutLayers) {
  EXPECT_EQ(error_of(""), "t.csv: line 1: expected a header line, got the file's end");
  EXPECT_EQ(error_of("\n \n,,\n"), "t.csv: line 4: expected a header line, got the file's end");
  EXPECT_EQ(error_of(kGemms),
            "t.csv: line 2: expected layers below the header, got the file's end");
  EXPECT_EQ(error_of("Layer,M,N,K,"),
            "t.csv: line 2: expected layers below the header, got the file's end");
}

TEST(ScalesimTopology, RefusesAFileWithoutAHeader) {
  // SCALE-Sim would leave out the first layer.
  EXPECT_EQ(error_of("a, 1,2,3,\nb,1,2,3,"),
            "t.csv: line 1, column 4: expected the name of a column, for the first line is a "
            "header, got '1'");
  EXPECT_EQ(error_of("\nLayer,M,N\n"),
            "t.csv: line 2, column 1: expected a header of 8 columns (convolutions) or 4 (GEMMs), "
            "with commas between them, got 3");
  EXPECT_THAT(error_of("Layer name\tIFMAP Height\tIFMAP Width\t\nConv\t5\t5\t\n"),
              HasSubstr("with commas between them, got 1"));
  EXPECT_THAT(error_of("a,b,c,d,e,f,g\nx,9,9,3,3,1,1\n"), HasSubstr("got 7"));
}

TEST(ScalesimTopology, RefusesGemmColumnsInAnotherOrder) {
  EXPECT_EQ(error_of("Layer, M, K, N,\na,1,2,3"),
            "t.csv: line 1, column 11: expected the columns M, N, K in this order, got 'K'");
}

TEST(ScalesimTopology, RefusesMissingFields) {
  EXPECT_EQ(convolution_error("Conv1, 224, 224, 7, 7, 3, 64,\n"),
            "t.csv: line 2, column 30: expected the stride, an integer in [1, 65536], got the end "
            "of the line");
  EXPECT_EQ(convolution_error("Conv1, 224\n"),
            "t.csv: line 2, column 11: expected the input's width, an integer in [1, 2147483648], "
            "got the end of the line");
  EXPECT_EQ(convolution_error("Conv1,224, ,7,7,3,64,2,"),
            "t.csv: line 2, column 11: expected the input's width, an integer in [1, 2147483648], "
            "got nothing");
  EXPECT_EQ(convolution_error(" ,224,224,7,7,3,64,2,"),
            "t.csv: line 2, column 1: expected the layer's name, got nothing");
  EXPECT_EQ(
      gemm_error("a,1,2,"),
      "t.csv: line 2, column 7: expected K, an integer in [1, 2147483648], got the end of the "
      "line");
}

TEST(ScalesimTopology, RefusesSurplusFields) {
  EXPECT_EQ(convolution_error("a,9,9,3,3,1,1,1,1,1,"),
            "t.csv: line 2, column 19: expected the end of the line, got '1'");
  EXPECT_EQ(convolution_error("a,9,9,3,3,1,1,1,1:2,1:2"),
            "t.csv: line 2, column 21: expected the end of the line, got '1:2'");
  EXPECT_EQ(convolution_error("a,9,9,3,3,1,1,1,x,1"),
            "t.csv: line 2, column 17: expected the end of the line, got 'x'");
  EXPECT_EQ(convolution_error("a,9,9,3,3,1,1,1,;"),
            "t.csv: line 2, column 17: expected the end of the line, got ';'");
  EXPECT_EQ(gemm_error("a,1,2,3,12,"),
            "t.csv: line 2, column 9: expected a batch, an integer in [1, 1], got '12'");
  EXPECT_EQ(gemm_error("a,1,2,3,1,1,"),
            "t.csv: line 2, column 11: expected the end of the line, got '1'");
}

TEST(ScalesimTopology, RefusesNumbersThatAreNoSize) {
  const std::string rest = ", an integer in [1, 2147483648], got ";
  EXPECT_EQ(gemm_error("a, 0,2,3,"), "t.csv: line 2, column 4: expected M" + rest + "'0'");
  EXPECT_EQ(gemm_error("a,1,-2,3,"), "t.csv: line 2, column 5: expected N" + rest + "'-2'");
  EXPECT_EQ(gemm_error("a,1,2,3.5,"), "t.csv: line 2, column 7: expected K" + rest + "'3.5'");
  EXPECT_EQ(gemm_error("a,1,two,3,"), "t.csv: line 2, column 5: expected N" + rest + "'two'");
  EXPECT_EQ(gemm_error("a,1,2,1e3,"), "t.csv: line 2, column 7: expected K" + rest + "'1e3'");
  EXPECT_EQ(gemm_error("a,1,2147483649,1,"),
            "t.csv: line 2, column 5: expected N" + rest + "'2147483649'");
  EXPECT_EQ(gemm_error("a,1,99999999999999999999,1,"),
            "t.csv: line 2, column 5: expected N" + rest + "'99999999999999999999'");
}

TEST(ScalesimTopology, RefusesSparsitiesThatAreNone) {
  const std::string rest = "expected a sparsity N:M, integers with 1 <= N <= M, got ";
  EXPECT_EQ(gemm_error("a,1,2,3, 5:4,"), "t.csv: line 2, column 10: " + rest + "'5:4'");
  EXPECT_EQ(gemm_error("a,1,2,3,0:4,"), "t.csv: line 2, column 9: " + rest + "'0:4'");
  EXPECT_EQ(gemm_error("a,1,2,3,1:,"), "t.csv: line 2, column 9: " + rest + "'1:'");
  EXPECT_EQ(gemm_error("a,1,2,3,1:2:4,"), "t.csv: line 2, column 9: " + rest + "'1:2:4'");
}

TEST(ScalesimTopology, RefusesAFilterLargerThanItsInput) {
  EXPECT_EQ(convolution_error("a, 5, 9, 5, 9, 1, 1, 1,\nb, 5, 9, 6, 9, 1, 1, 1,"),
            "t.csv: line 3, column 10: expected a filter of at most the input's height, 5, got 6");
  EXPECT_EQ(convolution_error("a, 5, 9, 5, 10, 1, 1, 1,"),
            "t.csv: line 2, column 13: expected a filter of at most the input's width, 9, got 10");
}

TEST(ScalesimTopology, RefusesLayersThatNoNetworkFileHolds) {
  // 2^31 elements are the most: 2^16 x 2^15, and not one row more.
  EXPECT_EQ(parse(kGemms + "a,1,65536,32768,").size(), 1U);
  EXPECT_EQ(gemm_error("a,1,65536,32769,"),
            "t.csv: line 2, column 5: expected a layer of at most 2147483648 weights, got 65536 x "
            "32769");
  EXPECT_EQ(gemm_error("a,65536,1,32769,"),
            "t.csv: line 2, column 3: expected a layer of at most 2147483648 inputs, got 65536 x "
            "32769");
  EXPECT_EQ(gemm_error("a,65536,32769,1,"),
            "t.csv: line 2, column 3: expected a layer of at most 2147483648 outputs, got 65536 x "
            "32769");
  EXPECT_EQ(convolution_error("a,65536,32769,1,1,1,1,1,"),
            "t.csv: line 2, column 19: expected a layer of at most 2147483648 inputs, got 1 x 1 x "
            "65536 x 32769");
  EXPECT_EQ(convolution_error("a,256,256,256,256,256,129,1,"),
            "t.csv: line 2, column 23: expected a layer of at most 2147483648 weights, got 129 x "
            "256 x 256 x 256");
  EXPECT_EQ(convolution_error("a,32768,32768,1,1,1,3,1,"),
            "t.csv: line 2, column 21: expected a layer of at most 2147483648 outputs, got 1 x 3 x "
            "32768 x 32768");
}

TEST(ScalesimTopology, RefusesLimitsThatOnlyTheGrownInputExceeds) {
  // 2^31 inputs as they stand; a second window of width begins at column 65535 and ends behind it.
  EXPECT_THAT(convolution_error("a,2147483648,1,1,1,1,1,1,65535,"), HasSubstr("no error"));
  EXPECT_THAT(convolution_error("a,1073741824,2,1,1,1,1,1,65535,"),
              HasSubstr("inputs, got 1 x 1 x 1073741824 x 65536"));
}

TEST(ScalesimTopology, RefusesLayersOfTheOtherKind) {
  EXPECT_EQ(convolution_error("a,9,9,3,3,1,1,1,\ng,1,2,3,\n"),
            "t.csv: line 3, column 1: expected a convolution, as the header says, got the 4 fields "
            "of a GEMM");
  EXPECT_EQ(gemm_error("a,9,9,3,3,1,1,1,\n"),
            "t.csv: line 2, column 1: expected a GEMM, as the header says, got the 8 fields of a "
            "convolution");
}

TEST(ScalesimTopology, CountsColumnsInCharacters) {
  // Two bytes of UTF-8 are one character.
  EXPECT_THAT(gemm_error("\xC3\xA9t\xC3\xA9,0,2,3,"), HasSubstr("line 2, column 5: expected M"));
}

}  // namespace
}  // namespace nzsim
