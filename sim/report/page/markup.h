#pragma once

#include <string>
#include <string_view>

namespace nzsim {

/// `text` as the content of an element or of a quoted attribute: no character of it is markup.
/// Control characters, which HTML does not allow, become U+FFFD.
[[nodiscard]] std::string escaped(std::string_view text);

/// `json` as the content of a `script` element of type `application/json`: the same value, without
/// the character that could begin an end tag or a comment.
[[nodiscard]] std::string json_for_script(std::string_view json);

/// `code` as the content of a `script` element: no end tag in its strings ends the element.
[[nodiscard]] std::string code_for_script(std::string_view code);

}  // namespace nzsim
