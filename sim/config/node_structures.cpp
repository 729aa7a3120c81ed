#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/config/access.h"
#include "sim/config/messages.h"
#include "sim/config/node.h"
#include "sim/config/pointer.h"

namespace nzsim {
namespace {

using Shape = SchemaProperty::Shape;

Json limits_of(const ArrayRule& rule) {
  return {{"minItems", rule.minimum_size}, {"maxItems", rule.maximum_size}};
}

std::string describe_array(const ArrayRule& rule, const std::string& elements) {
  return fmt::format("an array of {} to {} {}", rule.minimum_size, rule.maximum_size, elements);
}

/// The scope of the objects that `key` takes.
SchemaScope& describe_structure(SchemaScope& parent, std::string_view key, Shape shape,
                                bool required, std::string_view description) {
  SchemaProperty& property = parent.property(key);
  property.shape = shape;
  property.required = property.required || required;
  if (!description.empty()) property.annotations["description"] = description;
  if (!property.scope) property.scope = std::make_unique<SchemaScope>();
  return *property.scope;
}

/// An array of plain values in a described document.
void describe_values(SchemaProperty& property, const ArrayRule& rule) {
  Json schema = {{"type", "array"}};
  schema.update(limits_of(rule));
  schema["items"] = std::move(property.alternatives.back());
  property.alternatives.back() = std::move(schema);
}

}  // namespace

/// Reads an array of plain values: `check` returns the value of an element or nothing.
template <class Value, class Rule, class Check>
std::vector<Value> ConfigNode::Access::values(ConfigNode& node, std::string_view key,
                                              const ArrayRule& array, const Rule& rule,
                                              const std::string& plural, Check check) {
  if (describing(node)) {
    describe_values(describe(node, key, schema_of(rule), array.description, array.required), array);
    return {};
  }
  std::vector<Value> values;
  const Json* const elements = find_array(node, key, array, plural);
  if (elements == nullptr) return values;
  const std::string pointer = child_pointer(node.pointer_, key);
  for (std::size_t index = 0; index < elements->size(); ++index) {
    const Json& element = (*elements)[index];
    if (std::optional<Value> value = check(element)) {
      values.push_back(std::move(*value));
    } else {
      reject(ConfigNode(*node.state_, child_pointer(pointer, index)), "", describe_rule(rule),
             &element);
    }
  }
  return values;
}

const Json* ConfigNode::Access::find_array(const ConfigNode& node, std::string_view key,
                                           const ArrayRule& rule, const std::string& plural) {
  const Json* const value = find(node, key);
  if (value == nullptr && !rule.required) {
    echo(node, key, Json::array());
    return nullptr;
  }
  if (value == nullptr || !value->is_array()) {
    reject(node, key, describe_array(rule, plural), value);
    return nullptr;
  }
  if (value->size() < rule.minimum_size || value->size() > rule.maximum_size) {
    reject(node, key, describe_array(rule, plural), value, fmt::format(" of {}", value->size()));
    return nullptr;
  }
  return value;
}

std::vector<std::int64_t> ConfigNode::integers(std::string_view key, const ArrayRule& array,
                                               const IntegerRule& element) {
  return Access::values<std::int64_t>(
      *this, key, array, element, "integers",
      [&](const Json& value) { return integer_of(value, element); });
}

std::vector<double> ConfigNode::numbers(std::string_view key, const ArrayRule& array,
                                        const NumberRule& element) {
  return Access::values<double>(*this, key, array, element, "numbers",
                                [&](const Json& value) { return number_of(value, element); });
}

std::vector<std::string> ConfigNode::texts(std::string_view key, const ArrayRule& array,
                                           const TextRule& element) {
  return Access::values<std::string>(*this, key, array, element, "strings",
                                     [&](const Json& value) -> std::optional<std::string> {
                                       if (!is_text_of(value, element)) return std::nullopt;
                                       return value.get<std::string>();
                                     });
}

std::optional<std::string> ConfigNode::name_or_object(std::string_view key, const TextRule& rule) {
  if (describing()) {
    SchemaProperty& property =
        Access::describe(*this, key, schema_of(rule), rule.description, !rule.default_value);
    if (rule.default_value) property.annotations["default"] = *rule.default_value;
    return std::nullopt;
  }
  const Json* const value = Access::find(*this, key);
  if (value == nullptr && rule.default_value) {
    Access::echo(*this, key, *rule.default_value);
    return rule.default_value;
  }
  if (value != nullptr && value->is_object()) return std::nullopt;
  if (value != nullptr && is_text_of(*value, rule)) return value->get<std::string>();
  Access::reject(*this, key, "a name or an object", value);
  return rule.default_value;
}

std::optional<std::string> ConfigNode::name_or_extended_object(std::string_view key,
                                                               const TextRule& rule) {
  std::optional<std::string> name = name_or_object(key, rule);
  if (describing()) Access::scope(*this).property(key).may_extend = true;
  return name;
}

std::optional<std::int64_t> ConfigNode::integer_or_object(
    std::string_view key, const IntegerRule& rule, const std::function<void(ConfigNode&)>& read) {
  const Json* const value = describing() ? nullptr : Access::find(*this, key);
  if (value != nullptr && value->is_object()) {
    object(key, true, {}, read);
    return std::nullopt;
  }
  if (value != nullptr && !integer_of(*value, rule)) {
    Access::reject(*this, key, describe_rule(rule) + " or an object", value);
    return rule.default_value.value_or(rule.minimum);
  }
  const std::int64_t number = integer(key, rule);
  if (describing()) object(key, !rule.default_value, {}, read);
  return number;
}

std::optional<std::string> ConfigNode::choice_or_object(
    std::string_view key, const ChoiceRule& rule, const std::function<void(ConfigNode&)>& read) {
  const Json* const value = describing() ? nullptr : Access::find(*this, key);
  if (value != nullptr && value->is_object()) {
    object(key, true, {}, read);
    return std::nullopt;
  }
  if (value != nullptr && !value->is_string()) {
    Access::reject(*this, key, describe_options(rule.options) + " or an object", value);
    return rule.default_value.value_or(rule.options.front());
  }
  std::string word = choice(key, rule);
  if (describing()) object(key, !rule.default_value, {}, read);
  return word;
}

void ConfigNode::object(std::string_view key, bool required, std::string_view description,
                        const std::function<void(ConfigNode&)>& read) {
  const std::string pointer = child_pointer(pointer_, key);
  if (describing()) {
    SchemaScope& parent = Access::scope(*this);
    const bool has_default = parent.property(key).annotations.contains("default");
    SchemaScope& scope =
        describe_structure(parent, key, Shape::object, required && !has_default, description);
    ConfigNode node = Access::described(*this, pointer, scope);
    read(node);
    SchemaProperty& property = parent.property(key);
    if (!has_default && needs_keys(scope)) property.required = true;
    return;
  }
  const Json* const value = Access::find(*this, key);
  if (value == nullptr ? required : !value->is_object()) {
    Access::reject(*this, key, "an object", value);
    return;
  }
  if (value == nullptr) Access::echo(*this, key, Json::object());
  ConfigNode node = Access::child(*this, pointer, value);
  read(node);
}

bool ConfigNode::optional_object(std::string_view key, std::string_view description,
                                 const std::function<void(ConfigNode&)>& read) {
  const std::string pointer = child_pointer(pointer_, key);
  if (describing()) {
    ConfigNode node = Access::described(
        *this, pointer,
        describe_structure(Access::scope(*this), key, Shape::object, false, description));
    read(node);
    return true;
  }
  if (Access::find(*this, key) == nullptr) return false;
  bool called = false;
  object(key, true, description, [&](ConfigNode& node) {
    called = true;
    read(node);
  });
  return called;
}

bool ConfigNode::included_object(std::string_view key, std::string_view description,
                                 const std::function<void(ConfigNode&)>& read) {
  if (describing()) {
    Access::describe(*this, key, schema_of(TextRule{}), description, false).may_extend = true;
  }
  return optional_object(key, description, read);
}

void ConfigNode::objects(std::string_view key, const ArrayRule& rule,
                         const std::function<void(ConfigNode&)>& read) {
  const std::string pointer = child_pointer(pointer_, key);
  if (describing()) {
    SchemaScope& scope = describe_structure(Access::scope(*this), key, Shape::array_of_objects,
                                            rule.required, rule.description);
    Access::scope(*this).property(key).limits = limits_of(rule);
    ConfigNode node = Access::described(*this, child_pointer(pointer, std::size_t{0}), scope);
    read(node);
    return;
  }
  const Json* const elements = Access::find_array(*this, key, rule, "objects");
  if (elements == nullptr) return;
  for (std::size_t index = 0; index < elements->size(); ++index) {
    const Json& element = (*elements)[index];
    const std::string at = child_pointer(pointer, index);
    if (!element.is_object()) {
      Access::reject(ConfigNode(*state_, at), "", "an object", &element);
      continue;
    }
    ConfigNode node = Access::child(*this, at, &element);
    read(node);
  }
}

void ConfigNode::named_objects(std::string_view key, bool required, std::string_view description,
                               const std::function<void(const std::string&, ConfigNode&)>& read) {
  const std::string pointer = child_pointer(pointer_, key);
  if (describing()) {
    SchemaScope& scope =
        describe_structure(Access::scope(*this), key, Shape::map_of_objects, required, description);
    ConfigNode node = Access::described(*this, child_pointer(pointer, "NAME"), scope);
    read("NAME", node);
    return;
  }
  object(key, required, description, [&](ConfigNode& map) {
    const Json* const members = state_->visited[map.pointer_].value;
    if (members == nullptr) return;
    for (const auto& [name, member] : members->items()) {
      if (is_ignored_key(name)) continue;
      Access::find(map, name);
      // Named anew: clang 14 does not capture a structured binding.
      map.object(name, true, {},
                 [&read, &member_name = name](ConfigNode& node) { read(member_name, node); });
    }
  });
}

void ConfigNode::one_of(const std::vector<std::string>& keys, bool required,
                        const std::function<void(const std::string& key)>& read) {
  if (describing()) {
    SchemaChoice choice{{}, {}, required, {}};
    Access::describe_branches(*this, std::move(choice), keys, read);
    return;
  }
  std::vector<std::string> present;
  for (const std::string& key : keys) {
    if (Access::find(*this, key) != nullptr) present.push_back(key);
  }
  if (present.size() == 1) {
    read(present.front());
  } else if (present.size() > 1 || required) {
    const std::string expected = (required ? "" : "at most ") + std::string("one of the keys ");
    fail({}, fmt::format("expected {}{}, got {}", expected, describe_options(keys),
                         present.empty() ? "none" : describe_list(present)));
    Access::leave_keys_undecided(*this);
  }
}

void ConfigNode::variant(std::string_view key, const ChoiceRule& rule,
                         const std::function<void(const std::string& option)>& read) {
  const std::string option = choice(key, rule);
  if (describing()) {
    SchemaChoice choice{std::string(key), rule.default_value, false, {}};
    Access::describe_branches(*this, std::move(choice), rule.options, read);
  } else if (state_->rejected.contains(child_pointer(pointer_, key))) {
    Access::leave_keys_undecided(*this);
  } else {
    read(option);
  }
}

void ConfigNode::Access::describe_branches(const ConfigNode& node, SchemaChoice&& choice,
                                           const std::vector<std::string>& names,
                                           const std::function<void(const std::string&)>& read) {
  SchemaScope& outer = scope(node);
  SchemaChoice& recorded = outer.choices.emplace_back(std::move(choice));
  for (const std::string& name : names) {
    recorded.branches.push_back({name, std::make_unique<SchemaScope>()});
    node.state_->scopes[node.pointer_] = recorded.branches.back().scope.get();
    read(name);
  }
  node.state_->scopes[node.pointer_] = &outer;
}

}  // namespace nzsim
