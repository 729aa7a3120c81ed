#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/config/extend.h"
#include "sim/config/messages.h"
#include "sim/config/pointer.h"
#include "sim/config/state.h"

namespace nzsim {
namespace {

[[noreturn]] void refuse_override(const Override& override, std::string message) {
  throw ConfigError(kOverrideName, override.pointer, std::move(message));
}

/// The member `token` of `parent`, which is at `pointer`; a missing key of an object is made.
Json& member_of(Json& parent, const std::string& token, const Override& override,
                const std::string& pointer) {
  if (parent.is_array()) {
    const auto index = array_index(token, parent.size());
    if (!index) {
      refuse_override(override, fmt::format("expected an index below {} in the array {}, got {}",
                                            parent.size(), pointer, in_quotes(token)));
    }
    return parent[*index];
  }
  if (!parent.is_object()) {
    refuse_override(override,
                    fmt::format("expected an object or array at {}, got {}",
                                pointer.empty() ? "the top" : pointer, describe_value(&parent)));
  }
  return parent[token];
}

}  // namespace

void ConfigDocument::State::load_files() {
  ExtendedFile file = read_extended(path, files);
  tree = std::move(file.value);
  origins = std::move(file.origins);
  for (const auto& [pointer, name] : file.duplicates) add_duplicate(pointer, name);
}

bool ConfigDocument::State::is_included(std::string_view pointer) const {
  return std::any_of(included_keys.begin(), included_keys.end(),
                     [&](const std::string& key) { return child_pointer("", key) == pointer; });
}

void ConfigDocument::State::apply(const Override& override) {
  const auto tokens = split_pointer(override.pointer);
  if (!tokens || tokens->empty()) refuse_override(override, "expected a JSON pointer /key");
  if (tokens->size() > kDeepestNesting) {
    refuse_override(override, fmt::format("expected at most {} levels, got {}", kDeepestNesting,
                                          tokens->size()));
  }
  Json value = override.value;
  try {
    ParsedJson parsed = parse_json(override.value, kOverrideName);
    value = std::move(parsed.value);
    for (const std::string& inner : parsed.duplicates) {
      add_duplicate(override.pointer + inner, kOverrideName);
    }
  } catch (const ConfigError&) {
    // No JSON: the value is the text itself.
  }
  Json* at = &tree;
  std::string pointer;
  for (const std::string& token : *tokens) {
    Json& member = member_of(*at, token, override, pointer);
    pointer = child_pointer(pointer, token);
    const bool is_new = member.is_null() && pointer != override.pointer;
    const bool is_name = member.is_string() && pointer != override.pointer && is_included(pointer);
    if (is_name) member = Json{{"extends", member}};
    if (is_new) {
      member = Json::object();
      origins[pointer] = kOverrideName;
    }
    at = &member;
  }
  *at = std::move(value);
  forget_origins(origins, override.pointer);
  origins[override.pointer] = kOverrideName;
}

Override parse_override(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view pointer = text.substr(0, equals);
  const auto tokens = split_pointer(pointer);
  if (equals == std::string_view::npos || !tokens || tokens->empty()) {
    throw ConfigError(kOverrideName, "", "expected /pointer=value, got " + in_quotes(text));
  }
  return {std::string(pointer), std::string(text.substr(equals + 1))};
}

}  // namespace nzsim
