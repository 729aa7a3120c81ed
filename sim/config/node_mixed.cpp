#include <memory>
#include <utility>

#include <fmt/format.h>

#include "sim/config/access.h"
#include "sim/config/messages.h"
#include "sim/config/node.h"
#include "sim/config/pointer.h"

namespace nzsim {
namespace {

using Shape = SchemaProperty::Shape;

/// Describes an array or map at `key` of objects, or of what `alternative` describes.
SchemaScope& describe_mixed(SchemaScope& parent, std::string_view key, Shape shape, bool required,
                            std::string_view description, Json alternative) {
  SchemaProperty& property = parent.property(key);
  property.shape = shape;
  property.required = property.required || required;
  if (!description.empty()) property.annotations["description"] = description;
  property.member_alternatives.push_back(std::move(alternative));
  property.scope = std::make_unique<SchemaScope>();
  return *property.scope;
}

Json limits_of(const ArrayRule& rule) {
  return {{"minItems", rule.minimum_size}, {"maxItems", rule.maximum_size}};
}

/// The schema of an array of any values but arrays and null.
Json array_schema(const ArrayRule& rule) {
  Json schema = {{"type", "array"}};
  schema.update(limits_of(rule));
  schema["items"] = {{"type", {"string", "number", "boolean", "object"}}};
  return schema;
}

}  // namespace

std::optional<std::vector<std::string>> ConfigNode::Access::json_texts(const ConfigNode& node,
                                                                       std::string_view key,
                                                                       const ArrayRule& rule) {
  const Json* const elements = find_array(node, key, rule, "values, or an object");
  if (elements == nullptr) return {};
  const std::string pointer = child_pointer(node.pointer_, key);
  std::vector<std::string> texts;
  for (std::size_t index = 0; index < elements->size(); ++index) {
    const Json& value = (*elements)[index];
    if (value.is_null() || value.is_array()) {
      reject(ConfigNode(*node.state_, child_pointer(pointer, index)), "",
             "a string, number, boolean or object", &value);
    } else {
      texts.push_back(value.dump());
    }
  }
  if (texts.size() != elements->size()) return {};
  return texts;
}

void ConfigNode::texts_or_objects(std::string_view key, const ArrayRule& rule,
                                  const TextRule& element,
                                  const std::function<void(const std::string&)>& read_text,
                                  const std::function<void(ConfigNode&)>& read_object) {
  const std::string pointer = child_pointer(pointer_, key);
  if (describing()) {
    SchemaScope& scope = describe_mixed(Access::scope(*this), key, Shape::array_of_objects,
                                        rule.required, rule.description, schema_of(element));
    Access::scope(*this).property(key).limits = limits_of(rule);
    ConfigNode node = Access::described(*this, child_pointer(pointer, std::size_t{0}), scope);
    read_object(node);
    return;
  }
  const Json* const elements = Access::find_array(*this, key, rule, "strings or objects");
  if (elements == nullptr) return;
  for (std::size_t index = 0; index < elements->size(); ++index) {
    const Json& value = (*elements)[index];
    const std::string at = child_pointer(pointer, index);
    if (value.is_object()) {
      ConfigNode node = Access::child(*this, at, &value);
      read_object(node);
    } else if (is_text_of(value, element)) {
      read_text(value.get_ref<const std::string&>());
    } else {
      Access::reject(ConfigNode(*state_, at), "", describe_rule(element) + " or an object", &value);
    }
  }
}

void ConfigNode::named_arrays_or_objects(
    std::string_view key, const ArrayRule& array, std::string_view description,
    const std::function<void(ConfigNode&, const std::string&, std::vector<std::string>)>&
        read_array,
    const std::function<void(const std::string&, ConfigNode&)>& read_object) {
  const std::string pointer = child_pointer(pointer_, key);
  if (describing()) {
    SchemaScope& scope = describe_mixed(Access::scope(*this), key, Shape::map_of_objects,
                                        array.required, description, array_schema(array));
    ConfigNode node = Access::described(*this, child_pointer(pointer, "NAME"), scope);
    read_object("NAME", node);
    return;
  }
  object(key, array.required, description, [&](ConfigNode& map) {
    const Json* const members = state_->visited[map.pointer_].value;
    if (members == nullptr) return;
    for (const auto& [name, member] : members->items()) {
      if (is_ignored_key(name)) continue;
      Access::find(map, name);
      if (member.is_object()) {
        ConfigNode node = Access::child(map, child_pointer(map.pointer_, name), &member);
        read_object(name, node);
        continue;
      }
      if (auto values = Access::json_texts(map, name, array)) {
        read_array(map, name, std::move(*values));
      }
    }
  });
}

}  // namespace nzsim
