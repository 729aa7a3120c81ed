#include "sim/report/json_writer.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"

namespace nzsim {

void JsonWriter::begin(char open, char close, Layout layout) {
  before_value();
  const bool is_inside_line = !levels_.empty() && levels_.back().layout == Layout::one_line;
  text_ += open;
  levels_.push_back({close, is_inside_line ? Layout::one_line : layout, true});
}

void JsonWriter::end() {
  SIM_ASSERT(!levels_.empty() && !after_key_, "report", 0, "a bracket closes nothing");
  const Level level = levels_.back();
  levels_.pop_back();
  if (level.layout == Layout::lines && !level.is_empty) new_line();
  text_ += level.close;
}

void JsonWriter::new_line() {
  text_ += '\n';
  text_.append(2 * levels_.size(), ' ');
}

void JsonWriter::separate() {
  if (levels_.empty()) return;
  Level& level = levels_.back();
  if (!level.is_empty) text_ += ',';
  if (level.layout == Layout::lines) {
    new_line();
  } else if (!level.is_empty) {
    text_ += ' ';
  }
  level.is_empty = false;
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
  } else {
    separate();
  }
}

void JsonWriter::quote(std::string_view text) {
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  });
  if (is_plain) {
    text_ += '"';
    text_ += text;
    text_ += '"';
  } else {
    text_ += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

void JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  text_ += ": ";
  after_key_ = true;
}

void JsonWriter::value(std::string_view text) {
  before_value();
  quote(text);
}

void JsonWriter::value(bool truth) {
  before_value();
  text_ += truth ? "true" : "false";
}

void JsonWriter::value(std::uint64_t number) {
  before_value();
  fmt::format_to(std::back_inserter(text_), "{}", number);
}

void JsonWriter::value(double number) {
  SIM_ASSERT(std::isfinite(number), "report", 0, "a value of the report is {}", number);
  before_value();
  const std::size_t begin = text_.size();
  fmt::format_to(std::back_inserter(text_), "{}", number);
  // A whole number stays a number with a fraction for readers that tell the two apart.
  if (text_.find_first_of(".e", begin) == std::string::npos) text_ += ".0";
}

void JsonWriter::null() {
  before_value();
  text_ += "null";
}

std::string JsonWriter::finish() {
  SIM_ASSERT(levels_.empty() && !after_key_, "report", 0, "{} brackets are open", levels_.size());
  text_ += '\n';
  return std::move(text_);
}

}  // namespace nzsim
