#include "models/eie/value_kernel.h"

#include <boost/random/mersenne_twister.hpp>
#include <gtest/gtest.h>

#include "sim/base/fixed_point.h"
#include "sim/workload/values.h"
#include "tests/support/eie_layers.h"

namespace nzsim::eie {
namespace {

TEST(DenseColumns, VectorsEqualTheDefinitionUpToSaturation) {
  boost::random::mt19937_64 engine(3);
  for (int round = 0; round < 200; ++round) {
    const std::size_t groups = 1 + engine() % 5;
    std::vector<std::vector<std::uint8_t>> codes(kDenseColumns);
    DenseColumns columns{};
    for (std::size_t column = 0; column < kDenseColumns; ++column) {
      for (std::size_t byte = 0; byte < groups * 32; ++byte) {
        codes[column].push_back(static_cast<std::uint8_t>(engine()));
      }
      columns.codes[column] = codes[column].data();
      for (std::int16_t& product : columns.products[column]) {
        product = static_cast<std::int16_t>(engine());
      }
    }
    std::vector<std::int16_t> sums(groups * 64);
    for (std::int16_t& sum : sums) sum = static_cast<std::int16_t>(engine());
    std::vector<std::int16_t> expected = sums;

    add_dense_columns_plain(columns, groups, expected.data());
    add_dense_columns(columns, groups, sums.data());
    EXPECT_EQ(sums, expected);
  }
}

/// A layer of one matrix with a codebook that saturates now and then.
struct Layer {
  Layer(std::uint32_t rows, double density) : outputs(rows) {
    SyntheticSource source;
    source.density = density;
    matrix = synthetic_matrix(outputs, kInputs, source, 9);
    program.weight_format = {14};
    program.source_format = {8};
    program.destination_format = {12};
    for (const float weight : matrix.codebook) {
      program.codebook.push_back(quantize(static_cast<double>(weight), program.weight_format));
    }
    std::vector<std::uint32_t> bases(config.pe_count, 0);
    image =
        build_image(config, {outputs, kInputs, matrix.row_starts, matrix.columns, matrix.codes, {}},
                    bases, arena);
  }

  static constexpr std::uint32_t kInputs = 50;
  std::uint32_t outputs;
  Config config;
  Arena arena;
  CompressedMatrix matrix;
  MatrixImage image;
  LayerProgram program;
};

/// Row by row, in the order of the inputs.
std::vector<std::int16_t> row_by_row(const Layer& layer, const std::vector<Item>& items) {
  std::vector<std::int16_t> inputs(Layer::kInputs, 0);
  for (const Item& item : items) inputs[item.column] = item.value;
  std::vector<std::int16_t> sums;
  for (std::uint32_t row = 0; row < layer.outputs; ++row) {
    std::int16_t sum = 0;
    for (std::uint64_t n = layer.matrix.row_starts[row]; n < layer.matrix.row_starts[row + 1];
         ++n) {
      sum = add_saturated(
          sum, multiply_fixed(layer.program.codebook[layer.matrix.codes[n]],
                              inputs[layer.matrix.columns[n]], layer.program.product_shift()));
    }
    sums.push_back(sum);
  }
  return sums;
}

class ValueKernelOf : public ::testing::TestWithParam<std::pair<std::uint32_t, double>> {};

TEST_P(ValueKernelOf, AddsEveryNonZeroInOrder) {
  const Layer layer(GetParam().first, GetParam().second);
  std::vector<Item> items;
  for (std::uint32_t column = 1; column < Layer::kInputs; column += 3) {
    items.push_back({column, static_cast<std::int16_t>(column % 2 == 0 ? 4000 : -3000)});
  }
  std::vector<std::int16_t> sums((layer.outputs + 63) / 64 * 64, 0);
  ValueKernel(layer.program)
      .run(layer.image, passes_of(layer.config, layer.image).front(), items, sums);
  sums.resize(layer.outputs);
  EXPECT_EQ(sums, row_by_row(layer, items));
}

// Lists of few and of many non-zeros per column, and dense codes with and without a full last
// group.
INSTANTIATE_TEST_SUITE_P(Forms, ValueKernelOf,
                         ::testing::Values(std::pair(100U, 0.05), std::pair(200U, 0.5),
                                           std::pair(256U, 0.5), std::pair(1000U, 0.1)));

}  // namespace
}  // namespace nzsim::eie
