#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/node.h"
#include "sim/config/state.h"

namespace nzsim {

/// What the accessors of `ConfigNode` are made of.
struct ConfigNode::Access {
  /// The value of `key`, null where it is missing. From now on the key is known.
  static const Json* find(const ConfigNode& node, std::string_view key);

  /// Records that the value at `key` is not what was expected; null: it is missing.
  static void reject(const ConfigNode& node, std::string_view key, const std::string& expected,
                     const Json* value, const std::string& addition = {});

  /// The array at `key`; null where it is missing or wrong, which is recorded.
  static const Json* find_array(const ConfigNode& node, std::string_view key, const ArrayRule& rule,
                                const std::string& plural);

  /// The elements of an array of plain values; `check` returns the value of an element or nothing.
  template <class Value, class Rule, class Check>
  static std::vector<Value> values(ConfigNode& node, std::string_view key, const ArrayRule& array,
                                   const Rule& rule, const std::string& plural, Check check);

  /// JSON text of the elements of the array at `key`, which are neither null nor arrays; nothing
  /// where it is wrong, which is recorded.
  static std::optional<std::vector<std::string>> json_texts(const ConfigNode& node,
                                                            std::string_view key,
                                                            const ArrayRule& rule);

  /// Echoes `value` for `key`.
  static void echo(const ConfigNode& node, std::string_view key, Json value);

  /// Unknown keys of this object are not reported.
  static void leave_keys_undecided(const ConfigNode& node);

  /// The object at `pointer`, null where it is missing and read as `{}`.
  static ConfigNode child(const ConfigNode& node, const std::string& pointer, const Json* value);

  /// The child at `pointer` whose keys are recorded in `scope`.
  static ConfigNode described(const ConfigNode& node, const std::string& pointer,
                              SchemaScope& scope);

  static bool describing(const ConfigNode& node) { return node.state_->describing; }
  static SchemaScope& scope(const ConfigNode& node) {
    return *node.state_->scopes.at(node.pointer_);
  }

  /// Records one kind of plain value of a described key.
  static SchemaProperty& describe(const ConfigNode& node, std::string_view key, Json schema,
                                  std::string_view description, bool required);

  /// Calls `read` with each of `names`; the keys it asks for are those of a branch of `choice`.
  static void describe_branches(const ConfigNode& node, SchemaChoice&& choice,
                                const std::vector<std::string>& names,
                                const std::function<void(const std::string&)>& read);
};

/// The integer (number) that `value` is within `rule`; nothing where it is none.
[[nodiscard]] std::optional<std::int64_t> integer_of(const Json& value, const IntegerRule& rule);
[[nodiscard]] std::optional<double> number_of(const Json& value, const NumberRule& rule);
[[nodiscard]] bool is_text_of(const Json& value, const TextRule& rule);

[[nodiscard]] Json schema_of(const IntegerRule& rule);
[[nodiscard]] Json schema_of(const NumberRule& rule);
[[nodiscard]] Json schema_of(const TextRule& rule);
[[nodiscard]] Json schema_of(const ChoiceRule& rule);

}  // namespace nzsim
