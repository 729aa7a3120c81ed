#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nzsim::test {

/// One `#include` line.
struct Include {
  /// Path from the repository's root, and line number.
  std::string file;
  std::size_t line = 0;
  /// What stands between the quotes or the angle brackets.
  std::string target;
  /// Whether it stands between quotes.
  bool quoted = false;
};

/// C++ files below `rooms` (`sim`, `models/eie`), as sorted paths from the repository's root. A
/// room that is not there has none.
[[nodiscard]] std::vector<std::string> source_files(const std::vector<std::string>& rooms);

/// Contents of a file of the repository; throws where it cannot be read.
[[nodiscard]] std::string source_text(const std::string& file);

/// Include lines of the C++ text `text`, which is that of `file`.
[[nodiscard]] std::vector<Include> includes_of(const std::string& file, std::string_view text);

/// C++ text without comments; literals stay.
[[nodiscard]] std::string without_comments(std::string_view text);

/// Words of all identifiers and literals in lower case: `EieProgram`, `eie_program` and `"eie.pe"`
/// all hold `eie`.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

/// The part of the house that a file belongs to: `sim/base`, `models/eie`, `workloads`, `tools`,
/// `tests`.
[[nodiscard]] std::string room_of(const std::string& file);

/// Whether the arrows of the design let room `from` include a file of room `to`.
[[nodiscard]] bool may_include(const std::string& from, const std::string& to);

}  // namespace nzsim::test
