#include "models/systolic/values/gemm_kernel.h"

#include <cstdint>
#include <string>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <gtest/gtest.h>

#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

/// A matrix within a larger one, so that rows are neither adjacent nor aligned.
template <class Element>
struct Matrix {
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), elements(row_count * stride() + 1) {}

  [[nodiscard]] std::size_t stride() const { return columns + 3; }
  Element& at(std::size_t row, std::size_t column) { return elements[row * stride() + column + 1]; }
  [[nodiscard]] const Element& at(std::size_t row, std::size_t column) const {
    return elements[row * stride() + column + 1];
  }
  [[nodiscard]] MatrixView<Element> view() {
    return {elements.data() + 1, rows, columns, stride()};
  }
  [[nodiscard]] MatrixView<const Element> view() const {
    return {elements.data() + 1, rows, columns, stride()};
  }

  std::size_t rows;
  std::size_t columns;
  std::vector<Element> elements;
};

template <class Element>
Matrix<Element> random_matrix(std::size_t rows, std::size_t columns,
                              boost::random::mt19937_64& engine) {
  Matrix<Element> matrix(rows, columns);
  for (Element& element : matrix.elements) element = static_cast<Element>(engine());
  return matrix;
}

/// The definition: exact, then modulo 2^32.
template <class A, class B>
void triple_loop(const Matrix<A>& a, const Matrix<B>& b, Matrix<std::int32_t>& c, bool is_added) {
  for (std::size_t row = 0; row < c.rows; ++row) {
    for (std::size_t column = 0; column < c.columns; ++column) {
      std::int64_t sum = is_added ? c.at(row, column) : 0;
      for (std::size_t k = 0; k < a.columns; ++k) {
        sum += std::int64_t{a.at(row, k)} * b.at(k, column);
      }
      c.at(row, column) = static_cast<std::int32_t>(sum);
    }
  }
}

/// One product on every instruction set of this machine against the definition; elements around C
/// must keep what they hold.
template <class A, class B>
void expect_product(const Matrix<A>& a, const Matrix<B>& b, const Matrix<std::int32_t>& c) {
  const PackedWeights packed(b.view());
  for (const InstructionSet set : available_instruction_sets()) {
    for (const Accumulate accumulate : {Accumulate::replace, Accumulate::add}) {
      Matrix<std::int32_t> expected = c;
      triple_loop(a, b, expected, accumulate == Accumulate::add);
      Matrix<std::int32_t> sums = c;
      multiply(a.view(), packed, sums.view(), accumulate, set);
      EXPECT_EQ(sums.elements, expected.elements)
          << name_of(set) << ": " << a.rows << " x " << a.columns << " x " << b.columns;
    }
  }
}

struct Shape {
  std::size_t m;
  std::size_t k;
  std::size_t n;
};

class GemmShape : public ::testing::TestWithParam<Shape> {};

TEST_P(GemmShape, GivesTheTripleLoopOnEveryInstructionSet) {
  const auto [m, k, n] = GetParam();
  boost::random::mt19937_64 engine(m * 1000 + k * 100 + n);
  const auto c = random_matrix<std::int32_t>(m, n, engine);
  expect_product(random_matrix<std::int8_t>(m, k, engine), random_matrix<std::int8_t>(k, n, engine),
                 c);
  expect_product(random_matrix<std::int16_t>(m, k, engine),
                 random_matrix<std::int8_t>(k, n, engine), c);
  expect_product(random_matrix<std::int8_t>(m, k, engine),
                 random_matrix<std::int16_t>(k, n, engine), c);
  expect_product(random_matrix<std::int16_t>(m, k, engine),
                 random_matrix<std::int16_t>(k, n, engine), c);
}

// Nothing, one of each, every height of a tile, both sides of a panel of 32 columns, of a block of
// 96 rows and of a block of 256 in depth, odd depths.
INSTANTIATE_TEST_SUITE_P(Shapes, GemmShape,
                         ::testing::Values(Shape{0, 5, 7}, Shape{5, 0, 7}, Shape{5, 7, 0},
                                           Shape{1, 1, 1}, Shape{1, 2, 32}, Shape{2, 3, 31},
                                           Shape{3, 1, 33}, Shape{7, 17, 5}, Shape{15, 33, 64},
                                           Shape{95, 9, 40}, Shape{96, 8, 32}, Shape{97, 10, 65},
                                           Shape{9, 255, 33}, Shape{8, 256, 32}, Shape{11, 257, 31},
                                           Shape{5, 513, 3}),
                         [](const auto& shape) {
                           return std::to_string(shape.param.m) + "x" +
                                  std::to_string(shape.param.k) + "x" +
                                  std::to_string(shape.param.n);
                         });

TEST(GemmKernel, GivesTheTripleLoopForRandomShapes) {
  boost::random::mt19937_64 engine(5);
  for (int round = 0; round < 40; ++round) {
    const std::size_t m = engine() % 40;
    const std::size_t k = engine() % 70;
    const std::size_t n = engine() % 70;
    expect_product(random_matrix<std::int8_t>(m, k, engine),
                   random_matrix<std::int8_t>(k, n, engine),
                   random_matrix<std::int32_t>(m, n, engine));
  }
}

/// The product of a row of `a` and a column of `b`, `depth` times, with `set`.
template <class A, class B>
std::int32_t dot(A a, B b, std::size_t depth, InstructionSet set) {
  const std::vector<A> row(depth, a);
  const std::vector<B> column(depth, b);
  std::int32_t sum = 0;
  multiply(MatrixView<const A>{row.data(), 1, depth, depth},
           PackedWeights(MatrixView<const B>{column.data(), depth, 1, 1}),
           MatrixView<std::int32_t>{&sum, 1, 1, 1}, Accumulate::replace, set);
  return sum;
}

TEST(GemmKernel, HoldsTheLargestSumsOfInt8InThirtyTwoBits) {
  constexpr std::int8_t kLowest = -128;
  constexpr std::int8_t kHighest = 127;
  for (const InstructionSet set : available_instruction_sets()) {
    // 131,071 x (-128)^2 = 2,147,467,264 <= 2^31 - 1 = 2,147,483,647.
    EXPECT_EQ(dot(kLowest, kLowest, kLargestDepth8x8, set), 2'147'467'264) << name_of(set);
    // 131,071 x -128 x 127 = -2,130,690,176.
    EXPECT_EQ(dot(kLowest, kHighest, kLargestDepth8x8, set), -2'130'690'176) << name_of(set);
    // One more is 2^31, which an accumulator of 32 bits shows as -2^31.
    EXPECT_EQ(dot(kLowest, kLowest, kLargestDepth8x8 + 1, set), INT32_MIN) << name_of(set);
  }
}

TEST(GemmKernel, HoldsTheLargestSumsOfInt8AndInt16InThirtyTwoBits) {
  constexpr std::int8_t kLowest8 = -128;
  constexpr std::int16_t kLowest16 = -32'768;
  for (const InstructionSet set : available_instruction_sets()) {
    // 511 x 128 x 32,768 = 2,143,289,344.
    EXPECT_EQ(dot(kLowest8, kLowest16, kLargestDepth8x16, set), 2'143'289'344) << name_of(set);
    EXPECT_EQ(dot(kLowest16, kLowest8, kLargestDepth8x16, set), 2'143'289'344) << name_of(set);
    EXPECT_EQ(dot(kLowest16, kLowest8, kLargestDepth8x16 + 1, set), INT32_MIN) << name_of(set);
    // 2 x 2^30 = 2^31: the only sum of two products that 32 bits do not hold.
    EXPECT_EQ(dot(kLowest16, kLowest16, 2, set), INT32_MIN) << name_of(set);
    EXPECT_EQ(dot(kLowest16, kLowest16, 4, set), 0) << name_of(set);
  }
}

TEST(GemmKernel, RefusesShapesThatDoNotFit) {
  Matrix<std::int8_t> a(2, 3);
  Matrix<std::int32_t> c(2, 4);
  const PackedWeights one_row_too_many(Matrix<std::int8_t>(4, 4).view());
  const PackedWeights one_column_too_many(Matrix<std::int8_t>(3, 5).view());
  EXPECT_THROW(multiply(a.view(), one_row_too_many, c.view(), Accumulate::add), SimulationError);
  Matrix<std::int32_t> one_result_too_many(3, 4);
  EXPECT_THROW(multiply(a.view(), PackedWeights(Matrix<std::int8_t>(3, 4).view()),
                        one_result_too_many.view(), Accumulate::add),
               SimulationError);
  EXPECT_THROW(multiply(a.view(), one_column_too_many, c.view(), Accumulate::add), SimulationError);
}

TEST(GemmKernel, TakesTheFastestInstructionsOfTheMachine) {
  const std::vector<InstructionSet> sets = available_instruction_sets();
  EXPECT_EQ(sets.front(), InstructionSet::portable);
  EXPECT_EQ(sets.back(), fastest_instruction_set());
}

}  // namespace
}  // namespace nzsim::systolic
