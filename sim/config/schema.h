#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/config/parse.h"

namespace nzsim {

struct SchemaScope;

/// One key of a described object.
struct SchemaProperty {
  enum class Shape { value, object, array_of_objects, map_of_objects };

  /// Schemas of the plain values that the key takes.
  std::vector<Json> alternatives;
  /// The object that the key takes, the element of its array or the member of its map.
  std::unique_ptr<SchemaScope> scope;
  Shape shape = Shape::value;
  /// Schemas of what an element of the array or a member of the map may be instead of an object.
  std::vector<Json> member_alternatives;
  /// `description`, `default`.
  Json annotations = Json::object();
  /// `minItems`, `maxItems` of an array of objects.
  Json limits = Json::object();
  bool required = false;
  /// The object may name a file that it extends, and then lack keys.
  bool may_extend = false;
};

/// A place where the rest of an object depends on one key.
struct SchemaChoice {
  struct Branch {
    /// The value of the discriminator, or the key that is there.
    std::string name;
    std::unique_ptr<SchemaScope> scope;
  };

  /// Discriminator; empty: exactly one of the branches' names is a key of the object.
  std::string discriminator;
  std::optional<std::string> default_option;
  bool required = true;
  std::vector<Branch> branches;
};

/// Keys of one object, or those that one branch of a choice adds. Addresses are stable.
struct SchemaScope {
  std::list<std::pair<std::string, SchemaProperty>> properties;
  std::list<SchemaChoice> choices;

  /// The property of `key`, made where it is new.
  SchemaProperty& property(std::string_view key);
};

/// Whether the reader refuses `{}` here: something in it is required.
[[nodiscard]] bool needs_keys(const SchemaScope& scope);

/// Keys that every object may have and that the reader ignores.
[[nodiscard]] bool is_ignored_key(std::string_view key);

/// JSON Schema draft 7 of a file whose top object is `root`. A file with `extends` states only what
/// differs: there no key is required and null removes one.
[[nodiscard]] Json schema_document(const SchemaScope& root, const std::string& title);

}  // namespace nzsim
