#include "sim/run/sweep/result.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/run/sweep/point_list.h"

namespace nzsim::sweep {
namespace {

std::optional<Status> status_of(std::string_view text) {
  const auto place = std::find_if(kStatuses.begin(), kStatuses.end(),
                                  [&](Status status) { return to_string(status) == text; });
  return place == kStatuses.end() ? std::nullopt : std::optional<Status>(*place);
}

/// Reads a line as `to_line` writes it, member by member: a sweep has many lines. All functions
/// return nothing, or false, where something else stands there.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : text_(text) {}

  std::optional<PointResult> read() {
    PointResult result;
    const bool is_read = text(R"({"key":)", result.key) && integer(R"(,"index":)", result.index) &&
                         integer(R"(,"attempt":)", result.attempt) && status(result.status) &&
                         text(R"(,"message":)", result.message) && numbers(result.numbers) &&
                         text(R"(,"bottleneck":)", result.bottleneck) &&
                         text(R"(,"host":)", result.host) && take(R"(,"host_seconds":)") &&
                         number(result.host_seconds) && text_ == "}";
    if (!is_read || !PointKey::parse(result.key) || result.attempt == 0) return {};
    return result;
  }

 private:
  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  template <class Value>
  bool number(Value& value) {
    const char* const begin = text_.data();
    const auto [end, error] = std::from_chars(begin, begin + text_.size(), value);
    text_.remove_prefix(static_cast<std::size_t>(end - begin));
    return error == std::errc{};
  }

  bool integer(std::string_view key, std::uint64_t& value) { return take(key) && number(value); }

  bool text(std::string_view key, std::string& value) { return take(key) && string(value); }

  bool string(std::string& value) {
    if (!take("\"")) return false;
    const std::size_t end = text_.find_first_of("\"\\");
    if (end == std::string_view::npos) return false;
    if (text_[end] == '\\') return escaped_string(end, value);
    value = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return true;
  }

  /// The string in front of whose first quote an escape stands at `place`.
  bool escaped_string(std::size_t place, std::string& value) {
    while (place < text_.size() && text_[place] != '"') place += text_[place] == '\\' ? 2 : 1;
    if (place >= text_.size()) return false;
    const std::string quoted = '"' + std::string(text_.substr(0, place + 1));
    const auto json = nlohmann::json::parse(quoted, nullptr, false);
    if (!json.is_string()) return false;
    value = json.get<std::string>();
    text_.remove_prefix(place + 1);
    return true;
  }

  bool status(Status& value) {
    std::string word;
    if (!text(R"(,"status":)", word)) return false;
    const std::optional<Status> status = status_of(word);
    value = status.value_or(value);
    return status.has_value();
  }

  bool numbers(std::vector<std::pair<std::string, double>>& values) {
    if (!take(R"(,"numbers":{)")) return false;
    if (take("}")) return true;
    do {
      auto& [name, value] = values.emplace_back();
      if (!string(name) || !take(":") || !number(value)) return false;
    } while (take(","));
    return take("}");
  }

  std::string_view text_;
};

}  // namespace

std::string_view to_string(Status status) {
  switch (status) {
    case Status::done:
      return "done";
    case Status::failed:
      return "failed";
    case Status::values_differ:
      return "values_differ";
    case Status::crashed:
      return "crashed";
    case Status::timed_out:
      return "timed_out";
    case Status::out_of_memory:
      return "out_of_memory";
  }
  throw SimulationError("unknown status");
}

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string to_line(const PointResult& result) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, R"({{"key":"{}","index":{},"attempt":{},"status":"{}","message":{})",
                 result.key, result.index, result.attempt, to_string(result.status),
                 json_string(result.message));
  text += R"(,"numbers":{)";
  const char* separator = "";
  for (const auto& [name, value] : result.numbers) {
    SIM_ASSERT(std::isfinite(value), name, 0, "a result is {}", value);
    fmt::format_to(out, "{}{}:{}", separator, json_string(name), value);
    separator = ",";
  }
  fmt::format_to(out, R"(}},"bottleneck":{},"host":{},"host_seconds":{}}})",
                 json_string(result.bottleneck), json_string(result.host), result.host_seconds);
  text += '\n';
  return text;
}

PointResult result_of_line(std::string_view text, const std::string& file, std::uint64_t line) {
  if (std::optional<PointResult> result = LineReader(text).read()) return *std::move(result);
  // What was damaged may be long.
  constexpr std::size_t kShown = 60;
  throw ConfigError(
      file, fmt::format("line {}", line),
      fmt::format("expected a result of a sweep, got {}{}; remove the line to run its point again",
                  json_string(text.substr(0, kShown)), text.size() > kShown ? " and more" : ""));
}

}  // namespace nzsim::sweep
