#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nzsim::sweep {

/// Longest text of an expression, and how deep its parentheses and signs may nest.
inline constexpr std::size_t kLongestExpression = 4096;
inline constexpr std::size_t kDeepestExpression = 64;

/// `expected ..., got ... in column N`: an expression that is none, or that has no value.
class ExpressionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a name stands for. Booleans are 1 and 0.
using ExpressionValue = std::variant<double, std::string>;

/// A name that an expression holds, and the column where it first stands, from 1.
struct ExpressionName {
  std::string text;
  std::size_t column = 0;
};

/// A condition over named values. From loosest to tightest: `||`, `&&`, one comparison (`==`, `!=`,
/// `<`, `<=`, `>`, `>=`), `+ -`, `* / %`, `! -`, parentheses. Names are words joined by dots, texts
/// stand in single or double quotes and know == and != alone. What `&&` and `||` need not look at
/// is not computed.
class Expression {
 public:
  /// Throws `ExpressionError`.
  explicit Expression(std::string_view text);

  /// All names, each once, in the order of their first places.
  [[nodiscard]] const std::vector<ExpressionName>& names() const { return names_; }

  /// Whether the condition holds where `values` are those of `names()`. Throws `ExpressionError`
  /// where a value is of the wrong kind, on division by zero and where a result is not finite.
  [[nodiscard]] bool holds(const std::vector<ExpressionValue>& values) const;

 private:
  friend class ExpressionParser;
  struct Operation {
    enum class Kind { literal, name, unary, binary };
    Kind kind = Kind::literal;
    /// As in the text.
    std::string symbol;
    std::size_t column = 0;
    ExpressionValue literal;
    /// Index of the name, or of the operands' operations.
    std::size_t first = 0;
    std::size_t second = 0;
  };

  [[nodiscard]] ExpressionValue value(std::size_t index,
                                      const std::vector<ExpressionValue>& values) const;
  /// Of an operation that is not binary.
  [[nodiscard]] ExpressionValue operand(const Operation& operation,
                                        const std::vector<ExpressionValue>& values) const;
  /// `value`, which the operation `index` has, as the number that `user` needs.
  [[nodiscard]] double number(std::size_t index, const ExpressionValue& value,
                              const Operation& user) const;
  [[nodiscard]] ExpressionValue binary(const Operation& operation, const ExpressionValue& first,
                                       const std::vector<ExpressionValue>& values) const;

  std::vector<Operation> operations_;
  std::vector<ExpressionName> names_;
  std::size_t root_ = 0;
};

}  // namespace nzsim::sweep
