#pragma once

#include <array>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/memory/command.h"

namespace nzsim {

/// First line of a command trace: the names of its columns. All numbers are decimal; the command
/// is `to_string(Command)`; one blank stands between two columns; each line has its end.
inline constexpr std::string_view kCommandTraceHeader =
    "# clock command channel pseudo_channel rank bank_group bank row column\n";

/// Appends the line of `record`.
void append_to_command_trace(std::string& text, const CommandRecord& record);

/// Reads a command trace line by line; never holds more than one line.
class CommandTraceReader {
 public:
  /// `input` outlives the reader; `name` is the file in messages.
  CommandTraceReader(std::istream& input, std::string name);

  /// The next command; nothing at the end. Throws `InputError` with the line where the trace has no
  /// header, where a line holds anything but a command or has no end, and where the clock of a
  /// channel goes backwards. Channels may be interleaved in any way.
  [[nodiscard]] std::optional<CommandRecord> next();

 private:
  /// Longest line with its end: nine columns, none longer than the clock's 19 digits.
  static constexpr std::size_t kLongestLine = 192;

  [[nodiscard]] bool read_line();
  void read_header();
  [[nodiscard]] CommandRecord parse_line();
  [[nodiscard]] std::string_view take_field(std::string_view what);
  [[nodiscard]] std::uint64_t take_integer(std::string_view what, std::uint64_t maximum);
  [[nodiscard]] Command take_command();
  void check_order(const CommandRecord& record);
  [[noreturn]] void fail(const std::string& message) const;

  std::istream& input_;
  std::string name_;
  std::uint64_t line_number_ = 0;
  std::array<char, kLongestLine> buffer_{};
  /// The current line without its end, and what is left of it.
  std::string_view line_;
  std::string_view rest_;
  /// The latest clock of each channel.
  std::vector<Clock> clocks_;
};

}  // namespace nzsim
