#include "sim/report/page/markup.h"

#include <cstddef>

namespace nzsim {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

/// `text` with each `what` replaced by `with`.
std::string with_replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string result;
  std::size_t begin = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, begin)) {
    result += text.substr(begin, at - begin);
    result += with;
    begin = at + what.size();
  }
  return result.append(text.substr(begin));
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_control = (byte < 0x20U && c != '\n' && c != '\t') || byte == 0x7fU;
        if (is_control) {
          result += kReplacement;
        } else {
          result += c;
        }
      }
    }
  }
  return result;
}

// Outside of strings, JSON has no such character.
std::string json_for_script(std::string_view json) { return with_replaced(json, "<", "\\u003c"); }

std::string code_for_script(std::string_view code) {
  return with_replaced(with_replaced(code, "</", "<\\/"), "<!--", "<\\!--");
}

}  // namespace nzsim
