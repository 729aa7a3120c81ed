#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/config/node.h"
#include "sim/config/parse.h"

namespace nzsim {

/// Pointer of a value -> file that it came from, for it and all below that have no entry.
using Origins = std::map<std::string, std::string>;

/// File that `pointer` of a document with these `origins` came from.
[[nodiscard]] std::string origin_of(const Origins& origins, std::string_view pointer);

/// Forgets where the value at `pointer` and all below it came from.
void forget_origins(Origins& origins, const std::string& pointer);

/// A file, merged with those that it extends.
struct ExtendedFile {
  /// Reads `path` and what it extends. Throws `ConfigError` on unreadable files, syntax errors,
  /// cycles and long chains.
  explicit ExtendedFile(const std::filesystem::path& path);

  Json value;
  Origins origins;
  /// Pointers of keys that one of the files has more than once, with that file.
  std::vector<std::pair<std::string, std::string>> duplicates;
};

/// Files by their path, as they were asked for.
struct ConfigFiles::Entries {
  std::map<std::filesystem::path, ExtendedFile> files;
};

/// Reads `path` and what it extends, or takes it from `files`, where that is given and has it.
[[nodiscard]] ExtendedFile read_extended(const std::filesystem::path& path, ConfigFiles* files);

/// Merges `patch` over `target` (RFC 7386), both at `pointer` of a document. What `patch` changes
/// came from where `patch_origins` says. Overrides alone name elements of arrays by their indices.
void merge_at(Json& target, Origins& origins, const Json& patch, const Origins& patch_origins,
              const std::string& pointer);

}  // namespace nzsim
