#include "sim/run/sweep/result.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"

namespace nzsim::sweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kKeyDigits = 32;

std::optional<Status> status_of(std::string_view text) {
  const auto place = std::find_if(kStatuses.begin(), kStatuses.end(),
                                  [&](Status status) { return to_string(status) == text; });
  return place == kStatuses.end() ? std::nullopt : std::optional<Status>(*place);
}

bool is_key(const std::string& text) {
  return text.size() == kKeyDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// The members of a line; throws `nlohmann::json::exception` where one is missing or of another
/// type.
PointResult result_of(const Json& json) {
  PointResult result;
  result.key = json.at("key").get_ref<const std::string&>();
  result.index = json.at("index").get_ref<const std::uint64_t&>();
  result.attempt = json.at("attempt").get_ref<const std::uint64_t&>();
  result.message = json.at("message").get_ref<const std::string&>();
  result.bottleneck = json.at("bottleneck").get_ref<const std::string&>();
  result.host = json.at("host").get_ref<const std::string&>();
  result.host_seconds = json.at("host_seconds").get<double>();
  for (const auto& [name, value] : json.at("numbers").get_ref<const Json::object_t&>()) {
    result.numbers.emplace_back(name, value.get<double>());
  }
  return result;
}

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
  try {
    const Json json = Json::parse(text);
    PointResult result = result_of(json);
    const auto status = status_of(json.at("status").get_ref<const std::string&>());
    if (status && is_key(result.key) && result.attempt > 0) {
      result.status = *status;
      return result;
    }
  } catch (const nlohmann::json::exception&) {
    // One message for all that is no line.
  }
  // What was damaged may be long.
  constexpr std::size_t kShown = 60;
  throw ConfigError(
      file, fmt::format("line {}", line),
      fmt::format("expected a result of a sweep, got {}{}", json_string(text.substr(0, kShown)),
                  text.size() > kShown ? " and more" : ""));
}

}  // namespace nzsim::sweep
