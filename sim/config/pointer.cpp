#include "sim/config/pointer.h"

#include <charconv>

namespace nzsim {

std::string child_pointer(const std::string& parent, std::string_view key) {
  std::string pointer = parent;
  pointer += '/';
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string child_pointer(const std::string& parent, std::size_t index) {
  return parent + '/' + std::to_string(index);
}

std::optional<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> tokens;
  if (pointer.empty()) return tokens;
  if (pointer.front() != '/') return std::nullopt;
  for (std::size_t at = 0; at < pointer.size(); ++at) {
    const char c = pointer[at];
    if (c == '/') {
      tokens.emplace_back();
    } else if (c != '~') {
      tokens.back() += c;
    } else {
      ++at;
      if (at == pointer.size() || (pointer[at] != '0' && pointer[at] != '1')) return std::nullopt;
      tokens.back() += pointer[at] == '0' ? '~' : '/';
    }
  }
  return tokens;
}

std::optional<std::size_t> array_index(std::string_view token, std::size_t size) {
  std::size_t index = 0;
  const char* const end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, index);
  const bool leading_zero = token.size() > 1 && token.front() == '0';
  if (error != std::errc{} || stop != end || leading_zero || index >= size) return std::nullopt;
  return index;
}

}  // namespace nzsim
