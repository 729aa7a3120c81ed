#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sim/base/errors.h"
#include "sim/config/extend.h"
#include "sim/config/node.h"
#include "sim/config/parse.h"
#include "sim/config/schema.h"

namespace nzsim {

/// What the reader knows of one object of the document.
struct VisitedObject {
  /// The object; null where it is missing and read as `{}`.
  const Json* value = nullptr;
  /// Keys that an accessor asked for, in that order.
  std::vector<std::string> asked;
  /// Unknown keys are not reported: what decides over the keys is wrong itself.
  bool keys_undecided = false;
};

/// Everything behind a `ConfigDocument`.
struct ConfigDocument::State {
  /// An error and where it is in the document.
  struct Problem {
    std::string pointer;
    Diagnostic diagnostic;
  };
  /// Problems beyond these are only counted.
  static constexpr std::size_t kMostProblems = 10'000;

  std::filesystem::path path;
  /// Where files that were read before are kept; null: nowhere.
  ConfigFiles* files = nullptr;
  /// The input after `extends` and overrides.
  Json tree = Json::object();
  /// `tree` with defaults filled in.
  Json resolved = Json::object();
  Origins origins;
  /// Keys for which `include` is called, and the files that it has read -> the pointer of what they
  /// hold.
  std::vector<std::string> included_keys;
  std::map<std::string, std::string> included_files;

  std::vector<Problem> problems;
  std::size_t uncounted_problems = 0;
  /// Pointers of all problems and of everything above them.
  std::unordered_set<std::string> spoiled;
  /// Pointers of values that broke the rule of their accessor.
  std::unordered_set<std::string> rejected;
  std::unordered_map<std::string, VisitedObject> visited;

  bool describing = false;
  std::string title;
  SchemaScope root_scope;
  /// Pointer of an object that is being described -> where its keys are recorded.
  std::unordered_map<std::string, SchemaScope*> scopes;

  /// File that the value at `pointer` came from; for a missing one, that of the nearest object
  /// above.
  [[nodiscard]] std::string origin(std::string_view pointer) const;
  /// An error at `pointer`, by the name that the value has in the file that it came from.
  [[nodiscard]] Diagnostic diagnose(const std::string& pointer, std::string message) const;
  void add_problem(const std::string& pointer, std::string message);
  /// Reports a key that `file`, whose contents are at `prefix` of the document, has more than once.
  void add_duplicate(const std::string& pointer, const std::string& file,
                     const std::string& prefix = {});
  /// The object at `pointer` of `resolved`.
  [[nodiscard]] Json& resolved_at(const std::string& pointer);

  /// Whether `include` is called for the value at `pointer`.
  [[nodiscard]] bool is_included(std::string_view pointer) const;

  /// Reads `path` and what it extends into `tree`. Throws `ConfigError`.
  void load_files();
  /// Sets a value of `tree`. Throws `ConfigError` with file `--set`.
  void apply(const Override& override);
};

/// Name of overrides in error messages.
inline constexpr const char* kOverrideName = "--set";

}  // namespace nzsim
