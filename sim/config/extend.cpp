#include "sim/config/extend.h"

#include <algorithm>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/messages.h"
#include "sim/config/pointer.h"
#include "sim/config/state.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;

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

/// All files of the chain, derived before base. Keys that are there twice go to `duplicates`.
std::vector<ChainedFile> read_chain(const fs::path& first,
                                    std::vector<std::pair<std::string, std::string>>& duplicates) {
  std::vector<ChainedFile> chain;
  std::vector<fs::path> paths{first};
  while (chain.size() < paths.size()) {
    const fs::path path = paths.back();
    ParsedJson parsed = parse_json(read_config_file(path), path.string());
    for (const std::string& pointer : parsed.duplicates) {
      duplicates.emplace_back(pointer, path.string());
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

/// Before the object at `pointer` is changed by another file: its members keep where they came
/// from.
void pin_members(Origins& origins, const Json& object, const std::string& pointer) {
  const std::string file = origin_of(origins, pointer);
  for (const auto& [key, value] : object.items()) {
    origins.emplace(child_pointer(pointer, key), file);
  }
}

/// The entries of `from` below `pointer`.
void copy_origins_below(const Origins& from, Origins& to, const std::string& pointer) {
  const std::string below = pointer + '/';
  for (auto entry = from.lower_bound(below); entry != from.end() && entry->first.starts_with(below);
       ++entry) {
    to[entry->first] = entry->second;
  }
}

/// Merges overrides of single elements, by their indices, over the array at `pointer`.
void merge_elements(Json& array, Origins& origins, const Json& patch, const Origins& patch_origins,
                    const std::string& pointer) {
  for (const auto& [key, value] : patch.items()) {
    const std::string element = child_pointer(pointer, key);
    const auto index = array_index(key, array.size());
    if (!index) {
      throw ConfigError(kOverrideName, element,
                        fmt::format("expected an index below {} in the array {}, got {}",
                                    array.size(), pointer, in_quotes(key)));
    }
    merge_at(array[*index], origins, value, patch_origins, element);
  }
}

}  // namespace

std::string origin_of(const Origins& origins, std::string_view pointer) {
  std::string prefix(pointer);
  while (true) {
    const auto found = origins.find(prefix);
    if (found != origins.end()) return found->second;
    const std::size_t slash = prefix.rfind('/');
    if (slash == std::string::npos) return {};
    prefix.resize(slash);
  }
}

void forget_origins(Origins& origins, const std::string& pointer) {
  origins.erase(pointer);
  const std::string below = pointer + '/';
  auto first = origins.lower_bound(below);
  while (first != origins.end() && first->first.compare(0, below.size(), below) == 0) {
    first = origins.erase(first);
  }
}

void merge_at(Json& target, Origins& origins, const Json& patch, const Origins& patch_origins,
              const std::string& pointer) {
  if (!patch.is_object()) {
    target = patch;
    forget_origins(origins, pointer);
    origins[pointer] = origin_of(patch_origins, pointer);
    copy_origins_below(patch_origins, origins, pointer);
    return;
  }
  if (target.is_array() && origin_of(patch_origins, pointer) == kOverrideName) {
    merge_elements(target, origins, patch, patch_origins, pointer);
    return;
  }
  if (target.is_object()) {
    pin_members(origins, target, pointer);
  } else {
    target = Json::object();
    forget_origins(origins, pointer);
  }
  origins[pointer] = origin_of(patch_origins, pointer);
  for (const auto& [key, value] : patch.items()) {
    const std::string member = child_pointer(pointer, key);
    if (value.is_null()) {
      target.erase(key);
      forget_origins(origins, member);
    } else {
      merge_at(target[key], origins, value, patch_origins, member);
    }
  }
}

ConfigFiles::ConfigFiles() : entries_(std::make_unique<Entries>()) {}
ConfigFiles::ConfigFiles(ConfigFiles&&) noexcept = default;
ConfigFiles& ConfigFiles::operator=(ConfigFiles&&) noexcept = default;
ConfigFiles::~ConfigFiles() = default;

ExtendedFile read_extended(const fs::path& path, ConfigFiles* files) {
  if (files == nullptr) return ExtendedFile(path);
  auto& known = files->entries().files;
  const auto found = known.find(path);
  return found != known.end() ? found->second
                              : known.emplace(path, ExtendedFile(path)).first->second;
}

ExtendedFile::ExtendedFile(const fs::path& path) {
  std::vector<ChainedFile> chain = read_chain(path, duplicates);
  value = std::move(chain.back().value);
  origins[""] = chain.back().name;
  for (std::size_t index = chain.size() - 1; index-- > 0;) {
    merge_at(value, origins, chain[index].value, {{"", chain[index].name}}, "");
  }
}

}  // namespace nzsim
