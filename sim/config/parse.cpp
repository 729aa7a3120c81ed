#include "sim/config/parse.h"

#include <algorithm>
#include <deque>
#include <unordered_set>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/config/pointer.h"

namespace nzsim {
namespace {

/// Builds the value from the events of nlohmann's parser. The names of its functions are those of
/// the library's SAX interface.
class Builder {
 public:
  Builder(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(Json::number_integer_t value) { return add(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return add(value); }
  bool number_float(Json::number_float_t value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }

  bool start_object(std::size_t) { return open(Json::object()); }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_array() { return close(); }

  bool key(std::string& key) {
    Level& level = levels_.back();
    level.key = key;
    if (!level.keys.insert(key).second) {
      parsed_.duplicates.push_back(pointer());
      level.slot = &discarded_.emplace_back();
      return true;
    }
    if (level.keys.size() > kMostMembers) {
      level.key.clear();
      refuse(fmt::format("expected at most {} keys in an object, got more", kMostMembers));
    }
    auto& members = level.value->get_ref<Json::object_t&>();
    members.emplace_back(key, Json());
    level.slot = &members.back().second;
    return true;
  }

  /// Always throws.
  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) {
    const std::string_view read = text_.substr(0, position == 0 ? 0 : position - 1);
    const auto line = 1 + std::count(read.begin(), read.end(), '\n');
    const std::size_t line_start = read.rfind('\n') + 1;
    throw ConfigError(name_, fmt::format("line {}, column {}", line, read.size() - line_start + 1),
                      "expected valid JSON, got " + reason(error.what()));
  }

  ParsedJson take() { return std::move(parsed_); }

 private:
  /// An object or array that is still open.
  struct Level {
    Json* value = nullptr;
    /// Where the value of the key just read goes.
    Json* slot = nullptr;
    std::string key;
    std::unordered_set<std::string> keys;
  };

  Json* place(Json&& value) {
    Json* target = &parsed_.value;
    if (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.value->is_array()) {
        auto& elements = level.value->get_ref<Json::array_t&>();
        return &elements.emplace_back(std::move(value));
      }
      target = level.slot;
    }
    *target = std::move(value);
    return target;
  }

  template <class Value>
  bool add(Value&& value) {
    place(Json(std::forward<Value>(value)));
    return true;
  }

  bool open(Json&& value) {
    if (levels_.size() == kDeepestNesting) {
      refuse(fmt::format("expected at most {} levels of nesting, got more", kDeepestNesting));
    }
    Json* const target = place(std::move(value));
    levels_.emplace_back().value = target;
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  [[nodiscard]] std::string pointer() const {
    std::string pointer;
    for (const Level& level : levels_) {
      if (level.value->is_array()) {
        pointer = child_pointer(pointer, level.value->size() - (level.value->empty() ? 0 : 1));
      } else if (!level.key.empty()) {
        pointer = child_pointer(pointer, level.key);
      }
    }
    return pointer;
  }

  [[noreturn]] void refuse(std::string message) const {
    throw ConfigError(name_, pointer(), std::move(message));
  }

  /// The parser's own words without its prefix: `... parsing value - unexpected end of input`.
  static std::string reason(std::string text) {
    constexpr std::size_t kLongest = 200;
    const std::size_t dash = text.find(" - ");
    const std::size_t bracket = text.find("] ");
    if (dash != std::string::npos) {
      text.erase(0, dash + 3);
    } else if (bracket != std::string::npos) {
      text.erase(0, bracket + 2);
    }
    if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
    return text;
  }

  std::string_view text_;
  const std::string& name_;
  ParsedJson parsed_;
  std::vector<Level> levels_;
  /// Values of duplicate keys.
  std::deque<Json> discarded_;
};

}  // namespace

ParsedJson parse_json(std::string_view text, const std::string& name) {
  if (text.size() > kLargestConfigBytes) {
    throw ConfigError(name, "",
                      fmt::format("expected a file of at most {} bytes, got {}",
                                  kLargestConfigBytes, text.size()));
  }
  Builder builder(text, name);
  Json::sax_parse(text, &builder, Json::input_format_t::json, true, true);
  return builder.take();
}

}  // namespace nzsim
