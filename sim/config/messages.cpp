#include "sim/config/messages.h"

#include <algorithm>

#include <fmt/format.h>

namespace nzsim {
namespace {

/// Characters of a value that a message shows.
constexpr std::size_t kLongestShown = 60;
/// Longer words are not compared.
constexpr std::size_t kLongestWord = 64;

std::string limit_text(std::int64_t limit) {
  if (limit == INT64_MAX) return "2^63 - 1";
  if (limit == INT64_MIN) return "-2^63";
  return std::to_string(limit);
}

std::string join(const std::vector<std::string>& words, std::string_view last_link) {
  std::string text;
  for (std::size_t index = 0; index < words.size(); ++index) {
    if (index > 0) text += index + 1 == words.size() ? last_link : ", ";
    text += in_quotes(words[index]);
  }
  return text;
}

/// Edits (insert, remove, replace, swap neighbours) that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string in_quotes(std::string_view text) {
  std::string shown(text.substr(0, kLongestShown));
  // A cut UTF-8 sequence becomes the replacement character.
  shown = Json(shown).dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kLongestShown) shown.insert(shown.size() - 1, "...");
  return shown;
}

std::string describe_value(const Json* value) {
  if (value == nullptr) return "nothing";
  if (value->is_string()) return in_quotes(value->get_ref<const std::string&>());
  if (value->is_number_float()) return fmt::format("{}", value->get<double>());
  if (value->is_array()) return "an array";
  if (value->is_object()) return "an object";
  return value->dump();
}

std::string describe_rule(const IntegerRule& rule) {
  return fmt::format("an integer in [{}, {}]", limit_text(rule.minimum), limit_text(rule.maximum));
}

std::string describe_rule(const NumberRule& rule) {
  const char* const opening = rule.exclusive_minimum ? "(" : "[";
  return fmt::format("a number in {}{}, {}]", opening, rule.minimum, rule.maximum);
}

std::string describe_rule(const TextRule& rule) {
  return fmt::format("a {}string of at most {} characters", rule.may_be_empty ? "" : "non-empty ",
                     rule.maximum_length);
}

std::string describe_options(const std::vector<std::string>& options) {
  return join(options, " or ");
}

std::string describe_list(const std::vector<std::string>& names) { return join(names, " and "); }

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = SIZE_MAX;
  if (word.size() > kLongestWord) return best;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestWord) continue;
    const std::size_t near = (std::max(word.size(), candidate.size()) + 1) / 3;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance > near || distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string candidate = did_you_mean(word, candidates);
  return candidate.empty() ? "" : fmt::format("; did you mean {}?", in_quotes(candidate));
}

}  // namespace nzsim
