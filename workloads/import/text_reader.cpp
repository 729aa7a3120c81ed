#include "workloads/import/text_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";
/// Longest piece of a file that a message repeats.
constexpr std::size_t kQuotedLength = 32;
/// What marks the bytes of a UTF-8 character behind its first (RFC 3629, Section 3).
constexpr unsigned char kContinuationMask = 0xC0;
constexpr unsigned char kContinuation = 0x80;

}  // namespace

std::string quoted(std::string_view token) {
  if (token.empty()) return "the end of the line";
  return fmt::format("'{}'", token.substr(0, kQuotedLength));
}

bool TextReader::next_line(char comment) {
  while (next_ < bytes_.size()) {
    const std::size_t end = std::min(bytes_.find('\n', next_), bytes_.size());
    line_ = bytes_.substr(next_, end - next_);
    next_ = std::min(end + 1, bytes_.size());
    position_ = 0;
    ++line_number_;
    if (line_.find_first_not_of(kBlanks) == std::string_view::npos) continue;
    if (comment == '\0' || line_[0] != comment) return true;
  }
  line_ = {};
  position_ = 0;
  ++line_number_;
  return false;
}

std::string_view TextReader::token(char separator) {
  const auto is_blank = [&](char c) {
    return c == separator || kBlanks.find(c) != std::string_view::npos;
  };
  while (position_ < line_.size() && is_blank(line_[position_])) ++position_;
  const std::size_t begin = position_;
  while (position_ < line_.size() && !is_blank(line_[position_])) ++position_;
  return line_.substr(begin, position_ - begin);
}

std::uint64_t TextReader::integer(std::string_view what, std::uint64_t minimum,
                                  std::uint64_t maximum, char separator) {
  const std::string_view text = token(separator);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || value < minimum || value > maximum) {
    fail(fmt::format("expected {}, an integer in [{}, {}], got {}", what, minimum, maximum,
                     quoted(text)));
  }
  return value;
}

float TextReader::number(std::string_view what) {
  const std::string_view text = token();
  std::string_view digits = text;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  if (!whole || !(std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max()))) {
    fail(fmt::format("expected {}, a finite 32-bit number, got {}", what, quoted(text)));
  }
  return static_cast<float>(value);
}

void TextReader::expect_line_end() {
  const std::string_view rest = token();
  if (!rest.empty()) fail(fmt::format("expected the end of the line, got {}", quoted(rest)));
}

void TextReader::fail(const std::string& message) const {
  throw WorkloadError(name_, fmt::format("line {}", line_number_), message);
}

void TextReader::fail_at(std::size_t offset, const std::string& message) const {
  const std::string_view before = line_.substr(0, offset);
  const auto characters = std::count_if(before.begin(), before.end(), [](char c) {
    return (static_cast<unsigned char>(c) & kContinuationMask) != kContinuation;
  });
  throw WorkloadError(name_, fmt::format("line {}, column {}", line_number_, characters + 1),
                      message);
}

}  // namespace nzsim
