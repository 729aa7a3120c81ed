#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nzsim {

/// Largest number of rows or columns that a text file may state. Assumption: no layer is larger (a
/// vocabulary of 256 k words is the largest in use); memory per row stays small against it.
inline constexpr std::uint64_t kLargestImportedDimension = std::uint64_t{1} << 20;
/// Largest rows x columns: `codes` of the imported layer, two bytes each, stay below 2 GiB.
inline constexpr std::uint64_t kLargestImportedElements = std::uint64_t{1} << 30;

/// A piece of a file as a message repeats it: in quotes, cut where it is long. Nothing is `the end
/// of the line`.
[[nodiscard]] std::string quoted(std::string_view token);

/// Reads a text file token by token and knows the line, for messages.
class TextReader {
 public:
  /// `bytes` and `name` (the file, for messages) outlive the reader.
  TextReader(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  /// Goes to the next line that holds more than blanks and does not start with `comment` (0: there
  /// are no comments). Returns whether there is one.
  bool next_line(char comment = '\0');
  /// The current line without its end.
  [[nodiscard]] std::string_view line() const { return line_; }

  /// The next token of the current line: up to a blank or `separator`, which is skipped. Empty at
  /// the end of the line.
  std::string_view token(char separator = ' ');
  /// The next token as an integer in [minimum, maximum]. Throws `WorkloadError` with the line;
  /// `what` names the number.
  std::uint64_t integer(std::string_view what, std::uint64_t minimum, std::uint64_t maximum,
                        char separator = ' ');
  /// The next token as a finite number that a float holds.
  float number(std::string_view what);
  /// Throws where the line holds more tokens.
  void expect_line_end();

  /// Bytes behind the current line: what bounds the numbers that may still come.
  [[nodiscard]] std::uint64_t remaining() const { return bytes_.size() - next_; }

  /// Throws `WorkloadError` with file and line.
  [[noreturn]] void fail(const std::string& message) const;
  /// Throws `WorkloadError` with file, line and the column, counted in characters from 1, of the
  /// byte `offset` of the line.
  [[noreturn]] void fail_at(std::size_t offset, const std::string& message) const;

 private:
  std::string_view bytes_;
  const std::string& name_;
  std::size_t next_ = 0;
  std::size_t line_number_ = 0;
  std::string_view line_;
  std::size_t position_ = 0;
};

}  // namespace nzsim
