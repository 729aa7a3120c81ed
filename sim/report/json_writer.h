#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nzsim {

/// Writes JSON text front to back, without a tree in memory: a report of a large machine has
/// thousands of statistics. Numbers are in their shortest form that reads back to the same bits,
/// members in the order of the calls, so equal inputs give equal bytes. Indentation is two spaces.
class JsonWriter {
 public:
  /// One member or element per line, or all on the line of the opening bracket.
  enum class Layout { lines, one_line };

  void begin_object(Layout layout = Layout::lines) { begin('{', '}', layout); }
  void end_object() { end(); }
  void begin_array(Layout layout = Layout::lines) { begin('[', ']', layout); }
  void end_array() { end(); }

  /// The key of the next value.
  void key(std::string_view name);

  /// Bytes that are no UTF-8 become U+FFFD.
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(bool truth);
  void value(std::uint64_t number);
  /// Throws `SimulationError` where `number` is infinite or no number: JSON has neither.
  void value(double number);
  void null();

  /// `key(name)` and `value(...)`.
  template <class Value>
  void member(std::string_view name, const Value& content) {
    key(name);
    value(content);
  }

  /// The text, which ends in a line feed; everything that was begun must have been ended.
  [[nodiscard]] std::string finish();

 private:
  struct Level {
    char close = '}';
    Layout layout = Layout::lines;
    bool is_empty = true;
  };

  void begin(char open, char close, Layout layout);
  void end();
  void new_line();
  /// Comma and white space in front of a key, or of an element of an array.
  void separate();
  /// What stands in front of a value: nothing after a key.
  void before_value();
  void quote(std::string_view text);

  std::string text_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace nzsim
