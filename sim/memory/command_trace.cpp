#include "sim/memory/command_trace.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

/// `memory_from` allows no more channels.
constexpr std::uint64_t kMostChannels = 256;
/// Longest piece of a line that a message repeats.
constexpr std::size_t kQuotedLength = 32;

std::string quoted(std::string_view text) {
  if (text.empty()) return "nothing";
  return fmt::format("'{}'", text.substr(0, kQuotedLength));
}

template <class Integer>
void append_number(std::string& text, Integer value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text.append(digits.data(), end);
}

}  // namespace

void append_to_command_trace(std::string& text, const CommandRecord& record) {
  append_number(text, record.clock);
  text += ' ';
  text += to_string(record.command);
  const DramAddress& address = record.address;
  for (const std::uint32_t field :
       {address.channel, address.pseudo_channel, address.rank, address.bank_group, address.bank,
        address.row, address.column}) {
    text += ' ';
    append_number(text, field);
  }
  text += '\n';
}

CommandTraceReader::CommandTraceReader(std::istream& input, std::string name)
    : input_(input), name_(std::move(name)), clocks_(kMostChannels, 0) {}

std::optional<CommandRecord> CommandTraceReader::next() {
  if (line_number_ == 0) read_header();
  if (!read_line()) return std::nullopt;
  const CommandRecord record = parse_line();
  check_order(record);
  return record;
}

bool CommandTraceReader::read_line() {
  ++line_number_;
  input_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  const auto characters = static_cast<std::size_t>(input_.gcount());
  if (input_.bad()) fail("expected a file that can be read, got an error");
  if (input_.eof()) {
    if (characters == 0) return false;
    fail("expected the line's end, got the file's end: the last line is cut");
  }
  if (input_.fail()) {
    fail(fmt::format("expected less than {} characters, got a longer line", kLongestLine));
  }
  line_ = {buffer_.data(), characters - 1};
  rest_ = line_;
  return true;
}

void CommandTraceReader::read_header() {
  const std::string_view header = kCommandTraceHeader.substr(0, kCommandTraceHeader.size() - 1);
  if (!read_line()) fail(fmt::format("expected '{}', got the file's end", header));
  if (line_ != header) fail(fmt::format("expected '{}', got {}", header, quoted(line_)));
}

CommandRecord CommandTraceReader::parse_line() {
  CommandRecord record;
  record.clock = static_cast<Clock>(take_integer("a clock", kNever - 1));
  record.command = take_command();
  DramAddress& address = record.address;
  address.channel = static_cast<std::uint32_t>(take_integer("a channel", kMostChannels - 1));
  const auto field = [&](std::string_view what) {
    return static_cast<std::uint32_t>(take_integer(what, UINT32_MAX));
  };
  address.pseudo_channel = field("a pseudo-channel");
  address.rank = field("a rank");
  address.bank_group = field("a bank group");
  address.bank = field("a bank");
  address.row = field("a row");
  address.column = field("a column");
  if (line_.back() == ' ') rest_ = line_.substr(line_.size() - 1);
  if (!rest_.empty()) fail(fmt::format("expected the end of the line, got {}", quoted(rest_)));
  return record;
}

/// Up to the next blank, which is skipped.
std::string_view CommandTraceReader::take_field(std::string_view what) {
  const std::size_t end = std::min(rest_.find(' '), rest_.size());
  const std::string_view field = rest_.substr(0, end);
  if (field.empty()) {
    fail(fmt::format("expected {}, got {}", what, rest_.empty() ? "the end of the line" : "' '"));
  }
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return field;
}

std::uint64_t CommandTraceReader::take_integer(std::string_view what, std::uint64_t maximum) {
  const std::string_view text = take_field(what);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > maximum) {
    fail(fmt::format("expected {}, an integer in [0, {}], got {}", what, maximum, quoted(text)));
  }
  return value;
}

Command CommandTraceReader::take_command() {
  const std::string_view text = take_field("a command");
  for (const Command command : kAllCommands) {
    if (to_string(command) == text) return command;
  }
  std::array<std::string_view, kCommands> names;
  std::transform(kAllCommands.begin(), kAllCommands.end(), names.begin(),
                 [](Command command) { return to_string(command); });
  fail(fmt::format("expected {}, got {}", fmt::join(names, " or "), quoted(text)));
}

void CommandTraceReader::check_order(const CommandRecord& record) {
  Clock& latest = clocks_[record.address.channel];
  if (record.clock < latest) {
    fail(fmt::format("expected clock {} of channel {} or later, got {}", latest,
                     record.address.channel, record.clock));
  }
  latest = record.clock;
}

void CommandTraceReader::fail(const std::string& message) const {
  throw InputError(name_, fmt::format("line {}", line_number_), message);
}

}  // namespace nzsim
