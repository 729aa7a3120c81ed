#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nzsim {

/// `parent` with one more token, escaped as RFC 6901 asks (`~` as `~0`, `/` as `~1`).
[[nodiscard]] std::string child_pointer(const std::string& parent, std::string_view key);
[[nodiscard]] std::string child_pointer(const std::string& parent, std::size_t index);

/// The unescaped tokens of a JSON pointer; nothing where it is none. `""` has no token.
[[nodiscard]] std::optional<std::vector<std::string>> split_pointer(std::string_view pointer);

/// The array index that `token` is, below `size`; nothing where it is none.
[[nodiscard]] std::optional<std::size_t> array_index(std::string_view token, std::size_t size);

/// The value at `tokens` of a JSON `tree`; null where there is none.
template <class Tree>
[[nodiscard]] const Tree* find_value(const Tree& tree, const std::vector<std::string>& tokens) {
  const Tree* at = &tree;
  for (const std::string& token : tokens) {
    if (at->is_array()) {
      const std::optional<std::size_t> index = array_index(token, at->size());
      if (!index) return nullptr;
      at = &(*at)[*index];
    } else {
      if (!at->is_object() || !at->contains(token)) return nullptr;
      at = &(*at)[token];
    }
  }
  return at;
}

}  // namespace nzsim
