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

}  // namespace nzsim
