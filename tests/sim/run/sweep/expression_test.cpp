#include "sim/run/sweep/expression.h"

#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nzsim::sweep {
namespace {

using ::testing::HasSubstr;

bool holds(const std::string& text, const std::vector<ExpressionValue>& values = {}) {
  return Expression(text).holds(values);
}

/// The message of the `ExpressionError` of `text`, parsed and computed.
std::string error_of(const std::string& text, const std::vector<ExpressionValue>& values = {}) {
  try {
    static_cast<void>(holds(text, values));
  } catch (const ExpressionError& error) {
    return error.what();
  }
  return "no error was thrown";
}

TEST(SweepExpression, BindsAsInC) {
  EXPECT_TRUE(holds("1 + 2 * 3 == 7"));
  EXPECT_TRUE(holds("(1 + 2) * 3 == 9"));
  EXPECT_TRUE(holds("10 - 4 - 3 == 3"));
  EXPECT_TRUE(holds("16 / 4 / 2 == 2"));
  EXPECT_TRUE(holds("17 % 5 == 2"));
  EXPECT_TRUE(holds("-2 * -3 == 6"));
  EXPECT_TRUE(holds("--2 == 2"));
  EXPECT_TRUE(holds("1 || 0 && 0"));
  EXPECT_FALSE(holds("(1 || 0) && 0"));
  EXPECT_TRUE(holds("!0 && !(1 > 2)"));
  EXPECT_TRUE(holds("2.5e1 == 25"));
  EXPECT_TRUE(holds(".5 + .5 == 1"));
}

TEST(SweepExpression, Compares) {
  EXPECT_TRUE(holds("1 < 2 && 2 <= 2 && 3 > 2 && 2 >= 2 && 1 != 2"));
  EXPECT_FALSE(holds("2 < 2 || 2 > 2 || 3 <= 2 || 1 >= 2 || 1 == 2"));
}

TEST(SweepExpression, TakesEachNameOnce) {
  const Expression expression("pe_count * sram.capacity_bytes <= limit && pe_count > 1");
  ASSERT_EQ(expression.names().size(), 3U);
  EXPECT_EQ(expression.names()[0].text, "pe_count");
  EXPECT_EQ(expression.names()[1].text, "sram.capacity_bytes");
  EXPECT_EQ(expression.names()[1].column, 12U);
  EXPECT_EQ(expression.names()[2].text, "limit");
  EXPECT_TRUE(expression.holds({4.0, 8.0, 32.0}));
  EXPECT_FALSE(expression.holds({4.0, 9.0, 32.0}));
  EXPECT_FALSE(expression.holds({1.0, 8.0, 32.0}));
}

TEST(SweepExpression, ComparesTextsForEquality) {
  EXPECT_TRUE(holds("memory == \"hbm2\"", {std::string("hbm2")}));
  EXPECT_TRUE(holds("memory != 'ddr3'", {std::string("hbm2")}));
  EXPECT_FALSE(holds("memory == 'ddr3'", {std::string("hbm2")}));
}

TEST(SweepExpression, LooksAtNoMoreThanItNeeds) {
  EXPECT_FALSE(holds("a != 0 && 1 / a > 0", {0.0}));
  EXPECT_TRUE(holds("a == 0 || 1 / a > 0", {0.0}));
}

TEST(SweepExpression, SyntaxErrorsNameTheColumnAndWhatIsExpected) {
  const std::string operand = "expected a number, a name, a quoted text, \"(\", \"-\" or \"!\", ";
  EXPECT_EQ(error_of(""), operand + "got the end in column 1");
  EXPECT_EQ(error_of("1 +"), operand + "got the end in column 4");
  EXPECT_EQ(error_of("1 + * 2"), operand + "got \"*\" in column 5");
  EXPECT_EQ(error_of("a & b"), "expected an operator or the end, got \"&\" in column 3");
  EXPECT_EQ(error_of("a b"), "expected an operator or the end, got \"b\" in column 3");
  EXPECT_EQ(error_of("(a"), "expected an operator or \")\", got the end in column 3");
  EXPECT_EQ(error_of("a)"), "expected an operator or the end, got \")\" in column 2");
  EXPECT_EQ(error_of("a = 1"), "expected an operator or the end, got \"=\" in column 3");
  EXPECT_EQ(error_of("1 < a < 3"),
            "expected one comparison, others joined by && or ||, got \"<\" in column 7");
  EXPECT_EQ(error_of("12ab"), "expected a number, got \"12ab\" in column 1");
  EXPECT_EQ(error_of("1.2.3"), "expected a number, got \"1\" in column 1");
  EXPECT_EQ(error_of("1e999"), "expected a number, got \"1e999\" in column 1");
  EXPECT_EQ(error_of("a == 'x"), "expected a closing ', got the end in column 8");
  EXPECT_EQ(error_of("a..b"), "expected a name of words joined by dots, got \"a..b\" in column 1");
  EXPECT_EQ(error_of("a."), "expected a name of words joined by dots, got \"a.\" in column 1");
}

TEST(SweepExpression, HasLimits) {
  const std::string deep(kDeepestExpression, '(');
  EXPECT_THAT(error_of(deep + "1"), HasSubstr("expected at most 64 levels of nesting, got \"1\""));
  const std::string fits(kDeepestExpression - 1, '(');
  EXPECT_TRUE(holds(fits + "1" + std::string(kDeepestExpression - 1, ')')));
  EXPECT_THAT(error_of(std::string(kDeepestExpression, '-') + "1"), HasSubstr("at most 64 levels"));
  EXPECT_THAT(error_of(std::string(kLongestExpression + 1, '1')),
              HasSubstr("expected an expression of at most 4096 characters, got 4097"));
  // As many operators as the length allows.
  std::string chain = "1";
  while (chain.size() + 2 <= kLongestExpression) chain += "+1";
  EXPECT_TRUE(holds(chain));
}

TEST(SweepExpression, RandomTextIsReadOrRefused) {
  const std::vector<std::string> pieces{"a", "b.c", "1", ".",  "'x'", "\"", "(",
                                        ")", "+",   "-", "*",  "/",   "%",  "!",
                                        "=", "==",  "<", "&&", "||",  " ",  "\xff"};
  std::mt19937 generator(1);
  int read = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::size_t length = generator() % 8; length > 0; --length) {
      text += pieces[generator() % pieces.size()];
    }
    read += error_of(text, {2.0, 3.0}) == "no error was thrown" ? 1 : 0;
  }
  // Both happen: some texts of one to seven pieces are conditions, most are none.
  EXPECT_GT(read, 100);
  EXPECT_LT(read, 10000);
}

TEST(SweepExpression, ValueErrorsNameTheColumn) {
  EXPECT_EQ(error_of("1 / (a - 1)", {1.0}), "expected a divisor other than 0, got 0 in column 8");
  EXPECT_EQ(error_of("5 % a", {0.0}), "expected a divisor other than 0, got 0 in column 5");
  EXPECT_EQ(error_of("1e300 * 1e300"), "expected a finite number, got infinity in column 7");
  EXPECT_EQ(error_of("a + 1", {std::string("x")}),
            "expected a number beside \"+\", got the text \"x\" in column 1");
  EXPECT_EQ(error_of("!a", {std::string("x")}),
            "expected a number beside \"!\", got the text \"x\" in column 2");
  EXPECT_EQ(error_of("a < 'y'", {std::string("x")}),
            "expected a number beside \"<\", got the text \"x\" in column 1");
  EXPECT_EQ(error_of("a == 1", {std::string("x")}),
            "expected two numbers or two texts beside \"==\", got one of each in column 3");
  EXPECT_EQ(error_of("a", {std::string("x")}),
            "expected a condition, got the text \"x\" in column 1");
}

}  // namespace
}  // namespace nzsim::sweep
