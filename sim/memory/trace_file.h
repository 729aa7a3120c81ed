#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sim/memory/byte_stream.h"
#include "sim/memory/request_source.h"

namespace nzsim {

/// Longest line of a trace without its end.
inline constexpr std::size_t kLongestTraceLine = 4096;

/// Order of the fields of a line. `nzsim`: `CYCLE ADDRESS OP [BYTES]` or, for requests made one
/// right after the other, `ADDRESS OP [BYTES]`; the first line decides for the file. `dramsim3`:
/// `ADDRESS OP CYCLE`, the address hexadecimal with or without `0x`, as DRAMsim3 reads it
/// (src/common.cc, operator>>).
enum class TraceFormat { nzsim, dramsim3 };

/// Reads the requests of a trace, plain text or gzip, line by line. Fields stand between blanks:
/// CYCLE is a command clock and never decreases, ADDRESS a byte in decimal or hexadecimal with
/// `0x`, OP is R, W, READ or WRITE in any case, BYTES is decimal. What follows `#` is a comment.
/// `next` throws `WorkloadError` with the line for everything else.
class TraceFile : public RequestSource {
 public:
  /// Throws `InputError` where `path` cannot be opened.
  TraceFile(const std::filesystem::path& path, const RequestRules& rules, TraceFormat format);
  /// Reads `bytes`, which outlive the trace; `name` stands for the file in messages.
  TraceFile(std::string_view bytes, std::string name, const RequestRules& rules,
            TraceFormat format);

  std::optional<TimedRequest> next() override;

 private:
  enum class Form { unknown, timed, back_to_back, dramsim3 };
  struct Fields;

  /// Goes to the next line; whether there is one.
  bool next_line();
  [[nodiscard]] Fields fields_of_line() const;
  /// Checks that `fields` have the form of the first line, or sets it.
  void check_form(const Fields& fields);
  [[nodiscard]] TimedRequest request_of(const Fields& fields);
  [[nodiscard]] std::uint64_t number(std::string_view what, std::string_view text,
                                     std::uint64_t minimum, std::uint64_t maximum, int base) const;
  [[nodiscard]] std::uint64_t address(std::string_view text) const;
  [[nodiscard]] Clock cycle(std::string_view text);
  [[noreturn]] void fail(const std::string& message) const;

  std::string name_;
  ByteStream stream_;
  RequestRules rules_;
  Form form_ = Form::unknown;
  /// What is left of the stream's last bytes, and the line, a part of them or `joined_`.
  std::string_view chunk_;
  std::string_view line_;
  std::string joined_;
  std::uint64_t line_number_ = 0;
  Clock last_clock_ = 0;
  bool is_empty_ = true;
};

}  // namespace nzsim
