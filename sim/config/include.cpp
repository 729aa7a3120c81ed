#include <optional>
#include <utility>

#include <fmt/format.h>

#include "sim/config/extend.h"
#include "sim/config/messages.h"
#include "sim/config/named_file.h"
#include "sim/config/pointer.h"
#include "sim/config/state.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;

/// The file that a key names, and what changes it.
struct Inclusion {
  std::string key;
  std::string pointer;
  /// Pointer of the name.
  std::string name_pointer;
  Json name;
  Json patch = Json::object();
};

/// What `key` includes; nothing where its value stands for itself.
std::optional<Inclusion> inclusion_of(const Json& tree, std::string_view key) {
  const auto value = tree.find(key);
  if (value == tree.end()) return {};
  Inclusion inclusion{std::string(key), child_pointer("", key), child_pointer("", key), *value};
  if (value->is_string()) return inclusion;
  if (!value->is_object() || !value->contains("extends")) return {};
  inclusion.name = value->at("extends");
  inclusion.name_pointer = child_pointer(inclusion.pointer, "extends");
  inclusion.patch = *value;
  inclusion.patch.erase("extends");
  return inclusion;
}

fs::path included_path(const ConfigDocument::State& state, const Inclusion& inclusion,
                       const std::vector<fs::path>& directories) {
  const bool has_vowel = std::string_view("aeiou").find(inclusion.key[0]) != std::string::npos;
  const char* const article = has_vowel ? "an" : "a";
  const auto refuse = [&](const std::string& addition) {
    throw ConfigError(
        state.origin(inclusion.name_pointer), inclusion.name_pointer,
        fmt::format("expected the name of {} {} or the path of its file, got {}{}", article,
                    inclusion.key, describe_value(&inclusion.name), addition));
  };
  if (!inclusion.name.is_string()) refuse("");
  const auto word = inclusion.name.get<std::string>();
  std::optional<fs::path> path = find_named_file(word, state.path.parent_path(), directories);
  if (!path) {
    refuse(name_hints(word, directories));
  }
  return *path;
}

}  // namespace

void ConfigDocument::include_extended(std::string_view key,
                                      const std::vector<fs::path>& directories) {
  if (state_->describing || !state_->tree.is_object()) return;
  const auto value = state_->tree.find(key);
  if (value != state_->tree.end() && value->is_object()) include(key, directories);
}

void ConfigDocument::include(std::string_view key, const std::vector<fs::path>& directories) {
  State& state = *state_;
  if (state.describing || !state.tree.is_object()) return;
  const std::optional<Inclusion> inclusion = inclusion_of(state.tree, key);
  if (!inclusion) return;
  const fs::path path = included_path(state, *inclusion, directories);
  ExtendedFile file = read_extended(path, state.files);
  if (!file.value.is_object()) {
    throw ConfigError(path.string(), "", "expected an object, got " + describe_value(&file.value));
  }
  file.value.erase("$schema");
  const std::string& pointer = inclusion->pointer;
  for (const auto& [inner, name] : file.duplicates) state.add_duplicate(inner, name, pointer);

  Origins origins;
  for (const auto& [inner, name] : file.origins) {
    origins[pointer + inner] = name;
    state.included_files[name] = pointer;
  }
  merge_at(file.value, origins, inclusion->patch, state.origins, pointer);
  state.tree[inclusion->key] = std::move(file.value);
  forget_origins(state.origins, pointer);
  state.origins.merge(origins);
  state.resolved = state.tree;
}

}  // namespace nzsim
