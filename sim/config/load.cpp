#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "sim/base/files.h"
#include "sim/config/messages.h"
#include "sim/config/pointer.h"
#include "sim/config/state.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;

using Origins = std::map<std::string, std::string>;

/// Files of one chain of `extends`, the first included.
constexpr std::size_t kLongestChain = 8;

/// One file of a chain, `extends` removed.
struct ChainedFile {
  std::string name;
  Json value;
};

std::string read_config_file(const fs::path& path) {
  try {
    return read_file(path, kLargestConfigBytes);
  } catch (const InputError& error) {
    throw ConfigError(error.diagnostics());
  }
}

/// The file that `extends` of `file` names.
fs::path extended_path(const fs::path& file, const Json& extends) {
  if (!extends.is_string() || extends.get_ref<const std::string&>().empty()) {
    throw ConfigError(
        file.string(), "/extends",
        "expected the name of a file beside this one, got " + describe_value(&extends));
  }
  const fs::path named = file.parent_path() / extends.get<std::string>();
  fs::path with_ending = named;
  with_ending += ".json";
  std::error_code ignored;
  for (const fs::path& candidate : {named, with_ending}) {
    if (fs::is_regular_file(candidate, ignored)) return candidate;
  }
  throw ConfigError(
      file.string(), "/extends",
      fmt::format("expected a file {} or {}, got nothing there", named.lexically_normal().string(),
                  with_ending.lexically_normal().string()));
}

bool is_in(const std::vector<fs::path>& paths, const fs::path& path) {
  return std::any_of(paths.begin(), paths.end(), [&](const fs::path& other) {
    std::error_code ignored;
    return fs::equivalent(path, other, ignored);
  });
}

/// All files of the chain, derived before base.
std::vector<ChainedFile> read_chain(ConfigDocument::State& state) {
  std::vector<ChainedFile> chain;
  std::vector<fs::path> paths{state.path};
  while (chain.size() < paths.size()) {
    const fs::path path = paths.back();
    ParsedJson parsed = parse_json(read_config_file(path), path.string());
    for (const std::string& pointer : parsed.duplicates) {
      state.add_duplicate(pointer, path.string());
    }
    const auto extends =
        parsed.value.is_object() ? parsed.value.find("extends") : parsed.value.end();
    if (extends != parsed.value.end()) {
      const fs::path base = extended_path(path, *extends);
      if (is_in(paths, base)) {
        throw ConfigError(path.string(), "/extends",
                          fmt::format("expected a file that does not extend this one, got {}",
                                      in_quotes(extends->get<std::string>())));
      }
      if (paths.size() == kLongestChain) {
        throw ConfigError(
            path.string(), "/extends",
            fmt::format("expected a chain of at most {} files, got more", kLongestChain));
      }
      paths.push_back(base);
      parsed.value.erase(extends);
    }
    chain.push_back({path.string(), std::move(parsed.value)});
  }
  return chain;
}

void forget_origins(Origins& origins, const std::string& pointer) {
  origins.erase(pointer);
  const std::string below = pointer + '/';
  auto first = origins.lower_bound(below);
  while (first != origins.end() && first->first.compare(0, below.size(), below) == 0) {
    first = origins.erase(first);
  }
}

/// Before the object at `pointer` is changed by another file: its members keep where they came
/// from.
void pin_members(Origins& origins, const Json& object, const std::string& pointer) {
  const std::string file = origin_of(origins, pointer);
  for (const auto& [key, value] : object.items()) {
    origins.emplace(child_pointer(pointer, key), file);
  }
}

void merge_at(Json& target, const Json& patch, const std::string& file, Origins& origins,
              const std::string& pointer) {
  if (!patch.is_object()) {
    target = patch;
    forget_origins(origins, pointer);
    origins[pointer] = file;
    return;
  }
  if (target.is_object()) {
    pin_members(origins, target, pointer);
  } else {
    target = Json::object();
    forget_origins(origins, pointer);
  }
  origins[pointer] = file;
  for (const auto& [key, value] : patch.items()) {
    const std::string member = child_pointer(pointer, key);
    if (value.is_null()) {
      target.erase(key);
      forget_origins(origins, member);
    } else {
      merge_at(target[key], value, file, origins, member);
    }
  }
}

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
  std::vector<ChainedFile> chain = read_chain(*this);
  tree = std::move(chain.back().value);
  origins[""] = chain.back().name;
  for (std::size_t index = chain.size() - 1; index-- > 0;) {
    merge_at(tree, chain[index].value, chain[index].name, origins, "");
  }
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
