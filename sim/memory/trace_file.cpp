#include "sim/memory/trace_file.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";
/// Longest piece of a line that a message repeats.
constexpr std::size_t kQuotedLength = 32;
constexpr std::string_view kTimedForm = "CYCLE ADDRESS OP [BYTES]";
constexpr std::string_view kBackToBackForm = "ADDRESS OP [BYTES]";
constexpr std::string_view kDramsim3Form = "ADDRESS OP CYCLE";

std::string quoted(std::string_view text) {
  std::string shown(text.substr(0, kQuotedLength));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return fmt::format("\"{}\"{}", shown, text.size() > kQuotedLength ? "..." : "");
}

/// Whether `text` is `word`, which has lower-case letters, in any case.
bool is_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

std::optional<Access> access_of(std::string_view text) {
  if (is_word(text, "r") || is_word(text, "read")) return Access::read;
  if (is_word(text, "w") || is_word(text, "write")) return Access::write;
  return {};
}

bool is_hexadecimal(std::string_view text) {
  return text.starts_with("0x") || text.starts_with("0X");
}

}  // namespace

/// The first fields of a line, one more than any form has, and how many there are.
struct TraceFile::Fields {
  std::array<std::string_view, 5> texts;
  std::size_t count = 0;

  [[nodiscard]] bool has_operation_at(std::size_t index) const {
    return index < count && access_of(texts[index]).has_value();
  }
};

TraceFile::TraceFile(const std::filesystem::path& path, const RequestRules& rules,
                     TraceFormat format)
    : name_(path.string()),
      stream_(ByteStream::open(path)),
      rules_(rules),
      form_(format == TraceFormat::dramsim3 ? Form::dramsim3 : Form::unknown) {}

TraceFile::TraceFile(std::string_view bytes, std::string name, const RequestRules& rules,
                     TraceFormat format)
    : name_(std::move(name)),
      stream_(bytes),
      rules_(rules),
      form_(format == TraceFormat::dramsim3 ? Form::dramsim3 : Form::unknown) {}

std::optional<TimedRequest> TraceFile::next() {
  while (next_line()) {
    const Fields fields = fields_of_line();
    if (fields.count == 0) continue;
    check_form(fields);
    is_empty_ = false;
    return request_of(fields);
  }
  if (is_empty_) fail("expected a request, got the end of the trace");
  return {};
}

bool TraceFile::next_line() {
  ++line_number_;
  joined_.clear();
  const auto check_length = [&](std::size_t size) {
    if (size > kLongestTraceLine) {
      fail(fmt::format("expected at most {} bytes in a line, got more", kLongestTraceLine));
    }
  };
  while (true) {
    const std::size_t end = chunk_.find('\n');
    const std::string_view piece = chunk_.substr(0, end);
    check_length(joined_.size() + piece.size());
    if (end != std::string_view::npos) {
      chunk_.remove_prefix(end + 1);
      line_ = joined_.empty() ? piece : std::string_view(joined_.append(piece));
      return true;
    }
    joined_.append(piece);
    chunk_ = stream_.next();
    if (!chunk_.empty()) continue;
    if (!stream_.damage().empty()) fail(stream_.damage());
    if (!joined_.empty()) fail("expected a line end, got none: the last line is cut");
    return false;
  }
}

TraceFile::Fields TraceFile::fields_of_line() const {
  Fields fields;
  std::string_view rest = line_.substr(0, line_.find('#'));
  while (fields.count < fields.texts.size()) {
    const std::size_t begin = rest.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) break;
    rest.remove_prefix(begin);
    const std::size_t end = std::min(rest.find_first_of(kBlanks), rest.size());
    fields.texts[fields.count++] = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  return fields;
}

void TraceFile::check_form(const Fields& fields) {
  const std::string_view got = line_.substr(0, line_.find('#'));
  if (form_ == Form::unknown) {
    if (fields.has_operation_at(1)) form_ = Form::back_to_back;
    if (fields.has_operation_at(2) && !fields.has_operation_at(1)) form_ = Form::timed;
    if (form_ == Form::unknown) {
      fail(fmt::format("expected {} or {} with OP one of R, W, READ, WRITE, got {}", kTimedForm,
                       kBackToBackForm, quoted(got)));
    }
  }
  const bool is_timed = form_ == Form::timed;
  const std::string_view form = form_ == Form::dramsim3 ? kDramsim3Form
                                : is_timed              ? kTimedForm
                                                        : kBackToBackForm;
  const std::size_t operation = is_timed ? 2 : 1;
  if (form_ != Form::dramsim3 && !fields.has_operation_at(operation) &&
      fields.has_operation_at(3 - operation)) {
    fail(fmt::format("expected {}, as the lines before, got {}", form, quoted(got)));
  }
  const std::size_t least = form_ == Form::back_to_back ? 2 : 3;
  const std::size_t most = is_timed ? 4 : 3;
  if (fields.count < least || fields.count > most) {
    fail(fmt::format(
        "expected {}, got {} fields", form,
        fields.count > most ? fmt::format("more than {}", most) : fmt::format("{}", fields.count)));
  }
}

TimedRequest TraceFile::request_of(const Fields& fields) {
  const bool is_timed = form_ == Form::timed;
  const std::size_t first = is_timed ? 1 : 0;
  const std::string_view operation = fields.texts[first + 1];
  const std::optional<Access> access = access_of(operation);
  if (!access) {
    fail(fmt::format("expected OP, one of R, W, READ, WRITE, got {}", quoted(operation)));
  }
  TimedRequest request;
  if (is_timed) request.clock = cycle(fields.texts[0]);
  if (form_ == Form::dramsim3) request.clock = cycle(fields.texts[2]);
  request.address = address(fields.texts[first]);
  request.access = *access;
  request.bytes = rules_.default_bytes;
  if (form_ != Form::dramsim3 && fields.count > first + 2) {
    request.bytes = number("BYTES", fields.texts[first + 2], 1, rules_.capacity_bytes, 10);
  }
  if (request.bytes > rules_.capacity_bytes - request.address) {
    fail(
        fmt::format("expected a request that ends within the memory's {} bytes, got {} bytes at {}",
                    rules_.capacity_bytes, request.bytes, request.address));
  }
  return request;
}

std::uint64_t TraceFile::number(std::string_view what, std::string_view text, std::uint64_t minimum,
                                std::uint64_t maximum, int base) const {
  const std::string_view digits = base == 16 && is_hexadecimal(text) ? text.substr(2) : text;
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc{} || stop != end || value < minimum || value > maximum) {
    fail(fmt::format("expected {}, an integer in [{}, {}], got {}", what, minimum, maximum,
                     quoted(text)));
  }
  return value;
}

std::uint64_t TraceFile::address(std::string_view text) const {
  const bool is_base_16 = form_ == Form::dramsim3 || is_hexadecimal(text);
  return number("ADDRESS", text, 0, rules_.capacity_bytes - 1, is_base_16 ? 16 : 10);
}

Clock TraceFile::cycle(std::string_view text) {
  const auto latest = static_cast<std::uint64_t>(rules_.latest_clock);
  const auto clock = static_cast<Clock>(number("CYCLE", text, 0, latest, 10));
  if (clock < last_clock_) {
    fail(fmt::format("expected CYCLE at or after {}, the one before, got {}", last_clock_, clock));
  }
  last_clock_ = clock;
  return clock;
}

void TraceFile::fail(const std::string& message) const {
  throw WorkloadError(name_, fmt::format("line {}", line_number_), message);
}

}  // namespace nzsim
