#include "sim/run/sweep/expression.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>

#include "sim/config/messages.h"

namespace nzsim::sweep {
namespace {

constexpr std::array<std::string_view, 6> kComparisons{"==", "!=", "<=", ">=", "<", ">"};

bool is_word_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_word(char c) {
  return is_word_start(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// Bytes of the first character of UTF-8 text.
std::size_t bytes_of_character(std::string_view text) {
  std::size_t bytes = std::min<std::size_t>(text.size(), 1);
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) ++bytes;
  return bytes;
}

[[noreturn]] void refuse(const std::string& expected, const std::string& got, std::size_t column) {
  throw ExpressionError(fmt::format("expected {}, got {} in column {}", expected, got, column));
}

bool compares(std::string_view symbol) {
  return std::find(kComparisons.begin(), kComparisons.end(), symbol) != kComparisons.end();
}

double compared(std::string_view symbol, double left, double right) {
  if (symbol == "==") return left == right;
  if (symbol == "!=") return left != right;
  if (symbol == "<") return left < right;
  if (symbol == "<=") return left <= right;
  return symbol == ">" ? left > right : left >= right;
}

double computed(std::string_view symbol, double left, double right) {
  if (symbol == "+") return left + right;
  if (symbol == "-") return left - right;
  if (symbol == "*") return left * right;
  return symbol == "/" ? left / right : std::fmod(left, right);
}

}  // namespace

/// Recursive descent, one function per level of precedence. Each returns the index of an operation.
class ExpressionParser {
 public:
  ExpressionParser(std::string_view text, Expression& expression)
      : text_(text), expression_(expression) {}

  void parse() {
    if (text_.size() > kLongestExpression) {
      refuse(fmt::format("an expression of at most {} characters", kLongestExpression),
             std::to_string(text_.size()), kLongestExpression + 1);
    }
    expression_.root_ = disjunction();
    skip_spaces();
    if (at_ < text_.size()) refuse_here("an operator or the end");
  }

 private:
  using Operation = Expression::Operation;
  using Kind = Operation::Kind;

  std::size_t disjunction() {
    std::size_t left = conjunction();
    while (const auto found = take({"||"})) left = binary(found, left, conjunction());
    return left;
  }

  std::size_t conjunction() {
    std::size_t left = comparison();
    while (const auto found = take({"&&"})) left = binary(found, left, comparison());
    return left;
  }

  std::size_t comparison() {
    std::size_t left = sum();
    const auto found = take({"==", "!=", "<=", ">=", "<", ">"});
    if (!found) return left;
    left = binary(found, left, sum());
    skip_spaces();
    const std::size_t start = at_;
    if (take({"==", "!=", "<=", ">=", "<", ">"})) {
      at_ = start;
      refuse_here("one comparison, others joined by && or ||");
    }
    return left;
  }

  std::size_t sum() {
    std::size_t left = product();
    while (const auto found = take({"+", "-"})) left = binary(found, left, product());
    return left;
  }

  std::size_t product() {
    std::size_t left = unary();
    while (const auto found = take({"*", "/", "%"})) left = binary(found, left, unary());
    return left;
  }

  std::size_t unary() {
    if (++depth_ > kDeepestExpression) {
      refuse_here(fmt::format("at most {} levels of nesting", kDeepestExpression));
    }
    std::size_t result = 0;
    if (const auto found = take({"!", "-"})) {
      const std::size_t operand = unary();
      result = add({Kind::unary, std::string(found.symbol), found.column, 0.0, operand, 0});
    } else {
      result = primary();
    }
    --depth_;
    return result;
  }

  std::size_t primary() {
    skip_spaces();
    if (take({"("})) {
      const std::size_t inner = disjunction();
      if (!take({")"})) refuse_here("an operator or \")\"");
      return inner;
    }
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.') return number();
    if (c == '"' || c == '\'') return quoted(c);
    if (is_word_start(c)) return name();
    refuse_here("a number, a name, a quoted text, \"(\", \"-\" or \"!\"");
  }

  std::size_t number() {
    const char* const begin = text_.data() + at_;
    double value = 0.0;
    const auto [stop, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    const auto length = static_cast<std::size_t>(stop - begin);
    const bool runs_on =
        at_ + length < text_.size() && (is_word(text_[at_ + length]) || text_[at_ + length] == '.');
    if (error != std::errc{} || runs_on) refuse_here("a number");
    const std::size_t column = at_ + 1;
    at_ += length;
    return add({Kind::literal, {}, column, value, 0, 0});
  }

  std::size_t quoted(char quote) {
    const std::size_t column = at_ + 1;
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) {
      refuse(fmt::format("a closing {}", quote), "the end", text_.size() + 1);
    }
    std::string inner(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return add({Kind::literal, {}, column, std::move(inner), 0, 0});
  }

  std::size_t name() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == '.')) ++at_;
    const std::string word(text_.substr(start, at_ - start));
    if (word.ends_with('.') || word.find("..") != std::string::npos) {
      refuse("a name of words joined by dots", in_quotes(word), start + 1);
    }
    auto& names = expression_.names_;
    const auto known = std::find_if(names.begin(), names.end(), [&](const ExpressionName& other) {
      return other.text == word;
    });
    const auto index = static_cast<std::size_t>(known - names.begin());
    if (known == names.end()) names.push_back({word, start + 1});
    return add({Kind::name, word, start + 1, 0.0, index, 0});
  }

  /// An operator of the text.
  struct Found {
    std::string_view symbol;
    std::size_t column = 0;
    explicit operator bool() const { return !symbol.empty(); }
  };

  /// Goes behind the first of `symbols` that stands here.
  Found take(std::initializer_list<std::string_view> symbols) {
    skip_spaces();
    for (const std::string_view symbol : symbols) {
      if (!text_.substr(at_).starts_with(symbol)) continue;
      at_ += symbol.size();
      return {symbol, at_ - symbol.size() + 1};
    }
    return {};
  }

  std::size_t binary(const Found& found, std::size_t left, std::size_t right) {
    return add({Kind::binary, std::string(found.symbol), found.column, 0.0, left, right});
  }

  std::size_t add(Operation operation) {
    expression_.operations_.push_back(std::move(operation));
    return expression_.operations_.size() - 1;
  }

  void skip_spaces() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  [[noreturn]] void refuse_here(const std::string& expected) const {
    // The word that stands here, or one character.
    std::size_t length = 0;
    while (at_ + length < text_.size() && is_word(text_[at_ + length])) ++length;
    if (length == 0) length = bytes_of_character(text_.substr(at_));
    const std::string_view here = text_.substr(at_, length);
    refuse(expected, here.empty() ? "the end" : in_quotes(here), at_ + 1);
  }

  std::string_view text_;
  Expression& expression_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

Expression::Expression(std::string_view text) { ExpressionParser(text, *this).parse(); }

bool Expression::holds(const std::vector<ExpressionValue>& values) const {
  const ExpressionValue result = value(root_, values);
  if (const auto* text = std::get_if<std::string>(&result)) {
    refuse("a condition", "the text " + in_quotes(*text), operations_[root_].column);
  }
  return std::get<double>(result) != 0.0;
}

ExpressionValue Expression::value(std::size_t index,
                                  const std::vector<ExpressionValue>& values) const {
  // Chains of operators lean to the left and may be as long as the text: a loop goes down them, so
  // that recursion is no deeper than the parser's.
  std::vector<std::size_t> chain;
  for (; operations_[index].kind == Operation::Kind::binary; index = operations_[index].first) {
    chain.push_back(index);
  }
  ExpressionValue result = operand(operations_[index], values);
  while (!chain.empty()) {
    result = binary(operations_[chain.back()], result, values);
    chain.pop_back();
  }
  return result;
}

ExpressionValue Expression::operand(const Operation& operation,
                                    const std::vector<ExpressionValue>& values) const {
  if (operation.kind == Operation::Kind::literal) return operation.literal;
  if (operation.kind == Operation::Kind::name) return values.at(operation.first);
  const double inner = number(operation.first, value(operation.first, values), operation);
  return operation.symbol == "-" ? -inner : static_cast<double>(inner == 0.0);
}

double Expression::number(std::size_t index, const ExpressionValue& value,
                          const Operation& user) const {
  if (const auto* text = std::get_if<std::string>(&value)) {
    refuse(fmt::format("a number beside \"{}\"", user.symbol), "the text " + in_quotes(*text),
           operations_[index].column);
  }
  return std::get<double>(value);
}

ExpressionValue Expression::binary(const Operation& operation, const ExpressionValue& first,
                                   const std::vector<ExpressionValue>& values) const {
  const std::string& symbol = operation.symbol;
  if (symbol == "==" || symbol == "!=") {
    const ExpressionValue second = value(operation.second, values);
    if (first.index() != second.index()) {
      refuse(fmt::format("two numbers or two texts beside \"{}\"", symbol), "one of each",
             operation.column);
    }
    return static_cast<double>((first == second) == (symbol == "=="));
  }
  const double left = number(operation.first, first, operation);
  const bool joins = symbol == "&&" || symbol == "||";
  if (joins && (left != 0.0) == (symbol == "||")) return static_cast<double>(left != 0.0);
  const double right = number(operation.second, value(operation.second, values), operation);
  if (joins) return static_cast<double>(right != 0.0);
  if (compares(symbol)) return compared(symbol, left, right);
  if ((symbol == "/" || symbol == "%") && right == 0.0) {
    refuse("a divisor other than 0", "0", operations_[operation.second].column);
  }
  const double result = computed(symbol, left, right);
  if (!std::isfinite(result)) refuse("a finite number", "infinity", operation.column);
  return result;
}

}  // namespace nzsim::sweep
